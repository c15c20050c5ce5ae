//! Reads the headers of IPv4 and IPv6.

use std::net::{Ipv4Addr, Ipv6Addr};

use bytes::Bytes;

use crate::recording::read::packet::ByteOrder;
use crate::recording::read::segment::{IpPayload, Segment, Undecoded};

const TCP: u8 = 6;
const V6_HEADER: usize = 40;

/// Reads the segment of an IP packet. `data` is what was captured of it, `length` the number of bytes that it had on the
/// wire, which may include padding behind it.
pub(super) fn segment(data: &Bytes, length: u64) -> Result<Segment, Undecoded> {
    match data.first().map(|first| first >> 4) {
        Some(4) => v4(data, length),
        Some(6) => v6(data, length),
        Some(_) | None => Err(Undecoded::Broken),
    }
}

fn v4(data: &Bytes, length: u64) -> Result<Segment, Undecoded> {
    let header = usize::from(data[0] & 0x0f) * 4;
    if header < 20 || data.len() < header {
        return Err(Undecoded::Broken);
    }
    let total = u64::from(ByteOrder::Big.u16(data, 2));
    // Before the network card cuts a large packet, its length may be left out.
    let total = if total == 0 { length } else { total.min(length) };
    let protocol = data[9];
    if protocol != TCP {
        return Err(Undecoded::NotTcp);
    }
    // The offset of the fragment, and whether there are more.
    if ByteOrder::Big.u16(data, 6) & 0x3fff != 0 {
        return Err(Undecoded::Fragment);
    }
    let address = |at: usize| Ipv4Addr::from(ByteOrder::Big.u32(data, at));
    let payload = total.checked_sub(header as u64).ok_or(Undecoded::Broken)?;
    Segment::read(&IpPayload {
        from: address(12).into(),
        to: address(16).into(),
        data: first(&data.slice(header..), payload),
        length: payload,
    })
}

fn v6(data: &Bytes, length: u64) -> Result<Segment, Undecoded> {
    if data.len() < V6_HEADER {
        return Err(Undecoded::Broken);
    }
    let behind = length.saturating_sub(V6_HEADER as u64);
    let stated = u64::from(ByteOrder::Big.u16(data, 4));
    let mut left = if stated == 0 { behind } else { stated.min(behind) };
    let mut rest = first(&data.slice(V6_HEADER..), left);
    let mut next = data[6];
    while next != TCP {
        let extension = extension(next, &rest)?;
        next = rest[0];
        left = left.checked_sub(extension as u64).ok_or(Undecoded::Broken)?;
        rest = rest.slice(extension..);
    }
    let address = |at: usize| {
        let bytes: [u8; 16] = data[at..at + 16].try_into().unwrap_or_default();
        Ipv6Addr::from(bytes)
    };
    Segment::read(&IpPayload { from: address(8).into(), to: address(24).into(), data: rest, length: left })
}

/// The length of an extension header with this number, which begins with `data`.
fn extension(number: u8, data: &[u8]) -> Result<usize, Undecoded> {
    let [_, stated, ..] = *data else { return Err(Undecoded::Broken) };
    let stated = usize::from(stated);
    let length = match number {
        // Hop by hop, routing, destination, mobility, host identity, shim.
        0 | 43 | 60 | 135 | 139 | 140 => (stated + 1) * 8,
        // Authentication.
        51 => (stated + 2) * 4,
        44 if ByteOrder::Big.u16(data, 2) & 0xfff9 != 0 => return Err(Undecoded::Fragment),
        44 => 8,
        _ => return Err(Undecoded::NotTcp),
    };
    if length <= data.len() { Ok(length) } else { Err(Undecoded::Broken) }
}

/// The first `length` bytes, or all if there are fewer.
fn first(data: &Bytes, length: u64) -> Bytes {
    data.slice(..data.len().min(usize::try_from(length).unwrap_or(usize::MAX)))
}
