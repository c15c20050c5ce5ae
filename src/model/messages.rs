//! The messages of a connection in both directions.

use super::connection::Connection;
use super::message_index::MessageIndex;
use crate::bytes::frame::Framing;
use crate::bytes::protocol::Speaker;
use crate::event::ids::{Direction, Side};

impl Connection {
    /// The messages of one direction, on the client's side, if they are told apart.
    #[must_use]
    pub fn messages(&self, direction: Direction) -> Option<&MessageIndex> {
        self.stream(direction).messages.as_deref()
    }

    /// Tells the messages of both directions apart in this way from now on. Where the rule stays as it is, so do the
    /// messages.
    pub fn set_framing(&mut self, framing: &Framing) {
        for direction in Direction::ALL {
            let speaker = match direction {
                Direction::Received => Speaker::Client,
                Direction::Sent => Speaker::Server,
            };
            let rule = framing.rule(self.opening.protocol(), speaker);
            if let Some(stream) = self.stream_mut(Side::Client, direction) {
                stream.set_framing(rule.as_ref());
            }
        }
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
