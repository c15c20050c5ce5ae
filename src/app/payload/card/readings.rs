//! The line around the cursor, decoded with other encodings and with Python's error handlers.

use ratatui::layout::Size;

use super::super::group::Document;
use super::super::row::Kind;
use super::super::spot::Unit;
use super::around::Around;
use super::{Ink, Line, Piece, cut, label};
use crate::bytes::encoding::python::{self, Handler};
use crate::bytes::encoding::{Content, Encoding, Reversed, guess, reading, twice};
use crate::bytes::safe;

/// The encoding is guessed from this number of bytes on each side of the cursor.
const FOR_GUESS: u64 = 4_096;
/// The number of encodings that are listed before Python's error handlers.
const COMMON: usize = 8;
/// Width of the name of an encoding.
const NAME: usize = 19;
/// Width of the count of malformed sequences behind the name: as a number, and with its noun.
const COUNT: usize = 5;
const COUNT_IN_WORDS: usize = 14;
/// Stands before a text whose byte order is the reverse of what the stream's byte order mark names.
const REVERSED: &str = "BOM reversed: ";
/// From this width on there is room for the noun.
const ROOMY: usize = 72;

/// The number of readings.
pub(in crate::app::payload) const ROWS: usize = Encoding::ALL.len() + 1 + Handler::ALL.len();

/// Returns the number of readings that an inspector of this height shows: one line is for the guess.
pub(in crate::app::payload) const fn room(height: u16) -> usize {
    height.saturating_sub(1) as usize
}

/// A way to decode bytes.
#[derive(Clone, Copy)]
enum Way {
    As(Encoding),
    /// UTF-8 that was encoded twice: decoded as UTF-8, encoded as windows-1252, decoded as UTF-8.
    Twice,
    Python(Handler),
}

/// Returns the guess and as many readings as fit, beginning with the one at index `first`; and the caption above
/// them.
pub(in crate::app::payload) fn readings(
    document: &Document<'_>,
    unit: &Unit,
    size: Size,
    first: usize,
) -> (Vec<Line>, String) {
    let history = document.history(unit.direction);
    let near = document.stretch(unit.direction, unit.spot..unit.spot + 1, FOR_GUESS);
    let guess = guess(&history.copy(near));
    let around = Around::new(document, unit);
    let line = around.line(guess.encoding);
    let width = usize::from(size.width).saturating_sub(1);

    let shown = room(size.height).min(ROWS);
    let first = first.min(ROWS - shown);
    let more = if first + shown < ROWS { " (. for more)" } else { "" };
    let (from, to) = (around.offset(line.start), around.offset(line.end) - 1);
    let caption =
        format!("bytes {from} to {to} · readings {} to {} of {ROWS}{more}", first + 1, first + shown);
    let why = Piece::new(format!(" ({})", guess.why), Ink::Plain);
    let mut lines =
        vec![cut(&vec![label("guess"), Piece::new(guess.encoding.name(), Ink::Strong), why], width)];
    let rows = all_readings().skip(first).take(shown);
    lines.extend(rows.map(|way| around.row(way, guess.encoding, width)));
    (lines, caption)
}

impl Around {
    fn row(&self, way: Way, guessed: Encoding, width: usize) -> Line {
        let count = count_cells(width);
        match way {
            Way::As(encoding) => {
                let line = self.line(encoding);
                let read = reading(encoding, &self.bytes[line.clone()]);
                let name = if encoding == guessed { Ink::Strong } else { Ink::Plain };
                let mut row = head(encoding.name(), name, read.malformed(), count);
                let mut used = NAME + count;
                if Reversed::find(encoding, &self.first).is_some() {
                    row.push(Piece::new(REVERSED, Ink::Bad));
                    used += REVERSED.len();
                }
                let cursor = self.spot.saturating_sub(line.start) as u64;
                row.extend(text(&read.pieces, cursor, width.saturating_sub(used)));
                row
            }
            Way::Twice => {
                let (text, ink) = match twice(&self.bytes[self.line(Encoding::UTF_8)]) {
                    Some(text) => (safe::line(&text), Ink::Strong),
                    None => ("· (not text when it is decoded again)".to_owned(), Ink::Dim),
                };
                let name = Piece::new(format!("{:rest$}", "UTF-8 twice", rest = NAME + count), Ink::Plain);
                cut(&vec![name, Piece::new(text, ink)], width)
            }
            Way::Python(handler) => python(&self.bytes[self.line(Encoding::UTF_8)], handler, width),
        }
    }
}

