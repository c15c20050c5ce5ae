//! The first bytes of a connection, until its protocol is recognised.

use crate::bytes::protocol::{Beginning, ENOUGH, Recognised, Recognition, Speaker, recognise};
use crate::event::{Direction, PerDirection};

/// What is kept of the beginning of a connection.
#[derive(Debug, Default)]
pub(super) struct Opening {
    kept: PerDirection<Vec<u8>>,
    first: Option<Speaker>,
    /// Nothing more is needed: the protocol was told, or bytes before others were not observed.
    is_done: bool,
}

impl Opening {
    /// Adds bytes of the client's side. Returns the protocol once more bytes would not say more.
    pub(super) fn add(&mut self, direction: Direction, offset: u64, data: &[u8]) -> Option<Recognised> {
        let kept = &mut self.kept[direction];
        if self.is_done || kept.len() == ENOUGH {
            return None;
        }
        if kept.len() as u64 != offset {
            self.finish();
            return None;
        }
        self.first.get_or_insert(match direction {
            Direction::Received => Speaker::Client,
            Direction::Sent => Speaker::Server,
        });
        kept.extend_from_slice(&data[..data.len().min(ENOUGH - kept.len())]);
        let found = self.recognise(true).filter(|found| found.complete)?;
        self.finish();
        Some(found)
    }

    /// The protocol at the end of the connection, unless it was told.
    pub(super) fn end(&mut self) -> Option<Recognised> {
        if self.is_done { None } else { self.recognise(false) }
    }

    fn recognise(&self, more: bool) -> Option<Recognised> {
        let [received, sent] = [Direction::Received, Direction::Sent].map(|way| &self.kept[way][..]);
        match recognise(Beginning { received, sent, first: self.first?, more }) {
            Recognition::Recognised(found) => Some(found),
            Recognition::Undecided | Recognition::UnknownText | Recognition::UnknownBinary => None,
        }
    }

    fn finish(&mut self) {
        *self = Self { is_done: true, ..Self::default() };
    }
}
