//! The bytes around the cursor, and the line of them that each encoding sees.

use std::ops::Range;

use super::super::position::Unit;
use super::super::segment::Transcript;
use crate::bytes::encoding::{Encoding, LONGEST_MARK};
use crate::bytes::safe::Charset;
use crate::bytes::utf8::{self, Tail, UnitRole};

/// The largest number of bytes that are read on each side of the cursor.
const AROUND: u64 = 256;
/// The window moves with the cursor in steps of this number of bytes.
const STEP: u64 = 64;

/// A window of bytes around the cursor.
pub(super) struct ByteWindow {
    pub(super) bytes: Vec<u8>,
    /// Stream offset of the first byte.
    start: u64,
    /// The first bytes of the stream, as many as a byte order mark may have; fewer if they are trimmed.
    pub(super) first: Vec<u8>,
    /// Index of the byte under the cursor.
    pub(super) cursor: usize,
    /// Whether the window leaves out bytes before its first one.
    cut_before: bool,
    /// Whether the window leaves out bytes behind its last one.
    cut_behind: bool,
    /// The characters that the terminal can show.
    pub(super) charset: Charset,
}

impl ByteWindow {
    pub(super) fn new(transcript: &Transcript<'_>, unit: &Unit) -> Self {
        let range = around(transcript, unit);
        let whole = transcript.stretch(unit.channel, range.clone(), 1);
        Self {
            bytes: transcript.history(unit.channel).copy(range.clone()),
            first: transcript.history(unit.channel).copy(0..LONGEST_MARK as u64),
            start: range.start,
            cursor: (unit.cursor - range.start) as usize,
            cut_before: whole.start < range.start,
            cut_behind: whole.end > range.end,
            charset: transcript.charset,
        }
    }

    /// Returns the stream offset of the byte at an index.
    pub(super) const fn offset(&self, at: usize) -> u64 {
        self.start + at as u64
    }

    /// Returns the line of the byte under the cursor as this encoding splits lines, its line feed included.
    pub(super) fn line(&self, encoding: Encoding) -> Range<usize> {
        if encoding == Encoding::UTF_16LE {
            self.line_of_units(u16::from_le_bytes)
        } else if encoding == Encoding::UTF_16BE {
            self.line_of_units(u16::from_be_bytes)
        } else if encoding == Encoding::UTF_8 {
            self.whole_characters(self.line_of_bytes(|byte| byte == b'\n'))
        } else if encoding == Encoding::UTF_32LE {
            self.line_of_wide_units(u32::from_le_bytes)
        } else if encoding == Encoding::UTF_32BE {
            self.line_of_wide_units(u32::from_be_bytes)
        } else if encoding == Encoding::GSM_7_PACKED {
            // A line feed lies in two bytes, and the first septet of a byte in every seventh.
            self.first_of(7).min(self.cursor)..self.bytes.len()
        } else if encoding.is_ebcdic() {
            // U+0085 and the line feed.
            self.line_of_bytes(|byte| matches!(byte, 0x15 | 0x25))
        } else {
            self.line_of_bytes(|byte| byte == b'\n')
        }
    }

    /// Returns the index of the first byte at which a group of this number of bytes begins, counted from the start of
    /// the stream.
    const fn first_of(&self, group: u64) -> usize {
        ((group - self.start % group) % group) as usize
    }

    fn line_of_bytes(&self, is_end: impl Fn(u8) -> bool) -> Range<usize> {
        let (before, behind) = self.bytes.split_at(self.cursor);
        let start = before.iter().rposition(|byte| is_end(*byte)).map_or(0, |at| at + 1);
        let end =
            behind.iter().position(|byte| is_end(*byte)).map_or(self.bytes.len(), |at| self.cursor + at + 1);
        start..end
    }

    /// Returns the line of the cursor in four-byte units, counted from the start of the stream. A part of a unit belongs
    /// to a line only where the stream ends with it.
    fn line_of_wide_units(&self, unit: fn([u8; 4]) -> u32) -> Range<usize> {
        let first = self.first_of(4).min(self.bytes.len());
        let units: Vec<u32> = self.bytes[first..].as_chunks().0.iter().copied().map(unit).collect();
        let at = (self.cursor.saturating_sub(first) / 4).min(units.len());
        let (before, behind) = units.split_at(at);
        let feed = u32::from(b'\n');
        let start = before.iter().rposition(|unit| *unit == feed).map_or(0, |at| at + 1);
        let end = match behind.iter().position(|unit| *unit == feed) {
            Some(feed) => first + 4 * (at + feed + 1),
            None if !self.cut_behind => self.bytes.len(),
            None => first + 4 * units.len(),
        };
        first + 4 * start..end
    }

    /// Removes the end of a character that begins before the window, and the start of one that ends behind it.
    fn whole_characters(&self, line: Range<usize>) -> Range<usize> {
        let (mut start, mut end) = (line.start, line.end);
        if start == 0 && self.cut_before {
            let rest = self.bytes.iter().take(3).take_while(|byte| (0x80..0xc0).contains(*byte)).count();
            start = rest.min(self.cursor);
        }
        if end == self.bytes.len() && self.cut_behind {
            let roles = utf8::roles(&[], &self.bytes[start..end], &[], Tail::Open);
            let open = roles.iter().rev().take_while(|role| matches!(role, UnitRole::Pending { .. })).count();
            end = (end - open).max(self.cursor + 1);
        }
        start..end
    }

    /// Returns the line of the cursor in two-byte units, counted from the start of the stream. Half a unit belongs to
    /// a line only where the stream ends with it; the line behind the half that a trimmed unit leaves is the first
    /// one.
    fn line_of_units(&self, unit: fn([u8; 2]) -> u16) -> Range<usize> {
        let first = self.first_of(2);
        let units: Vec<u16> = self.bytes[first..].as_chunks().0.iter().copied().map(unit).collect();
        let at = (self.cursor.saturating_sub(first) / 2).min(units.len());
        let (before, behind) = units.split_at(at);
        let feed = u16::from(b'\n');
        let mut start = before.iter().rposition(|unit| *unit == feed).map_or(0, |at| at + 1);
        let half =
            |surrogates: Range<u16>, unit: Option<&u16>| unit.is_some_and(|unit| surrogates.contains(unit));
        if start == 0 && self.cut_before && at > 0 && half(0xdc00..0xe000, units.first()) {
            start = 1;
        }
        let end = match behind.iter().position(|unit| *unit == feed) {
            Some(feed) => first + 2 * (at + feed + 1),
            None if !self.cut_behind => self.bytes.len(),
            None if behind.len() > 1 && half(0xd800..0xdc00, units.last()) => first + 2 * (units.len() - 1),
            None => first + 2 * units.len(),
        };
        first + 2 * start..end
    }
}

/// Returns the range of the window. It does not move with each byte.
fn around(transcript: &Transcript<'_>, unit: &Unit) -> Range<u64> {
    let steady = unit.cursor - unit.cursor % STEP;
    let stretch = transcript.stretch(unit.channel, unit.cursor..unit.cursor + 1, AROUND + STEP);
    stretch.start.max(steady.saturating_sub(AROUND))..stretch.end.min(steady + STEP + AROUND)
}
