//! What is counted and told of the writes of a connection.

use std::time::Duration;

use crate::event::{Direction, Origin, Side};
use crate::server::connection::endpoint::Backpressure;
use crate::server::connection::ends::Ends;
use crate::server::connection::piece::Piece;
use crate::server::connection::read_buffer::ReadBytes;
use crate::server::connection::tap::Tap;
use crate::server::net::latency_sampler::{CoarseInstant, LatencySample};

/// The parts of a connection that its writes change.
pub(super) struct Writes<'a> {
    pub(super) tap: &'a mut Tap,
    pub(super) ends: &'a mut Ends,
}

impl Writes<'_> {
    /// The socket took all bytes of a read, unchanged. `sample` is the latency of the read.
    pub(super) fn forwarded(&mut self, to: Side, chunk: &ReadBytes<'_>, sample: Option<LatencySample>) {
        if !self.ends.are_relayed() {
            self.tap.echoed(chunk, chunk.len(), sample);
        } else {
            self.record(to, chunk);
            self.tap.record_latency(sample);
        }
    }

    /// The socket took the first `length` bytes of a read: the others become pending. They are blocked since the read.
    pub(super) fn forwarded_in_part(
        &mut self,
        to: Side,
        chunk: &ReadBytes<'_>,
        length: usize,
        since: CoarseInstant,
        now: CoarseInstant,
    ) {
        if length > 0 {
            if !self.ends.are_relayed() {
                self.tap.echoed(chunk, length, None);
            } else {
                self.record(to, &chunk.slice(..length));
            }
        }
        let end = self.ends.get_mut(to);
        end.outgoing = Piece::of_service(chunk.slice(length..).into_bytes());
        end.blocked_since = Some(since);
        self.tap.record_partial_write();
        self.record_stall(to, now);
    }

    /// The socket took `length` bytes, encrypted if the side is. Returns whether pending bytes were among them that the
    /// user did not put in, and none are left.
    pub(super) fn sent(&mut self, side: Side, length: usize, now: CoarseInstant) -> bool {
        let end = self.ends.get_mut(side);
        let (was_owed, origin) = (!end.outgoing.is_empty(), end.outgoing.origin);
        let sent = end.take_sent(length);
        if let Some(header) = end.take_sent_first() {
            self.tap.proxy_header(side, header);
        }
        let (is_flushed, is_partial) = (end.outgoing.is_empty(), !end.to_write().is_empty());
        let is_echo = end.tls.as_mut().is_some_and(|tls| std::mem::take(&mut tls.is_echo) && is_flushed);
        if !sent.is_empty() {
            // The slice makes the consumer copy what it keeps: a shared part of an answer would keep all of the answer
            // alive.
            let chunk = ReadBytes::Slice(&sent);
            if origin == Origin::User {
                self.tap.injected(side, &chunk);
            } else if is_echo {
                self.tap.echoed(&chunk, chunk.len(), None);
            } else {
                self.record(side, &chunk);
            }
        }
        // A handshake owes nothing.
        if was_owed {
            self.record_stall(side, now);
        }
        if is_partial {
            self.tap.record_partial_write();
        }
        let is_answered = is_flushed && !sent.is_empty() && origin != Origin::User;
        let end = self.ends.get_mut(side);
        end.load_injected();
        if end.is_pending() {
            return is_answered && !is_partial;
        }
        // Not an empty slice of a large buffer, which would keep the buffer.
        end.outgoing = Piece::empty();
        if std::mem::replace(&mut end.backpressure, Backpressure::None) == Backpressure::Slow {
            self.tap.flowing(side);
        }
        is_answered
    }

    /// A write was blocked for `SLOW_AFTER`.
    pub(super) fn blocked(&mut self, side: Side, now: CoarseInstant) {
        let end = self.ends.get_mut(side);
        if std::mem::replace(&mut end.backpressure, Backpressure::Slow) == Backpressure::None {
            self.tap.slow(side);
        }
        if !self.ends.get(side).outgoing.is_empty() {
            self.record_stall(side, now);
        }
    }

    /// What was written to the client is told. What was written to the upstream was told when it was read.
    fn record(&mut self, to: Side, chunk: &ReadBytes<'_>) {
        match to {
            Side::Client => self.tap.record(Direction::Sent, chunk),
            Side::Upstream => {
                self.tap.count_to_upstream(chunk.len());
            }
        }
    }

    fn record_stall(&mut self, side: Side, now: CoarseInstant) {
        let before = self.ends.get_mut(side).blocked_since.replace(now);
        let time = before.map_or(Duration::ZERO, |before| now.since(before));
        if !time.is_zero() {
            self.tap.add_write_stall(time);
        }
    }
}
