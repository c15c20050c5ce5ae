//! A recording of any kind, as events.

use std::io::{self, Read};
use std::mem;

use bytes::Bytes;

use crate::event::{ConnectionId, Event, Place, ServerEvent, Stamped, Timestamp};
use crate::recording::read::capture::Capture;
use crate::recording::read::connections::{Connections, Taken};
use crate::recording::read::conversation::Scan;
use crate::recording::read::input::Input;
use crate::recording::read::link;
use crate::recording::read::ndjson::{Lines, NextLine};
use crate::recording::read::packet::{Next, Packet};
use crate::recording::read::problems::Problems;

/// What of a recording is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// The UTF-8 summary of bytes, which costs time.
    pub utf8: bool,
    /// Only this connection.
    pub connection: Option<ConnectionId>,
    /// Where captured bytes lie, in the file with this number.
    pub places: Option<u8>,
}

/// Whether there is more to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// There may be.
    More,
    /// There is not.
    Ended,
}

/// Why a file cannot be opened as a recording.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is none.
    #[error("neither pcapng, nor pcap, nor NDJSON of bytewatch")]
    Unknown,
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(io::Error),
}

/// The number of events that are added at once, roughly.
const AT_ONCE: usize = 4_096;
/// The number of bytes of the file that are read at once, roughly, if few events follow from them.
const BYTES_AT_ONCE: u64 = 4 << 20;

/// A recording that is being read.
#[derive(Debug)]
pub struct Recording<R> {
    input: Input<R>,
    contents: Contents,
    wanted: Wanted,
    /// The time of the last event.
    at: Timestamp,
}

/// A file of packets.
#[derive(Debug)]
struct Packets {
    capture: Capture,
    connections: Connections,
    problems: Problems,
    /// What was written about the file, and is told with the next packet: it has no time of its own.
    comments: Vec<String>,
    /// The number of the file, if places in it are wanted.
    file: Option<u8>,
}

#[derive(Debug)]
enum Contents {
    Packets(Box<Packets>),
    Lines(Lines),
}

impl<R: Read> Recording<R> {
    /// Recognises what the file is, by its first bytes.
    ///
    /// # Errors
    ///
    /// When it is not a recording, or cannot be read.
    pub fn open(source: R, wanted: Wanted) -> Result<Self, OpenError> {
        let mut input = Input::new(source);
        let scan = if wanted.utf8 { Scan::Utf8 } else { Scan::Nothing };
        let is_empty = input.peek(1).is_empty();
        if let Some(error) = input.take_failure() {
            return Err(OpenError::Unreadable(error));
        }
        if is_empty {
            return Err(OpenError::Empty);
        }
        let contents = if let Some(capture) = Capture::open(&mut input) {
            let (connections, problems) = (Connections::new(scan), Problems::default());
            let (comments, file) = (Vec::new(), wanted.places);
            Contents::Packets(Box::new(Packets { capture, connections, problems, comments, file }))
        } else {
            Contents::Lines(Lines::open(&mut input, scan).ok_or(OpenError::Unknown)?)
        };
        Ok(Self { input, contents, wanted, at: Timestamp::default() })
    }

