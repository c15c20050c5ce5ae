//! Lines of JSON on an output of bytes.

use std::fmt;
use std::io::{self, Write};

use crate::event::codec::json::{self, Fields};

/// The room for a line at first; few lines are longer.
const ROOM: usize = 256;

/// Writes one object as one line, with the fields that `fields` adds, in their order.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn line<W: Write>(
    out: &mut W,
    fields: impl FnOnce(&mut Fields<'_, String>) -> fmt::Result,
) -> io::Result<()> {
    let mut line = String::with_capacity(ROOM);
    json::line(&mut line, fields).map_err(io::Error::other)?;
    out.write_all(line.as_bytes())
}
