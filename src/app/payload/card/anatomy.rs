//! The anatomy of the character under the cursor: how its bits encode it, why they encode none, or what they wait
//! for.

use std::ops::{Range, RangeInclusive};

use ratatui::layout::Size;

use crate::bytes::anatomy::{Broken, ByteBits, Character, Waiting};
use crate::bytes::hex;
use crate::bytes::safe;
use crate::model::Direction;

use super::super::clock;
use super::super::group::Document;
use super::super::row::Kind;
use super::super::spot::{Unit, What};
use super::{Ink, LABEL, Line, Piece, Ranked, fit, label};

/// Bytes on each side that may belong to the intended character.
const AROUND: u64 = 8;

/// A byte that is taken apart into bits.
struct Part {
    bits: ByteBits,
    kind: Kind,
    here: Here,
}

/// The relation of a byte to the unit that the inspector explains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Here {
    Cursor,
    Unit,
    Beside,
}

/// Returns the anatomy of a unit, as many lines as fit.
pub(in crate::app::payload) fn anatomy(
    document: &Document<'_>,
    unit: &Unit,
    size: Size,
    utc_offset_seconds: i32,
) -> Vec<Line> {
    let mut lines = match unit.what {
        What::Character(ch) => character(unit, Character::of(ch), size.width),
        What::Malformed(reason) => {
            let history = document.history(unit.direction);
            let around = document.stretch(unit.direction, unit.range.clone(), AROUND);
            let before = history.copy(around.start..unit.range.start);
            let after = history.copy(unit.range.end..around.end);
            malformed(unit, &Broken::new(&unit.bytes, reason, &before, &after), &after, size.width)
        }
        What::Pending => pending(unit, size.width),
        What::Cut => vec![title(
            "·",
            Kind::Cut,
            &format!("{}  its beginning is trimmed: what it was part of is not known", hexes(&unit.bytes)),
        )],
    };
    lines.extend(chunks(document, unit, utc_offset_seconds));
    fit(lines, size)
}

/// Describes a unit in one line, for the border of the pane.
#[must_use]
pub fn summary(unit: &Unit) -> String {
    let bytes = hexes(&unit.bytes);
    match unit.what {
        What::Character(ch) => {
            let character = Character::of(ch);
            let glyph = safe::glyph(ch);
            format!("{bytes}  {} {} {}", glyph.as_str(), character.code_point(), character.name())
        }
        What::Malformed(reason) => format!("{bytes}  malformed: {reason}"),
        What::Pending => match Waiting::of(&unit.bytes) {
            Some(waiting) => format!("{bytes}  pending: {}", waiting.sentence()),
            None => format!("{bytes}  pending"),
        },
        What::Cut => format!("{bytes}  its beginning is trimmed"),
    }
}

fn character(unit: &Unit, character: Character, width: u16) -> Vec<Ranked> {
    let parts = parts(unit);
    let glyph = safe::glyph(character.ch());
    let (category, long) = character.category();
    let utf16: Vec<_> = character.utf16().iter().map(|unit| format!("{unit:04x}")).collect();
    let mut joined = vec![label("joined")];
    for part in &parts {
        joined.push(Piece::new(part.bits.payload(), Ink::Payload));
        joined.push(Piece::new(" ", Ink::Plain));
    }
    let value = u32::from(character.ch());
    joined.push(Piece::new(format!("= {value:x} hex = {value} = "), Ink::Plain));
    joined.push(Piece::new(character.code_point(), Ink::Strong));
    let kind = parts.first().map_or(Kind::Ascii, |part| part.kind);
    let name = format!("{}  {}", character.code_point(), character.name());
    let mut lines = vec![title(glyph.as_str(), kind, &name)];
    lines.extend(columns(&parts, width, None));
    lines.extend([
        Ranked { rank: 3, line: joined },
        told(4, "length", &character.why_so_many()),
        told(6, "kind", &format!("{category} {long}, script {}, {}", character.script(), character.cells())),
        told(8, "UTF-16", &utf16.join(" ")),
    ]);
    lines
}

