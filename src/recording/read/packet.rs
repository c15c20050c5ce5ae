//! A captured packet.

use bytes::Bytes;

use crate::event::Timestamp;

/// A captured packet, as a file has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packet {
    /// When it was captured.
    pub at: Timestamp,
    /// The number of the link type, as <https://www.tcpdump.org/linktypes.html> lists them.
    pub link: u32,
    /// The bytes that were captured.
    pub data: Bytes,
    /// The offset in the file of the first one.
    pub offset: u64,
    /// The number of bytes that it had on the wire.
    pub length: u64,
    /// What was written about it.
    pub comments: Vec<String>,
}

/// What comes next in a file of packets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// A packet.
    Packet(Packet),
    /// What was written about what follows.
    Comments(Vec<String>),
    /// Something else, which was skipped.
    Skipped,
    /// The end of the file, or of what can be read of it; then with the reason.
    End(Option<String>),
}

/// The order of the bytes of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// The number of two bytes at this place; 0 beyond the end, so a caller checks the length first.
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let found = bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
        match self {
            Self::Little => u16::from_le_bytes(found),
            Self::Big => u16::from_be_bytes(found),
        }
    }

    /// The number of four bytes at this place; 0 beyond the end, so a caller checks the length first.
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let found = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
        match self {
            Self::Little => u32::from_le_bytes(found),
            Self::Big => u32::from_be_bytes(found),
        }
    }
}
