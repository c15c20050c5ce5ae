//! The messages of a connection in both directions.

use super::connection::Connection;
use super::message_index::MessageIndex;
use super::message_pairs::MessagePairs;
use crate::bytes::answers::Pairer;
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
        let mut changed = 0;
        for direction in Direction::ALL {
            let speaker = match direction {
                Direction::Received => Speaker::Client,
                Direction::Sent => Speaker::Server,
            };
            let rule = framing.rule(self.opening.protocol(), speaker);
            if let Some(stream) = self.stream_mut(Side::Client, direction) {
                changed += usize::from(stream.set_framing(rule.as_ref()));
            }
        }
        if changed > 0 {
            let pairer = framing.protocol(self.opening.protocol()).and_then(Pairer::of);
            self.pairs = pairer.filter(|_| changed == 2).map(|pairer| Box::new(MessagePairs::new(pairer)));
            self.begin_pairs();
        }
    }

    fn begin_pairs(&mut self) {
        let Some(pairs) = &mut self.pairs else { return };
        for messages in [&mut self.received.messages, &mut self.sent.messages].into_iter().flatten() {
            messages.keep_fresh();
            // What was asked before is not known.
            if messages.counted_from() > 0 {
                pairs.lose();
            }
        }
    }

    /// Looks for the requests of the answers that have ended, unless there are bytes in which messages were not looked for.
    pub(super) fn pair(&mut self) {
        if self.is_framing_behind() {
            return;
        }
        let Self { pairs: Some(pairs), received, sent, .. } = self else { return };
        let mut fresh = |messages: &mut Option<Box<MessageIndex>>, direction| {
            let Some(messages) = messages else { return Vec::new() };
            pairs.trim(direction, messages);
            messages.take_fresh()
        };
        let received = fresh(&mut received.messages, Direction::Received);
        let sent = fresh(&mut sent.messages, Direction::Sent);
        pairs.add(received, sent);
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
        self.pair();
    }
}
