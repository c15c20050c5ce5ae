//! Events in, blocks out.

use std::collections::HashMap;

use super::conversation::{Conversation, Packets};
use super::endpoints::Endpoints;
use super::upstream::UpstreamSide;
use super::{block, ending, remark};
use crate::event::{
    Address, BackendKind, ConnectionEvent, ConnectionId, Direction, Event, Forwarded, Origin, PerDirection,
    ServerEvent, Side, Stamped, StreamEvent, StreamId, Timestamp,
};

const SECTION_COMMENT: &str = "Recorded at sockets, not on a network: bytes, times and addresses are those of reads \
and writes; headers, handshakes and acknowledgements are made up. Bytes of TLS are the plaintext.";
const INTERFACE_DESCRIPTION: &str = "reads and writes of the sockets of bytewatch";

/// A connection that was open before the recording began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownConnection {
    /// Its number.
    pub id: ConnectionId,
    /// The address of the client.
    pub peer: Address,
    /// The address that it connected to.
    pub local: Address,
    /// The backend that serves it.
    pub backend: BackendKind,
    /// The upstream that it is relayed to.
    pub upstream: Option<String>,
    /// The lengths of its streams so far.
    pub lengths: PerDirection<u64>,
}

/// The conversations of a connection.
#[derive(Debug)]
struct Sides {
    client: Conversation,
    /// The upstream's side, if the connection is relayed and known from its beginning.
    upstream: Option<UpstreamSide>,
}

/// Writes events as pcapng. It does no I/O: its owner takes the bytes from time to time.
#[derive(Debug, Default)]
pub struct PcapngWriter {
    packets: Packets,
    conversations: HashMap<ConnectionId, Sides, foldhash::fast::RandomState>,
    /// Microseconds by which the wall clock is ahead of the clock that stamps events.
    ahead: i64,
    /// The number of reads and writes that are not in the file.
    missed: u64,
}

impl PcapngWriter {
    /// Begins a file: writes its section and its interface. Conversations go on in it.
    pub fn begin_file(&mut self) {
        block::section(&mut self.packets.out, SECTION_COMMENT);
        block::interface(&mut self.packets.out, INTERFACE_DESCRIPTION);
    }

    /// Takes notice of a connection that was open before the recording. Its conversation begins without a handshake, as
    /// in every capture that begins in the middle.
    pub fn know(&mut self, at: Timestamp, known: &KnownConnection) {
        let KnownConnection { id, peer, local, lengths, .. } = known;
        let ends = Endpoints::new(*id, peer, local);
        let mut conversation = Conversation::new(ends, *id, Side::Client, *lengths);
        let PerDirection { received, sent } = lengths;
        let begins = format!(
            "connection {} was open before: the recording begins behind {received} received and {sent} sent bytes",
            id.0
        );
        conversation.remark(at, &begins);
        self.conversations.insert(*id, Sides { client: conversation, upstream: None });
    }

    /// Writes what an event tells.
    pub fn take(&mut self, stamped: &Stamped) {
        let at = Timestamp(stamped.at.0.saturating_add_signed(self.ahead));
        match &stamped.event {
            Event::Connection(id, event) => self.connection(at, *id, event),
            Event::Stream(id, event) => self.stream(at, *id, event),
            Event::Server(ServerEvent::ClockStepped { micros, .. }) => {
                self.ahead = self.ahead.saturating_add(*micros);
            }
            Event::Server(ServerEvent::Missed { events, .. }) => self.missed += events,
            // The connections tell what they have to do with these.
            Event::Switch(_)
            | Event::Server(
                ServerEvent::Listening { .. }
                | ServerEvent::ListenerClosed { .. }
                | ServerEvent::ApiListening { .. }
                | ServerEvent::Worked { .. }
                | ServerEvent::Blocked { .. }
                | ServerEvent::Unblocked { .. }
                | ServerEvent::Refused { .. }
                | ServerEvent::Fault(_)
                | ServerEvent::ListenerFault { .. }
                | ServerEvent::Failed { .. }
                | ServerEvent::Comment { .. }
                | ServerEvent::Stopped,
            ) => {}
        }
    }

    /// Counts reads and writes that did not get here.
    pub fn miss(&mut self, events: u64) {
        self.missed += events;
    }

