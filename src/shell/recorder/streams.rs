//! A directory with a file of raw bytes for each stream.
//!
//! What is missing is a hole in the file, which reads as zero bytes, so that offsets are right; `gaps.txt` lists the holes.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _};
use std::path::{Path, PathBuf};

use crate::event::{
    ConnectionEvent, Direction, Event, Forwarded, PerDirection, Side, Stamped, StreamEvent, StreamId,
};
use crate::shell::recorder::files;

/// The most files that are open at once. One that is needed again is opened again.
const MOST_OPEN: usize = 64;

/// The directory, and what is known of its files.
#[derive(Debug)]
pub(super) struct StreamFiles {
    directory: PathBuf,
    replace: bool,
    open: HashMap<StreamId, File>,
    /// The offset of the next byte of each stream of a live connection.
    next: HashMap<StreamId, u64>,
    gaps: File,
    /// The number of bytes that are written.
    pub(super) written: u64,
}

impl StreamFiles {
    /// Makes the directory if there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if it holds another recording that may not be replaced, or why it cannot be made.
    pub(super) fn create(directory: &Path, replace: bool) -> io::Result<Self> {
        match DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => {}
            made => made?,
        }
        let gaps = files::create(&directory.join("gaps.txt"), replace)?;
        if replace {
            remove_streams(directory)?;
        }
        let directory = directory.to_owned();
        Ok(Self { directory, replace, open: HashMap::new(), next: HashMap::new(), gaps, written: 0 })
    }

    /// Takes notice that streams of a connection have these lengths, and are recorded from there on.
    pub(super) fn know(&mut self, id: StreamId, length: u64) {
        self.next.insert(id, length);
    }

    /// Writes what an event tells.
    ///
    /// # Errors
    ///
    /// Those of a file.
    pub(super) fn take(&mut self, stamped: &Stamped) -> io::Result<()> {
        match &stamped.event {
            Event::Stream(id, StreamEvent::Bytes { offset, data, forwarded, .. }) => {
                self.write(*id, *offset, data)?;
                match forwarded {
                    Some(Forwarded { side: Side::Client, .. }) => {
                        self.write(StreamId { direction: Direction::Sent, ..*id }, *offset, data)
                    }
                    Some(Forwarded { side: Side::Upstream, .. }) | None => Ok(()),
                }
            }
            Event::Connection(id, ConnectionEvent::Closed { received, sent, .. }) => {
                let lengths = PerDirection { received: *received, sent: *sent };
                for (direction, &length) in lengths.iter() {
                    self.end(StreamId::client(*id, direction), length)?;
                }
                let sides = Side::ALL.map(|side| Direction::ALL.map(|direction| (side, direction)));
                for (side, direction) in sides.into_iter().flatten() {
                    let stream = StreamId { connection: *id, side, direction };
                    self.next.remove(&stream);
                    self.open.remove(&stream);
                }
                Ok(())
            }
            Event::Stream(_, StreamEvent::Trimmed { .. } | StreamEvent::Missed { .. })
            | Event::Connection(..)
            | Event::Switch(_)
            | Event::Server(_) => Ok(()),
        }
    }

    fn write(&mut self, id: StreamId, offset: u64, data: &[u8]) -> io::Result<()> {
        self.note_gap(id, offset)?;
        self.file(id)?.write_all_at(data, offset)?;
        self.next.insert(id, offset + data.len() as u64);
        self.written += data.len() as u64;
        Ok(())
    }

    /// Makes a stream as long as it was.
    fn end(&mut self, id: StreamId, length: u64) -> io::Result<()> {
        if self.next.get(&id).copied().unwrap_or(0) < length {
            self.note_gap(id, length)?;
            self.file(id)?.set_len(length)?;
        }
        Ok(())
    }

    fn note_gap(&mut self, id: StreamId, offset: u64) -> io::Result<()> {
        let next = self.next.get(&id).copied().unwrap_or(0);
        match offset.checked_sub(next) {
            None | Some(0) => Ok(()),
            Some(gap) => writeln!(self.gaps, "{}: {gap} bytes from offset {next} on", name(id)),
        }
    }

    fn file(&mut self, id: StreamId) -> io::Result<&File> {
        if self.open.len() >= MOST_OPEN && !self.open.contains_key(&id) {
            self.open.clear();
        }
        match self.open.entry(id) {
            std::collections::hash_map::Entry::Occupied(open) => Ok(open.into_mut()),
            std::collections::hash_map::Entry::Vacant(closed) => {
                let path = self.directory.join(name(id));
                let is_begun = self.next.contains_key(&id) && path.exists();
                let file = if is_begun {
                    OpenOptions::new().write(true).open(path)?
                } else {
                    files::create(&path, self.replace)?
                };
                Ok(closed.insert(file))
            }
        }
    }
}

fn name(id: StreamId) -> String {
    format!("connection-{}-{}-{}.bin", id.connection.0, id.side, id.direction)
}

/// Removes the streams of an earlier recording.
fn remove_streams(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_stream = |name: &str| name.starts_with("connection-") && name.ends_with(".bin");
        if name.to_str().is_some_and(is_stream) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
