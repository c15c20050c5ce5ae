//! A small reader of pcapng files with TCP in IP, which checks all lengths and checksums on the way.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::event::Direction;

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) packets: Vec<Packet>,
    /// The packets that came, and those that did not.
    pub(super) statistics: Option<(u64, u64)>,
}

#[derive(Debug)]
pub(super) struct Packet {
    pub(super) nanos: u64,
    pub(super) direction: Direction,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    flags: u8,
    pub(super) payload: Vec<u8>,
    pub(super) comments: Vec<String>,
}

fn u16_of(bytes: &[u8]) -> u16 {
    u16::from_le_bytes(bytes[..2].try_into().unwrap())
}

fn u32_of(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes[..4].try_into().unwrap())
}

impl File {
    pub(super) fn parse(mut bytes: &[u8]) -> Self {
        let (mut file, mut kinds) = (Self::default(), Vec::new());
        while !bytes.is_empty() {
            let length = u32_of(&bytes[4..]) as usize;
            assert_eq!(length % 4, 0);
            assert_eq!(u32_of(&bytes[length - 4..]) as usize, length);
            let body = &bytes[8..length - 4];
            kinds.push(u32_of(bytes));
            match kinds[kinds.len() - 1] {
                0x0A0D_0D0A => {
                    assert_eq!((u32_of(body), u16_of(&body[4..]), u16_of(&body[6..])), (0x1A2B_3C4D, 1, 0));
                }
                1 => {
                    assert_eq!((u16_of(body), u32_of(&body[4..])), (101, 65_535));
                    assert!(options(&body[8..]).contains(&(9, vec![9])), "nanoseconds");
                }
                5 => {
                    let value = |code| {
                        let all = options(&body[12..]);
                        let (_, value) = all.into_iter().find(|(known, _)| *known == code).unwrap();
                        u64::from_le_bytes(value.try_into().unwrap())
                    };
                    file.statistics = Some((value(4), value(5)));
                }
                6 => file.packets.push(Packet::parse(body)),
                other => panic!("block {other:#x}"),
            }
            bytes = &bytes[length..];
        }
        assert_eq!(kinds[..2], [0x0A0D_0D0A, 1], "the section and the interface come first");
        file
    }

    /// The pieces of a direction that follow each other without a gap, each with its offset.
    pub(super) fn pieces(&self, direction: Direction) -> Vec<(u32, Vec<u8>)> {
        let of_direction = || self.packets.iter().filter(|packet| packet.direction == direction);
        let first = of_direction().next().unwrap();
        let start = first.sequence.wrapping_add(u32::from(first.flags & 2 != 0));
        let mut pieces: Vec<(u32, Vec<u8>)> = Vec::new();
        for packet in of_direction().filter(|packet| !packet.payload.is_empty()) {
            let offset = packet.sequence.wrapping_sub(start);
            match pieces.last_mut() {
                Some((at, piece)) if *at + piece.len() as u32 == offset => piece.extend(&packet.payload),
                _ => pieces.push((offset, packet.payload.clone())),
            }
        }
        pieces
    }

    /// The packets from and to an address.
    pub(super) fn of(mut self, address: &str) -> Self {
        self.packets.retain(|packet| packet.from == address || packet.to == address);
        self
    }

    /// All bytes of a direction, which has no gap.
    pub(super) fn stream(&self, direction: Direction) -> Vec<u8> {
        let mut pieces = self.pieces(direction);
        assert_eq!((pieces.len(), pieces[0].0), (1, 0));
        pieces.remove(0).1
    }
}

fn options(mut bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut options = Vec::new();
    while u16_of(bytes) != 0 {
        let length = u16_of(&bytes[2..]) as usize;
        options.push((u16_of(bytes), bytes[4..4 + length].to_vec()));
        bytes = &bytes[4 + length.next_multiple_of(4)..];
    }
    assert_eq!(bytes, [0; 4]);
    options
}

impl Packet {
    fn parse(body: &[u8]) -> Self {
        let length = u32_of(&body[12..]) as usize;
        assert_eq!((u32_of(body), u32_of(&body[16..]) as usize), (0, length));
        let packet = &body[20..20 + length];
        let options = options(&body[20 + length.next_multiple_of(4)..]);
        let value =
            |code| options.iter().filter(move |(known, _)| *known == code).map(|(_, value)| value.clone());
        let direction = match u32_of(&value(2).next().unwrap()) {
            1 => Direction::Received,
            2 => Direction::Sent,
            other => panic!("flags {other}"),
        };
        let (from, to, pseudo_header, tcp) = ip(packet);
        assert_eq!(sum(&[&pseudo_header, tcp]), 0xffff, "the checksum of TCP");
        let port = |at: usize| u16::from_be_bytes(tcp[at..at + 2].try_into().unwrap());
        let number = |at: usize| u32::from_be_bytes(tcp[at..at + 4].try_into().unwrap());
        Self {
            nanos: (u64::from(u32_of(&body[4..])) << 32) + u64::from(u32_of(&body[8..])),
            direction,
            from: SocketAddr::new(from, port(0)).to_string(),
            to: SocketAddr::new(to, port(2)).to_string(),
            sequence: number(4),
            acknowledged: number(8),
            flags: tcp[13],
            payload: tcp[usize::from(tcp[12] >> 4) * 4..].to_vec(),
            comments: value(1).map(|text| String::from_utf8(text).unwrap()).collect(),
        }
    }

    /// The direction and the flags: `<` is received, and each flag is its letter.
    pub(super) fn flags(&self) -> String {
        let way = if self.direction == Direction::Received { "<" } else { ">" };
        let letters = [(1, "F"), (2, "S"), (4, "R"), (8, "P"), (16, "A")];
        letters
            .iter()
            .filter(|(bit, _)| self.flags & bit != 0)
            .fold(way.to_owned(), |all, (_, letter)| all + letter)
    }
}

/// The addresses, the pseudo header of the checksum, and what is behind the IP header.
fn ip(packet: &[u8]) -> (IpAddr, IpAddr, Vec<u8>, &[u8]) {
    let long = |at: usize| u16::from_be_bytes(packet[at..at + 2].try_into().unwrap()) as usize;
    let address = |bytes: &[u8]| match bytes.len() {
        4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).unwrap())),
        _ => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).unwrap())),
    };
    let (from, to, tcp) = if packet[0] == 0x45 {
        assert_eq!(long(2), packet.len());
        assert_eq!(sum(&[&packet[..20]]), 0xffff, "the checksum of IP");
        assert_eq!(packet[9], 6);
        (&packet[12..16], &packet[16..20], &packet[20..])
    } else {
        assert_eq!((packet[0] >> 4, packet[6], long(4)), (6, 6, packet.len() - 40));
        (&packet[8..24], &packet[24..40], &packet[40..])
    };
    let length = (tcp.len() as u32).to_be_bytes();
    (address(from), address(to), [from, to, &length, &[0, 0, 0, 6]].concat(), tcp)
}

/// The sum of all words, as RFC 1071 has it; 0xffff if the checksum among them is right.
fn sum(parts: &[&[u8]]) -> u32 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    words.fold(0, |sum: u32, pair| {
        let sum = sum + (u32::from(pair[0]) << 8) + u32::from(*pair.get(1).unwrap_or(&0));
        (sum & 0xffff) + (sum >> 16)
    })
}
