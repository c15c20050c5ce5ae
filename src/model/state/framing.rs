//! The messages of all streams, by a rule or by what is recognised.

use std::collections::VecDeque;

use super::{Connection, ConnectionId, Model};
use crate::bytes::frame::Framing;
use crate::event::ids::{Direction, Side, StreamId};

/// How messages are told apart, and which streams have bytes that were not looked at.
#[derive(Debug)]
pub(super) struct Messages {
    framing: Framing,
    /// The streams in which messages are looked for in slices, each once.
    queue: VecDeque<StreamId>,
}

impl Default for Messages {
    fn default() -> Self {
        Self { framing: Framing::None, queue: VecDeque::new() }
    }
}

impl Messages {
    /// Prepares the streams of a connection. Those with bytes that were not looked at are queued.
    pub(super) fn begin(&mut self, known: &mut Connection) {
        if self.framing != Framing::None {
            known.set_framing(&self.framing);
            self.enqueue(known);
        }
    }

    /// Whether the rule for a connection depends on what is recognised.
    pub(super) fn is_by_protocol(&self) -> bool {
        self.framing == Framing::Auto
    }

    /// Queues the streams of a connection that have bytes in which messages were not looked for.
    pub(super) fn enqueue(&mut self, known: &mut Connection) {
        for direction in Direction::ALL {
            let id = StreamId::client(known.id, direction);
            let stream = known.stream_mut(Side::Client, direction);
            if stream.is_some_and(|stream| stream.is_framing_behind() && stream.queue_framing()) {
                self.queue.push_back(id);
            }
        }
    }
}

impl Model {
    /// How messages are told apart.
    #[must_use]
    pub const fn framing(&self) -> &Framing {
        &self.messages.framing
    }

    /// Tells the messages of all connections apart in this way from now on. What was kept before is looked at in slices,
    /// that of the connection `first` at first.
    pub fn set_framing(&mut self, framing: Framing, first: Option<ConnectionId>) {
        self.messages = Messages { framing, queue: VecDeque::new() };
        let others = self.connections.keys().copied().filter(|id| Some(*id) != first);
        let ids: Vec<_> = first.into_iter().chain(others).collect();
        for id in ids {
            if let Some(known) = self.connections.get_mut(&id) {
                let cost = known.cost();
                // The same rule begins again: what it lost may have been trimmed.
                known.set_framing(&Framing::None);
                known.set_framing(&self.messages.framing);
                self.messages.enqueue(known);
                self.cost = self.cost + known.cost() - cost;
            }
        }
        self.evict();
    }

    /// Takes notice of what is recognised of a connection.
    pub(super) fn frame_recognised(&mut self, id: ConnectionId) {
        if let Some(known) = self.connections.get_mut(&id).filter(|_| self.messages.is_by_protocol()) {
            let cost = known.cost();
            self.messages.begin(known);
            self.cost = self.cost + known.cost() - cost;
        }
    }

    /// Whether there are bytes in which messages were not looked for.
    #[must_use]
    pub fn is_framing(&self) -> bool {
        !self.messages.queue.is_empty()
    }

    /// Looks for messages in about this many bytes that were not looked at when they arrived.
    pub fn advance_framing(&mut self, budget: usize) {
        let mut left = budget;
        while left > 0 {
            let Some(&StreamId { connection, direction, .. }) = self.messages.queue.front() else { return };
            let mut is_behind = false;
            if let Some(known) = self.connections.get_mut(&connection) {
                let cost = known.cost();
                if let Some(stream) = known.stream_mut(Side::Client, direction) {
                    // A stream costs something even if there is nothing to look at.
                    left = left.saturating_sub(stream.advance_framing(left).max(64));
                    is_behind = stream.is_framing_behind();
                }
                known.pair();
                self.cost = self.cost + known.cost() - cost;
            }
            if !is_behind {
                self.messages.queue.pop_front();
            }
        }
        self.evict();
    }
}
