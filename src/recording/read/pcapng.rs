//! Reads pcapng files: blocks with a type and a length, in sections of either byte order.

use std::io::Read;

use bytes::Bytes;

use crate::event::Timestamp;
use crate::recording::read::clock::CaptureClock;
use crate::recording::read::input::Input;
use crate::recording::read::packet::{ByteOrder, Next, Packet};
use crate::recording::read::pcap::whole_packets;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

const OPTION_COMMENT: u16 = 1;
const OPTION_RESOLUTION: u16 = 9;
const OPTION_OFFSET: u16 = 14;

/// Type, length, and the length again at the end.
const FRAME: usize = 12;
/// The longest block with a packet that is believed in.
const LONGEST: u64 = 16 << 20;
/// The largest number of interfaces that are known of one section.
const MOST_INTERFACES: usize = 1 << 16;

/// The state of a reader between two blocks.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: ByteOrder,
    interfaces: Vec<Interface>,
    packets: u64,
    /// The time of the last packet, for those that have none.
    at: Timestamp,
}

/// What the packets of an interface have in common.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u32,
    snap_length: u32,
    clock: CaptureClock,
}

/// The frame of a block.
#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: u32,
    order: ByteOrder,
    length: u64,
}

/// The fixed part of a block with a packet.
struct Fixed {
    interface: usize,
    ticks: Option<u64>,
    captured: u64,
    length: u64,
    /// Where the data begins in the body.
    data: usize,
}

impl Pcapng {
    /// Whether the file may be one; its first block is read by [`next`](Self::next).
    pub(super) fn open(input: &mut Input<impl Read>) -> Option<Self> {
        let start = input.peek(FRAME);
        let is_section = start.starts_with(&SECTION.to_be_bytes()) && byte_order(start).is_some();
        is_section.then(|| Self {
            order: ByteOrder::Little,
            interfaces: Vec::new(),
            packets: 0,
            at: Timestamp::default(),
        })
    }

    /// Reads the next block.
    pub(super) fn next(&mut self, input: &mut Input<impl Read>) -> Next {
        let at = input.position();
        let start = input.peek(FRAME);
        if start.is_empty() {
            return Next::End(None);
        }
        if start.len() < FRAME {
            return self.cut();
        }
        let Some(frame) = self.frame(start) else {
            return Next::End(Some(format!(
                "the block at offset {at} is none: nothing behind it can be read"
            )));
        };
        let Frame { kind, order, length } = frame;
        let is_read = matches!(kind, SECTION | INTERFACE | OLD_PACKET | SIMPLE_PACKET | ENHANCED_PACKET);
        if !is_read || length > LONGEST {
            return if input.skip(length) { Next::Skipped } else { self.cut() };
        }
        // Checked above: no more than the longest block.
        let Some(block) = input.take(length as usize) else { return self.cut() };
        let body = block.slice(8..block.len() - 4);
        match kind {
            SECTION => {
                self.order = order;
                self.interfaces.clear();
                comments(self.order, body.get(16..))
            }
            INTERFACE => {
                self.add_interface(&body);
                comments(self.order, body.get(8..))
            }
            _ => self.packet(kind, &body, at + 8),
        }
    }

    /// The length of the next block, if these bytes, which come next, tell it.
    pub(super) fn next_length(&self, buffered: &[u8]) -> Option<u64> {
        self.frame(buffered).map(|frame| frame.length).filter(|_| buffered.len() >= FRAME)
    }

    /// The frame of the block that begins with these bytes; `None` if it cannot be one.
    fn frame(&self, start: &[u8]) -> Option<Frame> {
        let order = if start.starts_with(&SECTION.to_be_bytes()) { byte_order(start)? } else { self.order };
        let (kind, length) = (order.u32(start, 0), order.u32(start, 4));
        // Some writers forget the padding in the length, but not in the file.
        let length = u64::from(length).next_multiple_of(4);
        (length >= FRAME as u64).then_some(Frame { kind, order, length })
    }

    fn add_interface(&mut self, body: &[u8]) {
        if self.interfaces.len() >= MOST_INTERFACES {
            return;
        }
        let mut clock = CaptureClock::MICROS;
        for (code, value) in (Options { order: self.order, rest: body.get(8..).unwrap_or_default() }) {
            match (code, value) {
                (OPTION_RESOLUTION, [resolution, ..]) => clock = clock.with_resolution(*resolution),
                (OPTION_OFFSET, value) if value.len() >= 8 => clock = clock.with_offset(self.i64(value)),
                _ => {}
            }
        }
        let (link, snap_length) = (u32::from(self.order.u16(body, 0)), self.order.u32(body, 4));
        self.interfaces.push(Interface { link, snap_length, clock });
    }

