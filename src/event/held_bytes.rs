//! The bytes of one direction that are held back, and their changes.
//!
//! The server keeps the bytes themselves in this form, and the dashboard its copy of them, which follows the events.
//! A byte is addressed by its *position*: its offset in the stream as it goes on. As long as nothing is changed, that is
//! its offset in the stream as it was received. A change moves the positions of what follows it.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// Bytes that are held back, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HeldBytes {
    /// The position of the first byte.
    start: u64,
    bytes: BytesMut,
    /// Where the bytes come from. Neighbours are of different sources.
    pieces: VecDeque<Piece>,
}

/// Bytes of one source that follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Piece {
    length: usize,
    source: Source,
}

/// Where a held byte comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// It was received, at this offset.
    Received(u64),
    /// The user put it in.
    User,
}

impl Source {
    /// The source of the byte that stands `bytes` behind one of this source, in the same piece.
    const fn at(self, bytes: usize) -> Self {
        match self {
            Self::Received(offset) => Self::Received(offset + bytes as u64),
            Self::User => Self::User,
        }
    }
}

/// What a change removed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Removed {
    /// The offsets of the received bytes that it removed, in order.
    pub received: Vec<Range<u64>>,
}

impl Removed {
    /// The number of received bytes that it removed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.received.iter().map(|range| range.end - range.start).sum()
    }
}

impl HeldBytes {
    /// Holds nothing yet; the next byte has this position.
    #[must_use]
    pub fn new(start: u64) -> Self {
        Self { start, ..Self::default() }
    }

    /// The position of the first byte.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// The position behind the last byte.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of bytes that were received; the others are the user's.
    #[must_use]
    pub fn received(&self) -> u64 {
        let of_peer = self.pieces.iter().filter(|piece| piece.source != Source::User);
        of_peer.map(|piece| piece.length as u64).sum()
    }

    /// Where the byte at this position comes from.
    #[must_use]
    pub fn source_at(&self, position: u64) -> Option<Source> {
        let mut index = usize::try_from(position.checked_sub(self.start)?).ok()?;
        for piece in &self.pieces {
            if index < piece.length {
                return Some(piece.source.at(index));
            }
            index -= piece.length;
        }
        None
    }

    /// The offset of the first byte that was received, if there is one.
    #[must_use]
    pub fn first_received(&self) -> Option<u64> {
        self.pieces.iter().find_map(|piece| match piece.source {
            Source::Received(offset) => Some(offset),
            Source::User => None,
        })
    }

    /// How many bytes stand before the first one that was received at this offset or behind it.
    #[must_use]
    pub fn count_before(&self, offset: u64) -> u64 {
        let mut count = 0;
        for piece in &self.pieces {
            let length = piece.length as u64;
            match piece.source {
                Source::Received(first) if first + length > offset => {
                    return count + offset.saturating_sub(first);
                }
                Source::Received(_) | Source::User => count += length,
            }
        }
        count
    }

    /// Memory that is taken beside the struct itself.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.bytes.capacity() + self.pieces.capacity() * size_of::<Piece>()
    }

    /// Adds received bytes at the end; `offset` is that of the first one.
    pub fn push(&mut self, offset: u64, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let all = self.pieces.len();
        self.insert_piece(all, Piece { length: bytes.len(), source: Source::Received(offset) });
    }

    /// Puts bytes of the user in the place of those of a range, which must be held. An empty range only inserts.
    pub fn replace(&mut self, range: Range<u64>, bytes: &[u8]) -> Removed {
        let index = |position: u64| (position - self.start) as usize;
        let (from, to) = (index(range.start), index(range.end));
        let behind = self.bytes.split_off(from);
        self.bytes.extend_from_slice(bytes);
        self.bytes.extend_from_slice(&behind[to - from..]);
        let first = self.split_piece(from);
        let last = self.split_piece(to);
        let mut removed = Removed::default();
        for piece in self.pieces.drain(first..last) {
            if let Source::Received(offset) = piece.source {
                removed.received.push(offset..offset + piece.length as u64);
            }
        }
        self.insert_piece(first, Piece { length: bytes.len(), source: Source::User });
        removed
    }

    /// Takes bytes of one source from the front, at most this number.
    pub fn take(&mut self, most: usize) -> Option<Taken> {
        let piece = self.pieces.front_mut().filter(|_| most > 0)?;
        let (length, source) = (piece.length.min(most), piece.source);
        if length == piece.length {
            self.pieces.pop_front();
        } else {
            *piece = Piece { length: piece.length - length, source: source.at(length) };
        }
        self.start += length as u64;
        Some(Taken { source, bytes: self.bytes.split_to(length).freeze() })
    }

    /// Returns the index of the piece that begins with the byte at this index, and lets one begin there.
    fn split_piece(&mut self, index: usize) -> usize {
        let mut before = 0;
        for nth in 0..self.pieces.len() {
            let piece = self.pieces[nth];
            if before == index {
                return nth;
            }
            if index < before + piece.length {
                let length = index - before;
                self.pieces[nth].length = length;
                let rest = Piece { length: piece.length - length, source: piece.source.at(length) };
                self.pieces.insert(nth + 1, rest);
                return nth + 1;
            }
            before += piece.length;
        }
        self.pieces.len()
    }

    /// Inserts a piece, and joins it with its neighbours if it continues them.
    fn insert_piece(&mut self, nth: usize, piece: Piece) {
        if piece.length > 0 {
            self.pieces.insert(nth, piece);
        }
        self.join(nth);
        if let Some(before) = nth.checked_sub(1) {
            self.join(before);
        }
    }

    /// Joins a piece with the one behind it, if that continues it.
    fn join(&mut self, nth: usize) {
        let (Some(&piece), Some(&behind)) = (self.pieces.get(nth), self.pieces.get(nth + 1)) else { return };
        if piece.source.at(piece.length) == behind.source {
            self.pieces[nth].length += behind.length;
            self.pieces.remove(nth + 1);
        }
    }
}

