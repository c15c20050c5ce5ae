//! The role of each byte of a window, without decoding the stream from its start.

use super::Reason;
use super::unit::{self, Unit, is_continuation};

/// The most bytes that a character has behind its first.
const REACH: usize = 3;

/// What one byte is within its stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// First byte of this character.
    Lead {
        /// The character.
        ch: char,
        /// How many bytes it has, 1 to 4.
        len: u8,
    },
    /// A later byte of a character.
    Rest {
        /// 1, 2 or 3: bytes since the first.
        nth: u8,
    },
    /// A byte of a malformed part.
    Malformed {
        /// Why.
        reason: Reason,
        /// 0 for its first byte.
        nth: u8,
    },
    /// A byte of a character whose rest has not arrived.
    Pending {
        /// 0 for its first byte.
        nth: u8,
    },
}

/// What lies behind the last byte that is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tail {
    /// More may come: a cut character is pending.
    Open,
    /// The stream has ended: a cut character is incomplete.
    Ended,
}

/// The role of each byte of `body`. `before` and `after` are the bytes around it (3 each are enough; fewer where the
/// stream begins or ends); `tail` says what follows `after`.
///
/// The result equals what decoding the whole stream says of these bytes: a byte that is no continuation always begins
/// something new, and behind three continuations nothing is open any more.
#[must_use]
pub fn roles(before: &[u8], body: &[u8], after: &[u8], tail: Tail) -> Vec<Role> {
    let near = &before[before.len().saturating_sub(REACH)..];
    let far = &after[..after.len().min(REACH)];
    // With no lead in `near`, its bytes are all malformed ones of length 1, and `body` begins something new.
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

/// The roles of all bytes of one unit. Every unit of a non-empty slice has at least one byte.
fn push(roles: &mut Vec<Role>, unit: Unit, tail: Tail) {
    match (unit, tail) {
        (Unit::Character { ch, len }, _) => {
            roles.push(Role::Lead { ch, len: len as u8 });
            roles.extend((1..len as u8).map(|nth| Role::Rest { nth }));
        }
        (Unit::Malformed { reason, len }, _) => {
            roles.extend((0..len as u8).map(|nth| Role::Malformed { reason, nth }));
        }
        (Unit::Cut { len }, Tail::Open) => roles.extend((0..len as u8).map(|nth| Role::Pending { nth })),
        (Unit::Cut { len }, Tail::Ended) => {
            roles.extend((0..len as u8).map(|nth| Role::Malformed { reason: Reason::Incomplete, nth }));
        }
    }
}