fn malformed(unit: &Unit, broken: &Broken<'_>, after: &[u8], width: u16) -> Vec<Ranked> {
    let (fault, meant) = (broken.bit(), broken.meant());
    let mut shown = parts(unit);
    let beside = |byte: &u8| Part { bits: ByteBits::of(*byte), kind: Kind::Malformed, here: Here::Beside };
    let mut at = fault.byte;
    match &meant {
        Some(meant) => {
            let first = meant.start.unsigned_abs();
            let sent = meant.sent();
            let behind = sent.get(first + shown.len()..).unwrap_or_default();
            shown.extend(behind.iter().map(beside));
            shown.splice(0..0, sent.iter().take(first).map(beside));
            at += first;
        }
        // The byte that made the sequence malformed.
        None if fault.byte == shown.len() => {
            shown.extend(after.first().map(|byte| Part { kind: Kind::Ascii, ..beside(byte) }));
        }
        None => {}
    }
    let reason = match unit.what {
        What::Malformed(reason) => reason.word(),
        _ => "",
    };
    let mut lines = vec![title("\u{fffd}", Kind::Malformed, &format!("malformed: {reason}"))];
    lines.extend(columns(&shown, width, Some(&(at, fault.bits))));
    lines.push(told(1, "rule", &broken.rule()));
    lines.push(told(6, "broken", fault.sentence));
    if let Some(meant) = meant {
        lines.push(told(2, "intended", &meant.intended()));
    }
    if let Some(alone) = broken.alone() {
        lines.push(told(2, "perhaps", &alone.to_string()));
    }
    lines.push(told(4, "decoder", &broken.decoder()));
    lines
}

fn pending(unit: &Unit, width: u16) -> Vec<Ranked> {
    let Some(waiting) = Waiting::of(&unit.bytes) else { return Vec::new() };
    let mut lines = vec![title("…", Kind::Pending, &format!("pending: {}", waiting.sentence()))];
    let mut table = columns(&parts(unit), width, None);
    let step = step(unit.bytes.len(), width);
    for nth in 0..waiting.missing() {
        let bits = if nth == 0 { still_open(&waiting.next()) } else { "10·??????".to_owned() };
        let missing = [("??", Ink::Missing), (&bits, Ink::Missing), ("to come", Ink::Dim)];
        for (row, (text, ink)) in table.iter_mut().zip(missing) {
            row.line.push(Piece::new(format!("{text:step$}"), ink));
        }
    }
    lines.extend(table);
    lines.push(told(3, "outlook", &waiting.outlook()));
    let bytes = if unit.bytes.len() == 1 { "this byte" } else { "these bytes" };
    lines.push(told(
        4,
        "if not",
        &format!("{bytes} are one malformed part: truncated, or incomplete at the end"),
    ));
    lines
}

/// Returns the bits that are fixed in the next byte, and `?` for those that are open: `10·0?????`.
fn still_open(next: &RangeInclusive<u8>) -> String {
    let fixed = (next.start() ^ next.end()).leading_zeros() as usize;
    let digits = format!("{:08b}", next.start());
    format!("10·{}{}", &digits[2..fixed.max(2)], "?".repeat(8 - fixed.max(2)))
}

/// Returns the bytes of a unit, taken apart.
fn parts(unit: &Unit) -> Vec<Part> {
    let kind = match unit.what {
        What::Character(ch) if ch.is_ascii() => Kind::Ascii,
        What::Character(_) => Kind::Multi,
        What::Malformed(_) => Kind::Malformed,
        What::Pending => Kind::Pending,
        What::Cut => Kind::Cut,
    };
    let part = |(offset, byte): (u64, &u8)| {
        let here = if offset == unit.spot { Here::Cursor } else { Here::Unit };
        Part { bits: ByteBits::of(*byte), kind, here }
    };
    unit.range.clone().zip(&unit.bytes).map(part).collect()
}

