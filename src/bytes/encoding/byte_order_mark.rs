//! The byte order mark at the beginning of a stream of UTF-16 or UTF-32.
//!
//! A label without a byte order (`utf-16`) obeys the mark, as in `iconv`, Python and browsers. A label with one
//! (`utf-16le`) does not, so that a mark of the other order is read as U+FFFE, which is not a character.

use std::fmt;

use crate::bytes::encoding::kinds::Encoding;

/// The largest length of a mark in bytes.
pub const LONGEST_MARK: usize = 4;

/// Labels of UTF-16 without a byte order: those of the standard, where they mean UTF-16LE, and two of other programs.
const UTF_16: [&str; 7] = ["utf-16", "utf16", "utf_16", "ucs-2", "unicode", "iso-10646-ucs-2", "csunicode"];

/// Labels of UTF-32 without a byte order.
const UTF_32: [&str; 7] = ["utf-32", "utf32", "utf_32", "ucs-4", "ucs4", "iso-10646-ucs-4", "csucs4"];

/// An encoding whose byte order the mark tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unordered {
    /// UTF-16.
    Utf16,
    /// UTF-32.
    Utf32,
}

impl Unordered {
    /// The encoding without a byte order that this label names, ignoring case.
    #[must_use]
    pub fn named(label: &str) -> Option<Self> {
        let is = |labels: &[&str]| labels.iter().any(|ours| label.trim_ascii().eq_ignore_ascii_case(ours));
        if is(&UTF_16) {
            return Some(Self::Utf16);
        }
        is(&UTF_32).then_some(Self::Utf32)
    }

    /// What `encoding` is in one byte order; `None` if it has none.
    #[must_use]
    pub fn of(encoding: Encoding) -> Option<Self> {
        if encoding.is_utf16() {
            return Some(Self::Utf16);
        }
        encoding.is_utf32().then_some(Self::Utf32)
    }

    /// The byte order of the mark at the start of a stream; `None` without a mark.
    #[must_use]
    pub fn order(self, bytes: &[u8]) -> Option<Encoding> {
        match (self, bytes) {
            (Self::Utf16, [0xff, 0xfe, ..]) => Some(Encoding::UTF_16LE),
            (Self::Utf16, [0xfe, 0xff, ..]) => Some(Encoding::UTF_16BE),
            (Self::Utf32, [0xff, 0xfe, 0, 0, ..]) => Some(Encoding::UTF_32LE),
            (Self::Utf32, [0, 0, 0xfe, 0xff, ..]) => Some(Encoding::UTF_32BE),
            (Self::Utf16 | Self::Utf32, _) => None,
        }
    }

    /// The encoding of a stream without a mark: little-endian, as browsers do for UTF-16.
    #[must_use]
    pub const fn unmarked(self) -> Encoding {
        match self {
            Self::Utf16 => Encoding::UTF_16LE,
            Self::Utf32 => Encoding::UTF_32LE,
        }
    }

    /// Length of the mark in bytes.
    #[must_use]
    pub const fn mark(self) -> usize {
        match self {
            Self::Utf16 => 2,
            Self::Utf32 => 4,
        }
    }
}

/// A stream that is read in one byte order although it starts with the mark of the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reversed {
    /// The byte order in which the stream is read.
    pub read_as: Encoding,
    /// The byte order of the mark.
    pub marked: Encoding,
}

impl Reversed {
    /// Checks the start of a stream.
    #[must_use]
    pub fn find(read_as: Encoding, bytes: &[u8]) -> Option<Self> {
        let marked = Unordered::of(read_as)?.order(bytes).filter(|marked| *marked != read_as)?;
        Some(Self { read_as, marked })
    }
}

/// `the byte order mark is that of UTF-16BE, read as UTF-16LE it is U+FFFE (--encoding utf-16 obeys the mark)`.
impl fmt::Display for Reversed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read_as, marked } = self;
        let (label, read) = match Unordered::of(*read_as) {
            Some(Unordered::Utf32) => ("utf-32", "malformed"),
            Some(Unordered::Utf16) | None => ("utf-16", "U+FFFE"),
        };
        write!(
            f,
            "the byte order mark is that of {marked}, read as {read_as} it is {read} (--encoding {label} obeys the mark)"
        )
    }
}
