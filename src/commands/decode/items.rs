//! Characters and malformed parts one by one, each malformed part with the bytes around it.
//!
//! The neighbours of a malformed part show what it was meant to be. So it waits until enough bytes after it have
//! arrived, or one that decides it. Only a few bytes are kept for that.

use std::collections::VecDeque;
use std::io::{self, Write};

use crate::bytes::encoding::{Decoder, Encoding, Malformed, Piece, Pieces, Reason, Sink};
use crate::bytes::utf8;
use crate::commands::decode::counts::DecodeCounts;
use crate::commands::decode::options::Scope;
use crate::commands::decode::printer::ItemPrinter;

/// The number of bytes on each side of a malformed part that may matter.
const CONTEXT: usize = 8;

/// One item of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Item {
    /// A malformed part.
    Part(Malformed),
    /// A character or an escape sequence.
    Piece(Piece),
}

impl From<Piece> for Item {
    fn from(piece: Piece) -> Self {
        piece.malformed().map_or(Self::Piece(piece), Self::Part)
    }
}

/// Formats items.
pub(super) trait ItemFormat {
    type Out: Write;

    /// Writes one item, given up to 8 bytes on both sides of it.
    fn write(&mut self, item: &Item, before: &[u8], after: &[u8]) -> io::Result<()>;
    fn out(&mut self) -> &mut Self::Out;
}

/// Finds the items of a stream, and has them formatted.
pub(super) struct Items<S> {
    source: ItemSource,
    pending: PendingItems,
    recent: RecentBytes,
    format: S,
}

enum ItemSource {
    /// Finds every item.
    Pieces(Pieces),
    /// Finds malformed parts only, which is faster.
    Malformed(Decoder),
}

/// Items that are not written yet.
#[derive(Default)]
struct PendingItems {
    items: VecDeque<Item>,
    counts: DecodeCounts,
}

impl PendingItems {
    fn add(&mut self, item: Item) {
        if let Item::Part(part) = item {
            self.counts.add(part);
        }
        self.items.push_back(item);
    }
}

impl Sink for PendingItems {
    fn text(&mut self, _: &str) {}

    fn malformed(&mut self, part: Malformed) {
        self.add(Item::Part(part));
    }
}

/// Whether more bytes may follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum EndOfInput {
    NotYet,
    Reached,
}

impl<S: ItemFormat> Items<S> {
    pub(super) fn new(encoding: Encoding, scope: Scope, format: S) -> Self {
        let source = match scope {
            Scope::All => ItemSource::Pieces(Pieces::new(encoding)),
            Scope::Malformed => ItemSource::Malformed(Decoder::new(encoding)),
        };
        Self { source, pending: PendingItems::default(), recent: RecentBytes::default(), format }
    }

    /// Writes the items whose context is complete.
    fn write_complete(&mut self, end: EndOfInput) -> io::Result<()> {
        while let Some(item) = self.pending.items.front() {
            let (before, after) = match item {
                Item::Part(part) => self.recent.around(part),
                Item::Piece(_) => (&[][..], &[][..]),
            };
            let settled = match item {
                Item::Part(part) => end == EndOfInput::Reached || is_decided(part, after),
                Item::Piece(_) => true,
            };
            if !settled {
                return Ok(());
            }
            self.format.write(item, before, after)?;
            self.pending.items.pop_front();
        }
        Ok(())
    }
}

impl<S: ItemFormat> ItemPrinter for Items<S> {
    fn take(&mut self, input: &[u8]) -> io::Result<()> {
        let pending = &mut self.pending;
        let first = pending.items.front().and_then(|item| match item {
            Item::Part(part) => Some(part.offset()),
            Item::Piece(_) => None,
        });
        self.recent.extend(input, first);
        let (format, mut written) = (&mut self.format, Ok(()));
        match &mut self.source {
            ItemSource::Pieces(pieces) => pieces.decode(input, |piece| match Item::from(piece) {
                // A fast path: most items are characters that wait for nothing.
                item @ Item::Piece(_) if pending.items.is_empty() => {
                    if written.is_ok() {
                        written = format.write(&item, &[], &[]);
                    }
                }
                item => pending.add(item),
            }),
            ItemSource::Malformed(decoder) => decoder.decode(input, pending),
        }
        written?;
        self.write_complete(EndOfInput::NotYet)
    }

    fn end(&mut self) -> io::Result<()> {
        let pending = &mut self.pending;
        match &mut self.source {
            ItemSource::Pieces(pieces) => pieces.end(|piece| pending.add(piece.into())),
            ItemSource::Malformed(decoder) => decoder.end(pending),
        }
        self.write_complete(EndOfInput::Reached)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.format.out().flush()
    }

    fn counts(&self) -> DecodeCounts {
        self.pending.counts.clone()
    }
}

/// Whether bytes behind `after` cannot change what the part was meant to be: only continuation bytes, and `ED` as the
/// start of a low surrogate, continue it.
fn is_decided(part: &Malformed, after: &[u8]) -> bool {
    match part.reason() {
        Reason::Utf8(utf8::Reason::Incomplete) => true,
        Reason::Utf8(_) => {
            after.len() >= CONTEXT || after.iter().any(|byte| !matches!(byte, 0x80..=0xbf | 0xed))
        }
        _ => true,
    }
}

/// The newest bytes of the stream.
#[derive(Default)]
struct RecentBytes {
    bytes: Vec<u8>,
    /// The offset of the first byte in `bytes`.
    start: u64,
}

impl RecentBytes {
    /// Appends bytes, and drops those that neither items from `first` on nor items to come may need.
    fn extend(&mut self, input: &[u8], first: Option<u64>) {
        // A part may start in pending bytes, up to 3 before the end.
        let needed = first.unwrap_or(self.start + self.bytes.len() as u64).saturating_sub(2 * CONTEXT as u64);
        let spare = usize::try_from(needed.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let spare = spare.min(self.bytes.len());
        self.bytes.drain(..spare);
        self.start += spare as u64;
        self.bytes.extend_from_slice(input);
    }

    /// The bytes before and after a part.
    fn around(&self, part: &Malformed) -> (&[u8], &[u8]) {
        let at = usize::try_from(part.offset().saturating_sub(self.start)).unwrap_or(usize::MAX);
        let (before, rest) = self.bytes.split_at(at.min(self.bytes.len()));
        let after = &rest[part.bytes().len().min(rest.len())..];
        (&before[before.len().saturating_sub(CONTEXT)..], &after[..after.len().min(CONTEXT)])
    }
}
