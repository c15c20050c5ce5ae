//! Two sinks: one collects the lossy text, one only counts.

use super::{Malformed, Reason, Sink};

/// Lossy text of the decoded bytes, with U+FFFD for each malformed part.
#[derive(Clone, Debug, Default)]
pub struct Lossy {
    /// The text.
    pub text: String,
    /// Number of characters of `text`, each U+FFFD counted.
    pub characters: u64,
    /// The malformed parts, in the order of the stream.
    pub malformed: Vec<Malformed>,
}

impl Sink for Lossy {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
        self.characters += characters(text);
    }

    fn malformed(&mut self, part: Malformed) {
        self.text.push(char::REPLACEMENT_CHARACTER);
        self.characters += 1;
        self.malformed.push(part);
    }
}

/// Counts of characters and malformed parts. It is a sink too, but [`Decoder::count`](super::Decoder::count) is many
/// times faster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Well-formed characters.
    pub well_formed: u64,
    /// Malformed parts.
    pub malformed: u64,
    /// Malformed parts for each reason, in the order of [`Reason::ALL`].
    pub by_reason: [u64; 7],
}

impl Sink for Counts {
    fn text(&mut self, text: &str) {
        self.well_formed += characters(text);
    }

    fn malformed(&mut self, part: Malformed) {
        self.add(part.reason(), 1);
    }
}

impl Counts {
    /// Adds `parts` malformed parts.
    pub const fn add(&mut self, reason: Reason, parts: u64) {
        self.malformed += parts;
        self.by_reason[reason as usize] += parts;
    }
}

/// Number of characters: the number of bytes that are not continuations.
#[must_use]
pub fn characters(text: &str) -> u64 {
    bytecount::num_chars(text.as_bytes()) as u64
}
