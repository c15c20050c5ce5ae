//! A lane, and a peer that takes every write at once.

use std::mem::replace;

use bytes::Bytes;

use super::*;

pub(super) const MILLI: Duration = Duration::from_millis(1);

/// One write, and when it was possible.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Write {
    pub(super) millis: u128,
    pub(super) bytes: Vec<u8>,
}

/// What came out of a lane.
#[derive(Default)]
pub(super) struct Out {
    pub(super) writes: Vec<Write>,
    /// What ended the stream, and when.
    pub(super) end: Option<(LaneEvent, u128)>,
}

impl Out {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.writes.iter().flat_map(|write| write.bytes.clone()).collect()
    }

    pub(super) fn times(&self) -> Vec<u128> {
        self.writes.iter().map(|write| write.millis).collect()
    }

    pub(super) fn lengths(&self) -> Vec<usize> {
        self.writes.iter().map(|write| write.bytes.len()).collect()
    }
}

/// A lane, its time, and what came out of it.
pub(super) struct World {
    pub(super) lane: Lane,
    pub(super) start: Instant,
    pub(super) now: Instant,
    pub(super) out: Out,
}

/// A lane with these faults.
pub(super) fn world(faults: SideFaults) -> World {
    let start = Instant::now();
    let mut lane = Lane::new(1, start);
    lane.set(faults, start);
    World { lane, start, now: start, out: Out::default() }
}

pub(super) fn text(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

impl World {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.lane.push(Piece::of_service(Bytes::copy_from_slice(bytes)));
        self.settle();
    }

    /// Takes everything that can be written now.
    pub(super) fn settle(&mut self) {
        let mut outgoing = Piece::empty();
        loop {
            let event = self.lane.advance(self.now, &mut outgoing);
            let millis = (self.now - self.start).as_millis();
            let is_written = !outgoing.is_empty();
            if is_written {
                self.out
                    .writes
                    .push(Write { millis, bytes: replace(&mut outgoing, Piece::empty()).bytes.to_vec() });
            }
            if event != LaneEvent::Nothing {
                self.out.end.get_or_insert((event, millis));
            }
            if !is_written && event == LaneEvent::Nothing {
                return;
            }
        }
    }

    /// Lets the time pass, with a wake-up at each deadline.
    pub(super) fn pass(&mut self, millis: u32) {
        let until = self.now + millis * MILLI;
        while let Some(at) = self.lane.deadline().filter(|at| *at <= until) {
            assert!(at > self.now, "a deadline that has passed would be waited for again and again");
            self.now = at;
            self.settle();
        }
        self.now = until;
    }
}
