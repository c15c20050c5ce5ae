//! Reads and writes, observed or missed.

use super::Model;
use super::eviction::EvictionEntry;
use crate::event::ids::{ConnectionId, Direction, Timestamp};
use crate::model::stream::{NewChunk, Stream};

/// One read or write, without its bytes.
#[derive(Clone, Copy)]
pub(super) struct ChunkTransfer {
    pub(super) direction: Direction,
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// When one write sent these bytes back unchanged, if one did.
    pub(super) echoed: Option<Timestamp>,
}

impl Model {
    /// Applies one read or write, and the write that echoed it. `add` adds a chunk to a stream.
    pub(super) fn transferred(
        &mut self,
        at: Timestamp,
        id: ConnectionId,
        transfer: ChunkTransfer,
        add: impl Fn(NewChunk, &mut Stream),
    ) {
        let ChunkTransfer { direction, offset, bytes, echoed } = transfer;
        let mut known = self.connections.get_mut(&id);
        for (at, direction) in [(Some(at), direction), (echoed, Direction::Sent)] {
            let Some(at) = at else { break };
            self.totals.bytes[direction] += bytes;
            self.rates[direction].add(at, bytes);
            let Some(known) = &mut known else { continue };
            if known.next_seq == 0 && direction == Direction::Received {
                let totals = &mut self.backend_totals[known.backend];
                totals.first_bytes.record(at, at.micros_since(known.opened), 1);
            }
            known.active = at;
            let seq = known.next_seq;
            known.next_seq += 1;
            let stream = known.stream_mut(direction);
            let cost = stream.cost();
            add(NewChunk { seq, at, wall_clock: self.wall_clock.at(at), offset }, stream);
            let segments = stream.segments_from(offset);
            self.eviction_queue.extend(segments.map(|offset| EvictionEntry {
                connection: id,
                direction,
                offset,
            }));
            self.cost = self.cost + stream.cost() - cost;
        }
        self.evict();
    }

    pub(super) fn missed(
        &mut self,
        at: Timestamp,
        id: Option<ConnectionId>,
        direction: Direction,
        events: u64,
        bytes: u64,
    ) {
        self.totals.missed_bytes += bytes;
        self.totals.missed_events += events;
        self.totals.bytes[direction] += bytes;
        self.rates[direction].add(at, bytes);
        if let Some(known) = id.and_then(|id| self.connections.get_mut(&id)) {
            known.stream_mut(direction).record_missed(at, events, bytes);
        }
    }
}
