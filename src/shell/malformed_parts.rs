//! Malformed parts of text as JSON.

use std::fmt::{self, Write};

use crate::bytes::{encoding, utf8};
use crate::event::codec::json::{self, Fields};

/// A malformed part as JSON needs it: offset, bytes, and the name of the reason.
pub(crate) trait MalformedPart {
    fn offset(&self) -> u64;
    fn bytes(&self) -> &[u8];
    fn reason(&self) -> &'static str;
}

impl MalformedPart for utf8::Malformed {
    fn offset(&self) -> u64 {
        self.offset()
    }

    fn bytes(&self) -> &[u8] {
        self.bytes()
    }

    fn reason(&self) -> &'static str {
        self.reason().word()
    }
}

impl MalformedPart for encoding::Malformed {
    fn offset(&self) -> u64 {
        self.offset()
    }

    fn bytes(&self) -> &[u8] {
        self.bytes()
    }

    fn reason(&self) -> &'static str {
        self.reason().word()
    }
}

/// Adds a list of malformed parts.
///
/// # Errors
///
/// Those of the output.
pub(crate) fn add_parts<W: Write>(
    line: &mut Fields<'_, W>,
    key: &str,
    parts: &[impl MalformedPart],
) -> fmt::Result {
    line.list(key, parts, |out, part| {
        json::object(out, |object| {
            object.literal("offset", part.offset())?;
            object.hex("bytes", part.bytes())?;
            object.word("reason", part.reason())
        })
    })
}
