//! Events in, files out: the forms of a recording.

use std::io;
use std::path::PathBuf;

use crate::event::codec::LineKinds;
use crate::event::{ConnectionEvent, Event, Stamped, StreamId, Timestamp};
use crate::recording::write::{KnownConnection, PcapngWriter};
use crate::shell::headless::Printer;
use crate::shell::recorder::files::RotatedFile;
use crate::shell::recorder::options::{Format, RecordOptions};
use crate::shell::recorder::queue;
use crate::shell::recorder::streams::StreamFiles;

/// The packets that are collected before they are written, in bytes, while there are more events. A larger piece costs less
/// for each byte, and keeps the disk busy for longer while the thread waits for a processor.
const PACKETS: usize = 2 << 20;

/// The lines that are collected. They go through the page cache.
const LINES: usize = 1 << 20;

/// Where events are recorded.
pub(super) struct RecordOutput {
    path: PathBuf,
    target: Target,
    /// Where each read and write ends in what is collected and not written yet.
    ends: Vec<usize>,
    /// Whether there is time to wait for a slow disk.
    may_wait: bool,
}

enum Target {
    Packets { writer: Box<PcapngWriter>, file: RotatedFile, written: u64 },
    Lines { printer: Box<Printer>, file: RotatedFile, written: u64 },
    Streams(StreamFiles),
}

impl RecordOutput {
    /// Opens what is recorded to. Nothing is written yet.
    ///
    /// # Errors
    ///
    /// Why it cannot be written; [`io::ErrorKind::AlreadyExists`] if it exists and may not be replaced.
    pub(super) fn create(options: RecordOptions) -> io::Result<Self> {
        let format = options.format();
        let RecordOptions { path, replace, rotation } = options;
        let file = || RotatedFile::create(path.clone(), replace, rotation);
        let target = match format {
            Format::Pcapng => Target::Packets { writer: Box::default(), file: file()?, written: 0 },
            Format::Ndjson => {
                let printer = Box::new(Printer::new(LineKinds::DEFAULT));
                Target::Lines { printer, file: file()?, written: 0 }
            }
            Format::Streams => Target::Streams(StreamFiles::create(&path, replace)?),
        };
        Ok(Self { path, target, ends: Vec::new(), may_wait: true })
    }

    /// The path that was asked for.
    pub(super) const fn path(&self) -> &PathBuf {
        &self.path
    }

    /// Writes what stands at the beginning. `known` are the connections that are open already.
    ///
    /// # Errors
    ///
    /// Those of the file.
    pub(super) fn begin(&mut self, at: Timestamp, known: &[KnownConnection]) -> io::Result<()> {
        match &mut self.target {
            Target::Packets { writer, .. } => {
                writer.begin_file();
                known.iter().for_each(|connection| writer.know(at, connection));
            }
            Target::Lines { printer, .. } => {
                for KnownConnection { id, peer, local, backend, upstream, .. } in known.iter().cloned() {
                    let opened = ConnectionEvent::Opened { peer, local, backend, upstream };
                    printer.print(&Stamped { at, event: Event::Connection(id, opened) })?;
                }
            }
            Target::Streams(files) => {
                for connection in known {
                    for (direction, &length) in connection.lengths.iter() {
                        files.know(StreamId::client(connection.id, direction), length);
                    }
                }
            }
        }
        self.flush()
    }

    /// Records an event.
    ///
    /// # Errors
    ///
    /// Those of the file.
    pub(super) fn take(&mut self, event: &Stamped) -> io::Result<()> {
        let (waiting, enough, file) = match &mut self.target {
            Target::Packets { writer, file, .. } => {
                writer.take(event);
                (writer.blocks().len(), PACKETS, file)
            }
            Target::Lines { printer, file, .. } => {
                printer.print(event)?;
                (printer.out.len(), LINES, file)
            }
            Target::Streams(files) => {
                return files.take(event);
            }
        };
        if queue::is_payload(event) {
            self.ends.push(waiting);
        }
        if file.is_full(waiting) {
            return self.go_on_in_next_file(event.at);
        }
        if waiting >= enough { self.flush() } else { Ok(()) }
    }

    fn go_on_in_next_file(&mut self, at: Timestamp) -> io::Result<()> {
        self.end_file(at)?;
        match &mut self.target {
            Target::Packets { writer, file, .. } => {
                file.next()?;
                writer.begin_file();
            }
            Target::Lines { file, .. } => file.next()?,
            Target::Streams(_) => {}
        }
        self.flush()
    }

    fn end_file(&mut self, at: Timestamp) -> io::Result<()> {
        match &mut self.target {
            Target::Packets { writer, .. } => writer.end_file(at),
            Target::Lines { .. } | Target::Streams(_) => {}
        }
        self.flush()
    }

    /// Says whether there is time to wait for a slow disk.
    pub(super) const fn set_may_wait(&mut self, may_wait: bool) {
        self.may_wait = may_wait;
    }

    /// Counts reads and writes that did not get here.
    pub(super) fn miss(&mut self, events: u64) {
        match &mut self.target {
            Target::Packets { writer, .. } => writer.miss(events),
            Target::Lines { .. } | Target::Streams(_) => {}
        }
    }

    /// Writes what is collected. If that fails, as many whole reads and writes as a regular file has room for are kept.
    ///
    /// # Errors
    ///
    /// Those of the file.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let (records, file, total) = match &mut self.target {
            Target::Packets { writer, file, written } => (writer.blocks(), file, written),
            Target::Lines { printer, file, written } => (printer.out.bytes(), file, written),
            Target::Streams(_) => return Ok(()),
        };
        if let Err(error) = file.write(records, self.may_wait) {
            let (mut kept, mut start) = (0, 0);
            while let Some(&end) = self.ends.get(kept).filter(|_| file.can_be_cut())
                && file.write(&records[start..end], false).is_ok()
            {
                (kept, start) = (kept + 1, end);
            }
            self.ends.drain(..kept);
            *total += start as u64;
            return Err(error);
        }
        *total += records.len() as u64;
        match &mut self.target {
            Target::Packets { writer, file, .. } => writer.clear(file.size()),
            Target::Lines { printer, .. } => printer.out.remove_all(),
            Target::Streams(_) => {}
        }
        self.ends.clear();
        Ok(())
    }

    /// The number of reads and writes that are collected and not written.
    pub(super) const fn unwritten(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Writes what stands at the end.
    ///
    /// # Errors
    ///
    /// Those of the file.
    pub(super) fn end(&mut self, at: Timestamp) -> io::Result<()> {
        match &mut self.target {
            Target::Lines { printer, .. } => printer.end(at)?,
            Target::Packets { .. } | Target::Streams(_) => {}
        }
        self.end_file(at)
    }

    /// The number of bytes that are written, in all files.
    pub(super) const fn written(&self) -> u64 {
        match &self.target {
            Target::Packets { written, .. } | Target::Lines { written, .. } => *written,
            Target::Streams(files) => files.written,
        }
    }
}
