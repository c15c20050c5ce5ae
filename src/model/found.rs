//! The UTF-8 summary of the bytes of one read or write, made on the thread that moves them.
//!
//! There the bytes are in the cache: scanning them costs a fraction of what it costs a consumer on another core, which
//! has to fetch each byte first (measured: at 3 GB/s that alone took most of a core). The facts carry the summary, so a
//! consumer decodes only the bytes that it shows.

use std::sync::Arc;

use crate::bytes::utf8::{Counts, Decoder, Reason};

/// The UTF-8 summary of one read or write, as the next piece of its stream.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Number of characters that end in this piece.
    pub characters: u64,
    /// Malformed parts that end in this piece; `None` if there are none, as in most reads.
    pub faults: Option<Arc<Faults>>,
    /// The incomplete character at the end of this piece.
    pub pending: Pending,
}

/// Malformed parts, counted by reason and by position.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Faults {
    /// Number of parts for each reason, in the order of [`Reason::ALL`].
    pub by_reason: [u64; Reason::ALL.len()],
    /// Pairs of an offset and the number of parts that begin in its block of [`super::marks::BLOCK`] bytes; ordered by
    /// offset.
    pub marks: Vec<(u64, u64)>,
}

/// The bytes of an incomplete character whose rest has not arrived: 0 to 3.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pending {
    bytes: [u8; 3],
    len: u8,
}

impl Pending {
    fn of(decoder: &Decoder) -> Self {
        let mut bytes = [0; 3];
        let open = decoder.pending();
        bytes[..open.len()].copy_from_slice(open);
        Self { bytes, len: open.len() as u8 }
    }

    /// The pending bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// Incremental scanner of one stream, which arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    decoder: Decoder,
}

impl Finder {
    /// Scans the piece that begins at `offset`. If bytes before it were not observed, the pending bytes are discarded.
    pub fn find(&mut self, offset: u64, piece: &[u8]) -> Found {
        if offset != self.decoder.offset() {
            self.decoder.skip_to(offset);
        }
        let (mut counts, mut marks) = (Counts::default(), Vec::new());
        self.decoder.count(piece, &mut counts, |offset, parts| marks.push((offset, parts)));
        let faults = (!marks.is_empty()).then(|| Arc::new(Faults { by_reason: counts.by_reason, marks }));
        Found { characters: counts.well_formed, faults, pending: Pending::of(&self.decoder) }
    }

    /// Whether both scanners are in the same state: whether they would return equal summaries for the next piece.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        (self.decoder.offset(), self.decoder.pending()) == (other.decoder.offset(), other.decoder.pending())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_and_a_gap_parts_them() {
        let mut finder = Finder::default();
        let found = finder.find(0, b"a\xe2\x82");
        assert_eq!((found.characters, found.faults, found.pending.bytes()), (1, None, &b"\xe2\x82"[..]));
        let found = finder.find(3, b"\xac\xff");
        assert_eq!((found.characters, found.pending), (1, Pending::default()));
        let faults = found.faults.unwrap();
        assert_eq!((faults.by_reason[Reason::InvalidLead as usize], &faults.marks[..]), (1, &[(4, 1)][..]));
        finder.find(5, b"\xe2\x82");
        let found = finder.find(5_000, b"\xac");
        assert_eq!((found.characters, found.faults.unwrap().marks.clone()), (0, vec![(5_000, 1)]));
    }

    #[test]
    fn those_agree_that_stand_at_the_same_place() {
        let (mut a, mut b) = (Finder::default(), Finder::default());
        a.find(0, b"x\xc3");
        assert!(!a.agrees(&b));
        b.find(0, b"x\xc3");
        assert!(a.agrees(&b));
        b.find(2, b"\xa9");
        a.find(2, b"\xc3");
        assert!(!a.agrees(&b), "one has something open");
    }
}
