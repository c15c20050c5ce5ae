//! The messages of a connection in both directions.

use super::connection::Connection;
use super::message_index::MessageIndex;
use crate::bytes::frame::Rule;
use crate::event::ids::Direction;

impl Connection {
    /// The messages of one direction, on the client's side, if there is a rule for them.
    #[must_use]
    pub fn messages(&self, direction: Direction) -> Option<&MessageIndex> {
        self.stream(direction).messages.as_deref()
    }

    /// Tells the messages of both directions apart by this rule from now on, or not any more.
    pub fn set_framing(&mut self, rule: Option<&Rule>) {
        self.received.set_framing(rule);
        self.sent.set_framing(rule);
    }

    /// Whether there are bytes in which messages were not looked for.
    #[must_use]
    pub fn is_framing_behind(&self) -> bool {
        self.received.is_framing_behind() || self.sent.is_framing_behind()
    }

    /// Looks for messages in about this many of the bytes that were not looked at.
    pub fn advance_framing(&mut self, budget: usize) {
        let work = self.received.advance_framing(budget);
        self.sent.advance_framing(budget.saturating_sub(work).max(1));
    }
}
