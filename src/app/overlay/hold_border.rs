//! Holds that begin at the next border between messages: what belongs to the message that has begun goes on.
//!
//! The server knows no messages. It holds from the next byte on, and the app lets the bytes go on that come before the
//! border, as they arrive: until then nothing of the message is kept back for longer than it takes to ask for it.

use crate::app::outcome::Outcome;
use crate::app::overlay::held_message::{self, Begun};
use crate::event::{ConnectionCommand, ConnectionId, Release, Side};
use crate::model::Model;

/// The holds that wait for a border.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BorderWaits {
    waits: Vec<BorderWait>,
}

/// A hold that waits for a border.
#[derive(Clone, PartialEq, Eq, Debug)]
struct BorderWait {
    connection: ConnectionId,
    side: Side,
    /// The position before which all bytes were let go on.
    let_go: u64,
}

impl BorderWaits {
    /// Returns whether the hold of this side waits for a border.
    #[must_use]
    pub fn is_waiting(&self, connection: ConnectionId, side: Side) -> bool {
        self.waits.iter().any(|wait| wait.is_of(connection, side))
    }

    /// Waits for the next border of this side, whose bytes are held.
    pub(super) fn begin(&mut self, connection: ConnectionId, side: Side) {
        self.waits.push(BorderWait { connection, side, let_go: 0 });
    }

    /// Waits for no border of this side any more. Returns whether it did.
    pub(super) fn end(&mut self, connection: ConnectionId, side: Side) -> bool {
        let before = self.waits.len();
        self.waits.retain(|wait| !wait.is_of(connection, side));
        self.waits.len() < before
    }

    /// Lets go on what comes before the borders, as far as it has arrived.
    pub(crate) fn advance(&mut self, model: &Model) -> Outcome {
        let mut outcome = Outcome::default();
        self.waits.retain_mut(|wait| {
            let (step, goes_on_waiting) = wait.advance(model);
            outcome.effects.extend(step.effects);
            outcome.status = step.status.or(outcome.status.take());
            goes_on_waiting
        });
        outcome
    }
}

impl BorderWait {
    fn is_of(&self, connection: ConnectionId, side: Side) -> bool {
        (self.connection, self.side) == (connection, side)
    }

    /// Lets go on what comes before the border, and returns whether that is still to come.
    fn advance(&mut self, model: &Model) -> (Outcome, bool) {
        let known = model.connection(self.connection).filter(|known| known.closed.is_none());
        let Some(known) = known else { return (Outcome::default(), false) };
        // The server has not begun to hold.
        let Some(held) = known.held(self.side) else { return (Outcome::default(), true) };
        let (bytes, goes_on) = match held_message::begun(known, self.side, held) {
            Ok(Begun::NotKnown) => return (Outcome::default(), true),
            Ok(Begun::GoesOn(bytes)) => (bytes, !known.has_input_ended(self.side)),
            Ok(Begun::Ends(bytes)) => (bytes, false),
            Err(why) => return (Outcome::info(&format!("{why}; it is held from here on")), false),
        };
        let end = held.bytes.start() + bytes;
        let from = self.let_go.max(held.bytes.start());
        self.let_go = self.let_go.max(end);
        if end <= from {
            return (Outcome::default(), goes_on);
        }
        let what = Release::Bytes(end - from);
        (Outcome::command(self.connection, ConnectionCommand::Release { from: self.side, what }), goes_on)
    }
}
