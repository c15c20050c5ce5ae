//! The role of each byte of a window, found without decoding the stream from its start.

use super::Reason;
use super::unit::{self, Unit, is_continuation};

/// The largest number of continuation bytes of a character.
const REACH: usize = 3;

/// The role of a byte within its stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnitRole {
    /// The first byte of a character.
    Lead {
        /// The character.
        ch: char,
        /// Number of bytes of the character, 1 to 4.
        len: u8,
    },
    /// A continuation byte of a character.
    Rest {
        /// Index within the character: 1, 2 or 3.
        nth: u8,
    },
    /// A byte of a malformed part.
    Malformed {
        /// Why the part is malformed.
        reason: Reason,
        /// Index within the part or character, from 0.
        nth: u8,
    },
    /// A byte of an incomplete character whose rest has not arrived.
    Pending {
        /// Index within the part or character, from 0.
        nth: u8,
    },
}

/// Whether the stream continues behind the given bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tail {
    /// More bytes may arrive: an incomplete character is pending.
    Open,
    /// The stream has ended: an incomplete character is malformed.
    Ended,
}

/// The role of each byte of `body`. `before` and `after` are the bytes around it (3 each suffice; fewer where the
/// stream begins or ends); `tail` says whether bytes may follow `after`.
///
/// The result equals that of decoding the whole stream: a byte that is not a continuation always begins a new unit, and
/// no unit extends over more than three continuations.
#[must_use]
pub fn roles(before: &[u8], body: &[u8], after: &[u8], tail: Tail) -> Vec<UnitRole> {
    let near = &before[before.len().saturating_sub(REACH)..];
    let far = &after[..after.len().min(REACH)];
    // Without a lead in `near`, all its bytes are malformed parts of length 1, and `body` begins a new unit.
    let lead = near.iter().rposition(|byte| !is_continuation(*byte)).unwrap_or(near.len());
    let context = &near[lead..];
    let window = [context, body, far].concat();
    let end = context.len() + body.len();

    let mut roles = Vec::with_capacity(window.len() + REACH);
    while roles.len() < end {
        let unit = unit::first(&window[roles.len()..]);
        push(&mut roles, unit, tail);
    }
    roles.truncate(end);
    roles.drain(..context.len());
    roles
}

/// Appends the roles of all bytes of one unit. Every unit of a non-empty slice has at least one byte.
fn push(roles: &mut Vec<UnitRole>, unit: Unit, tail: Tail) {
    match (unit, tail) {
        (Unit::Character { ch, len }, _) => {
            roles.push(UnitRole::Lead { ch, len: len as u8 });
            roles.extend((1..len as u8).map(|nth| UnitRole::Rest { nth }));
        }
        (Unit::Malformed { reason, len }, _) => {
            roles.extend((0..len as u8).map(|nth| UnitRole::Malformed { reason, nth }));
        }
        (Unit::Cut { len }, Tail::Open) => roles.extend((0..len as u8).map(|nth| UnitRole::Pending { nth })),
        (Unit::Cut { len }, Tail::Ended) => {
            roles.extend((0..len as u8).map(|nth| UnitRole::Malformed { reason: Reason::Incomplete, nth }));
        }
    }
}
