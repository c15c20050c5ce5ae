//! What a stream has from an offset on.

use std::borrow::Cow;

use crate::model::stream::Stream;

/// What a stream has from an offset on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece<'a> {
    /// These bytes; others may follow.
    Bytes(Cow<'a, [u8]>),
    /// This number of bytes that are trimmed or were missed.
    Gap(u64),
    /// Nothing yet, or nothing any more.
    End,
}

/// The offset behind the last byte that is known to exist.
pub(super) fn end(stream: &Stream) -> u64 {
    stream.history.end() + stream.missed_at_end()
}

/// Returns what a stream has from an offset on.
pub(super) fn piece(stream: &Stream, from: u64) -> Piece<'_> {
    match stream.history.slices(from..u64::MAX).next() {
        Some((offset, bytes)) if offset == from => Piece::Bytes(bytes),
        Some((offset, _)) => Piece::Gap(offset - from),
        None if from < end(stream) => Piece::Gap(end(stream) - from),
        None => Piece::End,
    }
}
