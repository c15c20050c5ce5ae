//! What was malformed, in one line.

use std::fmt;

use crate::bytes::encoding::{Malformed, Reversed};
use crate::bytes::hex;

/// The number of malformed parts, and the first of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DecodeCounts {
    /// The number of malformed parts.
    pub parts: u64,
    /// The first malformed part.
    pub first: Option<Malformed>,
    /// The byte order mark of the opposite order, if the stream starts with it.
    pub reversed: Option<Reversed>,
}

impl DecodeCounts {
    /// Whether nothing is malformed.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.parts == 0 && self.reversed.is_none()
    }

    /// Adds a malformed part.
    pub(super) fn add(&mut self, part: Malformed) {
        self.parts += 1;
        self.first.get_or_insert(part);
    }
}

/// Writes `2 malformed parts, the first at offset 6: ff (invalid-lead)`; before it a reversed byte order mark.
impl fmt::Display for DecodeCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reversed) = self.reversed {
            write!(f, "{reversed}")?;
            if self.parts == 0 {
                return Ok(());
            }
            f.write_str("; ")?;
        }
        match (self.parts, &self.first) {
            (_, None) => f.write_str("nothing is malformed"),
            (parts, Some(first)) => {
                let which = if parts == 1 { "part," } else { "parts, the first" };
                let (bytes, reason) = (hex::encode(first.bytes()), first.reason());
                write!(f, "{parts} malformed {which} at offset {}: {bytes} ({reason})", first.offset())
            }
        }
    }
}
