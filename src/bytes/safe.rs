//! Safe text: every scalar value becomes one visible glyph of known width.
//!
//! Received text may contain escape sequences, characters that reverse or hide their neighbours, and characters on
//! whose width terminals disagree. Here each becomes a glyph without such effects: [`glyph`] for one scalar value in a
//! cell, [`glyphs`] and [`line()`] for flowing text, [`tag`] for the name of a scalar value without a glyph of its own.
//! Nothing is dropped: each scalar value is shown as itself, as a replacement sign, or as a mark on a letter.
//! [`is_safe`] is the guard between the buffer and the terminal.
//!
//! Only `safe/table.rs` decides how a scalar value is shown. A glyph is 1 or 2 cells wide, and never joins with the
//! glyph beside it, not even in terminals that form grapheme clusters (UAX #29).
//!
//! This module must not know a terminal library, a theme, or what a text means.

mod class;
mod names;
mod plain;
mod recent;
mod symbol;
mod table;
#[cfg(test)]
mod tests;

pub use self::class::Class;
pub use self::symbol::Symbol;
pub use self::table::{CIRCLE, PLACEHOLDER, SPACE};

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use self::table::Show;

/// The largest number of marks on one letter. Two suffice for every orthography in common use, and are too few to draw
/// over the rows above and below.
const MARKS: usize = 2;

/// The character set that a terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Charset {
    /// Unicode, encoded as UTF-8.
    #[default]
    Unicode,
    /// ASCII.
    Ascii,
}

/// One glyph: its text and its width in cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Glyph {
    /// The text to print.
    pub text: Symbol,
    /// Width in cells, 1 or 2.
    pub width: u8,
    /// The class of the scalar value.
    pub class: Class,
}

impl Glyph {
    /// The text to print.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

/// The glyph of one scalar value that stands alone.
#[must_use]
pub fn glyph(ch: char) -> Glyph {
    match table::show(ch) {
        Show::Itself { width } => {
            let class = if ch == ' ' { Class::Space } else { Class::Plain };
            Glyph { text: Symbol::from(ch), width, class }
        }
        Show::Mark | Show::LoneMark => {
            let on_circle = Symbol::from(CIRCLE);
            Glyph { text: on_circle.with(ch).unwrap_or(on_circle), width: 1, class: Class::Mark }
        }
        Show::StandIn { sign, class } => Glyph { text: Symbol::from(sign), width: 1, class },
    }
}

/// A glyph with one more combining mark on it: the same cells, the same class.
///
/// A letter takes two marks, a dotted circle one, so that safe text made safe again does not change. `None` if the
/// result would not be safe: `base` is neither or is full, or `mark` is not a mark, or one that would bind the next
/// letter too. Then the mark becomes a glyph of its own.
#[must_use]
pub fn cluster(base: Glyph, mark: char) -> Option<Glyph> {
    // A fast path: this runs for every pair of neighbours in a text, and nearly all return here.
    if !matches!(table::show(mark), Show::Mark | Show::LoneMark) {
        return None;
    }
    let mut shown = base.as_str().chars();
    let carrier = shown.next()?;
    if !carries(carrier, shown.chain([mark])) {
        return None;
    }
    Some(Glyph { text: base.text.with(mark)?, ..base })
}

/// The glyphs of flowing text, in order: marks sit on their letters, as far as [`cluster`] allows it.
pub fn glyphs(text: &str) -> impl Iterator<Item = Glyph> {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        let mut shown = glyph(chars.next()?);
        while let Some(joined) = chars.peek().and_then(|mark| cluster(shown, *mark)) {
            shown = joined;
            chars.next();
        }
        Some(shown)
    })
}

/// The name of a scalar value without a glyph of its own: `<RLO U+202E>`.
///
/// It is `<U+E000>` if Unicode has no short name, and `None` if the scalar value is shown as itself or on a dotted
/// circle.
#[must_use]
pub fn tag(ch: char) -> Option<String> {
    match table::show(ch) {
        Show::Itself { .. } | Show::Mark | Show::LoneMark => None,
        Show::StandIn { .. } => {
            let name = names::name(ch);
            let gap = if name.is_empty() { "" } else { " " };
            Some(format!("<{name}{gap}U+{:04X}>", u32::from(ch)))
        }
    }
}

