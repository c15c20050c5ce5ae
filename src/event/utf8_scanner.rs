//! The UTF-8 summary of the bytes of one read or write, made on the thread that moves them.
//!
//! There the bytes are in the cache: scanning them costs a fraction of what it costs a consumer on another core, which
//! has to fetch each byte first (measured: at 3 GB/s that alone took most of a core). The events carry the summary, so a
//! consumer decodes only the bytes that it shows.

use std::sync::Arc;

use crate::bytes::utf8::{Counts, Decoder, Reason};

/// The UTF-8 summary of one read or write, as the next piece of its stream.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Utf8Summary {
    /// Number of characters that end in this piece.
    pub characters: u64,
    /// Malformed parts that end in this piece; `None` if there are none, as in most reads.
    pub malformed: Option<Arc<MalformedCounts>>,
    /// The incomplete character at the end of this piece.
    pub pending: Pending,
}

/// Malformed parts, counted by reason and by position.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MalformedCounts {
    /// Number of parts for each reason, in the order of [`Reason::ALL`].
    pub by_reason: [u64; Reason::ALL.len()],
    /// Pairs of an offset and the number of parts that begin in its block of [`crate::model::malformed_index::BLOCK`] bytes; ordered by
    /// offset.
    pub by_block: Vec<(u64, u64)>,
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
pub struct Utf8Scanner {
    decoder: Decoder,
}

impl Utf8Scanner {
    /// Scans the piece that begins at `offset`. If bytes before it were not observed, the pending bytes are discarded.
    pub fn scan(&mut self, offset: u64, piece: &[u8]) -> Utf8Summary {
        if offset != self.decoder.offset() {
            self.decoder.skip_to(offset);
        }
        let (mut counts, mut by_block) = (Counts::default(), Vec::new());
        self.decoder.count(piece, &mut counts, |offset, parts| by_block.push((offset, parts)));
        let malformed = (!by_block.is_empty())
            .then(|| Arc::new(MalformedCounts { by_reason: counts.by_reason, by_block }));
        Utf8Summary { characters: counts.well_formed, malformed, pending: Pending::of(&self.decoder) }
    }

    /// Whether both scanners are in the same state: whether they would return equal summaries for the next piece.
    #[must_use]
    pub fn same_state(&self, other: &Self) -> bool {
        (self.decoder.offset(), self.decoder.pending()) == (other.decoder.offset(), other.decoder.pending())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_and_a_gap_parts_them() {
        let mut scanner = Utf8Scanner::default();
        let summary = scanner.scan(0, b"a\xe2\x82");
        assert_eq!(
            (summary.characters, summary.malformed, summary.pending.bytes()),
            (1, None, &b"\xe2\x82"[..])
        );
        let summary = scanner.scan(3, b"\xac\xff");
        assert_eq!((summary.characters, summary.pending), (1, Pending::default()));
        let malformed = summary.malformed.unwrap();
        assert_eq!(
            (malformed.by_reason[Reason::InvalidLead as usize], &malformed.by_block[..]),
            (1, &[(4, 1)][..])
        );
        scanner.scan(5, b"\xe2\x82");
        let summary = scanner.scan(5_000, b"\xac");
        assert_eq!((summary.characters, summary.malformed.unwrap().by_block.clone()), (0, vec![(5_000, 1)]));
    }

    #[test]
    fn those_agree_that_stand_at_the_same_place() {
        let (mut a, mut b) = (Utf8Scanner::default(), Utf8Scanner::default());
        a.scan(0, b"x\xc3");
        assert!(!a.same_state(&b));
        b.scan(0, b"x\xc3");
        assert!(a.same_state(&b));
        b.scan(2, b"\xa9");
        a.scan(2, b"\xc3");
        assert!(!a.same_state(&b), "one has something open");
    }
}
