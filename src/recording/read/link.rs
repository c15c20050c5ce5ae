//! Reads the headers of link layers.

use bytes::Bytes;

use crate::recording::read::ip;
use crate::recording::read::packet::{ByteOrder, Packet};
use crate::recording::read::segment::{Segment, Undecoded};

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// The type of a VLAN tag: the standard one, that of a provider, and the older ones of that.
const VLANS: [u16; 4] = [0x8100, 0x88a8, 0x9100, 0x9200];
const PPPOE: u16 = 0x8864;
const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

/// What a header says about what follows it.
enum Content {
    /// A protocol with this number among those of Ethernet.
    Type(u16),
    /// An IP packet, which says itself of which version it is.
    Ip,
}

/// Reads the TCP segment of a captured packet.
///
/// # Errors
///
/// Why there is none.
pub fn network_packet(packet: &Packet) -> Result<Segment, Undecoded> {
    let data = &packet.data;
    let number = |at: usize| ByteOrder::Big.u16(data, at);
    let (header, content) = match packet.link {
        // BSD's loopback: the family in the byte order of the machine that captured, or in that of the network.
        0 | 108 => (4, Content::Ip),
        1 => (14, Content::Type(number(12))),
        // Raw IP, in the numbers that systems use for it, and with the version in the type.
        12 | 14 | 101 | 228 | 229 => (0, Content::Ip),
        // Linux's "any", and its second version.
        113 => (16, Content::Type(number(14))),
        276 => (20, Content::Type(number(0))),
        other => return Err(Undecoded::UnknownLink(other)),
    };
    let (data, length) = behind(data, packet.length, header)?;
    match content {
        Content::Ip => ip::segment(&data, length).map_err(|why| match why {
            // Behind a header without a type, anything may follow.
            Undecoded::Broken if !is_ip(&data) => Undecoded::NotTcp,
            other => other,
        }),
        Content::Type(number) => typed(number, data, length),
    }
}

fn is_ip(data: &[u8]) -> bool {
    data.first().is_none_or(|first| matches!(first >> 4, 4 | 6))
}

/// Reads what follows a header with this type, through any number of VLAN tags.
fn typed(mut number: u16, mut data: Bytes, mut length: u64) -> Result<Segment, Undecoded> {
    while VLANS.contains(&number) {
        number = ByteOrder::Big.u16(&data, 2);
        (data, length) = behind(&data, length, 4)?;
    }
    if number == PPPOE {
        number = match ByteOrder::Big.u16(&data, 6) {
            PPP_IPV4 => IPV4,
            PPP_IPV6 => IPV6,
            _ => return Err(Undecoded::NotTcp),
        };
        (data, length) = behind(&data, length, 8)?;
    }
    match number {
        IPV4 | IPV6 => ip::segment(&data, length),
        _ => Err(Undecoded::NotTcp),
    }
}

/// What follows a header of this length, captured and on the wire.
fn behind(data: &Bytes, length: u64, header: usize) -> Result<(Bytes, u64), Undecoded> {
    if data.len() < header {
        return Err(Undecoded::Broken);
    }
    Ok((data.slice(header..), length.saturating_sub(header as u64)))
}

#[cfg(test)]
mod tests;
