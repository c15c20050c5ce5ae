//! One TCP segment in an IP packet, with right lengths and checksums.

use std::net::{IpAddr, SocketAddr};

use super::block::{self, SNAPLEN, Way};
use super::blocks::Blocks;
use super::checksum::{self, folded, sum};

pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const PSH: u8 = 0x08;
pub(super) const ACK: u8 = 0x10;

const TCP_HEADER: usize = 20;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
const TCP: u8 = 6;
const HOP_LIMIT: u8 = 64;

/// The window that both ends offer, 1 GiB with the shift of [`SYN_OPTIONS`]: it is never full.
const WINDOW: u16 = u16::MAX;

/// The options of a SYN: the largest segment, and the shift of the window.
const SYN_OPTIONS: [u8; 8] = [2, 4, 0xff, 0xd7, 1, 3, 3, 14];

/// The longest payload of one packet.
pub(super) const fn longest_payload(is_ipv4: bool) -> usize {
    SNAPLEN as usize - TCP_HEADER - if is_ipv4 { IPV4_HEADER } else { IPV6_HEADER }
}

/// A segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    pub(super) flags: u8,
    pub(super) payload: &'a [u8],
}

/// The headers of a packet, in a buffer that has room for the longest.
struct Headers {
    bytes: [u8; IPV6_HEADER + TCP_HEADER + SYN_OPTIONS.len()],
    length: usize,
}

impl Headers {
    const fn new() -> Self {
        Self { bytes: [0; IPV6_HEADER + TCP_HEADER + SYN_OPTIONS.len()], length: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn checksum(&mut self, at: usize, sum: u64) {
        self.bytes[at..at + 2].copy_from_slice(&folded(sum).to_ne_bytes());
    }

    fn written(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Writes a segment as a packet. `number` is the identification of an IPv4 packet.
pub(super) fn write(
    out: &mut Blocks,
    nanos: u64,
    way: Way,
    segment: &Segment<'_>,
    number: u16,
    comments: &[String],
) {
    let mut headers = Headers::new();
    let options: &[u8] = if segment.flags & SYN == 0 { &[] } else { &SYN_OPTIONS };
    // A payload is cut to what a packet takes.
    let tcp_length = (TCP_HEADER + options.len() + segment.payload.len()) as u16;
    let addresses = ip_header(&mut headers, segment, tcp_length, number);
    let start = headers.length;
    headers.push(&segment.from.port().to_be_bytes());
    headers.push(&segment.to.port().to_be_bytes());
    headers.push(&segment.sequence.to_be_bytes());
    headers.push(&segment.acknowledged.to_be_bytes());
    headers.push(&[(((TCP_HEADER + options.len()) / 4) << 4) as u8, segment.flags]);
    headers.push(&WINDOW.to_be_bytes());
    headers.push(&[0; 4]);
    headers.push(options);
    let pseudo_header = u64::from(u16::from(TCP).to_be()) + u64::from(tcp_length.to_be());
    let sum = addresses + pseudo_header + sum(&headers.written()[start..]);
    let checksum = checksum::Unfinished { at: start + 16, sum };
    block::packet(out, nanos, way, headers.written(), checksum, segment.payload, comments);
}

/// Writes the IP header. Returns the sum of the addresses, which is a part of the checksum of TCP.
fn ip_header(headers: &mut Headers, segment: &Segment<'_>, tcp_length: u16, number: u16) -> u64 {
    if let (IpAddr::V4(from), IpAddr::V4(to)) = (segment.from.ip(), segment.to.ip()) {
        headers.push(&[0x45, 0]);
        headers.push(&(tcp_length + IPV4_HEADER as u16).to_be_bytes());
        headers.push(&number.to_be_bytes());
        // Not to be fragmented.
        headers.push(&[0x40, 0, HOP_LIMIT, TCP, 0, 0]);
        headers.push(&from.octets());
        headers.push(&to.octets());
        let whole = sum(headers.written());
        headers.checksum(10, whole);
        return sum(&from.octets()) + sum(&to.octets());
    }
    let octets = |address: SocketAddr| match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    };
    let (from, to) = (octets(segment.from), octets(segment.to));
    headers.push(&[0x60, 0, 0, 0]);
    headers.push(&tcp_length.to_be_bytes());
    headers.push(&[TCP, HOP_LIMIT]);
    headers.push(&from);
    headers.push(&to);
    sum(&from) + sum(&to)
}
