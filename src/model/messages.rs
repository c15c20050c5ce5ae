//! The messages of a connection in both directions.

use super::connection::Connection;
use super::message_index::MessageIndex;
use super::message_pairs::MessagePairs;
use crate::bytes::answers::Pairer;
use crate::bytes::frame::Framing;
use crate::bytes::protocol::Speaker;
use crate::event::ids::{Direction, Side};

/// So many bytes are looked at before an answer that has arrived: the ends of answers depend on the requests.
const MOST_BEFORE_ANSWER: usize = 1 << 20;

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
        let is_known = self.received.messages.as_ref().is_none_or(|requests| requests.counted_from() == 0);
        if let Some(answers) = self.sent.messages.as_mut().filter(|_| !is_known) {
            answers.ask(None);
        }
    }

    /// Whether the requests of the answers that arrive now may not have been looked at.
    pub(super) fn is_before_requests(&self) -> bool {
        self.pairs.is_some() && self.received.is_framing_behind()
    }

    /// Looks at the requests of the answers that arrive now.
    pub(super) fn read_requests(&mut self) {
        self.received.advance_framing(MOST_BEFORE_ANSWER);
        self.ask();
        if let Some(answers) = self.sent.messages.as_mut().filter(|_| self.received.is_framing_behind()) {
            answers.ask(None);
        }
    }

    /// Tells what reads the answers what was asked for.
    fn ask(&mut self) {
        let [requests, answers] = [&mut self.received, &mut self.sent].map(|stream| stream.messages.as_mut());
        let (Some(requests), Some(answers)) = (requests, answers) else { return };
        requests.take_asked().into_iter().for_each(|asked| answers.ask(asked));
        // A server asks for nothing that the ends of messages depend on.
        drop(answers.take_asked());
    }

    /// Looks for the requests of the answers that have ended, unless there are bytes in which messages were not looked for.
    pub(super) fn pair(&mut self) {
        self.ask();
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
        self.ask();
        if !self.received.is_framing_behind() {
            self.sent.advance_framing(budget.saturating_sub(work).max(1));
        }
        self.pair();
    }
}
