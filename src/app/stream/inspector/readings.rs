//! The line around the cursor, decoded with other encodings and with Python's error handlers.

use ratatui::layout::Rect;

use super::super::position::Unit;
use super::super::row::ByteClass;
use super::super::segment::Transcript;
use super::byte_window::ByteWindow;
use crate::app::stream::inspector::content::{Emphasis, Inspector, StyledLine, StyledText, cut, label};
use crate::bytes::encoding::python::{self, Handler};
use crate::bytes::encoding::{Content, Encoding, Guess, Reversed, double_encoded, guess, reading};
use crate::bytes::safe::{self, Charset};

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
pub(in crate::app::stream) const ROWS: usize = Encoding::ALL.len() + 1 + Handler::ALL.len();

/// Returns the number of readings that an inspector of this height shows: one line is for the guess.
pub(in crate::app::stream) const fn room(height: u16) -> usize {
    height.saturating_sub(1) as usize
}

/// A way to decode bytes.
#[derive(Clone, Copy)]
enum ByteReading {
    Encoding(Encoding),
    /// UTF-8 that was encoded twice: decoded as UTF-8, encoded as windows-1252, decoded as UTF-8.
    DoubleEncoded,
    Python(Handler),
}

/// Guesses the encoding of the bytes around the cursor.
pub(in crate::app::stream) fn likely(transcript: &Transcript<'_>, unit: &Unit) -> Guess {
    let near = transcript.stretch(unit.channel, unit.cursor..unit.cursor + 1, FOR_GUESS);
    guess(&transcript.history(unit.channel).copy(near))
}

/// Returns the guess and as many readings as fit into an area, beginning with the one at index `first`.
pub(in crate::app::stream) fn readings(
    transcript: &Transcript<'_>,
    unit: &Unit,
    area: Rect,
    first: usize,
) -> Inspector {
    let guess = likely(transcript, unit);
    let around = ByteWindow::new(transcript, unit);
    let line = around.line(guess.encoding);
    let width = usize::from(area.width).saturating_sub(1);

    let shown = room(area.height).min(ROWS);
    let first = first.min(ROWS - shown);
    let (from, to) = (around.offset(line.start), around.offset(line.end) - 1);
    let name = guess.encoding.name();
    let caption = format!(
        "the line at {from} to {to} in {name} · readings {} to {} of {ROWS}",
        first + 1,
        first + shown
    );
    let why = StyledText::new(format!(" ({})", guess.why), Emphasis::Plain);
    let mut lines = vec![cut(
        &vec![label("guess"), StyledText::new(guess.encoding.name(), Emphasis::Strong), why],
        width,
    )];
    let rows = all_readings(guess.encoding).skip(first).take(shown);
    lines.extend(rows.map(|choice| around.row(choice, guess.encoding, width)));
    Inspector { area, lines, caption, continues: first + shown < ROWS }
}

impl ByteWindow {
    fn row(&self, choice: ByteReading, guessed: Encoding, width: usize) -> StyledLine {
        let count = count_cells(width);
        match choice {
            ByteReading::Encoding(encoding) => {
                let line = self.line(encoding);
                let read = reading(encoding, &self.bytes[line.clone()]);
                let name = if encoding == guessed { Emphasis::Strong } else { Emphasis::Plain };
                let mut row = head(encoding.name(), name, read.malformed(), count);
                let mut used = NAME + count;
                if Reversed::find(encoding, &self.first).is_some() {
                    row.push(StyledText::new(REVERSED, Emphasis::Bad));
                    used += REVERSED.len();
                }
                let cursor = self.cursor.saturating_sub(line.start) as u64;
                row.extend(text(&read.pieces, cursor, width.saturating_sub(used), self.charset));
                row
            }
            ByteReading::DoubleEncoded => {
                let (text, emphasis) = match double_encoded(&self.bytes[self.line(Encoding::UTF_8)]) {
                    Some(text) => (safe::line(&text), Emphasis::Strong),
                    None => ("· (not text when it is decoded again)".to_owned(), Emphasis::Dim),
                };
                let name =
                    StyledText::new(format!("{:rest$}", "UTF-8 twice", rest = NAME + count), Emphasis::Plain);
                cut(&vec![name, StyledText::new(text, emphasis)], width)
            }
            ByteReading::Python(handler) => python(&self.bytes[self.line(Encoding::UTF_8)], handler, width),
        }
    }
}

/// Returns the width of the count of malformed sequences in a line of this width.
const fn count_cells(width: usize) -> usize {
    if width < ROOMY { COUNT } else { COUNT_IN_WORDS }
}

