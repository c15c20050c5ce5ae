//! The bytes of one segment, each with its role in UTF-8.

use std::ops::Range;

use crate::app::stream::view::Channel;
use crate::bytes::hex::Category;
use crate::bytes::safe::{self, Charset, Class, Glyph};
use crate::bytes::utf8::{self, Tail, UnitRole};
use crate::model::history::History;

use super::row::{ByteClass, Edge, Shape};
use super::segment::{Segment, Transcript};

/// The largest number of bytes that a character has before or behind any one of its bytes.
pub(super) const REACH: u64 = 3;

/// The bytes of one segment, decoded together with their neighbours.
#[derive(Debug)]
pub(super) struct Decoded {
    start: u64,
    bytes: Vec<u8>,
    roles: Vec<UnitRole>,
    /// The number of bytes at the start that may belong to a character whose start is trimmed.
    cut: usize,
    edges: Vec<Edge>,
    charset: Charset,
}

impl Decoded {
    /// Copies and decodes a segment.
    pub(super) fn new(transcript: &Transcript<'_>, segment: &Segment) -> Self {
        let history = transcript.history(segment.channel);
        let bytes = history.copy(segment.start..segment.end);
        let roles = roles(transcript, segment.channel, segment.start..segment.end);
        let cut = transcript.cut_until(segment.channel).saturating_sub(segment.start) as usize;
        let mut edges = vec![Edge::Inner; bytes.len()];
        for offset in transcript.borders(segment) {
            if let Some(edge) = edges.get_mut((offset - segment.start) as usize) {
                *edge = Edge::Chunk;
            }
        }
        Self { start: segment.start, bytes, roles, cut, edges, charset: transcript.charset }
    }

    /// Returns the stream offset of the first byte.
    pub(super) const fn start(&self) -> u64 {
        self.start
    }

    /// Returns the characters that the terminal can show.
    pub(super) const fn charset(&self) -> Charset {
        self.charset
    }

    /// Returns the index of the byte at a stream offset.
    pub(super) fn index(&self, offset: u64) -> usize {
        (offset.saturating_sub(self.start) as usize).min(self.bytes.len())
    }

    /// Returns the byte at an index.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes[at]
    }

    /// Returns what stands before the byte at an index.
    pub(super) fn edge(&self, at: usize) -> Edge {
        self.edges[at]
    }

    /// Returns the shape of the byte at an index, regardless of its neighbours' cells.
    pub(super) fn shape(&self, at: usize) -> Shape {
        match self.roles[at] {
            _ if at < self.cut => Shape::Rest,
            UnitRole::Lead { ch, .. } => Shape::Glyph(safe::glyph(ch)),
            UnitRole::Malformed { nth: 0, .. } => Shape::Malformed,
            UnitRole::Pending { nth: 0 } => Shape::Pending,
            UnitRole::Rest { .. } | UnitRole::Malformed { .. } | UnitRole::Pending { .. } => Shape::Rest,
        }
    }

    /// Returns the character that begins at an index.
    pub(super) fn character(&self, at: usize) -> Option<char> {
        match self.roles[at] {
            UnitRole::Lead { ch, .. } => Some(ch),
            _ => None,
        }
    }

    /// Returns whether the byte at an index is the second of its character.
    pub(super) fn is_second(&self, at: usize) -> bool {
        at >= self.cut && matches!(self.roles[at], UnitRole::Rest { nth: 1 })
    }

    /// Returns the class of the byte at an index.
    pub(super) fn kind(&self, at: usize) -> ByteClass {
        match self.roles[at] {
            _ if at < self.cut => ByteClass::Cut,
            UnitRole::Malformed { .. } => ByteClass::Malformed,
            UnitRole::Pending { .. } => ByteClass::Pending,
            UnitRole::Rest { .. } | UnitRole::Lead { len: 2.., .. } => ByteClass::Multi,
            UnitRole::Lead { .. } => match Category::of(self.bytes[at]) {
                Category::Null => ByteClass::Null,
                Category::Printable => ByteClass::Ascii,
                Category::Whitespace => ByteClass::Space,
                Category::Control => ByteClass::Control,
                Category::NonAscii => ByteClass::Multi,
            },
        }
    }

    /// Returns the class of the character at an index, given its glyph.
    pub(super) fn glyph_kind(&self, at: usize, glyph: &Glyph) -> ByteClass {
        match (glyph.class, self.kind(at)) {
            (Class::Hidden, _) => ByteClass::Hidden,
            (Class::Control, ByteClass::Multi) => ByteClass::Control,
            (Class::Space, ByteClass::Multi) => ByteClass::Space,
            (_, kind) => kind,
        }
    }
}

/// Returns the UTF-8 roles of a range of bytes, none of which may be missing.
pub(super) fn roles(transcript: &Transcript<'_>, channel: Channel, range: Range<u64>) -> Vec<UnitRole> {
    let history = transcript.history(channel);
    let before = history.copy(reach_back(history, range.start)..range.start);
    let after = history.copy(range.end..reach_on(history, range.end));
    let tail = tail(transcript, channel, range.end + after.len() as u64);
    utf8::roles(&before, &history.copy(range), &after, tail)
}

/// Returns the lowest offset, at most [`REACH`] before this one, from which on no byte is missing.
pub(super) fn reach_back(history: &History, offset: u64) -> u64 {
    let lowest = offset.saturating_sub(REACH).max(history.start());
    let mut reached = offset;
    while reached > lowest {
        match history.chunk_of(reached - 1) {
            Some(index) => reached = history.chunks()[index].offset.max(lowest),
            None => break,
        }
    }
    reached
}

/// Returns the highest offset, at most [`REACH`] behind this one, up to which no byte is missing.
pub(super) fn reach_on(history: &History, offset: u64) -> u64 {
    let mut reached = offset;
    while let Some(index) = history.chunk_of(reached).filter(|_| reached < offset + REACH) {
        reached = history.chunks()[index].end().min(offset + REACH);
    }
    reached
}

/// Returns what follows the known bytes: a gap does not mean that a character was cut off for good.
fn tail(transcript: &Transcript<'_>, channel: Channel, known: u64) -> Tail {
    let stream = transcript.stream(channel);
    if stream.ended && known == stream.history.end() { Tail::Ended } else { Tail::Open }
}