    /// The number of bytes of the file that were read.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.input.position()
    }

    /// Reads on, and adds the events that follow. Returns as soon as there are some and more would have to be waited for,
    /// or a few thousand, or when much has been read.
    pub fn read(&mut self, out: &mut Vec<Stamped>) -> Progress {
        let (start, position) = (out.len(), self.position());
        let progress = loop {
            let progress = self.step(out);
            let has_some = out.len() > start;
            if self.position() - position >= BYTES_AT_ONCE {
                break progress;
            }
            if progress == Progress::Ended
                || has_some && (out.len() - start >= AT_ONCE || !self.is_next_whole())
            {
                break progress;
            }
        };
        if let Some(only) = self.wanted.connection {
            let new = out.split_off(start);
            out.extend(new.into_iter().filter(|stamped| is_about(&stamped.event, only)));
        }
        progress
    }

    /// Whether the next step needs no more of the file than what was read of it.
    fn is_next_whole(&self) -> bool {
        match &self.contents {
            Contents::Packets(packets) => packets.capture.is_whole(self.input.buffered()),
            Contents::Lines(_) => self.input.buffered().contains(&b'\n'),
        }
    }

    fn step(&mut self, out: &mut Vec<Stamped>) -> Progress {
        let Self { input, contents, at, .. } = self;
        let ended = match contents {
            Contents::Packets(packets) => match packets.capture.next(input) {
                Next::Packet(packet) => {
                    *at = packet.at.max(*at);
                    packets.take(packet, *at, out);
                    return Progress::More;
                }
                Next::Comments(comments) => {
                    packets.comments.extend(comments);
                    return Progress::More;
                }
                Next::Skipped => return Progress::More,
                Next::End(why) => {
                    packets.tell(*at, out);
                    packets.connections.end(out);
                    why.into_iter().chain(packets.problems.sentences()).collect::<Vec<_>>()
                }
            },
            Contents::Lines(lines) => match lines.next(input) {
                NextLine::Event(stamped) => {
                    *at = stamped.at.max(*at);
                    out.push(stamped);
                    return Progress::More;
                }
                NextLine::Unopened(events) => {
                    *at = events[0].at.max(*at);
                    out.extend(*events);
                    return Progress::More;
                }
                NextLine::Nothing => return Progress::More,
                NextLine::Wrong(why) => {
                    out.push(failed(*at, why));
                    return Progress::More;
                }
                NextLine::End(why) => why.into_iter().collect(),
            },
        };
        let failure = self.input.take_failure().map(|error| format!("the file cannot be read on: {error}"));
        out.extend(failure.into_iter().chain(ended).map(|why| failed(self.at, why)));
        Progress::Ended
    }
}

impl Packets {
    fn take(&mut self, mut packet: Packet, at: Timestamp, out: &mut Vec<Stamped>) {
        self.tell(at, out);
        let comments = mem::take(&mut packet.comments);
        let mut connection = None;
        match link::network_packet(&packet) {
            Ok(mut segment) => {
                let within = distance(&packet.data, &segment.payload.bytes);
                segment.payload.place = self.file.and_then(|file| Place::new(file, packet.offset + within));
                if self.connections.take(&segment, packet.at, out) == Taken::NoRoom {
                    self.problems.count_without_room();
                }
                if !comments.is_empty() {
                    connection = self.connections.of(&segment);
                }
            }
            Err(why) => self.problems.count(why),
        }
        out.extend(comments.into_iter().map(|text| comment(at, connection, text)));
    }

    /// Tells what was written about the file.
    fn tell(&mut self, at: Timestamp, out: &mut Vec<Stamped>) {
        out.extend(self.comments.drain(..).map(|text| comment(at, None, text)));
    }
}

/// The number of bytes before a slice in the bytes that it is a slice of.
fn distance(all: &Bytes, slice: &Bytes) -> u64 {
    (slice.as_ptr() as usize).saturating_sub(all.as_ptr() as usize) as u64
}

const fn comment(at: Timestamp, connection: Option<ConnectionId>, text: String) -> Stamped {
    Stamped { at, event: Event::Server(ServerEvent::Comment { connection, text }) }
}

/// The event that something is wrong with the file.
const fn failed(at: Timestamp, detail: String) -> Stamped {
    Stamped { at, event: Event::Server(ServerEvent::Failed { detail }) }
}

/// Whether an event is about this connection, or about the file as a whole.
fn is_about(event: &Event, connection: ConnectionId) -> bool {
    match event {
        Event::Connection(id, _) => *id == connection,
        Event::Stream(id, _) => id.connection == connection,
        Event::Server(ServerEvent::Comment { connection: Some(id), .. }) => *id == connection,
        Event::Switch(_) | Event::Server(_) => true,
    }
}

#[cfg(test)]
mod tests;
