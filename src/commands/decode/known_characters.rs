//! The lines of characters that were written before.

use crate::bytes::encoding::Piece;

/// Characters whose lines are kept. A text in one language has fewer.
const PLACES: usize = 4096;

/// What is written of characters behind their offset. Each has one place, which it shares with others.
#[derive(Default)]
pub(super) struct KnownCharacters(Vec<Known>);

#[derive(Clone, Default)]
struct Known {
    ch: char,
    /// The bytes: an encoding may have several forms of a character. None in a place that is free.
    bytes: Vec<u8>,
    line: String,
}

impl KnownCharacters {
    /// The rest of the line of this character, if it is kept.
    pub(super) fn get(&self, piece: &Piece, ch: char) -> Option<&str> {
        let known = self.0.get(place(ch)).filter(|known| known.ch == ch && known.bytes == piece.bytes());
        known.map(|known| known.line.as_str())
    }

    /// Keeps the rest of the line of this character.
    pub(super) fn keep(&mut self, piece: &Piece, ch: char, line: &str) {
        self.0.resize(PLACES, Known::default());
        if let Some(known) = self.0.get_mut(place(ch)) {
            known.ch = ch;
            known.bytes.clear();
            known.bytes.extend_from_slice(piece.bytes());
            known.line.clear();
            known.line.push_str(line);
        }
    }
}

const fn place(ch: char) -> usize {
    ch as usize % PLACES
}