/// Returns the width of the count of malformed sequences in a line of this width.
const fn count_cells(width: usize) -> usize {
    if width < ROOMY { COUNT } else { COUNT_IN_WORDS }
}

/// Returns all readings: the common encodings, Python, the other encodings.
fn all_readings() -> impl Iterator<Item = Way> {
    let (common, others) = Encoding::ALL.split_at(COMMON);
    let python = Handler::ALL.into_iter().map(Way::Python);
    let common = common.iter().copied().map(Way::As).chain([Way::Twice]);
    common.chain(python).chain(others.iter().copied().map(Way::As))
}

fn head(name: &str, ink: Ink, malformed: usize, cells: usize) -> Line {
    let (count, alarm) = match malformed {
        0 => ("·".to_owned(), Ink::Dim),
        parts if cells == COUNT => (parts.to_string(), Ink::Bad),
        parts => (format!("{parts} malformed"), Ink::Bad),
    };
    let gap = cells - 1;
    vec![Piece::new(format!("{name:NAME$}"), ink), Piece::new(format!("{count:>gap$} "), alarm)]
}

/// Returns the text around the byte at an offset, so that this byte is visible.
fn text(pieces: &[crate::bytes::encoding::Piece], at: u64, width: usize) -> Line {
    let shown: Vec<DrawnPiece> = pieces
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
            let ink = if here { Ink::Cursor(kind) } else { Ink::Byte(kind) };
            DrawnPiece { piece: Piece::new(text, ink), cells, here }
        })
        .collect();
    let cursor = shown.iter().position(|shown| shown.here).unwrap_or(0);
    // The first piece from which on the cursor is not behind the middle, unless everything fits.
    let cells = |shown: &[DrawnPiece]| shown.iter().map(|shown| shown.cells).sum::<usize>();
    let total = cells(&shown);
    let (mut start, mut before) = (0, cells(&shown[..cursor]));
    while total > width && before > width / 2 {
        before -= shown[start].cells;
        start += 1;
    }
    let mut line = Line::new();
    let mut used = 0;
    if start > 0 {
        line.push(Piece::new("…", Ink::Dim));
        used = 1;
    }
    for DrawnPiece { piece, cells, .. } in shown.into_iter().skip(start) {
        if used + cells > width.saturating_sub(1) && total > width {
            line.push(Piece::new("…", Ink::Dim));
            break;
        }
        used += cells;
        line.push(piece);
    }
    line
}

/// A decoded character or sequence, as it is drawn.
struct DrawnPiece {
    piece: Piece,
    cells: usize,
    /// Whether it contains the byte under the cursor.
    here: bool,
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

/// Returns what Python makes of the bytes, truncated where there is no room. A message that is too long for its
/// column begins further left and does not name the codec.
fn python(bytes: &[u8], handler: Handler, width: usize) -> Line {
    let before = NAME + count_cells(width);
    let name = |argument: &str, cells: usize| {
        let name = format!("{argument}{}", handler.name());
        let name = Piece::new(format!("{name:cells$}", cells = cells.saturating_sub(7)), Ink::Plain);
        vec![Piece::new("Python ", Ink::Dim), name]
    };
    let mut line = name(if before > NAME + COUNT { "errors=" } else { "" }, before);
    match python::decode(bytes, handler) {
        Ok(text) => line.push(Piece::new(safe::line(&text), Ink::Plain)),
        Err(message) if before + safe::width(&message) <= width => {
            line.push(Piece::new(message, Ink::Bad));
        }
        Err(message) => {
            line = name("", handler.name().len() + 8);
            line.push(Piece::new(message.trim_start_matches("'utf-8' codec "), Ink::Bad));
        }
    }
    cut(&line, width)
}
