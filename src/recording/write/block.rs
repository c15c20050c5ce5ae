//! The blocks of a pcapng file, little endian.

use super::blocks::Blocks;
use super::checksum;

/// The largest number of bytes of a packet. It is the limit of IPv4, and every reader takes it.
pub(super) const SNAPLEN: u32 = 65_535;

/// The longest comment in bytes, far below the limit of an option, so that one remark does not outweigh its packet.
const LONGEST_COMMENT: usize = 1_000;

/// LINKTYPE_RAW: a packet begins with its IP header.
const LINKTYPE_RAW: u16 = 101;

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;

const OPT_END: u16 = 0;
const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_NAME: u16 = 2;
const IF_DESCRIPTION: u16 = 3;
const IF_TSRESOL: u16 = 9;
const EPB_FLAGS: u16 = 2;
const ISB_IFRECV: u16 = 4;
const ISB_IFDROP: u16 = 5;

/// A block that is being written; [`end`](Self::end) completes its length.
struct Block<'a> {
    out: &'a mut Blocks,
    start: usize,
}

impl<'a> Block<'a> {
    fn begin(out: &'a mut Blocks, kind: u32) -> Self {
        let start = out.len();
        let mut block = Self { out, start };
        block.u32(kind);
        block.u32(0);
        block
    }

    fn u16(&mut self, value: u16) {
        self.out.append(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.out.append(&value.to_le_bytes());
    }

    /// A time in nanoseconds, its upper half first.
    fn time(&mut self, nanos: u64) {
        self.u32((nanos >> 32) as u32);
        self.u32(nanos as u32);
    }

    fn pad(&mut self) {
        let length = self.out.len() - self.start;
        self.out.append(&[0; 3][..length.next_multiple_of(4) - length]);
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        self.u16(code);
        // A comment is cut, and all other values are short.
        self.u16(value.len() as u16);
        self.out.append(value);
        self.pad();
    }

    fn comment(&mut self, text: &str) {
        let is_border = |at: &usize| text.is_char_boundary(*at);
        let length = (0..=text.len().min(LONGEST_COMMENT)).rev().find(is_border).unwrap_or(0);
        self.option(OPT_COMMENT, &text.as_bytes()[..length]);
    }

    fn end(mut self) {
        self.u16(OPT_END);
        self.u16(0);
        let length = (self.out.len() - self.start + 4) as u32;
        self.u32(length);
        self.out.overwrite(self.start + 4, &length.to_le_bytes());
    }
}

/// Writes the header of the section, which says what made the file.
pub(super) fn section(out: &mut Blocks, comment: &str) {
    let mut block = Block::begin(out, SECTION_HEADER);
    block.u32(BYTE_ORDER_MAGIC);
    block.u16(1);
    block.u16(0);
    // The length of the section is not known.
    block.u32(u32::MAX);
    block.u32(u32::MAX);
    block.comment(comment);
    block.option(SHB_USERAPPL, concat!("bytewatch ", env!("CARGO_PKG_VERSION")).as_bytes());
    block.end();
}

/// Writes the description of the one interface.
pub(super) fn interface(out: &mut Blocks, description: &str) {
    let mut block = Block::begin(out, INTERFACE_DESCRIPTION);
    block.u16(LINKTYPE_RAW);
    block.u16(0);
    block.u32(SNAPLEN);
    block.option(IF_NAME, b"bytewatch");
    block.option(IF_DESCRIPTION, description.as_bytes());
    block.option(IF_TSRESOL, &[9]);
    block.end();
}

/// Writes how many packets there are, and how many reads and writes are not among them.
pub(super) fn statistics(out: &mut Blocks, nanos: u64, packets: u64, missed: u64) {
    let mut block = Block::begin(out, INTERFACE_STATISTICS);
    block.u32(0);
    block.time(nanos);
    block.option(ISB_IFRECV, &packets.to_le_bytes());
    block.option(ISB_IFDROP, &missed.to_le_bytes());
    block.end();
}

/// Which way a packet goes, as the flags of its block say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Inbound = 1,
    Outbound = 2,
}

/// Writes a packet: its headers, whose checksum is completed, and its payload.
pub(super) fn packet(
    out: &mut Blocks,
    nanos: u64,
    way: Way,
    headers: &[u8],
    checksum: checksum::Unfinished,
    payload: &[u8],
    comments: &[String],
) {
    let mut block = Block::begin(out, ENHANCED_PACKET);
    block.u32(0);
    block.time(nanos);
    let length = (headers.len() + payload.len()) as u32;
    block.u32(length);
    block.u32(length);
    block.out.append(headers);
    let start = block.out.len();
    block.out.append(payload);
    // The copy is in the cache now; the payload itself comes from another processor.
    let checksum_at = start - headers.len() + checksum.at;
    let checksum = checksum.with(&block.out.bytes()[start..]);
    block.out.overwrite(checksum_at, &checksum);
    block.pad();
    comments.iter().for_each(|comment| block.comment(comment));
    block.option(EPB_FLAGS, &(way as u32).to_le_bytes());
    block.end();
}