    /// Ends a file with its statistics.
    pub fn end_file(&mut self, at: Timestamp) {
        let nanos = at.0.saturating_add_signed(self.ahead).saturating_mul(1_000);
        block::statistics(&mut self.packets.out, nanos, self.packets.count, self.missed);
    }

    /// The blocks that are not taken yet.
    #[must_use]
    pub fn blocks(&self) -> &[u8] {
        self.packets.out.bytes()
    }

    /// Notes that the blocks are taken, and stand in the file before this offset.
    pub fn clear(&mut self, offset: u64) {
        self.packets.out.clear(offset);
    }

    fn connection(&mut self, at: Timestamp, id: ConnectionId, event: &ConnectionEvent) {
        let packets = &mut self.packets;
        if let ConnectionEvent::Opened { peer, local, backend, upstream } = event {
            let ends = Endpoints::new(id, peer, local);
            let mut conversation = Conversation::new(ends, id, Side::Client, PerDirection::default());
            let remark = remark::opened(id, peer, local, *backend, upstream.as_deref());
            conversation.open(packets, at, Direction::Received, remark);
            let upstream = upstream.is_some().then(|| UpstreamSide::new(id, peer.clone()));
            self.conversations.insert(id, Sides { client: conversation, upstream });
            return;
        }
        let Some(Sides { client: conversation, upstream }) = self.conversations.get_mut(&id) else { return };
        if let Some(remark) = remark::of_event(event) {
            conversation.remark(at, &remark);
        }
        match event {
            ConnectionEvent::InputEnded { side: Side::Client } => {
                conversation.finish(packets, at, Direction::Received);
            }
            ConnectionEvent::Closed { reason, detail, received, sent, .. } => {
                let lengths = PerDirection { received: *received, sent: *sent };
                ending::close(conversation, packets, at, *reason, detail.as_deref(), lengths);
                if let Some(upstream) = upstream.take() {
                    upstream.close(packets, at, *reason);
                }
                self.conversations.remove(&id);
            }
            ConnectionEvent::Connected { upstream: address, .. } => {
                upstream.iter_mut().for_each(|upstream| upstream.connected(address.clone()));
            }
            ConnectionEvent::InputEnded { side: Side::Upstream } => {
                upstream.iter_mut().for_each(|upstream| upstream.ended(packets, at));
            }
            ConnectionEvent::Hold { side, change } => {
                upstream.iter_mut().for_each(|upstream| upstream.hold(packets, at, *side, change));
            }
            ConnectionEvent::Opened { .. }
            | ConnectionEvent::ProxyHeader { .. }
            | ConnectionEvent::Handshake { .. }
            | ConnectionEvent::Truncated { .. }
            | ConnectionEvent::Slow { .. }
            | ConnectionEvent::Flowing { .. }
            | ConnectionEvent::Paused { .. }
            | ConnectionEvent::Resumed { .. }
            | ConnectionEvent::HalfClosed { .. }
            | ConnectionEvent::Declined { .. }
            | ConnectionEvent::Fault(_)
            | ConnectionEvent::HandedOver { .. } => {}
        }
    }

    fn stream(&mut self, at: Timestamp, id: StreamId, event: &StreamEvent) {
        let packets = &mut self.packets;
        let Some(Sides { client: conversation, upstream }) = self.conversations.get_mut(&id.connection)
        else {
            self.missed += 1;
            return;
        };
        match event {
            StreamEvent::Bytes { offset, data, origin, forwarded, .. } => {
                if *origin == Origin::User {
                    conversation
                        .remark(at, &format!("the user sends {} bytes to the {}", data.len(), id.side));
                }
                if id.side == Side::Upstream {
                    upstream.iter_mut().for_each(|upstream| upstream.injected(packets, at, *offset, data));
                    return;
                }
                if let Some(upstream) = upstream.as_mut().filter(|_| *origin != Origin::User) {
                    upstream.passed(packets, at, id.direction, *offset, data);
                }
                conversation.data(packets, at, id.direction, *offset, data);
                if let Some(Forwarded { side: Side::Client, at }) = forwarded {
                    let at = Timestamp(at.0.saturating_add_signed(self.ahead));
                    conversation.data(packets, at, id.direction.other(), *offset, data);
                }
            }
            // The offset of what follows, or the length at the end, shows the gap.
            StreamEvent::Trimmed { .. } => self.missed += 1,
            StreamEvent::Missed { events, .. } => self.missed += events,
        }
    }
}

#[cfg(test)]
mod tests;
