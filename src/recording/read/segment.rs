//! A TCP segment, and reads it from the payload of an IP packet.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use crate::recording::read::captured::Captured;
use crate::recording::read::packet::ByteOrder;

const SHORTEST_HEADER: usize = 20;
const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// A captured TCP segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Who sent it.
    pub from: SocketAddr,
    /// Whom it was sent to.
    pub to: SocketAddr,
    /// The number of its first byte.
    pub sequence: u32,
    /// The number of the next byte that its sender waits for, if it says so.
    pub acknowledged: Option<u32>,
    /// Whether it begins a connection.
    pub syn: bool,
    /// Whether it ends the stream of its sender.
    pub fin: bool,
    /// Whether it resets the connection.
    pub rst: bool,
    /// The bytes that were captured.
    pub payload: Captured,
    /// The number of bytes that follow them and were not captured.
    pub cut: u64,
}

/// Why a packet has no segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Undecoded {
    /// It carries something else.
    NotTcp,
    /// It is a fragment of an IP packet.
    Fragment,
    /// Its headers contradict themselves, or were not captured as a whole.
    Broken,
    /// The link type is not known.
    UnknownLink(u32),
}

/// The payload of an IP packet, as far as it was captured, and its length on the wire.
pub(super) struct IpPayload {
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    pub(super) data: Bytes,
    pub(super) length: u64,
}

impl Segment {
    /// Reads the segment of an IP packet with the protocol TCP.
    pub(super) fn read(payload: &IpPayload) -> Result<Self, Undecoded> {
        let data = &payload.data;
        if data.len() < SHORTEST_HEADER {
            return Err(Undecoded::Broken);
        }
        let order = ByteOrder::Big;
        let header = usize::from(data[12] >> 4) * 4;
        if header < SHORTEST_HEADER || header as u64 > payload.length {
            return Err(Undecoded::Broken);
        }
        let flags = data[13];
        let has = |flag| flags & flag != 0;
        let captured = data.slice(header.min(data.len())..);
        Ok(Self {
            from: (payload.from, order.u16(data, 0)).into(),
            to: (payload.to, order.u16(data, 2)).into(),
            sequence: order.u32(data, 4),
            acknowledged: has(ACK).then(|| order.u32(data, 8)),
            syn: has(SYN),
            fin: has(FIN),
            rst: has(RST),
            cut: (payload.length - header as u64).saturating_sub(captured.len() as u64),
            payload: captured.into(),
        })
    }
}
