//! What is recorded, and where.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a recording goes, and its limits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordOptions {
    /// The file or the directory.
    pub path: PathBuf,
    /// Whether what exists there is replaced.
    pub replace: bool,
    /// When the next file begins.
    pub rotation: Rotation,
}

/// When a recording goes on in another file, and what becomes of the files before it. By default it is one file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rotation {
    /// The next file begins when one has this size.
    pub size: Option<u64>,
    /// The next file begins after this time.
    pub time: Option<Duration>,
    /// The files that are kept; older ones of the same recording are removed.
    pub keep: Keep,
}

/// Which files of a recording are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Keep {
    /// All of them.
    #[default]
    All,
    /// This number of the newest ones.
    Files(u64),
    /// The newest ones that take at most this number of bytes together.
    Bytes(u64),
}

/// The form of a recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// Packets, for other programs.
    Pcapng,
    /// The lines of `--headless`.
    Ndjson,
    /// A file of raw bytes for each stream, in a directory.
    Streams,
}

impl RecordOptions {
    /// A recording in one file, which does not exist yet unless it may be replaced.
    pub(crate) fn one_file(path: PathBuf, replace: bool) -> Self {
        Self { path, replace, rotation: Rotation::default() }
    }

    /// The form that the name stands for.
    pub(super) fn format(&self) -> Format {
        let is_named_as_directory = self.path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let extension = Path::extension(&self.path).and_then(|extension| extension.to_str());
        match extension {
            _ if is_named_as_directory || self.path.is_dir() => Format::Streams,
            Some("ndjson" | "jsonl") => Format::Ndjson,
            _ => Format::Pcapng,
        }
    }
}
