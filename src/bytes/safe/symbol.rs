//! An inline string of a few scalar values.

use std::fmt;
use std::ops::Deref;

/// Capacity for a base and two marks of four bytes each.
const CAPACITY: usize = 12;

/// The text of one cell: one to three scalar values, stored without a heap allocation.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol {
    bytes: [u8; CAPACITY],
    len: u8,
}

impl Symbol {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only whole characters are stored, so this cannot fail.
        str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }

    /// Appends a scalar value; `None` if there is no room.
    pub(super) fn with(mut self, ch: char) -> Option<Self> {
        let start = usize::from(self.len);
        let end = start + ch.len_utf8();
        ch.encode_utf8(self.bytes.get_mut(start..end)?);
        self.len = end as u8;
        Some(self)
    }
}

impl From<char> for Symbol {
    fn from(ch: char) -> Self {
        let mut bytes = [0; CAPACITY];
        let len = ch.encode_utf8(&mut bytes).len() as u8;
        Self { bytes, len }
    }
}

impl Deref for Symbol {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Symbol {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
