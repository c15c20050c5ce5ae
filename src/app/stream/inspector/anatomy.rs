//! The anatomy of the character under the cursor: how its bits encode it, why they encode none, or what they wait
//! for.

use std::ops::{Range, RangeInclusive};

use ratatui::layout::Rect;

use crate::app::stream::view::Channel;
use crate::bytes::anatomy::{ByteBits, Character, Malformation, PartialCharacter};
use crate::bytes::{hex, safe};

use super::super::position::{Unit, UnitKind};
use super::super::row::ByteClass;
use super::super::segment::Transcript;
use crate::app::stream::anchor::clock;
use crate::app::stream::inspector::content::{
    Emphasis, Inspector, LABEL, RankedLine, StyledText, fit, label,
};

/// Bytes on each side that may belong to the intended character.
const AROUND: u64 = 8;

/// A byte that is taken apart into bits.
struct ByteDetail {
    bits: ByteBits,
    kind: ByteClass,
    here: Relation,
}

/// The relation of a byte to the unit that the inspector explains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    Cursor,
    Unit,
    Neighbour,
}

/// Returns the anatomy of a unit: on the first page the most important lines, on the later ones the rest.
pub(in crate::app::stream) fn anatomy(
    transcript: &Transcript<'_>,
    unit: &Unit,
    area: Rect,
    utc_offset_seconds: i32,
    page: usize,
) -> Inspector {
    let size = area.as_size();
    let mut lines = match unit.kind {
        UnitKind::Character(ch) => character(unit, Character::of(ch), size.width),
        UnitKind::Malformed(reason) => {
            let history = transcript.history(unit.channel);
            let around = transcript.stretch(unit.channel, unit.range.clone(), AROUND);
            let before = history.copy(around.start..unit.range.start);
            let after = history.copy(unit.range.end..around.end);
            malformed(unit, &Malformation::new(&unit.bytes, reason, &before, &after), &after, size.width)
        }
        UnitKind::Pending => pending(unit, size.width),
        UnitKind::Cut => vec![title(
            "·",
            ByteClass::Cut,
            &format!("{}  its beginning is trimmed: what it was part of is not known", hexes(&unit.bytes)),
        )],
    };
    lines.extend(chunks(transcript, unit, utc_offset_seconds));
    let (lines, continues) = fit(lines, size).page(page, size.height);
    Inspector { area, lines, caption: String::new(), continues }
}

/// Describes a unit in one line, for the border of the pane.
#[must_use]
pub fn summary(unit: &Unit) -> String {
    let bytes = hexes(&unit.bytes);
    match unit.kind {
        UnitKind::Character(ch) => {
            let character = Character::of(ch);
            let glyph = safe::glyph(ch);
            format!("{bytes}  {} {} {}", glyph.as_str(), character.code_point(), character.name())
        }
        UnitKind::Malformed(reason) => format!("{bytes}  malformed: {reason}"),
        UnitKind::Pending => match PartialCharacter::of(&unit.bytes) {
            Some(waiting) => format!("{bytes}  pending: {}", waiting.sentence()),
            None => format!("{bytes}  pending"),
        },
        UnitKind::Cut => format!("{bytes}  its beginning is trimmed"),
    }
}