/// Returns three lines with a column for each byte: its value, its bits, its role. The bits at fault are marked.
fn columns(parts: &[Part], width: u16, fault: Option<&(usize, Range<usize>)>) -> Vec<Ranked> {
    let step = step(parts.len(), width);
    let (mut values, mut bits, mut meanings) = (vec![label("byte")], vec![label("bits")], vec![label("")]);
    for (at, part) in parts.iter().enumerate() {
        let byte = part.bits.byte;
        let ink = match part.here {
            Here::Cursor => Ink::Cursor(part.kind),
            Here::Unit | Here::Beside => Ink::Byte(part.kind),
        };
        values.push(Piece::new(hex::pair(byte), ink));
        values.push(Piece::new(format!("{:rest$}", format!(" = {byte}"), rest = step - 2), Ink::Dim));
        let wrong = fault.filter(|(byte, _)| *byte == at).map_or(0..0, |(_, bits)| bits.clone());
        bits.extend(digits(part.bits, &wrong));
        bits.push(Piece::new(" ".repeat(step.saturating_sub(9)), Ink::Plain));
        let alone = parts.len() == 1;
        let meaning = if alone { part.bits.meaning() } else { part.bits.caption(step - 2) };
        meanings.push(Piece::new(format!("{meaning:step$}"), Ink::Dim));
    }
    vec![Ranked { rank: 2, line: values }, Ranked { rank: 1, line: bits }, Ranked { rank: 5, line: meanings }]
}

/// Returns the width of one byte's column.
fn step(bytes: usize, width: u16) -> usize {
    (usize::from(width).saturating_sub(LABEL) / bytes.max(4)).clamp(11, 18)
}

/// Returns the bits of a byte, with a dot between prefix and payload.
fn digits(bits: ByteBits, wrong: &Range<usize>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, digit) in bits.digits().chars().enumerate() {
        if at == bits.prefix_len() {
            pieces.push(Piece::new("·", Ink::Dim));
        }
        let ink = match at {
            _ if wrong.contains(&at) => Ink::Fault,
            _ if at < bits.prefix_len() => Ink::Prefix,
            _ => Ink::Payload,
        };
        pieces.push(Piece::new(digit, ink));
    }
    if bits.prefix_len() == 8 {
        // The byte is all prefix; a space keeps the next columns aligned.
        pieces.push(Piece::new(" ", Ink::Plain));
    }
    pieces
}

fn title(sign: &str, kind: Kind, text: &str) -> Ranked {
    let line = vec![Piece::new(sign, Ink::Byte(kind)), Piece::new(format!("  {text}"), Ink::Strong)];
    Ranked { rank: 0, line }
}

fn told(rank: u8, name: &str, text: &str) -> Ranked {
    Ranked { rank, line: vec![label(name), Piece::new(text, Ink::Plain)] }
}

fn hexes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| hex::pair(*byte)).collect::<Vec<_>>().join(" ")
}

/// Returns a line for each read or write that brought bytes of the unit.
fn chunks(document: &Document<'_>, unit: &Unit, utc_offset_seconds: i32) -> Vec<Ranked> {
    let stream = document.connection.stream(unit.direction);
    let chunks = stream.history.chunks();
    let (word, moved) = match unit.direction {
        Direction::Received => ("read", "came"),
        Direction::Sent => ("write", "went"),
    };
    let (mut lines, mut at) = (Vec::new(), unit.range.start);
    while let Some(index) = stream.history.chunk_of(at).filter(|_| at < unit.range.end) {
        let chunk = chunks[index];
        let end = chunk.end().min(unit.range.end);
        let number = stream.events - (chunks.len() - 1 - index) as u64;
        let (first, last) = (at - chunk.offset + 1, end - chunk.offset);
        let place = if first == last { format!("byte {first}") } else { format!("bytes {first} to {last}") };
        let bytes = hexes(&stream.history.copy(at..end));
        let time = clock(chunk.at, utc_offset_seconds);
        let text = format!("{bytes} {moved} with {word} {number} at {time}: {place} of {}", chunk.len);
        lines.push(told(7, if lines.is_empty() { word } else { "" }, &text));
        at = end;
    }
    lines
}
