//! The options of the `decode` command.

use std::path::PathBuf;

use crate::bytes::encoding::{Encoding, Unordered};
use crate::bytes::frame::Framing;

/// What to decode, and how to print it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecodeOptions {
    /// The file to read; standard input without one.
    pub file: Option<PathBuf>,
    /// The encoding of the input.
    pub encoding: EncodingChoice,
    /// The output format.
    pub form: Form,
    /// How messages are told apart, if those are to be listed instead.
    pub frame: Option<(Framing, Notation)>,
    /// Whether malformed parts change the outcome.
    pub strictness: Strictness,
}

/// How the encoding of the input is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EncodingChoice {
    /// This encoding.
    Known(Encoding),
    /// UTF-16 or UTF-32 in the byte order of its byte order mark; without a mark little-endian, as the web does.
    Marked(Unordered),
    /// The encoding that the first 64 KiB look like; standard error names it.
    Guess,
    /// None: the names of all encodings are printed instead.
    List,
}

/// The output format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The text, with U+FFFD for each malformed part. On a terminal, control characters are shown instead of obeyed.
    Text,
    /// One JSON object per read, with its text.
    JsonObjects,
    /// Each malformed part: offset, bytes and reason; lines also name the rule that it breaks.
    Malformed(Notation),
    /// Each character and each malformed part: its bytes and bits, and their meaning.
    Anatomy(Scope, Notation),
}

/// The notation of one item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notation {
    /// A line for people.
    Line,
    /// A JSON object, on a line of its own.
    Json,
}

/// What the anatomy covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Everything.
    All,
    /// Malformed parts only.
    Malformed,
}

/// Whether malformed parts change the outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strictness {
    /// Malformed parts do not change the outcome.
    Lenient,
    /// Malformed parts make the outcome [`DecodeOutcome::Malformed`](super::DecodeOutcome::Malformed).
    Strict,
}
