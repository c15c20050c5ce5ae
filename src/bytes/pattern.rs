//! Search patterns: text, regular expressions over bytes, and bytes with wildcards; and the search for them.
//!
//! | pattern | what it finds |
//! |---|---|
//! | `text` | the text; upper and lower case are the same unless the pattern has an upper-case letter |
//! | `re:REGEX` | a regular expression over bytes |
//! | `hex: ff ?? 00` | bytes; `??` is any byte, `f?` one whose first digit is f |
//!
//! Each pattern becomes one regular expression, whose engine picks the fastest search for it. The bytes may come in
//! pieces: what is found does not depend on where they are cut, because a match has a limited length, and a search
//! continues that many bytes before the end of the last one. For text and bytes that length is that of the pattern, and
//! for a regular expression at most [`LONGEST_MATCH`]: a match that would need more is cut or not found.

mod digits;
mod error;
mod guess;
mod regular;
mod text;
mod window;

use regex_automata::meta::{BuildError, Config, Regex};
use regex_syntax::hir::Hir;

pub use self::error::PatternError;
pub use self::guess::as_bytes;
pub use self::window::{Scanned, Window, WindowEnd};
use crate::bytes::encoding::Encoding;
use crate::bytes::pattern::window::{Engine, Limits};

/// The longest match of a regular expression, in bytes.
pub const LONGEST_MATCH: usize = 4_096;
/// The longest text of a pattern, in bytes.
const LONGEST_TEXT: usize = 1_024;
/// The largest size of a compiled expression and of the cache that it is run with, in bytes.
const LARGEST: usize = 2 << 20;

/// The prefix of a regular expression.
const REGULAR: &str = "re:";
/// The prefix of bytes.
const BYTES: &str = "hex:";

/// How a pattern was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PatternKind {
    /// As text.
    Text,
    /// As a regular expression.
    Expression,
    /// As bytes.
    Bytes,
}

impl PatternKind {
    /// How a text is read.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text {
            _ if text.starts_with(REGULAR) => Self::Expression,
            _ if text.starts_with(BYTES) => Self::Bytes,
            _ => Self::Text,
        }
    }
}

/// A search pattern, ready to be used.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    encoding: Encoding,
    engine: Engine,
}

impl Pattern {
    /// Parses a pattern. Its text is searched for in this encoding.
    ///
    /// ```
    /// use bytewatch::bytes::encoding::Encoding;
    /// use bytewatch::bytes::pattern::{Pattern, Window, WindowEnd};
    ///
    /// let pattern = Pattern::parse("hex: ff ?? 0a", Encoding::UTF_8).unwrap();
    /// let mut found = Vec::new();
    /// let window = Window { bytes: b"..\xff.\n", from: 0, end: WindowEnd::Final };
    /// pattern.scan(window, usize::MAX, |range| found.push(range));
    /// assert_eq!(found, [2..5]);
    /// assert!(Pattern::parse("hex: f", Encoding::UTF_8).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong, and in which column.
    pub fn parse(text: &str, encoding: Encoding) -> Result<Self, PatternError> {
        Self::limited(text, encoding, LONGEST_MATCH)
    }

    /// A pattern whose matches have at most `longest` bytes, if it is a regular expression.
    fn limited(text: &str, encoding: Encoding, longest: usize) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::after(
                0,
                "a pattern is text, re: and an expression, or hex: and bytes",
            ));
        }
        if text.len() > LONGEST_TEXT {
            let message = format!("a pattern has at most {LONGEST_TEXT} bytes");
            return Err(PatternError::after(text.chars().count(), message));
        }
        let expression = if let Some(expression) = text.strip_prefix(REGULAR) {
            regular::expression(expression, REGULAR.len())?
        } else if let Some(digits) = text.strip_prefix(BYTES) {
            digits::expression(digits, BYTES.len())?
        } else {
            text::expression(text, encoding)?
        };
        let regex = compile(&expression).map_err(|error| {
            let too_large = error.size_limit().is_some();
            let why =
                if too_large { "this expression becomes too large".to_owned() } else { error.to_string() };
            PatternError::after(0, why)
        })?;
        Ok(Self {
            text: text.to_owned(),
            encoding,
            engine: Engine::new(regex, Limits::of(&expression, longest)),
        })
    }

    /// The text that the pattern was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The encoding of the text that is searched for; UTF-8 for expressions and bytes.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        if self.kind() == PatternKind::Text { self.encoding } else { Encoding::UTF_8 }
    }

    /// How the pattern was written.
    #[must_use]
    pub fn kind(&self) -> PatternKind {
        PatternKind::of(&self.text)
    }

    /// The longest match, in bytes.
    #[must_use]
    pub const fn longest(&self) -> usize {
        self.engine.limits().longest
    }

    /// How many bytes must be known from the start of a match on, for the match to be final.
    #[must_use]
    pub const fn reach(&self) -> usize {
        self.engine.limits().reach
    }

    /// Searches some consecutive bytes, and passes each match to `found`, in order; no two matches overlap. Stops early
    /// once about `most_work` bytes have been looked at, counted each time that they are.
    ///
    /// With bytes missing before the window, [`CONTEXT`](Self::CONTEXT) of them should be at its start, before
    /// [`Window::from`].
    pub fn scan(
        &self,
        window: Window<'_>,
        most_work: usize,
        found: impl FnMut(std::ops::Range<usize>),
    ) -> Scanned {
        self.engine.scan(window, most_work, found)
    }

    /// The number of bytes before the start of a match that may matter to it: those of a character.
    pub const CONTEXT: usize = 4;
}

fn compile(expression: &Hir) -> Result<Regex, Box<BuildError>> {
    let config = Config::new()
        .utf8_empty(false)
        .nfa_size_limit(Some(LARGEST))
        .onepass_size_limit(Some(LARGEST))
        .hybrid_cache_capacity(LARGEST);
    Regex::builder().configure(config).build_from_hir(expression).map_err(Box::new)
}

#[cfg(test)]
mod tests;
