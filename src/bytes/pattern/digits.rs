//! Hex digits with wildcards as a pattern.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir};

use crate::bytes::pattern::error::PatternError;

/// A byte of the pattern: the values of its two digits, where they are given.
#[derive(Clone, Copy)]
struct BytePattern {
    high: Option<u8>,
    low: Option<u8>,
}

/// The expression for pairs of hex digits, in which `?` stands for any digit. Spaces may lie between bytes. `before`
/// characters lie before the digits.
pub(super) fn expression(digits: &str, before: usize) -> Result<Hir, PatternError> {
    let mut bytes = Vec::new();
    let mut rest = digits.chars().enumerate().filter(|(_, ch)| *ch != ' ');
    while let Some((at, first)) = rest.next() {
        let high = digit(first, before + at)?;
        let second = rest.next().filter(|(next, _)| *next == at + 1);
        let Some((next, second)) = second else {
            return Err(PatternError::after(before + at, "a byte has two digits, as in 0a, f? or ??"));
        };
        bytes.push(BytePattern { high, low: digit(second, before + next)? });
    }
    if bytes.is_empty() {
        let message = "hex: needs bytes, as in hex: ff ?? 00";
        return Err(PatternError::after(before + digits.chars().count(), message));
    }
    if bytes.iter().all(|byte| byte.high.is_none() && byte.low.is_none()) {
        return Err(PatternError::after(before, "?? alone is found everywhere: give at least one digit"));
    }
    Ok(Hir::concat(bytes.into_iter().map(BytePattern::expression).collect()))
}

fn digit(ch: char, before: usize) -> Result<Option<u8>, PatternError> {
    let value = ch.to_digit(16).map(|value| value as u8);
    if value.is_none() && ch != '?' {
        let message = format!("'{}' is not a hex digit, nor ? for any digit", ch.escape_debug());
        return Err(PatternError::after(before, message));
    }
    Ok(value)
}

impl BytePattern {
    fn expression(self) -> Hir {
        let range = |start, end| ClassBytesRange::new(start, end);
        let ranges = match self {
            Self { high: Some(high), low: Some(low) } => return Hir::literal([high << 4 | low]),
            Self { high: Some(high), low: None } => vec![range(high << 4, high << 4 | 0xf)],
            Self { high: None, low: Some(low) } => {
                (0..16).map(|high| range(high << 4 | low, high << 4 | low)).collect()
            }
            Self { high: None, low: None } => vec![range(0, 0xff)],
        };
        Hir::class(Class::Bytes(ClassBytes::new(ranges)))
    }
}
