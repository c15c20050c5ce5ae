//! A file that is to be opened as a recording.

use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::bytes::safe;
use crate::recording::read::{Joined, Recording, Wanted};
use crate::shell::open::reader::{Input, Reopen};

/// A file that is open.
pub(super) struct RecordedFile {
    input: Input,
    /// What is known of it.
    pub(super) origin: Origin,
}

/// Where a recording comes from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// `None` is standard input.
    path: Option<PathBuf>,
    /// What it is called.
    pub(super) name: String,
}

impl RecordedFile {
    /// Opens a file; `None` is standard input.
    ///
    /// # Errors
    ///
    /// One line that says why it cannot be opened.
    pub(super) fn open(path: Option<PathBuf>) -> Result<Self> {
        let Some(path) = path else {
            if io::stdin().is_terminal() {
                bail!("standard input is a terminal: name a file, or pipe a recording into it");
            }
            let origin = Origin { path: None, name: "standard input".to_owned() };
            return Ok(Self { input: Box::new(io::stdin()), origin });
        };
        let file = File::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { input: Box::new(file), origin: Origin { path: Some(path), name } })
    }

    /// The same file, to read parts of it again; `None` for a pipe.
    pub(super) fn again(&self) -> Option<File> {
        self.origin.length()?;
        File::open(self.origin.path.as_ref()?).ok()
    }

    /// Recognises what it is.
    ///
    /// # Errors
    ///
    /// One line that says that it is no recording.
    pub(super) fn recognise(self, wanted: Wanted) -> Result<Recording<Input>> {
        let Self { input, origin } = self;
        Recording::open(input, wanted)
            .with_context(|| format!("{} is no recording", safe::line(&origin.name)))
    }
}

impl Origin {
    /// The length of a regular file.
    pub(super) fn length(&self) -> Option<u64> {
        let metadata = fs::metadata(self.path.as_ref()?).ok().filter(Metadata::is_file)?;
        Some(metadata.len())
    }

    /// What opens a regular file again.
    pub(super) fn reopen(&self, wanted: Wanted) -> Option<Reopen> {
        let path = self.path.clone()?;
        self.length()?;
        Some(Box::new(move || {
            let file = File::open(&path).map_err(|error| error.to_string())?;
            let recording =
                Recording::open(Box::new(file) as Input, wanted).map_err(|error| error.to_string())?;
            Ok(Joined::one(recording))
        }))
    }
}
