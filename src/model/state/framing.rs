//! The messages of all streams, by one rule for each direction.

use std::collections::VecDeque;

use super::{Connection, ConnectionId, Model};
use crate::bytes::frame::Rule;
use crate::event::ids::{Direction, Side, StreamId};

/// How messages are told apart, and which streams have bytes that were there before the rule.
#[derive(Debug, Default)]
pub(super) struct Framing {
    rule: Option<Rule>,
    /// The streams in which messages are still looked for, each once.
    queue: VecDeque<StreamId>,
}

impl Framing {
    /// Prepares the streams of a new connection.
    pub(super) fn begin(&self, connection: &mut Connection) {
        if let Some(rule) = &self.rule {
            connection.set_framing(Some(rule));
        }
    }
}

impl Model {
    /// The rule by which messages are told apart, if there is one.
    #[must_use]
    pub const fn framing(&self) -> Option<&Rule> {
        self.framing.rule.as_ref()
    }

    /// Tells the messages of all connections apart by this rule from now on, or not any more. What was kept before is
    /// looked at in slices, that of the connection `first` at first.
    pub fn set_framing(&mut self, rule: Option<Rule>, first: Option<ConnectionId>) {
        self.framing.queue.clear();
        for known in self.connections.values_mut() {
            let cost = known.cost();
            known.set_framing(rule.as_ref());
            self.cost = self.cost + known.cost() - cost;
            let streams = Direction::ALL.map(|direction| StreamId::client(known.id, direction));
            let behind = |stream: &StreamId| known.stream(stream.direction).is_framing_behind();
            for stream in streams.into_iter().filter(behind) {
                if first == Some(known.id) {
                    self.framing.queue.push_front(stream);
                } else {
                    self.framing.queue.push_back(stream);
                }
            }
        }
        self.framing.rule = rule;
    }

    /// Whether there are bytes in which messages were not looked for.
    #[must_use]
    pub fn is_framing(&self) -> bool {
        !self.framing.queue.is_empty()
    }

    /// Looks for messages in about this many bytes that were there before the rule.
    pub fn advance_framing(&mut self, budget: usize) {
        let mut left = budget;
        while left > 0 {
            let Some(&StreamId { connection, direction, .. }) = self.framing.queue.front() else { return };
            let stream = self.connections.get_mut(&connection);
            let stream = stream.and_then(|known| known.stream_mut(Side::Client, direction));
            let mut is_behind = false;
            if let Some(stream) = stream {
                let cost = stream.cost();
                // A stream costs something even if there is nothing to look at.
                left = left.saturating_sub(stream.advance_framing(left).max(64));
                is_behind = stream.is_framing_behind();
                self.cost = self.cost + stream.cost() - cost;
            }
            if !is_behind {
                self.framing.queue.pop_front();
            }
        }
        self.evict();
    }
}
