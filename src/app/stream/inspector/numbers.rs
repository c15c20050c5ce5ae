//! The bytes from the cursor on as numbers: one row for each kind, one column for each byte order; and where they end if
//! they are the length of what follows.

use ratatui::layout::Rect;

use super::super::position::Unit;
use super::super::segment::Transcript;
use crate::app::format;
use crate::app::stream::inspector::content::{
    Emphasis, Inspector, LABEL, RankedLine, StyledLine, StyledText, cut, label,
};
use crate::app::stream::view::Channel;
use crate::bytes::numbers::{Kind, LONGEST, Length, Number, Reading, lengths};

/// The widest column of one byte order.
const COLUMN: usize = 34;
/// Stands where bytes cannot be read as a kind of number.
const NONE: &str = "·";
/// How much less important a row is in which nothing is likely.
const UNLIKELY: u8 = 32;

/// The height that shows every row of a usual place.
pub(in crate::app::stream) const HEIGHT: u16 = Kind::ALL.len() as u16 + 4;

/// Returns the number of rows, besides the line that names the columns.
pub(in crate::app::stream) fn count(transcript: &Transcript<'_>, unit: &Unit) -> usize {
    rows(transcript, unit, 0).len()
}

/// Returns as many rows as fit into an area: the most important ones, without the first `skipped` of those.
pub(in crate::app::stream) fn numbers(
    transcript: &Transcript<'_>,
    unit: &Unit,
    area: Rect,
    skipped: usize,
) -> Inspector {
    let width = usize::from(area.width).saturating_sub(1);
    // The last column needs no gap behind it.
    let column = ((width + 1).saturating_sub(LABEL) / 2).min(COLUMN);
    let all = rows(transcript, unit, column);
    let (total, room) = (all.len(), usize::from(area.height.saturating_sub(1)));
    let shown = room.min(total);
    let skipped = skipped.min(total - shown);
    let mut order: Vec<_> = (0..total).collect();
    order.sort_by_key(|at| all[*at].rank);
    let visible = &order[skipped..skipped + shown];
    let rows = all.iter().enumerate().filter(|(at, _)| visible.contains(at)).map(|(_, row)| &row.line);
    let mut lines = vec![cut(&head(column), width)];
    lines.extend(rows.map(|line| cut(line, width)));
    let from = format!("numbers from offset {}", format::count(unit.cursor));
    let caption = if shown == total { from } else { format!("{from} · {shown} of {total}") };
    Inspector { area, lines, caption, continues: skipped + shown < total }
}

/// The names of the columns.
fn head(column: usize) -> StyledLine {
    let first = StyledText::new(format!("{:column$}", "big-endian"), Emphasis::Dim);
    vec![label(""), first, StyledText::new("little-endian", Emphasis::Dim)]
}

fn rows(transcript: &Transcript<'_>, unit: &Unit, column: usize) -> Vec<RankedLine> {
    let here = transcript.stretch(unit.channel, unit.cursor..unit.cursor + 1, LONGEST as u64);
    let bytes = transcript.history(unit.channel).copy(unit.cursor..here.end);
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let mut rows: Vec<_> = Kind::ALL.into_iter().map(|kind| row(kind, &kind.read(bytes), column)).collect();
    rows.extend(ends(transcript, unit, bytes));
    rows
}

fn row(kind: Kind, reading: &Reading, column: usize) -> RankedLine {
    let mut line = vec![label(kind.name())];
    match reading {
        Reading::Ordered { big, little } => {
            line.push(cell(big.as_ref(), column));
            line.push(cell(little.as_ref(), 0));
        }
        Reading::Single(number) => line.push(cell(number.as_ref(), 0)),
    }
    let rank = rank(kind)
        + match reading {
            Reading::Single(None) | Reading::Ordered { big: None, little: None } => 2 * UNLIKELY,
            _ if reading.is_likely() => 0,
            _ => UNLIKELY,
        };
    RankedLine { rank, line }
}

/// Returns the cell of a number, with a gap behind it; without one where the column has no width.
fn cell(number: Option<&Number>, column: usize) -> StyledText {
    let (text, emphasis) = match number {
        Some(Number { text, is_likely: true }) => (text.as_str(), Emphasis::Plain),
        Some(Number { text, is_likely: false }) => (text.as_str(), Emphasis::Dim),
        None => (NONE, Emphasis::Dim),
    };
    if column == 0 {
        return StyledText::new(text, emphasis);
    }
    let text = format::truncate(text, column.saturating_sub(1) as u16);
    StyledText::new(format!("{text:column$}"), emphasis)
}

/// Returns how important a kind is: the lowest rank is the most important one.
const fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Bits16 => 0,
        Kind::Bits32 => 1,
        Kind::Bits8 => 2,
        Kind::Single => 4,
        Kind::Varint => 6,
        Kind::Unsigned64 => 7,
        Kind::Double => 8,
        Kind::UnixSeconds => 9,
        Kind::UnixMillis => 10,
        Kind::Uuid => 11,
        Kind::Signed64 => 12,
        Kind::Ipv4 => 13,
        Kind::Half => 14,
        Kind::Bcd => 15,
        Kind::UnixSeconds64 => 16,
        Kind::Ntp => 17,
    }
}

/// Returns a row for each length whose bytes end within what has arrived, the likeliest first, and one for the others.
fn ends(transcript: &Transcript<'_>, unit: &Unit, bytes: &[u8]) -> Vec<RankedLine> {
    let history = transcript.history(unit.channel);
    let arrived = history.end();
    let (inside, beyond): (Vec<Length>, Vec<Length>) =
        lengths(bytes).partition(|length| unit.cursor.saturating_add(length.end) <= arrived);
    let mut lines = Vec::new();
    for Length { field, value, end } in inside {
        let end = unit.cursor + end;
        let with = history.chunk_of(end - 1).map(|chunk| history.chunks()[chunk].end());
        let place = match with {
            _ if end == arrived => ", the newest byte",
            Some(border) if border == end && unit.channel == Channel::Received => ", where a read ends",
            Some(border) if border == end => ", where a write ends",
            _ => "",
        };
        let likely = if place.is_empty() { 5 } else { 3 };
        let text = format!("{} {value}: ends at offset {}{place}", field.name(), format::count(end));
        lines.push(RankedLine { rank: likely, line: vec![StyledText::new(text, Emphasis::Plain)] });
    }
    lines.sort_by_key(|line| line.rank);
    if !beyond.is_empty() {
        let names: Vec<_> = beyond.iter().map(|length| length.field.name()).collect();
        let text = format!("ends beyond what has arrived as {}", names.join(", "));
        lines.push(RankedLine { rank: 5 + UNLIKELY, line: vec![StyledText::new(text, Emphasis::Dim)] });
    }
    for (nth, ranked) in lines.iter_mut().enumerate() {
        ranked.line.insert(0, label(if nth == 0 { "length" } else { "" }));
    }
    lines
}
