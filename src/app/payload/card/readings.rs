//! What other encodings, and Python, make of the line around the cursor.

use std::ops::Range;

use ratatui::layout::Size;

use super::super::group::Document;
use super::super::row::Kind;
use super::super::spot::Unit;
use super::{Ink, Line, Piece, cut, label};
use crate::bytes::encoding::python::{self, Handler};
use crate::bytes::encoding::{Content, Encoding, guess, reading, twice};
use crate::bytes::safe;

/// So many bytes on each side of the cursor are read at most.
const AROUND: u64 = 256;
/// The stretch moves with the cursor in steps of so many bytes.
const STEP: u64 = 64;
/// From so many on each side the encoding is guessed.
const FOR_GUESS: u64 = 4_096;
/// Rows with encodings that stand before those of Python.
const COMMON: usize = 8;
/// Cells of the name of an encoding and of the count behind it.
const NAME: usize = 19;
const COUNT: usize = 5;

/// Rows that there are to scroll through.
pub(in crate::app::payload) const ROWS: usize = Encoding::ALL.len() + 1 + Handler::ALL.len();

/// Rows that a card of this height has for them: one is for the guess.
pub(in crate::app::payload) const fn room(height: u16) -> usize {
    height.saturating_sub(1) as usize
}

/// A way to read bytes.
#[derive(Clone, Copy)]
enum Way {
    As(Encoding),
    /// As UTF-8, and the result as windows-1252 that was UTF-8.
    Twice,
    Python(Handler),
}

/// The guess, and as many readings as fit, from the one with this number on; and what stands above them.
pub(in crate::app::payload) fn readings(
    document: &Document<'_>,
    unit: &Unit,
    size: Size,
    first: usize,
) -> (Vec<Line>, String) {
    let history = document.history(unit.direction);
    let near = document.stretch(unit.direction, unit.spot..unit.spot + 1, FOR_GUESS);
    let guess = guess(&history.copy(near));
    let stretch = around(document, unit);
    let bytes = history.copy(stretch.clone());
    let spot = (unit.spot - stretch.start) as usize;
    let utf16 = |line: &Range<usize>| even(line, stretch.start);
    let line = match guess.encoding {
        sixteen if sixteen == Encoding::UTF_16LE => utf16(&line(&bytes, spot, b"\n\0")),
        sixteen if sixteen == Encoding::UTF_16BE => utf16(&line(&bytes, spot, b"\0\n")),
        _ => line(&bytes, spot, b"\n"),
    };
    let width = usize::from(size.width).saturating_sub(1);

    let shown = room(size.height).min(ROWS);
    let first = first.min(ROWS - shown);
    let more = if first + shown < ROWS { ", . for more" } else { "" };
    let (from, to) = (stretch.start + line.start as u64, stretch.start + line.end as u64 - 1);
    let caption = format!("bytes {from} to {to} · rows {} to {} of {ROWS}{more}", first + 1, first + shown);
    let why = Piece::new(format!(": {}", guess.why), Ink::Plain);
    let mut lines =
        vec![cut(&vec![label("guess"), Piece::new(guess.encoding.name(), Ink::Strong), why], width)];
    lines.extend(ways().skip(first).take(shown).map(|way| match way {
        Way::As(encoding) => {
            let line = if is_utf16(encoding) { utf16(&line) } else { line.clone() };
            let read = reading(encoding, &bytes[line.clone()]);
            let name = if encoding == guess.encoding { Ink::Strong } else { Ink::Plain };
            let mut row = head(encoding.name(), name, read.malformed());
            row.extend(text(
                &read.pieces,
                (spot - line.start.min(spot)) as u64,
                width.saturating_sub(NAME + COUNT),
            ));
            row
        }
        Way::Twice => {
            let (text, ink) = match twice(&bytes[line.clone()]) {
                Some(text) => (safe::line(&text), Ink::Strong),
                None => ("· (it is no text when it is decoded again)".to_owned(), Ink::Dim),
            };
            let name = Piece::new(format!("{:rest$}", "UTF-8 twice", rest = NAME + COUNT), Ink::Plain);
            cut(&vec![name, Piece::new(text, ink)], width)
        }
        Way::Python(handler) => python(&bytes[line.clone()], handler, width),
    }));
    (lines, caption)
}

/// What is read at most: a stretch around the cursor that does not move with each byte.
fn around(document: &Document<'_>, unit: &Unit) -> Range<u64> {
    let steady = unit.spot - unit.spot % STEP;
    let stretch = document.stretch(unit.direction, unit.spot..unit.spot + 1, AROUND + STEP);
    stretch.start.max(steady.saturating_sub(AROUND))..stretch.end.min(steady + STEP + AROUND)
}

/// The common encodings, Python, the others.
fn ways() -> impl Iterator<Item = Way> {
    let (common, others) = Encoding::ALL.split_at(COMMON);
    let python = Handler::ALL.into_iter().map(Way::Python);
    let common = common.iter().copied().map(Way::As).chain([Way::Twice]);
    common.chain(python).chain(others.iter().copied().map(Way::As))
}

/// The line that the byte at a place stands in, its line feed included.
fn line(bytes: &[u8], at: usize, feed: &[u8]) -> Range<usize> {
    let ends = |end: usize| bytes[..end].ends_with(feed);
    let start = (1..=at).rev().find(|end| ends(*end)).unwrap_or(0);
    let end = (at + 1..=bytes.len()).find(|end| ends(*end)).unwrap_or(bytes.len());
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
        // The other half of this unit is trimmed.
        (true, 0) => 1.min(line.end)..line.end,
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

/// What Python makes of it, cut where there is no room. A message that is too long for its column begins further left, and
/// does without naming the codec.
fn python(bytes: &[u8], handler: Handler, width: usize) -> Line {
    let name = |cells: usize| {
        let name =
            Piece::new(format!("{:cells$}", handler.name(), cells = cells.saturating_sub(7)), Ink::Plain);
        vec![Piece::new("Python ", Ink::Dim), name]
    };
    let mut line = name(NAME + COUNT);
    match python::decode(bytes, handler) {
        Ok(text) => line.push(Piece::new(safe::line(&text), Ink::Plain)),
        Err(message) if NAME + COUNT + safe::width(&message) <= width => {
            line.push(Piece::new(message, Ink::Bad));
        }
        Err(message) => {
            line = name(handler.name().len() + 8);
            line.push(Piece::new(message.trim_start_matches("'utf-8' codec "), Ink::Bad));
        }
    }
    cut(&line, width)
}
