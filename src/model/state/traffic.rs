//! Reads and writes, observed or missed.

use super::Model;
use super::eviction::EvictionEntry;
use crate::event::StreamEvent;
use crate::event::ids::{Direction, Origin, Side, StreamId, Timestamp};
use crate::model::opening::{Change, Opening};
use crate::model::payload::{Payload, StoredAt};
use crate::model::stream::{NewChunk, Stream};

/// One read or write, without its bytes.
#[derive(Clone, Copy)]
struct ChunkTransfer {
    at: Timestamp,
    stream: StreamId,
    offset: u64,
    bytes: u64,
    origin: Origin,
}

impl Model {
    pub(super) fn apply_to_stream(&mut self, at: Timestamp, id: StreamId, event: &StreamEvent) {
        match event {
            &StreamEvent::Missed { events, bytes } => self.missed(at, id, events, bytes),
            StreamEvent::Bytes { offset, data, summary, origin, forwarded, place } => {
                let (offset, bytes, origin) = (*offset, data.len() as u64, *origin);
                let transfer = ChunkTransfer { at, stream: id, offset, bytes, origin };
                let forwarded = forwarded.map(|sent| (sent.side, sent.at));
                self.recognise(id, forwarded.map(|(side, _)| side), |opening, direction| {
                    opening.add(direction, offset, data)
                });
                let files = self.files.clone();
                let stored = place.zip(files.as_ref()).map(|(place, files)| StoredAt { files, place });
                let payload = Payload { bytes: data, stored };
                self.transferred(transfer, forwarded, |chunk, stream| stream.push(chunk, payload, summary));
            }
            StreamEvent::Trimmed { offset, bytes, summary, origin, forwarded } => {
                let (offset, origin) = (*offset, *origin);
                let transfer = ChunkTransfer { at, stream: id, offset, bytes: *bytes, origin };
                let forwarded = forwarded.map(|sent| (sent.side, sent.at));
                self.recognise(id, forwarded.map(|(side, _)| side), |opening, _| opening.lose());
                self.transferred(transfer, forwarded, |chunk, stream| {
                    stream.skip_trimmed(chunk.at, chunk.offset, *bytes, summary);
                });
            }
        }
    }

    /// Looks at bytes of the client's side for its protocol, once for each direction in which they went.
    fn recognise(
        &mut self,
        id: StreamId,
        forwarded: Option<Side>,
        look: impl Fn(&mut Opening, Direction) -> Change,
    ) {
        let known = self.connections.get_mut(&id.connection);
        let Some(known) = known.filter(|known| !known.opening.is_settled()) else { return };
        let cost = known.opening.cost();
        let read = Some(id.direction).filter(|_| id.side == Side::Client);
        let written = Some(Direction::Sent).filter(|_| forwarded == Some(Side::Client));
        let mut is_same = true;
        for direction in read.into_iter().chain(written) {
            is_same &= look(&mut known.opening, direction) == Change::Same;
        }
        self.cost = self.cost + known.opening.cost() - cost;
        if !is_same {
            self.frame_recognised(id.connection);
        }
    }

    /// Applies one read or write, and the write that forwarded it. `add` adds a chunk to a stream.
    fn transferred(
        &mut self,
        transfer: ChunkTransfer,
        forwarded: Option<(Side, Timestamp)>,
        add: impl Fn(NewChunk, &mut Stream),
    ) {
        self.transfer(transfer, &add);
        if let Some((side, at)) = forwarded {
            let stream = StreamId { side, direction: Direction::Sent, ..transfer.stream };
            self.transfer(
                ChunkTransfer { at, stream, origin: Origin::of(Direction::Sent), ..transfer },
                &add,
            );
        }
        self.evict();
    }

    fn transfer(&mut self, transfer: ChunkTransfer, add: impl Fn(NewChunk, &mut Stream)) {
        let ChunkTransfer { at, stream: id, offset, bytes, origin } = transfer;
        self.count(at, id, bytes);
        let Some(known) = self.connections.get_mut(&id.connection) else { return };
        if known.chunks() == 0 && (id.side, id.direction) == (Side::Client, Direction::Received) {
            let totals = &mut self.backend_totals[known.backend];
            totals.first_bytes.record(at, at.micros_since(known.opened), 1);
        }
        known.active = at;
        if (id.side, id.direction) == (Side::Client, Direction::Received) {
            known.sent_before_last = known.sent.total();
        }
        if origin == Origin::User {
            let cost = known.cost();
            known.count_injected(id.side, bytes);
            self.cost = self.cost + known.cost() - cost;
        } else if id.connection.run().is_none() {
            // Counts of another program tell how much was moved, and not when.
            known.time_response(at, id);
        }
        let is_answer = (id.side, id.direction) == (Side::Client, Direction::Sent);
        if is_answer && known.is_before_requests() {
            let cost = known.cost();
            known.read_requests();
            self.cost = self.cost + known.cost() - cost;
        }
        let seq = known.take_seq(id.side, origin);
        let Some(stream) = known.stream_mut(id.side, id.direction) else { return };
        let cost = stream.cost();
        add(NewChunk { seq, at, wall_clock: self.wall_clock.at(at), offset, origin }, stream);
        let segments = stream.segments_from(offset);
        self.eviction_queue.extend(segments.map(|offset| EvictionEntry { stream: id, offset }));
        let is_framed = !stream.is_framing_behind();
        self.cost = self.cost + stream.cost() - cost;
        if !is_framed {
            self.messages.enqueue(known);
        } else if known.pairs.is_some() {
            let cost = known.cost();
            known.pair();
            self.cost = self.cost + known.cost() - cost;
        }
    }

    /// Counts bytes, if they were moved on the side of the client.
    fn count(&mut self, at: Timestamp, id: StreamId, bytes: u64) {
        if id.side == Side::Client {
            self.totals.bytes[id.direction] += bytes;
            self.rates[id.direction].add(at, bytes);
        }
    }

    fn missed(&mut self, at: Timestamp, id: StreamId, events: u64, bytes: u64) {
        if id.side == Side::Client {
            self.count_missed(at, id.direction, events, bytes);
        }
        self.recognise(id, None, |opening, _| opening.lose());
        let Some(known) = self.connections.get_mut(&id.connection) else { return };
        if let Some(upstream) = &mut known.upstream {
            upstream.responses.interrupt();
        }
        if let Some(stream) = known.stream_mut(id.side, id.direction) {
            stream.record_missed(at, events, bytes);
        }
    }

    /// Counts bytes that were moved on the side of a client, but not observed.
    pub(super) fn count_missed(&mut self, at: Timestamp, direction: Direction, events: u64, bytes: u64) {
        self.totals.missed_bytes += bytes;
        self.totals.missed_events += events;
        self.totals.bytes[direction] += bytes;
        self.rates[direction].add(at, bytes);
    }
}