fn character(unit: &Unit, character: Character, width: u16) -> Vec<RankedLine> {
    let parts = parts(unit);
    let glyph = safe::glyph(character.ch());
    let (category, long) = character.category();
    let utf16: Vec<_> = character.utf16().iter().map(|unit| format!("{unit:04x}")).collect();
    let mut joined = vec![label("joined")];
    for part in &parts {
        joined.push(StyledText::new(part.bits.payload(), Emphasis::Payload));
        joined.push(StyledText::new(" ", Emphasis::Plain));
    }
    let value = u32::from(character.ch());
    joined.push(StyledText::new(format!("= {value:x} hex = {value} = "), Emphasis::Plain));
    joined.push(StyledText::new(character.code_point(), Emphasis::Strong));
    let kind = parts.first().map_or(ByteClass::Ascii, |part| part.kind);
    let name = format!("{}  {}", character.code_point(), character.name());
    let mut lines = vec![title(glyph.as_str(), kind, &name)];
    lines.extend(columns(&parts, width, None));
    lines.extend([
        RankedLine { rank: 3, line: joined },
        detail(4, "length", &character.why_so_many()),
        detail(
            6,
            "kind",
            &format!("{category} {long}, script {}, {}", character.script(), character.cells()),
        ),
        detail(8, "UTF-16", &utf16.join(" ")),
    ]);
    lines
}

fn malformed(unit: &Unit, broken: &Malformation<'_>, after: &[u8], width: u16) -> Vec<RankedLine> {
    let (fault, meant) = (broken.bit(), broken.intended());
    let mut shown = parts(unit);
    let beside = |byte: &u8| ByteDetail {
        bits: ByteBits::of(*byte),
        kind: ByteClass::Malformed,
        here: Relation::Neighbour,
    };
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
            shown.extend(after.first().map(|byte| ByteDetail { kind: ByteClass::Ascii, ..beside(byte) }));
        }
        None => {}
    }
    let reason = match unit.kind {
        UnitKind::Malformed(reason) => reason.word(),
        _ => "",
    };
    let mut lines = vec![title("\u{fffd}", ByteClass::Malformed, &format!("malformed: {reason}"))];
    lines.extend(columns(&shown, width, Some(&(at, fault.bits))));
    lines.push(detail(1, "rule", &broken.rule()));
    lines.push(detail(6, "broken", fault.sentence));
    if let Some(meant) = meant {
        lines.push(detail(2, "intended", &meant.intended()));
    }
    if let Some(alone) = broken.single_byte() {
        lines.push(detail(2, "perhaps", &alone.to_string()));
    }
    lines.push(detail(4, "decoder", &broken.decoder()));
    lines
}