/// Bytes of one source that go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Where the first of them comes from.
    pub source: Source,
    /// The bytes.
    pub bytes: Bytes,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn changes_move_what_follows_and_keep_who_made_each_byte() {
        let mut held = HeldBytes::new(10);
        held.push(10, b"abc");
        held.push(13, b"def");
        assert_eq!(held.pieces.len(), 1, "it goes on where the last read ended");
        let removed = held.replace(12..14, b"XYZ");
        assert_eq!((removed.received.first(), removed.bytes()), (Some(&(12..14)), 2));
        assert_eq!((held.bytes(), held.start(), held.end()), (&b"abXYZef"[..], 10, 17));
        assert_eq!(held.received(), 4);
        assert_eq!(held.source_at(14), Some(Source::User));
        assert_eq!(held.source_at(15), Some(Source::Received(14)));
        assert_eq!(held.source_at(17), None);
        assert_eq!(held.replace(11..16, b"").received, [11..12, 14..15]);
        assert_eq!(held.bytes(), b"af");
        assert_eq!(held.replace(11..11, b"!").bytes(), 0);
        let taken: Vec<_> = std::iter::from_fn(|| held.take(8)).collect();
        let of = |source, bytes: &'static [u8]| Taken { source, bytes: Bytes::from_static(bytes) };
        assert_eq!(
            taken,
            [of(Source::Received(10), b"a"), of(Source::User, b"!"), of(Source::Received(15), b"f")]
        );
        assert_eq!(held.start(), 13);
    }

    /// A byte of the plain model: its value and its source.
    type Plain = Vec<(u8, Source)>;

    proptest! {
        #[test]
        fn it_is_a_list_of_bytes_with_their_sources(
            steps in prop::collection::vec((0..3_u8, any::<(u16, u16)>(), prop::collection::vec(any::<u8>(), 0..6)), 0..40),
        ) {
            let (mut held, mut plain) = (HeldBytes::new(7), Plain::new());
            let (mut received, mut start) = (7, 7);
            for (kind, (one, other), bytes) in steps {
                match kind {
                    0 => {
                        held.push(received, &bytes);
                        let sources = (received..).map(Source::Received);
                        plain.extend(bytes.iter().copied().zip(sources));
                        received += bytes.len() as u64;
                    }
                    1 => {
                        let index = |at: u16| usize::from(at) % (plain.len() + 1);
                        let (from, to) = (index(one).min(index(other)), index(one).max(index(other)));
                        let positions = start + from as u64..start + to as u64;
                        let removed = held.replace(positions, &bytes);
                        let put_in = bytes.iter().map(|&byte| (byte, Source::User));
                        let gone: Vec<_> = plain.splice(from..to, put_in).collect();
                        let of_peer = gone.iter().filter(|(_, source)| *source != Source::User).count();
                        prop_assert_eq!(removed.bytes(), of_peer as u64);
                    }
                    _ => {
                        if let Some(taken) = held.take(usize::from(one) % 9) {
                            let front: Vec<_> = plain.drain(..taken.bytes.len()).collect();
                            start += front.len() as u64;
                            let same = (0..front.len()).map(|nth| (taken.bytes[nth], taken.source.at(nth)));
                            prop_assert_eq!(front, same.collect::<Vec<_>>());
                        }
                    }
                }
                let sources = (held.start()..held.end()).map(|at| held.source_at(at).unwrap());
                let all: Plain = held.bytes().iter().copied().zip(sources).collect();
                prop_assert_eq!(&all, &plain);
                prop_assert_eq!(held.start(), start);
                let joined = |pair: (&Piece, &Piece)| pair.0.source.at(pair.0.length) != pair.1.source;
                prop_assert!(held.pieces.iter().zip(held.pieces.iter().skip(1)).all(joined));
                prop_assert!(held.pieces.iter().all(|piece| piece.length > 0));
            }
        }
    }
}
