//! Reads classic pcap files: a header of 24 bytes, then packets with a header of 16 bytes each.

use std::io::Read;

use crate::recording::read::clock::CaptureClock;
use crate::recording::read::input::Input;
use crate::recording::read::packet::{ByteOrder, Next, Packet};

/// Length of the header of the file.
const FILE_HEADER: usize = 24;
/// Length of the header of a packet.
const PACKET_HEADER: usize = 16;
/// The longest packet that is believed in: a packet of TCP has 256 KiB at most.
const LONGEST: u32 = 16 << 20;

/// A pcap file behind its header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pcap {
    order: ByteOrder,
    clock: CaptureClock,
    link: u32,
    /// Bytes between the header of a packet and its data, which a variant of the format has.
    extra: usize,
    packets: u64,
}

impl Pcap {
    /// The byte order and the clock that the first four bytes of a file tell; `None` if it is no pcap file.
    fn recognise(magic: &[u8]) -> Option<(ByteOrder, CaptureClock, usize)> {
        Some(match magic {
            [0xd4, 0xc3, 0xb2, 0xa1, ..] => (ByteOrder::Little, CaptureClock::MICROS, 0),
            [0xa1, 0xb2, 0xc3, 0xd4, ..] => (ByteOrder::Big, CaptureClock::MICROS, 0),
            [0x4d, 0x3c, 0xb2, 0xa1, ..] => (ByteOrder::Little, CaptureClock::NANOS, 0),
            [0xa1, 0xb2, 0x3c, 0x4d, ..] => (ByteOrder::Big, CaptureClock::NANOS, 0),
            // Of an old Linux: eight more bytes for each packet.
            [0x34, 0xcd, 0xb2, 0xa1, ..] => (ByteOrder::Little, CaptureClock::MICROS, 8),
            [0xa1, 0xb2, 0xcd, 0x34, ..] => (ByteOrder::Big, CaptureClock::MICROS, 8),
            _ => return None,
        })
    }

    /// Reads the header of the file; `None` if it is no pcap file. The input is then as it was.
    pub(super) fn open(input: &mut Input<impl Read>) -> Option<Self> {
        let (order, clock, extra) = Self::recognise(input.peek(4))?;
        let header = input.take(FILE_HEADER)?;
        // The upper bits say something about checksums.
        let link = order.u32(&header, 20) & 0x0fff_ffff;
        Some(Self { order, clock, link, extra, packets: 0 })
    }

    /// Reads the next packet.
    pub(super) fn next(&mut self, input: &mut Input<impl Read>) -> Next {
        let at = input.position();
        let header_length = PACKET_HEADER + self.extra;
        let available = input.peek(header_length).len();
        if available == 0 {
            return Next::End(None);
        }
        let Some(header) = input.take(header_length) else { return self.cut("the header of a packet") };
        let number = |place| self.order.u32(&header, place);
        let (seconds, fraction, captured, length) = (number(0), number(4), number(8), number(12));
        if captured > LONGEST {
            return Next::End(Some(format!(
                "the packet at offset {at} is said to have {captured} bytes: nothing behind it can be read"
            )));
        }
        let offset = input.position();
        let Some(data) = input.take(captured as usize) else { return self.cut("a packet") };
        self.packets += 1;
        let ticks = match self.clock {
            CaptureClock::NANOS => u64::from(seconds) * 1_000_000_000 + u64::from(fraction),
            _ => u64::from(seconds) * 1_000_000 + u64::from(fraction),
        };
        let length = u64::from(length.max(captured));
        Next::Packet(Packet {
            at: self.clock.time(ticks),
            link: self.link,
            data,
            offset,
            length,
            comments: Vec::new(),
        })
    }

    /// The length of the next packet with its header, if these bytes, which come next, tell it.
    pub(super) fn next_length(&self, buffered: &[u8]) -> Option<u64> {
        let header = PACKET_HEADER + self.extra;
        let captured = (buffered.len() >= header).then(|| self.order.u32(buffered, 8))?;
        Some(header as u64 + u64::from(captured))
    }

    fn cut(&self, within: &str) -> Next {
        Next::End(Some(format!("the file ends within {within}, after {}", whole_packets(self.packets))))
    }
}

/// The number of packets in words.
pub(super) fn whole_packets(number: u64) -> String {
    if number == 1 { "1 whole packet".to_owned() } else { format!("{number} whole packets") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(little: bool, nanos: bool, packets: &[(u32, u32, &[u8], u32)]) -> Vec<u8> {
        let number = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let half = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let mut file = number(if nanos { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }).to_vec();
        file.extend([half(2), half(4)].concat());
        file.extend([number(0), number(0), number(65_535), number(101)].concat());
        for (seconds, fraction, data, length) in packets {
            file.extend(
                [number(*seconds), number(*fraction), number(data.len() as u32), number(*length)].concat(),
            );
            file.extend_from_slice(data);
        }
        file
    }

    #[test]
    fn both_byte_orders_and_resolutions_are_read() {
        for (little, nanos) in [(true, false), (true, true), (false, false), (false, true)] {
            let fraction = if nanos { 7_999 } else { 7 };
            let bytes = file(little, nanos, &[(1, fraction, b"abc", 9), (2, 0, b"", 0)]);
            let mut input = Input::new(&bytes[..]);
            let mut pcap = Pcap::open(&mut input).unwrap();
            let Next::Packet(packet) = pcap.next(&mut input) else { panic!() };
            assert_eq!(
                (packet.at.0, packet.link, &packet.data[..], packet.length),
                (1_000_007, 101, &b"abc"[..], 9)
            );
            assert!(matches!(pcap.next(&mut input), Next::Packet(_)));
            assert_eq!(pcap.next(&mut input), Next::End(None));
        }
    }

    #[test]
    fn a_cut_file_says_where_it_was_cut() {
        let bytes = file(true, false, &[(1, 0, b"abc", 3), (2, 0, b"def", 3)]);
        for (cut, said) in [(2, "within a packet, after 1 whole packet"), (10, "the header of a packet")] {
            let mut input = Input::new(&bytes[..bytes.len() - cut]);
            let mut pcap = Pcap::open(&mut input).unwrap();
            assert!(matches!(pcap.next(&mut input), Next::Packet(_)));
            let Next::End(Some(why)) = pcap.next(&mut input) else { panic!() };
            assert!(why.contains(said), "{why}");
        }
    }

    #[test]
    fn an_impossible_length_ends_the_file() {
        let mut bytes = file(true, false, &[(1, 0, b"abc", 3)]);
        bytes[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
        let mut input = Input::new(&bytes[..]);
        let mut pcap = Pcap::open(&mut input).unwrap();
        let Next::End(Some(why)) = pcap.next(&mut input) else { panic!() };
        assert!(why.contains("offset 24") && why.contains("4294967295 bytes"), "{why}");
    }
}
