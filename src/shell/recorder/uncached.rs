//! A file that is written at its end, past the page cache where that is possible.
//!
//! To copy bytes into the page cache, and to find room for each page there, takes more processor time than everything
//! else that a recording does. A large piece is given to the disk from where it lies in memory (`O_DIRECT`), which needs
//! memory and offset of one alignment; what stands before and behind the whole blocks goes through the page cache.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::time::{Duration, Instant};

use nix::libc::O_DIRECT;

use crate::recording::write::BLOCK;

/// Below this length, the page cache costs less than waiting for the disk.
const WORTH_IT: usize = 256 << 10;

/// While there is no time, the slower way is tried again after this number of pieces.
const TRIED_AGAIN: u32 = 16;

/// A file, and how many bytes of it are written.
#[derive(Debug)]
pub(super) struct AppendedFile {
    file: File,
    /// The same file without the page cache; `None` for a device, and where the file system does not offer it.
    uncached: Option<File>,
    is_regular: bool,
    size: u64,
    speeds: Speeds,
}

/// How long large pieces took, past the page cache and through it. A slow disk is behind what the cache still has room for;
/// and where processors are busy, a fast disk is ahead of the copy into the cache.
#[derive(Debug, Default)]
struct Speeds {
    uncached: Option<Speed>,
    cached: Option<Speed>,
    /// The number of pieces since the slower way was taken.
    since_slower: u32,
}

/// The time of the last piece that went one way, in nanoseconds for each MiB.
type Speed = u128;

impl AppendedFile {
    /// Wraps a file that is empty, or a device.
    ///
    /// # Errors
    ///
    /// When its type cannot be determined.
    pub(super) fn new(file: File) -> io::Result<Self> {
        let is_regular = file.metadata()?.is_file();
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let uncached = || OpenOptions::new().write(true).custom_flags(O_DIRECT).open(path).ok();
        Ok(Self {
            uncached: is_regular.then(uncached).flatten(),
            file,
            is_regular,
            size: 0,
            speeds: Speeds::default(),
        })
    }

    /// The number of bytes that are written.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    pub(super) const fn is_regular(&self) -> bool {
        self.is_regular
    }

    /// Writes whole records. If that fails, nothing of them is left in a regular file. `may_wait` says
    /// whether there is time to wait for a slow disk.
    ///
    /// # Errors
    ///
    /// Those of the file.
    pub(super) fn write(&mut self, records: &[u8], may_wait: bool) -> io::Result<()> {
        let written =
            if self.is_regular { self.append(records, may_wait) } else { self.file.write_all(records) };
        match &written {
            Ok(()) => self.size += records.len() as u64,
            // What cannot be cut off ends with an incomplete record, and readers say so.
            Err(_) if self.is_regular => drop(self.file.set_len(self.size)),
            Err(_) => {}
        }
        written
    }

    fn append(&mut self, records: &[u8], may_wait: bool) -> io::Result<()> {
        let Some((before, middle, behind)) = self.whole_blocks(records) else {
            return self.file.write_all_at(records, self.size);
        };
        let is_uncached = may_wait || self.speeds.is_uncached_next();
        let begun = Instant::now();
        if is_uncached {
            self.file.write_all_at(before, self.size)?;
            let offset = self.size + before.len() as u64;
            self.write_uncached(middle, offset)?;
            self.file.write_all_at(behind, offset + middle.len() as u64)?;
        } else {
            self.file.write_all_at(records, self.size)?;
        }
        self.speeds.took(is_uncached, records.len(), begun.elapsed());
        Ok(())
    }

    /// Writes whole blocks past the page cache, if the file system takes them.
    fn write_uncached(&mut self, blocks: &[u8], offset: u64) -> io::Result<()> {
        match self.uncached.as_ref().map(|file| file.write_all_at(blocks, offset)) {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) if error.kind() != ErrorKind::InvalidInput => Err(error),
            // The file system wants another alignment.
            Some(Err(_)) | None => {
                self.uncached = None;
                self.file.write_all_at(blocks, offset)
            }
        }
    }

    /// What stands before, in and behind whole blocks of the file, if those are aligned in memory too, and are worth it.
    fn whole_blocks<'a>(&self, records: &'a [u8]) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
        self.uncached.as_ref()?;
        let before = (self.size.next_multiple_of(BLOCK as u64) - self.size) as usize;
        let (before, rest) = records.split_at_checked(before)?;
        let (middle, behind) = rest.split_at(rest.len() - rest.len() % BLOCK);
        let is_aligned = (middle.as_ptr() as usize).is_multiple_of(BLOCK);
        (is_aligned && middle.len() >= WORTH_IT).then_some((before, middle, behind))
    }
}

