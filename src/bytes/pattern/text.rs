//! Plain text as a pattern, in some encoding.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir};

use crate::bytes::encoding::Encoding;
use crate::bytes::pattern::error::PatternError;

/// The expression for a text. Case is ignored, unless the text has an upper-case letter.
pub(super) fn expression(text: &str, encoding: Encoding) -> Result<Hir, PatternError> {
    let exact = text.chars().any(char::is_uppercase);
    let characters = text.chars().enumerate().map(|(index, ch)| {
        let own = encoding.encode(ch).ok_or_else(|| {
            let escapes = if encoding.has_shifts() { " outside of escape sequences" } else { "" };
            let shown = ch.escape_debug();
            PatternError::after(
                index,
                format!("{encoding} has no '{shown}'{escapes}; hex: searches for bytes"),
            )
        })?;
        Ok(if exact { Hir::literal(own) } else { any_case(ch, encoding) })
    });
    Ok(Hir::concat(characters.collect::<Result<_, PatternError>>()?))
}

/// Either case of a character.
fn any_case(ch: char, encoding: Encoding) -> Hir {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(ch, ch)]);
    class.case_fold_simple();
    if encoding == Encoding::UTF_8 {
        return Hir::class(Class::Unicode(class));
    }
    let cases = class.iter().flat_map(|range| range.start()..=range.end());
    Hir::alternation(cases.filter_map(|ch| encoding.encode(ch)).map(Hir::literal).collect())
}