fn pending(unit: &Unit, width: u16) -> Vec<RankedLine> {
    let Some(waiting) = PartialCharacter::of(&unit.bytes) else { return Vec::new() };
    let mut lines = vec![title("…", ByteClass::Pending, &format!("pending: {}", waiting.sentence()))];
    let mut table = columns(&parts(unit), width, None);
    let step = step(unit.bytes.len(), width);
    for nth in 0..waiting.missing() {
        let bits = if nth == 0 { still_open(&waiting.next()) } else { "10·??????".to_owned() };
        let missing = [("??", Emphasis::Missing), (&bits, Emphasis::Missing), ("to come", Emphasis::Dim)];
        for (row, (text, emphasis)) in table.iter_mut().zip(missing) {
            row.line.push(StyledText::new(format!("{text:step$}"), emphasis));
        }
    }
    lines.extend(table);
    lines.push(detail(3, "outlook", &waiting.outlook()));
    let bytes = if unit.bytes.len() == 1 { "this byte" } else { "these bytes" };
    lines.push(detail(
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
fn parts(unit: &Unit) -> Vec<ByteDetail> {
    let kind = match unit.kind {
        UnitKind::Character(ch) if ch.is_ascii() => ByteClass::Ascii,
        UnitKind::Character(_) => ByteClass::Multi,
        UnitKind::Malformed(_) => ByteClass::Malformed,
        UnitKind::Pending => ByteClass::Pending,
        UnitKind::Cut => ByteClass::Cut,
    };
    let part = |(offset, byte): (u64, &u8)| {
        let here = if offset == unit.cursor { Relation::Cursor } else { Relation::Unit };
        ByteDetail { bits: ByteBits::of(*byte), kind, here }
    };
    unit.range.clone().zip(&unit.bytes).map(part).collect()
}

/// Returns three lines with a column for each byte: its value, its bits, its role. The bits at fault are marked.
fn columns(parts: &[ByteDetail], width: u16, fault: Option<&(usize, Range<usize>)>) -> Vec<RankedLine> {
    let step = step(parts.len(), width);
    let (mut values, mut bits, mut meanings) = (vec![label("byte")], vec![label("bits")], vec![label("")]);
    for (at, part) in parts.iter().enumerate() {
        let byte = part.bits.byte;
        let emphasis = match part.here {
            Relation::Cursor => Emphasis::Cursor(part.kind),
            Relation::Unit | Relation::Neighbour => Emphasis::Byte(part.kind),
        };
        values.push(StyledText::new(hex::pair(byte), emphasis));
        values
            .push(StyledText::new(format!("{:rest$}", format!(" = {byte}"), rest = step - 2), Emphasis::Dim));
        let wrong = fault.filter(|(byte, _)| *byte == at).map_or(0..0, |(_, bits)| bits.clone());
        bits.extend(digits(part.bits, &wrong));
        bits.push(StyledText::new(" ".repeat(step.saturating_sub(9)), Emphasis::Plain));
        let alone = parts.len() == 1;
        let meaning = if alone { part.bits.meaning() } else { part.bits.caption(step - 2) };
        meanings.push(StyledText::new(format!("{meaning:step$}"), Emphasis::Dim));
    }
    vec![
        RankedLine { rank: 2, line: values },
        RankedLine { rank: 1, line: bits },
        RankedLine { rank: 5, line: meanings },
    ]
}

/// Returns the width of one byte's column.
fn step(bytes: usize, width: u16) -> usize {
    (usize::from(width).saturating_sub(LABEL) / bytes.max(4)).clamp(11, 18)
}

/// Returns the bits of a byte, with a dot between prefix and payload.
fn digits(bits: ByteBits, wrong: &Range<usize>) -> Vec<StyledText> {
    let mut pieces = Vec::new();
    for (at, digit) in bits.digits().chars().enumerate() {
        if at == bits.prefix_len() {
            pieces.push(StyledText::new("·", Emphasis::Dim));
        }
        let emphasis = match at {
            _ if wrong.contains(&at) => Emphasis::Fault,
            _ if at < bits.prefix_len() => Emphasis::Prefix,
            _ => Emphasis::Payload,
        };
        pieces.push(StyledText::new(digit, emphasis));
    }
    if bits.prefix_len() == 8 {
        // The byte is all prefix; a space keeps the next columns aligned.
        pieces.push(StyledText::new(" ", Emphasis::Plain));
    }
    pieces
}

fn title(sign: &str, kind: ByteClass, text: &str) -> RankedLine {
    let line = vec![
        StyledText::new(sign, Emphasis::Byte(kind)),
        StyledText::new(format!("  {text}"), Emphasis::Strong),
    ];
    RankedLine { rank: 0, line }
}

fn detail(rank: u8, name: &str, text: &str) -> RankedLine {
    RankedLine { rank, line: vec![label(name), StyledText::new(text, Emphasis::Plain)] }
}

fn hexes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| hex::pair(*byte)).collect::<Vec<_>>().join(" ")
}

/// Returns a line for each read or write that brought bytes of the unit.
fn chunks(transcript: &Transcript<'_>, unit: &Unit, utc_offset_seconds: i32) -> Vec<RankedLine> {
    let stream = transcript.stream(unit.channel);
    let chunks = stream.history.chunks();
    let (word, moved) = match unit.channel {
        Channel::Received => ("read", "came"),
        Channel::Sent | Channel::ToUpstream => ("write", "went"),
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
        let by = if chunk.is_by_user() { ", put in by the user" } else { "" };
        let text = format!("{bytes} {moved} with {word} {number} at {time}: {place} of {}{by}", chunk.len);
        lines.push(detail(7, if lines.is_empty() { word } else { "" }, &text));
        at = end;
    }
    lines
}
