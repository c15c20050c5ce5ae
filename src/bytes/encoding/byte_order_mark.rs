//! The byte order mark at the beginning of a stream of UTF-16.
//!
//! A label without a byte order (`utf-16`) obeys the mark, as in `iconv`, Python and browsers. A label with one
//! (`utf-16le`) does not, so that a mark of the other order is read as U+FFFE, which is not a character.

use std::fmt;

use crate::bytes::encoding::kinds::Encoding;

/// Length of a mark in bytes.
pub const MARK: usize = 2;

/// Labels of UTF-16 without a byte order: those of the standard, where they mean UTF-16LE, and two of other programs.
const UNORDERED: [&str; 7] =
    ["utf-16", "utf16", "utf_16", "ucs-2", "unicode", "iso-10646-ucs-2", "csunicode"];

/// Whether this label, ignoring case, is one of UTF-16 without a byte order.
#[must_use]
pub fn is_unordered(label: &str) -> bool {
    UNORDERED.iter().any(|ours| label.trim_ascii().eq_ignore_ascii_case(ours))
}

/// The byte order of the mark at the start of a stream; `None` without a mark.
#[must_use]
pub fn order(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0xff, 0xfe, ..] => Some(Encoding::UTF_16LE),
        [0xfe, 0xff, ..] => Some(Encoding::UTF_16BE),
        _ => None,
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
        let marked = order(bytes).filter(|marked| *marked != read_as)?;
        read_as.is_utf16().then_some(Self { read_as, marked })
    }
}

/// `the byte order mark is that of UTF-16BE, read as UTF-16LE it is U+FFFE (--encoding utf-16 obeys the mark)`.
impl fmt::Display for Reversed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read_as, marked } = self;
        write!(
            f,
            "the byte order mark is that of {marked}, read as {read_as} it is U+FFFE (--encoding utf-16 obeys the mark)"
        )
    }
}