impl Speeds {
    /// Whether the next piece goes past the page cache, while there is no time: the faster way, but for a try.
    fn is_uncached_next(&self) -> bool {
        match (self.uncached, self.cached) {
            (Some(uncached), Some(cached)) => (uncached <= cached) == (self.since_slower < TRIED_AGAIN),
            (uncached, _) => uncached.is_none(),
        }
    }

    /// Notes how long a piece took.
    fn took(&mut self, is_uncached: bool, bytes: usize, time: Duration) {
        let speed = (time.as_nanos() << 20) / bytes.max(1) as u128;
        let other = if is_uncached {
            self.uncached = Some(speed);
            self.cached
        } else {
            self.cached = Some(speed);
            self.uncached
        };
        self.since_slower = if other.is_some_and(|other| other < speed) { 0 } else { self.since_slower + 1 };
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::recording::write::Blocks;

    /// An empty file that has no name any more.
    fn scratch(name: &str) -> File {
        let path = std::env::temp_dir().join(format!("bytewatch-uncached-{}-{name}", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).unwrap();
        fs::remove_file(path).unwrap();
        file
    }

    #[test]
    fn the_faster_way_is_taken_and_the_other_one_is_tried_again() {
        let mut speeds = Speeds::default();
        let mut piece = |uncached: u64, cached: u64| {
            let is_uncached = speeds.is_uncached_next();
            let millis = if is_uncached { uncached } else { cached };
            speeds.took(is_uncached, 4 << 20, Duration::from_millis(millis));
            is_uncached
        };
        assert_eq!([piece(2, 9), piece(2, 9)], [true, false], "neither is known");
        let taken: Vec<_> = (0..=TRIED_AGAIN).map(|_| piece(2, 9)).collect();
        assert_eq!(taken.iter().position(|is_uncached| !is_uncached), Some(TRIED_AGAIN as usize));
        let taken: Vec<_> = (0..40).map(|_| piece(50, 9)).collect();
        assert_eq!(taken.iter().filter(|is_uncached| **is_uncached).count(), 3, "the disk has become slow");
    }

    #[test]
    fn pieces_of_any_length_follow_one_another() {
        let pieces = [10, 0, 1 << 20, (1 << 20) + 1, 4_095, 4_096, 300_001, 3, 2 << 20, 299_999, 1];
        for may_wait in [false, true] {
            let file = scratch(if may_wait { "waits" } else { "does-not-wait" });
            let mut appended = AppendedFile::new(file.try_clone().unwrap()).unwrap();
            let (mut blocks, mut expected) = (Blocks::default(), Vec::new());
            for (number, &length) in pieces.iter().enumerate() {
                let piece: Vec<u8> = (0..length).map(|at| (at * 31 + number * 7) as u8).collect();
                blocks.append(&piece);
                expected.extend_from_slice(&piece);
                appended.write(blocks.bytes(), may_wait).unwrap();
                blocks.clear(appended.size());
            }
            let mut found = vec![0; expected.len()];
            file.read_exact_at(&mut found, 0).unwrap();
            assert!(found == expected, "may wait: {may_wait}");
            assert_eq!(file.metadata().unwrap().len(), appended.size());
        }
    }

    #[test]
    fn memory_that_is_not_aligned_is_written_too() {
        let file = scratch("unaligned");
        let mut appended = AppendedFile::new(file.try_clone().unwrap()).unwrap();
        let bytes: Vec<u8> = (0..(1 << 20) + 16).map(|at: u32| (at * 31) as u8).collect();
        let mut found = bytes.clone();
        for start in [0, 1, 9] {
            let offset = appended.size();
            appended.write(&bytes[start..], false).unwrap();
            file.read_exact_at(&mut found[start..], offset).unwrap();
            assert!(found == bytes, "from {start}");
        }
    }
}
