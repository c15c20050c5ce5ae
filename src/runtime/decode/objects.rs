//! One JSON object for each read: what it decodes to, as the `decoded` events of the headless output have it.

use std::io::{self, Write};

use super::{Printer, Tally};
use crate::bytes::encoding::{Content, Malformed, Piece, Pieces};
use crate::runtime::headless::add_text;
use crate::runtime::json;

/// Prints the objects.
pub(super) struct Objects<W> {
    pieces: Pieces,
    found: Found,
    out: W,
}

/// What was found in one read.
#[derive(Default)]
struct Found {
    text: String,
    malformed: Vec<Malformed>,
    tally: Tally,
}

impl Found {
    fn add(&mut self, piece: Piece) {
        match (piece.content(), piece.malformed()) {
            (Content::Character(ch), _) => self.text.push(ch),
            (_, Some(part)) => {
                self.text.push(char::REPLACEMENT_CHARACTER);
                self.malformed.push(part);
                self.tally.add(part);
            }
            (_, None) => {}
        }
    }
}

impl<W: Write> Objects<W> {
    pub(super) fn new(pieces: Pieces, out: W) -> Self {
        Self { pieces, found: Found::default(), out }
    }

    /// Offset of the first byte that is in no object yet.
    fn first(&self) -> u64 {
        self.pieces.offset() - self.pieces.pending().len() as u64
    }

    fn write(&mut self, first: u64) -> io::Result<()> {
        let (found, pending) = (&self.found, self.pieces.pending());
        json::line(&mut self.out, |line| add_text(line, first, &found.text, &found.malformed, pending))?;
        self.found.text.clear();
        self.found.malformed.clear();
        Ok(())
    }
}

impl<W: Write> Printer for Objects<W> {
    fn take(&mut self, input: &[u8]) -> io::Result<()> {
        if input.is_empty() {
            return Ok(());
        }
        let first = self.first();
        self.pieces.decode(input, |piece| self.found.add(piece));
        self.write(first)
    }

    fn end(&mut self) -> io::Result<()> {
        let first = self.first();
        self.pieces.end(|piece| self.found.add(piece));
        // The end by itself says nothing, unless something was pending.
        if self.found.text.is_empty() { Ok(()) } else { self.write(first) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn tally(&self) -> Tally {
        self.found.tally.clone()
    }
}
