//! What the program learns from outside besides its arguments.

use std::path::{Path, PathBuf};

/// What the program learns from outside besides its arguments.
pub struct Surroundings<'a> {
    /// The value of an environment variable that is set.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The names of the environment variables that may be of this program.
    pub names: &'a dyn Fn() -> Vec<String>,
    /// The text of a file; `None` if there is no such file.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub read: &'a dyn Fn(&Path) -> Result<Option<String>, String>,
    /// Where the configuration file is if nothing else is said; `None` if the platform has no such place.
    pub config_file: Option<PathBuf>,
}

/// Returns the contents of a file as text.
///
/// # Errors
///
/// Which line is no text.
pub fn file_text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
        format!("line {line} is not UTF-8 text; save the file as UTF-8")
    })
}

impl Surroundings<'_> {
    /// Neither variables nor files.
    #[must_use]
    pub const fn empty() -> Self {
        Self { variable: &|_| None, names: &Vec::new, read: &|_| Ok(None), config_file: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_no_text_is_named() {
        assert_eq!(file_text("théme = 1".into()), Ok("théme = 1".to_owned()));
        let latin = b"a = 1\n\n# gr\xfcn\n".to_vec();
        assert_eq!(file_text(latin), Err("line 3 is not UTF-8 text; save the file as UTF-8".to_owned()));
    }
}
