//! What the program learns from outside besides its arguments.

use std::path::{Path, PathBuf};

/// What the program learns from outside besides its arguments.
pub struct Surroundings<'a> {
    /// The value of an environment variable that is set.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The text of a file; `None` if there is no such file.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub read: &'a dyn Fn(&Path) -> Result<Option<String>, String>,
    /// Where the configuration file is if nothing else is said; `None` if the platform has no such place.
    pub config_file: Option<PathBuf>,
}

impl Surroundings<'_> {
    /// Neither variables nor files.
    #[must_use]
    pub const fn empty() -> Self {
        Self { variable: &|_| None, read: &|_| Ok(None), config_file: None }
    }
}
