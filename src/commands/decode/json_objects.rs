//! One JSON object per read with its text, in the form of the `decoded` events of the headless output.

use std::io::{self, Write};

use crate::bytes::encoding::{Content, Malformed, Piece, Pieces};
use crate::commands::decode::counts::DecodeCounts;
use crate::commands::decode::printer::ItemPrinter;
use crate::shell::headless::add_text;
use crate::shell::json;

/// Prints one object per read.
pub(super) struct JsonObjects<W> {
    pieces: Pieces,
    read: DecodedRead,
    out: W,
}

/// The text and malformed parts of one read.
#[derive(Default)]
struct DecodedRead {
    text: String,
    malformed: Vec<Malformed>,
    counts: DecodeCounts,
}

impl DecodedRead {
    fn add(&mut self, piece: Piece) {
        match (piece.content(), piece.malformed()) {
            (Content::Character(ch), _) => self.text.push(ch),
            (_, Some(part)) => {
                self.text.push(char::REPLACEMENT_CHARACTER);
                self.malformed.push(part);
                self.counts.add(part);
            }
            (_, None) => {}
        }
    }
}

impl<W: Write> JsonObjects<W> {
    pub(super) fn new(pieces: Pieces, out: W) -> Self {
        Self { pieces, read: DecodedRead::default(), out }
    }

    /// The offset of the first byte that is in no object yet.
    fn first(&self) -> u64 {
        self.pieces.offset() - self.pieces.pending().len() as u64
    }

    fn write(&mut self, first: u64) -> io::Result<()> {
        let (read, pending) = (&self.read, self.pieces.pending());
        json::line(&mut self.out, |line| add_text(line, first, &read.text, &read.malformed, pending))?;
        self.read.text.clear();
        self.read.malformed.clear();
        Ok(())
    }
}

impl<W: Write> ItemPrinter for JsonObjects<W> {
    fn take(&mut self, input: &[u8]) -> io::Result<()> {
        if input.is_empty() {
            return Ok(());
        }
        let first = self.first();
        self.pieces.decode(input, |piece| self.read.add(piece));
        self.write(first)
    }

    fn end(&mut self) -> io::Result<()> {
        let first = self.first();
        self.pieces.end(|piece| self.read.add(piece));
        // The end of the input prints an object only if bytes were pending.
        if self.read.text.is_empty() { Ok(()) } else { self.write(first) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn counts(&self) -> DecodeCounts {
        self.read.counts.clone()
    }
}
