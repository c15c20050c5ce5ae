//! Safe text: every scalar value as one visible glyph of known width.
//!
//! What a client sends may hold escape sequences, characters that reverse or hide their neighbours, and characters whose
//! width no two terminals agree on. Here each becomes a glyph that can do nothing but be seen: [`glyph`] for one scalar
//! value in a cell, [`glyphs`] and [`line()`] for flowing text, [`tag`] for the name of what has no glyph of its own.
//! Nothing is dropped: each scalar value is either shown as itself, as a sign that stands for it, or as a mark on a
//! letter. [`is_safe`] is the guard for the other side, between the buffer and the terminal.
//!
//! Which scalar value is shown how stands in one place, `safe/table.rs`. A glyph is 1 or 2 cells wide, and never joins
//! with the glyph beside it, also in terminals that gather grapheme clusters (UAX #29).
//!
//! This module must not know a terminal library, a theme, or what a text means.

mod names;
mod recent;
mod symbol;
mod table;
#[cfg(test)]
mod tests;

pub use self::symbol::Symbol;
pub use self::table::{CIRCLE, PLACEHOLDER, SPACE};

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use self::table::Show;

/// How many marks one letter may carry. Two are enough for every orthography in common use, and too few to draw over
/// the rows above and below.
const MARKS: usize = 2;

/// What kind of thing a glyph stands for; themes colour it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// Shown as itself.
    Plain,
    /// White space, shown as itself or as a mark.
    Space,
    /// C0, DEL, C1.
    Control,
    /// Invisible, formatting, bidi, private use, unassigned, non-character: shown as a placeholder.
    Hidden,
    /// A combining mark.
    Mark,
}

/// One glyph: what to print, and how many cells it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Glyph {
    /// What to print.
    pub text: Symbol,
    /// Cells it takes, 1 or 2.
    pub width: u8,
    /// What it stands for.
    pub class: Class,
}

impl Glyph {
    /// What to print.
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
/// A letter takes two, and a dotted circle one, so that safe text made safe again stays as it is. `None` when it would
/// not be safe: `base` is something else or has no room, or `mark` is none, or one that would bind the next letter too.
/// Then the mark is a glyph of its own.
#[must_use]
pub fn cluster(base: Glyph, mark: char) -> Option<Glyph> {
    // Asked of every pair of neighbours in a text: nearly all end here.
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

/// `<RLO U+202E>`: a name for what has no glyph of its own, where there is room for it.
///
/// `<U+E000>` where Unicode has no short name; `None` for what is shown as itself, on a dotted circle too.
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

/// Whether a terminal may be given this symbol of a cell: the last guard, for titles and logs too.
///
/// Safe is one scalar value that is shown as itself, with at most two marks if it is a letter; a mark on a dotted
/// circle; the empty braille pattern, which charts use; and nothing at all.
#[must_use]
pub fn is_safe(symbol: &str) -> bool {
    let mut marks = symbol.chars();
    let Some(base) = marks.next() else { return true };
    if marks.as_str().is_empty() {
        return matches!(table::show(base), Show::Itself { .. }) || base == '\u{2800}';
    }
    carries(base, marks)
}

/// Any text, made safe for one line of a terminal: titles, errors, peers.
///
/// Line feeds and tabs are controls like others and become their pictures.
#[must_use]
pub fn line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for shown in glyphs(text) {
        safe.push_str(shown.as_str());
    }
    safe
}

/// Cells that text takes which is safe already: the sum over its glyphs.
///
/// Unlike `unicode-width`'s width of a string it knows no ligatures: a terminal has a cell for each letter.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(cells).sum()
}

/// The longest start of safe text that fits into this number of cells. No mark is parted from its letter.
#[must_use]
pub fn fit(text: &str, room: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, ch)| {
        taken += cells(*ch);
        taken > room
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// What one scalar value of safe text adds to the width.
fn cells(ch: char) -> usize {
    match table::show(ch) {
        Show::Itself { width } => usize::from(width),
        Show::Mark | Show::LoneMark => 0,
        Show::StandIn { .. } => 1,
    }
}

/// Whether these are marks, and this can carry all of them in its own cells.
fn carries(base: char, marks: impl Iterator<Item = char>) -> bool {
    let (most, kinds): (_, &[Show]) = match base {
        CIRCLE => (1, &[Show::Mark, Show::LoneMark]),
        _ if is_letter(base) => (MARKS, &[Show::Mark]),
        _ => return false,
    };
    marks.enumerate().all(|(at, mark)| at < most && kinds.contains(&table::show(mark)))
}

/// A letter that is shown as itself. Signs and emoji carry no marks: what comes of it differs between terminals.
fn is_letter(ch: char) -> bool {
    ch.is_ascii_alphabetic()
        || ch.general_category_group() == GeneralCategoryGroup::Letter
            && matches!(table::show(ch), Show::Itself { .. })
}
