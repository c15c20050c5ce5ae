//! Malformed parts of text as JSON.

use std::io::{self, Write};

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

/// The room for a part: 20 digits of the offset, two for each byte, the reason, and what stands around them.
const ROOM: usize = 128;

/// Adds a list of malformed parts. Random bytes have one for every second byte, so each is written at once.
///
/// # Errors
///
/// Those of the output.
pub(crate) fn add_parts<W: Write>(
    line: &mut Fields<'_, W>,
    key: &str,
    parts: &[impl MalformedPart],
) -> io::Result<()> {
    line.list(key, parts, |out, part| {
        let mut room = [0; ROOM];
        let mut rest = room.as_mut_slice();
        json::object(&mut rest, |object| {
            object.add("offset", part.offset())?;
            object.hex("bytes", part.bytes())?;
            object.word("reason", part.reason())
        })?;
        let spare = rest.len();
        out.write_all(&room[..ROOM - spare])
    })
}
