//! Two recordings as one: the second one follows the first one, and its connections have the numbers behind those of the
//! first.

use std::io::Read;

use crate::event::{ConnectionId, Event, ServerEvent, Stamped};
use crate::recording::read::recording::{Progress, Recording};

/// One recording, or two of them.
#[derive(Debug)]
pub struct Joined<R> {
    /// The one that is being read.
    current: Recording<R>,
    /// The second one, until it is being read.
    next: Option<Recording<R>>,
    /// The largest number of a connection of the first one.
    last: u64,
    /// The number of the first connection of the second one, once that is being read.
    second_from: Option<ConnectionId>,
    /// The number of bytes that were read of those that have ended.
    ended: u64,
}

impl<R: Read> Joined<R> {
    /// One recording.
    #[must_use]
    pub const fn one(recording: Recording<R>) -> Self {
        Self { current: recording, next: None, last: 0, second_from: None, ended: 0 }
    }

    /// Two recordings.
    #[must_use]
    pub fn two(first: Recording<R>, second: Recording<R>) -> Self {
        Self { next: Some(second), ..Self::one(first) }
    }

    /// Whether it is two recordings.
    #[must_use]
    pub const fn is_two(&self) -> bool {
        self.next.is_some() || self.second_from.is_some()
    }

    /// The number of bytes of both files that were read.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.ended + self.current.position()
    }

    /// The number from which on connections are those of the second recording, once that is known.
    #[must_use]
    pub const fn second_from(&self) -> Option<ConnectionId> {
        self.second_from
    }

    /// Reads on, and adds the events that follow.
    pub fn read(&mut self, out: &mut Vec<Stamped>) -> Progress {
        let start = out.len();
        let progress = self.current.read(out);
        match self.second_from {
            Some(_) => out[start..].iter_mut().for_each(|stamped| renumber(&mut stamped.event, self.last)),
            None if self.next.is_some() => {
                let largest = out[start..].iter().filter_map(|stamped| connection(&stamped.event)).max();
                self.last = self.last.max(largest.map_or(0, |id| id.0));
            }
            None => {}
        }
        match (progress, self.next.take()) {
            (Progress::Ended, Some(second)) => {
                self.ended = self.current.position();
                self.current = second;
                self.second_from = Some(ConnectionId(self.last + 1));
                Progress::More
            }
            (progress, next) => {
                self.next = next;
                progress
            }
        }
    }
}

/// The connection that an event is about.
const fn connection(event: &Event) -> Option<ConnectionId> {
    match event {
        Event::Connection(id, _) => Some(*id),
        Event::Stream(stream, _) => Some(stream.connection),
        Event::Server(ServerEvent::Comment { connection, .. }) => *connection,
        Event::Switch(_) | Event::Server(_) => None,
    }
}

/// Adds to the number of the connection that an event is about.
const fn renumber(event: &mut Event, by: u64) {
    match event {
        Event::Connection(id, _) => id.0 += by,
        Event::Stream(stream, _) => stream.connection.0 += by,
        Event::Server(ServerEvent::Comment { connection: Some(id), .. }) => id.0 += by,
        Event::Switch(_) | Event::Server(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::read::recording::Wanted;

    fn opened(number: u64) -> String {
        format!(
            "{{\"event\":\"opened\",\"at\":\"2026-01-01T00:00:00.000000Z\",\"connection\":{number},\
             \"peer\":\"127.0.0.1:5000{number}\",\"local\":\"127.0.0.1:7777\",\"backend\":\"async\"}}\n"
        )
    }

    fn recording(text: &str) -> Recording<&[u8]> {
        Recording::open(text.as_bytes(), Wanted::default()).unwrap()
    }

    fn numbers(mut joined: Joined<&[u8]>) -> (Vec<u64>, Option<u64>, u64) {
        let mut events = Vec::new();
        while joined.read(&mut events) == Progress::More {}
        let numbers = events.iter().filter_map(|stamped| connection(&stamped.event)).map(|id| id.0);
        (numbers.collect(), joined.second_from().map(|id| id.0), joined.position())
    }

    #[test]
    fn connections_of_the_second_recording_have_the_numbers_behind_those_of_the_first() {
        let (first, second) = ([opened(1), opened(4)].concat(), [opened(1), opened(2)].concat());
        let bytes = (first.len() + second.len()) as u64;
        assert_eq!(
            numbers(Joined::two(recording(&first), recording(&second))),
            (vec![1, 4, 5, 6], Some(5), bytes)
        );
        assert_eq!(numbers(Joined::one(recording(&first))), (vec![1, 4], None, first.len() as u64));
    }
}
