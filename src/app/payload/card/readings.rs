//! What other encodings, and Python, make of the line around the cursor.

use std::ops::Range;

use ratatui::layout::Size;

use super::super::group::Document;
use super::super::row::Kind;
use super::super::spot::Unit;
use super::{Ink, Line, Piece, label};
use crate::bytes::encoding::python::{self, Handler};
use crate::bytes::encoding::{Content, Encoding, guess, reading};
use crate::bytes::safe;

/// So many bytes on each side of the cursor are read at most.
const AROUND: u64 = 256;
/// From so many on each side the encoding is guessed.
const FOR_GUESS: u64 = 4_096;
/// Rows with encodings that stand before those of Python.
const COMMON: usize = 8;
/// Cells of the name of an encoding and of the count behind it.
const NAME: usize = 19;
const COUNT: usize = 5;

/// Rows that there are to scroll through.
pub(in crate::app::payload) const ROWS: usize = Encoding::ALL.len() + Handler::ALL.len();

/// Rows that a card of this height has for them: one is for the guess.
pub(in crate::app::payload) const fn room(height: u16) -> usize {
    height.saturating_sub(1) as usize
}

/// A way to read bytes.
#[derive(Clone, Copy)]
enum Way {
    As(Encoding),
    Python(Handler),
}

/// The guess, and as many readings as fit, from the one with this number on.
pub(in crate::app::payload) fn readings(
    document: &Document<'_>,
    unit: &Unit,
    size: Size,
    first: usize,
) -> Vec<Line> {
    let history = document.history(unit.direction);
    let near = document.stretch(unit.direction, unit.spot..unit.spot + 1, FOR_GUESS);
    let guess = guess(&history.copy(near));
    let stretch = document.stretch(unit.direction, unit.spot..unit.spot + 1, AROUND);
    let bytes = history.copy(stretch.clone());
    let line = line(&bytes, (unit.spot - stretch.start) as usize);
    let width = usize::from(size.width).saturating_sub(1);

    let shown = room(size.height);
    let first = first.min(ROWS.saturating_sub(shown));
    let mut lines = vec![vec![
        label("guess"),
        Piece::new(guess.encoding.name(), Ink::Strong),
        Piece::new(format!(": {}", guess.why), Ink::Plain),
        Piece::new(format!("   {}-{} of {ROWS}, . more", first + 1, first + shown), Ink::Dim),
    ]];
    lines.extend(ways().skip(first).take(shown).map(|way| match way {
        Way::As(encoding) => {
            let line = if is_utf16(encoding) { even(&line, stretch.start) } else { line.clone() };
            let read = reading(encoding, &bytes[line.clone()]);
            let at = (unit.spot - stretch.start) as usize - line.start;
            let name = if encoding == guess.encoding { Ink::Strong } else { Ink::Plain };
            let mut row = head(encoding.name(), name, read.malformed());
            row.extend(text(&read.pieces, at as u64, width.saturating_sub(NAME + COUNT)));
            row
        }
        Way::Python(handler) => python(&bytes[line.clone()], handler, width),
    }));
    lines
}

/// The common encodings, Python, the others.
fn ways() -> impl Iterator<Item = Way> {
    let (common, others) = Encoding::ALL.split_at(COMMON);
    let python = Handler::ALL.into_iter().map(Way::Python);
    common.iter().copied().map(Way::As).chain(python).chain(others.iter().copied().map(Way::As))
}

/// The line that the byte at a place stands in, its line feed included.
fn line(bytes: &[u8], at: usize) -> Range<usize> {
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |feed| at + feed + 1);
    start..end
}

fn is_utf16(encoding: Encoding) -> bool {
    encoding == Encoding::UTF_16LE || encoding == Encoding::UTF_16BE
}

/// The same line for units of two bytes, counted from the beginning of the stream.
fn even(line: &Range<usize>, base: u64) -> Range<usize> {
    let odd = (base + line.start as u64) % 2 == 1;
    match (odd, line.start) {
        (false, start) => start..line.end,
        (true, 0) => 0..line.end,
        (true, start) => start - 1..line.end,
    }
}

fn head(name: &str, ink: Ink, malformed: usize) -> Line {
    let (count, alarm) =
        if malformed > 0 { (malformed.to_string(), Ink::Bad) } else { ("·".to_owned(), Ink::Dim) };
    let gap = COUNT - 1;
    vec![Piece::new(format!("{name:NAME$}"), ink), Piece::new(format!("{count:>gap$} "), alarm)]
}

/// The text around the byte at a place, which is in sight.
fn text(pieces: &[crate::bytes::encoding::Piece], at: u64, width: usize) -> Line {
    let shown: Vec<(Piece, usize, bool)> = pieces
        .iter()
        .map(|piece| {
            let here = (piece.offset()..piece.offset() + piece.bytes().len() as u64).contains(&at);
            let (text, cells, kind) = match piece.content() {
                Content::Character(ch) => {
                    let glyph = safe::glyph(ch);
                    (glyph.as_str().to_owned(), usize::from(glyph.width), kind(ch, glyph.class))
                }
                Content::Malformed(_) => ("\u{fffd}".to_owned(), 1, Kind::Malformed),
                Content::Shift => ("·".to_owned(), 1, Kind::Border),
            };
            (Piece::new(text, if here { Ink::Cursor(kind) } else { Ink::Byte(kind) }), cells, here)
        })
        .collect();
    let cursor = shown.iter().position(|(_, _, here)| *here).unwrap_or(0);
    // The first piece from which on the cursor is not behind the middle, unless everything fits.
    let total: usize = shown.iter().map(|(_, cells, _)| cells).sum();
    let (mut start, mut before) = (0, shown[..cursor].iter().map(|(_, cells, _)| cells).sum::<usize>());
    while total > width && before > width / 2 {
        before -= shown[start].1;
        start += 1;
    }
    let mut line = Line::new();
    let mut used = 0;
    if start > 0 {
        line.push(Piece::new("…", Ink::Dim));
        used = 1;
    }
    for (piece, cells, _) in shown.into_iter().skip(start) {
        if used + cells > width.saturating_sub(1) && total > width {
            line.push(Piece::new("…", Ink::Dim));
            break;
        }
        used += cells;
        line.push(piece);
    }
    line
}

fn kind(ch: char, class: safe::Class) -> Kind {
    match class {
        safe::Class::Control => Kind::Control,
        safe::Class::Hidden => Kind::Hidden,
        safe::Class::Space => Kind::Space,
        safe::Class::Plain | safe::Class::Mark if ch.is_ascii() => Kind::Ascii,
        safe::Class::Plain | safe::Class::Mark => Kind::Multi,
    }
}

/// What Python makes of it, cut where there is no room.
fn python(bytes: &[u8], handler: Handler, width: usize) -> Line {
    let (text, ink) = match python::decode(bytes, handler) {
        Ok(text) => (text, Ink::Plain),
        Err(message) => (message, Ink::Bad),
    };
    let room = width.saturating_sub(NAME + COUNT);
    let text = safe::line(&text);
    let fitting = safe::fit(&text, room);
    let mut line = vec![
        Piece::new("Python ", Ink::Dim),
        Piece::new(format!("{:rest$}", handler.name(), rest = NAME + COUNT - 7), Ink::Plain),
    ];
    if fitting.len() == text.len() {
        line.push(Piece::new(text, ink));
    } else {
        line.push(Piece::new(safe::fit(&text, room.saturating_sub(1)), ink));
        line.push(Piece::new("…", Ink::Dim));
    }
    line
}
