//! The files of a recording, one after the other.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::mem;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::shell::recorder::options::{Keep, Rotation};
use crate::shell::recorder::uncached::AppendedFile;

/// A recording is private to its user.
const PRIVATE: u32 = 0o600;

/// The file that is being written, and those before it that are kept.
#[derive(Debug)]
pub(super) struct RotatedFile {
    path: PathBuf,
    rotation: Rotation,
    file: AppendedFile,
    /// The number of the file, from 1.
    number: u64,
    since: Instant,
    earlier: VecDeque<EarlierFile>,
}

#[derive(Debug)]
struct EarlierFile {
    path: PathBuf,
    size: u64,
}

/// Opens a file that is written from its start. A device is written as it is.
///
/// # Errors
///
/// [`ErrorKind::AlreadyExists`] if there is one that may not be replaced, or why it cannot be written.
pub(super) fn create(path: &Path, replace: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).mode(PRIVATE);
    let known = fs::metadata(path).ok().map(|known| known.file_type());
    match known {
        Some(kind) if kind.is_char_device() => options.open(path),
        Some(kind) if !kind.is_file() => {
            Err(io::Error::new(ErrorKind::InvalidInput, "neither a regular file nor a device"))
        }
        Some(_) if replace => {
            let file = options.truncate(true).open(path)?;
            file.set_permissions(fs::Permissions::from_mode(PRIVATE))?;
            Ok(file)
        }
        Some(_) | None => options.create_new(true).open(path),
    }
}

impl RotatedFile {
    /// Opens the first file.
    ///
    /// # Errors
    ///
    /// Those of [`create`].
    pub(super) fn create(path: PathBuf, replace: bool, rotation: Rotation) -> io::Result<Self> {
        let file = AppendedFile::new(create(&path, replace)?)?;
        let (since, earlier) = (Instant::now(), VecDeque::new());
        Ok(Self { path, rotation, file, number: 1, since, earlier })
    }

    /// Writes whole records. If that fails, nothing of them is left in a regular file. `may_wait` says
    /// whether there is time to wait for a slow disk.
    ///
    /// # Errors
    ///
    /// Those of the file.
    pub(super) fn write(&mut self, records: &[u8], may_wait: bool) -> io::Result<()> {
        self.file.write(records, may_wait)
    }

    /// Whether nothing is left of records that could not be written.
    pub(super) const fn can_be_cut(&self) -> bool {
        self.file.is_regular()
    }

    /// The number of bytes in the current file.
    pub(super) const fn size(&self) -> u64 {
        self.file.size()
    }

    /// Whether the next file is due, when `waiting` bytes more are written to this one.
    pub(super) fn is_full(&self, waiting: usize) -> bool {
        let Rotation { size, time, .. } = self.rotation;
        size.is_some_and(|size| self.size() + waiting as u64 >= size)
            || time.is_some_and(|time| self.since.elapsed() >= time)
    }

    /// Goes on in the next file, and removes the oldest files that are not to be kept.
    ///
    /// # Errors
    ///
    /// Why there is no next file, or why one cannot be removed.
    pub(super) fn next(&mut self) -> io::Result<()> {
        let before = self.current_path();
        let size_before;
        loop {
            self.number += 1;
            match create(&self.current_path(), false) {
                // It is of another recording.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                opened => {
                    let opened = AppendedFile::new(opened?)?;
                    size_before = mem::replace(&mut self.file, opened).size();
                    break;
                }
            }
        }
        self.earlier.push_back(EarlierFile { path: before, size: size_before });
        self.since = Instant::now();
        self.remove_old()
    }

    fn remove_old(&mut self) -> io::Result<()> {
        while self.exceeds_limit()
            && let Some(oldest) = self.earlier.pop_front()
        {
            match fs::remove_file(oldest.path) {
                // Somebody has taken it away.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
        Ok(())
    }

    /// Whether there are more files than are kept, when the current one has grown to its limit.
    fn exceeds_limit(&self) -> bool {
        match self.rotation.keep {
            Keep::All => false,
            Keep::Files(files) => self.earlier.len() as u64 >= files,
            Keep::Bytes(bytes) => {
                let before: u64 = self.earlier.iter().map(|file| file.size).sum();
                before + self.rotation.size.unwrap_or(0) > bytes
            }
        }
    }

    /// The path of the current file: the first one has the name that was given, the second one `name-2.pcapng`.
    pub(super) fn current_path(&self) -> PathBuf {
        if self.number == 1 {
            return self.path.clone();
        }
        let mut name = self.path.file_stem().map(OsString::from).unwrap_or_default();
        name.push(format!("-{}", self.number));
        if let Some(extension) = self.path.extension() {
            name.push(".");
            name.push(extension);
        }
        self.path.with_file_name(name)
    }
}
