//! Two sinks: one that keeps the lossy text, one that only counts.

use super::{Malformed, Sink};

/// Lossy text of what was decoded: U+FFFD for each malformed part.
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

/// Only counts, so that a whole stream can be judged at the speed it arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Well-formed characters.
    pub characters: u64,
    /// Malformed parts.
    pub malformed: u64,
    /// Malformed parts for each reason, in the order of [`Reason::ALL`](super::Reason::ALL).
    pub by_reason: [u64; 7],
}

impl Sink for Counts {
    fn text(&mut self, text: &str) {
        self.characters += characters(text);
    }

    fn malformed(&mut self, part: Malformed) {
        self.malformed += 1;
        self.by_reason[part.reason() as usize] += 1;
    }
}

/// `std` counts the bytes that are no continuation, many at a time: no character is decoded for it.
fn characters(text: &str) -> u64 {
    text.chars().count() as u64
}
