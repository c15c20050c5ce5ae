//! Reads the bytes of opened files again, while they are looked at.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::event::Place;
use crate::model::payload::ReadPayload;

/// The opened files, in the order of their numbers.
#[derive(Debug)]
pub(super) struct OpenFiles {
    files: Vec<File>,
    failure: Arc<ReadFailure>,
}

/// Whether bytes could not be read again.
#[derive(Debug, Default)]
pub(super) struct ReadFailure {
    has_failed: AtomicBool,
}

impl OpenFiles {
    pub(super) fn new(files: Vec<File>) -> (Self, Arc<ReadFailure>) {
        let failure = Arc::new(ReadFailure::default());
        (Self { files, failure: Arc::clone(&failure) }, failure)
    }
}

impl ReadPayload for OpenFiles {
    fn read(&self, place: Place, into: &mut [u8]) {
        let file = self.files.get(usize::from(place.file()));
        if file.is_none_or(|file| file.read_exact_at(into, place.offset()).is_err()) {
            into.fill(0);
            self.failure.has_failed.store(true, Ordering::Relaxed);
        }
    }
}

impl ReadFailure {
    /// Returns whether bytes could not be read since the last time.
    pub(super) fn take(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed) && self.has_failed.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn bytes_of_a_file_that_became_shorter_are_0_and_that_is_said() {
        let path = env::temp_dir().join(format!("bytewatch-payload-{}", process::id()));
        fs::write(&path, b"0123456789").unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        let (files, failure) = OpenFiles::new(vec![file.try_clone().unwrap()]);
        fs::remove_file(path).unwrap();
        let read = |offset| {
            let mut into = [0xff; 4];
            files.read(Place::new(0, offset).unwrap(), &mut into);
            into
        };
        assert_eq!((read(3), failure.take()), (*b"3456", false));
        file.set_len(5).unwrap();
        assert_eq!((read(3), failure.take(), failure.take()), ([0; 4], true, false));
        let mut into = [0xff; 2];
        files.read(Place::new(1, 0).unwrap(), &mut into);
        assert_eq!((into, failure.take()), ([0; 2], true));
    }
}
