//! Regular expressions over bytes.

use regex_syntax::hir::Hir;
use regex_syntax::{Error, ParserBuilder};

use crate::bytes::pattern::error::PatternError;

/// How deep groups may lie in each other.
const DEEPEST: u32 = 50;

/// The expression that a text describes. It works on bytes that need not be UTF-8; within `(?-u)`, classes and `.` mean
/// bytes. `^` and `$` are the borders of lines. `before` characters lie before the text.
pub(super) fn expression(text: &str, before: usize) -> Result<Hir, PatternError> {
    let mut parser = ParserBuilder::new().utf8(false).multi_line(true).nest_limit(DEEPEST).build();
    let expression = parser.parse(text).map_err(|error| {
        let (offset, message) = match &error {
            Error::Parse(error) => (error.span().start.offset, error.kind().to_string()),
            Error::Translate(error) => (error.span().start.offset, error.kind().to_string()),
            other => (0, other.to_string()),
        };
        let characters = text.get(..offset).map_or(0, |text| text.chars().count());
        PatternError::after(before + characters, one_line(&message))
    })?;
    match expression.properties().minimum_len() {
        None => Err(PatternError::after(before, "this expression cannot match anything")),
        Some(0) => {
            let message = "this expression matches the empty text, which is everywhere: use + for *, or add a character";
            Err(PatternError::after(before, message))
        }
        Some(_) => Ok(expression),
    }
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