/// Returns all readings: the guessed encoding if it is not a common one, the common encodings, Python, the others.
fn all_readings(guessed: Encoding) -> impl Iterator<Item = ByteReading> {
    let (common, others) = Encoding::ALL.split_at(COMMON);
    let is_common = common.contains(&guessed);
    let first = (!is_common).then_some(ByteReading::Encoding(guessed));
    let python = Handler::ALL.into_iter().map(ByteReading::Python);
    let common = common.iter().copied().map(ByteReading::Encoding).chain([ByteReading::DoubleEncoded]);
    let others = others.iter().copied().filter(move |encoding| is_common || *encoding != guessed);
    first.into_iter().chain(common).chain(python).chain(others.map(ByteReading::Encoding))
}

fn head(name: &str, emphasis: Emphasis, malformed: usize, cells: usize) -> StyledLine {
    let (count, alarm) = match malformed {
        0 => ("·".to_owned(), Emphasis::Dim),
        parts if cells == COUNT => (parts.to_string(), Emphasis::Bad),
        parts => (format!("{parts} malformed"), Emphasis::Bad),
    };
    let gap = cells - 1;
    vec![
        StyledText::new(format!("{name:NAME$}"), emphasis),
        StyledText::new(format!("{count:>gap$} "), alarm),
    ]
}

/// Returns the text around the byte at an offset, so that this byte is visible.
fn text(pieces: &[crate::bytes::encoding::Piece], at: u64, width: usize, charset: Charset) -> StyledLine {
    let shown: Vec<DrawnPiece> = pieces
        .iter()
        .map(|piece| {
            let here = (piece.offset()..piece.offset() + piece.bytes().len() as u64).contains(&at);
            let (text, cells, kind) = match piece.content() {
                Content::Character(ch) => {
                    let glyph = safe::glyph(ch);
                    let kind = kind(ch, glyph.class);
                    match safe::escape(ch).filter(|_| charset == Charset::Ascii) {
                        Some(escape) => (escape.clone(), escape.len(), kind),
                        None => (glyph.as_str().to_owned(), usize::from(glyph.width), kind),
                    }
                }
                Content::Malformed(_) => ("\u{fffd}".to_owned(), 1, ByteClass::Malformed),
                Content::Shift => ("·".to_owned(), 1, ByteClass::Border),
            };
            let emphasis = if here { Emphasis::Cursor(kind) } else { Emphasis::Byte(kind) };
            DrawnPiece { piece: StyledText::new(text, emphasis), cells, here }
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
    let mut line = StyledLine::new();
    let mut used = 0;
    if start > 0 {
        line.push(StyledText::new("…", Emphasis::Dim));
        used = 1;
    }
    for DrawnPiece { piece, cells, .. } in shown.into_iter().skip(start) {
        if used + cells > width.saturating_sub(1) && total > width {
            line.push(StyledText::new("…", Emphasis::Dim));
            break;
        }
        used += cells;
        line.push(piece);
    }
    line
}

/// A decoded character or sequence, as it is drawn.
struct DrawnPiece {
    piece: StyledText,
    cells: usize,
    /// Whether it contains the byte under the cursor.
    here: bool,
}

fn kind(ch: char, class: safe::Class) -> ByteClass {
    match class {
        safe::Class::Control => ByteClass::Control,
        safe::Class::Hidden => ByteClass::Hidden,
        safe::Class::Space => ByteClass::Space,
        safe::Class::Plain | safe::Class::Mark if ch.is_ascii() => ByteClass::Ascii,
        safe::Class::Plain | safe::Class::Mark => ByteClass::Multi,
    }
}

/// Returns what Python makes of the bytes, truncated where there is no room. A message that is too long for its
/// column begins further left and does not name the codec.
fn python(bytes: &[u8], handler: Handler, width: usize) -> StyledLine {
    let before = NAME + count_cells(width);
    let name = |argument: &str, cells: usize| {
        let name = format!("{argument}{}", handler.name());
        let name =
            StyledText::new(format!("{name:cells$}", cells = cells.saturating_sub(7)), Emphasis::Plain);
        vec![StyledText::new("Python ", Emphasis::Dim), name]
    };
    let mut line = name(if before > NAME + COUNT { "errors=" } else { "" }, before);
    match python::decode(bytes, handler) {
        Ok(text) => line.push(StyledText::new(safe::line(&text), Emphasis::Plain)),
        Err(message) if before + safe::width(&message) <= width => {
            line.push(StyledText::new(message, Emphasis::Bad));
        }
        Err(message) => {
            line = name("", handler.name().len() + 8);
            line.push(StyledText::new(message.trim_start_matches("'utf-8' codec "), Emphasis::Bad));
        }
    }
    cut(&line, width)
}
