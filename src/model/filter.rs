//! The filter of the table of connections: words, and conditions on fields.
//!
//! ```text
//! 10.0 peer:10. malformed>0 sent>=1k state:closed age<5m backend:async side:upstream !word
//! ```
//!
//! All terms must hold. A term that is not a condition is a word, which must occur in what the table or the events say about
//! the connection. A term after `!` must not hold. A mistake in a condition does not keep the other terms from being used,
//! so that the table can follow while a filter is typed.

mod completion;
mod condition;
mod error;
mod field;
mod protocol;
mod value;

pub use self::completion::{completions, completions_among};
use self::condition::Term;
pub use self::condition::{HostOfRow, Row};
pub use self::error::FilterError;
use self::field::NumberField;

/// A filter that was parsed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    terms: Vec<Term>,
    error: Option<FilterError>,
}

impl Filter {
    /// Parses a filter. If some of its terms are wrong, the others apply.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut filter = Self::default();
        for (column, term) in terms(text) {
            match Term::parse(&term) {
                Ok(term) => filter.terms.push(term),
                Err(mut error) => {
                    error.column += column;
                    filter.error.get_or_insert(error);
                }
            }
        }
        filter
    }

    /// The first mistake.
    #[must_use]
    pub const fn error(&self) -> Option<&FilterError> {
        self.error.as_ref()
    }

    /// Whether a connection passes. `words` is the text in lower case in which the words must occur; it is made only if
    /// there is a word.
    pub fn matches(&self, row: Row<'_>, words: impl FnOnce() -> String) -> bool {
        let needs_text = self.terms.iter().any(Term::is_word);
        let text = if needs_text { words() } else { String::new() };
        self.terms.iter().all(|term| term.holds(row, &text))
    }
}

/// The terms of a filter, each with the number of characters before it. A comparison with spaces around its sign is one
/// term, `sent > 1k` as `sent>1k`.
fn terms(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut words = words(text).peekable();
    std::iter::from_fn(move || {
        let (at, first) = words.next()?;
        let mut term = first.to_owned();
        let is_field =
            |word: &str| NumberField::ALL.into_iter().any(|field| word.eq_ignore_ascii_case(field.word()));
        if is_field(first.trim_start_matches('!'))
            && let Some((_, next)) = words.next_if(|(_, next)| next.starts_with(['<', '>', '=']))
        {
            term.push_str(next);
        }
        if term.len() > 1
            && term.ends_with(['<', '>', '='])
            && let Some((_, value)) =
                words.next_if(|(_, next)| next.starts_with(|first: char| first.is_ascii_digit()))
        {
            term.push_str(value);
        }
        Some((at, term))
    })
}

/// The words of a filter, each with the number of characters before it.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    let mut column = 0;
    std::iter::from_fn(move || {
        let trimmed = rest.trim_start();
        column += rest[..rest.len() - trimmed.len()].chars().count();
        let (term, behind) = trimmed.split_at(trimmed.find(char::is_whitespace).unwrap_or(trimmed.len()));
        let at = column;
        column += term.chars().count();
        rest = behind;
        (!term.is_empty()).then_some((at, term))
    })
}

#[cfg(test)]
mod tests;