/// The escape of a scalar value for a terminal that shows only ASCII: `\u{20ac}`. `None` if it is one of ASCII.
#[must_use]
pub fn escape(ch: char) -> Option<String> {
    (!ch.is_ascii()).then(|| ch.escape_unicode().to_string())
}

/// Whether this symbol of a cell may be sent to a terminal. It is the last guard, also for titles and logs.
///
/// These are safe: a scalar value that is shown as itself, with at most two marks if it is a letter; a mark on a dotted
/// circle; the empty braille pattern, which charts use; and the empty string.
#[must_use]
pub fn is_safe(symbol: &str) -> bool {
    let mut marks = symbol.chars();
    let Some(base) = marks.next() else { return true };
    if marks.as_str().is_empty() {
        return matches!(table::show(base), Show::Itself { .. }) || base == '\u{2800}';
    }
    carries(base, marks)
}

/// Whether a symbol of this one scalar value is safe, see [`is_safe`]. It remembers the answers.
#[must_use]
pub fn is_safe_alone(ch: char) -> bool {
    plain::remembered(ch, |ch| is_safe(ch.encode_utf8(&mut [0; 4])))
}

/// Makes any text safe for one line of a terminal: titles, errors, peers.
///
/// Line feeds and tabs become control pictures, like other control characters.
#[must_use]
pub fn line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for shown in glyphs(text) {
        safe.push_str(shown.as_str());
    }
    safe
}

/// Like [`line()`], for a terminal that can show these characters: those that it cannot show become their names or escapes.
///
/// ```
/// use bytewatch::bytes::safe::{Charset, line_for};
///
/// assert_eq!(line_for("5 €\u{202e}", Charset::Ascii), "5 \\u{20ac}<RLO U+202E>");
/// ```
#[must_use]
pub fn line_for(text: &str, charset: Charset) -> String {
    match charset {
        Charset::Unicode => line(text),
        Charset::Ascii => {
            let mut safe = String::with_capacity(text.len());
            for ch in text.chars() {
                match escape(ch).map(|escape| tag(ch).unwrap_or(escape)) {
                    Some(words) => safe.push_str(&words),
                    None => safe.push_str(glyph(ch).as_str()),
                }
            }
            safe
        }
    }
}

/// The width in cells of safe text: the sum over its glyphs.
///
/// Unlike the string width of `unicode-width`, it ignores ligatures: a terminal has a cell for each letter.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(cells).sum()
}

/// The longest prefix of safe text that fits into `room` cells. Marks are not separated from their letters.
#[must_use]
pub fn fit(text: &str, room: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, ch)| {
        taken += cells(*ch);
        taken > room
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// The width that one scalar value adds to safe text.
fn cells(ch: char) -> usize {
    match table::show(ch) {
        Show::Itself { width } => usize::from(width),
        Show::Mark | Show::LoneMark => 0,
        Show::StandIn { .. } => 1,
    }
}

/// Whether `marks` are marks and `base` can carry all of them in its own cells.
fn carries(base: char, marks: impl Iterator<Item = char>) -> bool {
    let (most, kinds): (_, &[Show]) = match base {
        CIRCLE => (1, &[Show::Mark, Show::LoneMark]),
        _ if is_letter(base) => (MARKS, &[Show::Mark]),
        _ => return false,
    };
    marks.enumerate().all(|(at, mark)| at < most && kinds.contains(&table::show(mark)))
}

/// Whether this is a letter that is shown as itself. Signs and emoji carry no marks, because terminals differ in how
/// they show them.
fn is_letter(ch: char) -> bool {
    ch.is_ascii_alphabetic()
        || ch.general_category_group() == GeneralCategoryGroup::Letter
            && matches!(table::show(ch), Show::Itself { .. })
}
