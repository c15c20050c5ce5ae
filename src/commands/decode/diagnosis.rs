//! Why a part is malformed, and what it may have been: for people, and in JSON.

use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::bytes::anatomy::{Intended, Malformation, SingleByteReading};
use crate::bytes::encoding::{Encoding, Malformed, Reason};
use crate::bytes::hex;
use crate::event::codec::json::Fields;

/// The reason that a part is malformed, and what it may have been.
pub(super) enum Diagnosis<'a> {
    /// Of UTF-8.
    Utf8(Malformation<'a>),
    /// The rule of another encoding.
    Other(String),
}

impl<'a> Diagnosis<'a> {
    pub(super) fn of(part: &'a Malformed, encoding: Encoding, before: &[u8], after: &'a [u8]) -> Self {
        match part.reason() {
            Reason::Utf8(reason) => Self::Utf8(Malformation::new(part.bytes(), reason, before, after)),
            _ => Self::Other(part.rule(encoding)),
        }
    }

    /// Appends the broken rule, and with the first part of a sequence the intended character.
    pub(super) fn push_sentences(&self, out: &mut String, separator: &str) {
        let broken = match self {
            Self::Utf8(broken) => broken,
            Self::Other(rule) => return out.push_str(rule),
        };
        broken.push_rule(out);
        if let Some(meant) = broken.intended().filter(|meant| meant.start == 0) {
            out.extend([separator, "intended: "]);
            meant.push_intended(out);
        }
        if let Some(alone) = broken.single_byte() {
            out.push_str(separator);
            // A text cannot refuse to be written to.
            let _ = write!(out, "{alone}");
        }
    }

    /// Adds the fields of a malformed part at `offset`.
    pub(super) fn add(&self, line: &mut Fields<'_, String>, offset: u64) -> fmt::Result {
        let broken = match self {
            Self::Utf8(broken) => broken,
            Self::Other(rule) => return line.add("rule", rule),
        };
        line.add("rule", broken.rule())?;
        if let Some(meant) = &broken.intended() {
            line.add("meant", IntendedObject::of(meant, offset))?;
        }
        broken.single_byte().map_or(Ok(()), |SingleByteReading { ch, encoding, .. }| {
            line.add("alone", SingleByteObject { character: ch, encoding })
        })
    }
}

/// The intended character in JSON.
#[derive(Serialize)]
struct IntendedObject {
    offset: u64,
    length: usize,
    kind: &'static str,
    code_point: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    spelling: Option<String>,
}

impl IntendedObject {
    /// Converts `meant`, whose position is relative to the malformed part at `offset`.
    fn of(meant: &Intended, offset: u64) -> Self {
        Self {
            offset: offset.saturating_add_signed(meant.start as i64),
            length: meant.len,
            kind: meant.kind.word(),
            code_point: format!("U+{:04X}", meant.code_point),
            spelling: meant.spelling().map(hex::encode),
        }
    }
}

/// A single byte's meaning in another encoding, in JSON.
#[derive(Serialize)]
struct SingleByteObject {
    character: char,
    encoding: &'static str,
}
