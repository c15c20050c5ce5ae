//! How a connection ends.

use super::connection::{CloseRecord, Connection};
use crate::event::ids::{Direction, Side};

impl Connection {
    pub(super) fn end_input(&mut self, side: Side) {
        if let Some(stream) = self.stream_mut(side, Direction::Received) {
            stream.end();
        }
        self.pair();
        if let (Side::Upstream, Some(upstream)) = (side, &mut self.upstream) {
            // The upstream will not answer any more.
            upstream.responses.interrupt();
        }
    }

    pub(super) fn set_slow(&mut self, side: Side, slow: bool) {
        match (side, &mut self.upstream) {
            (Side::Client, _) => self.slow = slow,
            (Side::Upstream, Some(upstream)) => upstream.slow = slow,
            (Side::Upstream, None) => {}
        }
    }

    /// Ends both directions of both sides.
    pub(super) fn close(&mut self, closed: CloseRecord) {
        for side in Side::ALL {
            self.set_slow(side, false);
            for direction in Direction::ALL {
                if let Some(stream) = self.stream_mut(side, direction) {
                    stream.end();
                }
            }
        }
        self.pair();
        self.opening.end();
        self.closed = Some(closed);
    }
}
