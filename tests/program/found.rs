//! Reads the bytes on the screen back: their offsets, and what represents each of them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::pty::MALFORMED;
use crate::strict::harm;

/// The longest name of a character, in letters.
const LONGEST_NAME: usize = 10;

/// A row of the stream pane.
pub(crate) struct Row {
    /// The offset of the first byte.
    pub(crate) offset: usize,
    /// The text after the offset, without the border of the pane.
    pub(crate) body: String,
}

/// The rows of received bytes on the screen, in a pane that is wide enough for offsets.
pub(crate) fn rows(screen: &vt100::Screen) -> Vec<Row> {
    let columns = screen.size().1.get();
    let row = |text: String| {
        let (_, behind) = text.split_once("◂ ")?;
        let behind = behind.strip_prefix("in  ").unwrap_or(behind);
        let offset = usize::from_str_radix(behind.get(..8)?, 16).ok()?;
        let mut body = behind[8..].to_owned();
        body.pop();
        Some(Row { offset, body })
    };
    screen.rows(0, columns).filter_map(row).collect()
}

/// The bytes of a row of hex, and its text column.
pub(crate) fn hex(row: &Row) -> (Vec<u8>, &str) {
    let (pairs, column) = row.body.split_once('│').unwrap();
    let byte = |pair: &str| {
        assert_eq!(pair.len(), 2, "{pairs}");
        u8::from_str_radix(pair, 16).unwrap()
    };
    let bytes: Vec<_> = pairs.split([' ', '┊']).filter(|pair| !pair.is_empty()).map(byte).collect();
    (bytes, column)
}

/// Joins rows by their offsets. Rows that were read twice must be equal.
pub(crate) fn gather(all: &mut BTreeMap<usize, String>, rows: Vec<Row>) {
    let offsets: Vec<_> = rows.iter().map(|row| row.offset).collect();
    assert!(offsets.is_sorted_by(|a, b| a < b), "an offset twice: {offsets:?}");
    for Row { offset, body } in rows {
        let known = all.entry(offset).or_insert_with(|| body.clone());
        assert_eq!(*known, body, "at {offset}");
    }
}

/// The characters and malformed sequences in some bytes, according to the standard library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Character(char),
    Malformed,
}

/// Splits bytes into characters and malformed sequences, each with its offset.
pub(crate) fn parts(bytes: &[u8]) -> Vec<(Range<usize>, Part)> {
    let (mut parts, mut at) = (Vec::new(), 0);
    let mut add = |length, part| {
        parts.push((at..at + length, part));
        at += length;
    };
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|ch| add(ch.len_utf8(), Part::Character(ch)));
        if !chunk.invalid().is_empty() {
            add(chunk.invalid().len(), Part::Malformed);
        }
    }
    parts
}

/// How a part is represented on the screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Found {
    /// As the character itself.
    Itself,
    /// As the picture of a control character.
    Picture,
    /// By its name: `<RLO U+202E>`.
    Named,
    /// As the glyph for white space.
    Space,
    /// As the placeholder for a character that cannot be shown.
    Placeholder,
    /// As a combining mark on a dotted circle.
    Circle,
    /// As the glyph for malformed bytes.
    Malformed,
}

/// Reads the representation of a part at the start of a text. Returns its kind and the rest; blanks are skipped.
pub(crate) fn read<'t>(text: &'t str, part: Part) -> Option<(Found, &'t str)> {
    let malformed = |text: &'t str| text.strip_prefix([char::REPLACEMENT_CHARACTER, MALFORMED]);
    let Part::Character(ch) = part else { return Some((Found::Malformed, malformed(text)?)) };
    if ch == char::REPLACEMENT_CHARACTER {
        return Some((Found::Itself, malformed(text)?));
    }
    // Only harmless characters may represent themselves.
    if let Some(rest) = text.strip_prefix(ch).filter(|_| harm(ch).is_none()) {
        return Some((Found::Itself, rest));
    }
    let picture = match ch {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(ch)),
        '\x7f' => Some('␡'),
        _ => None,
    };
    if let Some(picture) = picture {
        return Some((Found::Picture, text.strip_prefix(picture)?));
    }
    // A visible character must not be shown as a placeholder.
    if matches!(ch, ' '..='~') {
        return None;
    }
    if let Some(name) = text.strip_prefix('<') {
        let code = format!("U+{:04X}>", u32::from(ch));
        let at = name.find(&code).filter(|at| *at <= LONGEST_NAME)?;
        return Some((Found::Named, &name[at + code.len()..]));
    }
    let mut rest = text.chars();
    match rest.next()? {
        '␣' if ch.is_whitespace() || ch == '\u{2800}' => Some((Found::Space, rest.as_str())),
        '▯' => Some((Found::Placeholder, rest.as_str())),
        '◌' if rest.next() == Some(ch) => Some((Found::Circle, rest.as_str())),
        _ => None,
    }
}

/// Reads a text that must represent all of these bytes and nothing else. Returns how often each kind was used.
pub(crate) fn read_all(text: &str, bytes: &[u8]) -> BTreeMap<Found, usize> {
    let text: String = text.chars().filter(|ch| *ch != ' ').collect();
    let (mut rest, mut ways) = (text.as_str(), BTreeMap::new());
    for (range, part) in parts(bytes) {
        if part == Part::Character(' ') {
            continue;
        }
        let near: String = rest.chars().take(40).collect();
        let Some((found, left)) = read(rest, part) else {
            panic!("{part:?} at {range:?} is not at {near:?}")
        };
        *ways.entry(found).or_insert(0) += 1;
        rest = left;
    }
    assert_eq!(rest, "", "more than there is");
    ways
}
