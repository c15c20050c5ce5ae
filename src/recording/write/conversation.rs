//! One connection as a TCP conversation: its sequence numbers, and the packets that its reads and writes become.

use super::block::Way;
use super::blocks::Blocks;
use super::endpoints::Endpoints;
use super::packet::{self, ACK, FIN, PSH, RST, SYN, Segment};
use super::remark::Remarks;
use crate::bytes::stamp::stamp;
use crate::event::{ConnectionId, Direction, PerDirection, Side, Timestamp};

/// When more bytes than this are not acknowledged, because the other end sends nothing, an acknowledgement of its own
/// follows.
const MOST_UNACKNOWLEDGED: u64 = 1 << 20;

/// The longest gap that one packet jumps over: twice as much would be a step back for the sequence numbers.
const LONGEST_JUMP: u64 = 1 << 30;

/// The packets of a file.
#[derive(Debug, Default)]
pub(super) struct Packets {
    /// What is not taken yet.
    pub(super) out: Blocks,
    /// The number of packets so far.
    pub(super) count: u64,
}

/// A conversation between a peer and us.
#[derive(Debug)]
pub(super) struct Conversation {
    ends: Endpoints,
    halves: PerDirection<Half>,
    remarks: Remarks,
}

/// One direction of a conversation.
#[derive(Clone, Copy, Debug)]
struct Half {
    /// The sequence number of the next packet.
    sequence: u32,
    /// The offset of the next byte in the stream.
    next: u64,
    is_finished: bool,
    /// The number of bytes that the other end has not acknowledged.
    unacknowledged: u64,
}

impl Conversation {
    /// A conversation whose next bytes have these offsets. `side` is the side of the connection.
    pub(super) fn new(ends: Endpoints, id: ConnectionId, side: Side, next: PerDirection<u64>) -> Self {
        let half = |direction| Half {
            sequence: initial_sequence(id, side, direction),
            next: next[direction],
            is_finished: false,
            unacknowledged: 0,
        };
        Self { ends, halves: PerDirection::from_fn(half), remarks: Remarks::default() }
    }

    /// Lets a remark wait for the next packet.
    pub(super) fn remark(&mut self, at: Timestamp, remark: &str) {
        self.remarks.add(format!("{:.6} {remark}", stamp(at.0)));
    }

    /// Writes the handshake of a connection that the end `from` opens, with a remark at its first packet.
    pub(super) fn open(&mut self, packets: &mut Packets, at: Timestamp, from: Direction, remark: String) {
        self.remarks.add(remark);
        self.send(packets, at, from, SYN, &[]);
        self.send(packets, at, from.other(), SYN | ACK, &[]);
        self.send(packets, at, from, ACK, &[]);
    }

    /// Writes bytes of one direction. What is missing before them becomes a gap.
    pub(super) fn data(
        &mut self,
        packets: &mut Packets,
        at: Timestamp,
        direction: Direction,
        offset: u64,
        bytes: &[u8],
    ) {
        self.skip(packets, at, direction, offset);
        let known = usize::try_from(self.halves[direction].next - offset).unwrap_or(usize::MAX);
        let bytes = bytes.get(known..).unwrap_or_default();
        for payload in bytes.chunks(packet::longest_payload(self.ends.is_ipv4())) {
            self.send(packets, at, direction, PSH | ACK, payload);
            if self.halves[direction].unacknowledged > MOST_UNACKNOWLEDGED {
                self.send(packets, at, direction.other(), ACK, &[]);
            }
        }
    }

    /// Writes that one end has finished its stream, if that is not written yet.
    pub(super) fn finish(&mut self, packets: &mut Packets, at: Timestamp, direction: Direction) {
        if !self.halves[direction].is_finished {
            self.send(packets, at, direction, FIN | ACK, &[]);
            self.halves[direction].is_finished = true;
        }
    }

    /// Writes that one end resets the connection.
    pub(super) fn reset(&mut self, packets: &mut Packets, at: Timestamp, from: Direction) {
        self.send(packets, at, from, RST | ACK, &[]);
    }

    /// Writes an empty acknowledgement.
    pub(super) fn acknowledge(&mut self, packets: &mut Packets, at: Timestamp, from: Direction) {
        self.send(packets, at, from, ACK, &[]);
    }

    /// The number of bytes of a stream of this length that are not written.
    pub(super) fn missing(&self, direction: Direction, length: u64) -> u64 {
        length.saturating_sub(self.halves[direction].next)
    }

    pub(super) fn is_finished(&self, direction: Direction) -> bool {
        self.halves[direction].is_finished
    }

    /// Leaves a gap up to an offset, if the stream is not there yet.
    pub(super) fn skip(&mut self, packets: &mut Packets, at: Timestamp, direction: Direction, offset: u64) {
        let mut gap = self.missing(direction, offset);
        if gap == 0 {
            return;
        }
        let next = self.halves[direction].next;
        self.remark(at, &format!("{gap} bytes from offset {next} on are not recorded"));
        while gap > LONGEST_JUMP {
            self.jump(direction, LONGEST_JUMP);
            self.send(packets, at, direction, ACK, &[]);
            self.send(packets, at, direction.other(), ACK, &[]);
            gap -= LONGEST_JUMP;
        }
        self.jump(direction, gap);
    }

    fn jump(&mut self, direction: Direction, bytes: u64) {
        let half = &mut self.halves[direction];
        half.sequence = half.sequence.wrapping_add(bytes as u32);
        half.next += bytes;
    }

    fn send(&mut self, packets: &mut Packets, at: Timestamp, from: Direction, flags: u8, payload: &[u8]) {
        let Endpoints { peer, local } = self.ends;
        let (from_end, to_end, way) = match from {
            Direction::Received => (peer, local, Way::Inbound),
            Direction::Sent => (local, peer, Way::Outbound),
        };
        let segment = Segment {
            from: from_end,
            to: to_end,
            sequence: self.halves[from].sequence,
            acknowledged: if flags & ACK == 0 { 0 } else { self.halves[from.other()].sequence },
            flags,
            payload,
        };
        // An acknowledgement alone carries no remark: it stands for nothing that happened.
        let comments = if flags == ACK || self.remarks.is_empty() { Vec::new() } else { self.remarks.take() };
        let number = packets.count as u16;
        packets.count += 1;
        packet::write(&mut packets.out, at.0.saturating_mul(1_000), way, &segment, number, &comments);
        self.jump(from, payload.len() as u64);
        let half = &mut self.halves[from];
        half.unacknowledged += payload.len() as u64;
        half.sequence = half.sequence.wrapping_add(u32::from(flags & (SYN | FIN) != 0));
        self.halves[from.other()].unacknowledged = 0;
    }
}

/// The first sequence number: different for each connection, because two conversations of the same addresses and of the
/// same number would be one for Wireshark. The mixer is that of SplitMix64.
fn initial_sequence(id: ConnectionId, side: Side, direction: Direction) -> u32 {
    let which = u64::from(side == Side::Upstream) * 2 + u64::from(direction == Direction::Sent);
    let mut mixed = (id.0 * 4 + which).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) as u32
}