    fn i64(&self, value: &[u8]) -> i64 {
        let (first, second) = (u64::from(self.order.u32(value, 0)), u64::from(self.order.u32(value, 4)));
        let number = match self.order {
            ByteOrder::Little => second << 32 | first,
            ByteOrder::Big => first << 32 | second,
        };
        number.cast_signed()
    }

    /// The packet of a block whose body begins at this offset of the file.
    fn packet(&mut self, kind: u32, body: &Bytes, offset: u64) -> Next {
        let Some((fixed, interface)) = self.fixed(kind, body) else { return Next::Skipped };
        // A length beyond the end of its block is wrong; what is there is still a packet.
        let captured = usize::try_from(fixed.captured).unwrap_or(usize::MAX).min(body.len() - fixed.data);
        if let Some(ticks) = fixed.ticks {
            self.at = interface.clock.time(ticks);
        }
        self.packets += 1;
        let options = (kind != SIMPLE_PACKET).then(|| {
            fixed.data.checked_add(usize::try_from(fixed.captured).ok()?.checked_next_multiple_of(4)?)
        });
        let options = options.flatten().and_then(|start| body.get(start..));
        Next::Packet(Packet {
            at: self.at,
            link: interface.link,
            data: body.slice(fixed.data..fixed.data + captured),
            offset: offset + fixed.data as u64,
            length: fixed.length.max(captured as u64),
            comments: Options::comments(self.order, options),
        })
    }

    /// The fixed part of a block with a packet, and the interface that it was captured on; `None` if the block is too
    /// short or there is no such interface.
    fn fixed(&self, kind: u32, body: &[u8]) -> Option<(Fixed, Interface)> {
        let number = |place| u64::from(self.order.u32(body, place));
        let ticks = |place| Some(number(place) << 32 | number(place + 4));
        let mut fixed = match kind {
            SIMPLE_PACKET => {
                Fixed { interface: 0, ticks: None, captured: number(0), length: number(0), data: 4 }
            }
            OLD_PACKET => Fixed {
                interface: usize::from(self.order.u16(body, 0)),
                ticks: ticks(4),
                captured: number(12),
                length: number(16),
                data: 20,
            },
            _ => Fixed {
                interface: number(0) as usize,
                ticks: ticks(4),
                captured: number(12),
                length: number(16),
                data: 20,
            },
        };
        let interface = *self.interfaces.get(fixed.interface).filter(|_| body.len() >= fixed.data)?;
        if kind == SIMPLE_PACKET && interface.snap_length > 0 {
            fixed.captured = fixed.captured.min(u64::from(interface.snap_length));
        }
        Some((fixed, interface))
    }

    fn cut(&self) -> Next {
        Next::End(Some(format!("the file ends within a block, after {}", whole_packets(self.packets))))
    }
}

/// The options of a block: their codes and values.
struct Options<'a> {
    order: ByteOrder,
    rest: &'a [u8],
}

impl Options<'_> {
    /// The comments among the options, if a block has some.
    fn comments(order: ByteOrder, options: Option<&[u8]>) -> Vec<String> {
        let options = Options { order, rest: options.unwrap_or_default() };
        let comments = options.filter(|(code, _)| *code == OPTION_COMMENT);
        comments.map(|(_, text)| String::from_utf8_lossy(text).into_owned()).collect()
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.len() < 4 {
            return None;
        }
        let (code, length) = (self.order.u16(self.rest, 0), usize::from(self.order.u16(self.rest, 2)));
        let value = self.rest.get(4..4 + length).filter(|_| code != 0)?;
        self.rest = self.rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}

/// The comments among the options of a block that is no packet.
fn comments(order: ByteOrder, options: Option<&[u8]>) -> Next {
    let comments = Options::comments(order, options);
    if comments.is_empty() { Next::Skipped } else { Next::Comments(comments) }
}

/// The byte order of the section that begins with these bytes.
fn byte_order(start: &[u8]) -> Option<ByteOrder> {
    match start.get(8..12)? {
        [0x1a, 0x2b, 0x3c, 0x4d] => Some(ByteOrder::Big),
        [0x4d, 0x3c, 0x2b, 0x1a] => Some(ByteOrder::Little),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
