//! What one row of the pane shows, without a colour and without a place on the screen.

use std::ops::Range;

use crate::bytes::safe::Glyph;
use crate::model::Direction;

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Which way its bytes went.
    pub direction: Direction,
    /// Local time of the newest chunk that begins in this row, `HH:MM:SS.mmm`; none where no chunk does.
    pub time: Option<String>,
    /// What it shows.
    pub body: Body,
}

/// What a row shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// Bytes in hex.
    Hex(HexRow),
    /// Bytes as text.
    Text(TextRow),
    /// Bytes that are not here.
    Mark(Mark),
    /// Nothing: in the split view, the text of the bytes on this line stands on a line above.
    Blank,
}

impl Body {
    /// Offsets of the bytes; none for those that are not here.
    #[must_use]
    pub fn range(&self) -> Option<Range<u64>> {
        match self {
            Self::Hex(row) => Some(row.range()),
            Self::Text(row) => Some(row.range.clone()),
            Self::Mark(_) | Self::Blank => None,
        }
    }
}

/// Bytes that are not here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// The number of bytes that came before and are no longer kept.
    Trimmed(u64),
    /// The number of bytes that came before; some were not observed, the others are no longer kept.
    TrimmedOrMissed(u64),
    /// The number of bytes that were moved here and not observed.
    Missed(u64),
}

/// Some bytes in hex, each with its cell of the text column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HexRow {
    /// Offset of the first one.
    pub start: u64,
    /// The bytes, at least one.
    pub bytes: Vec<ByteCell>,
}

impl HexRow {
    /// Offsets of the bytes.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.start..self.start + self.bytes.len() as u64
    }
}

/// Some bytes as flowing text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextRow {
    /// Offsets of the bytes, at least one. A character belongs to the row of its first byte.
    pub range: Range<u64>,
    /// The cells, left to right.
    pub cells: Vec<TextCell>,
}

impl TextRow {
    /// The bytes that a cell shows: up to where the next one begins that is no border.
    #[must_use]
    pub fn shows(&self, at: usize) -> Range<u64> {
        let sign = |shape| matches!(shape, Shape::Border | Shape::Continued);
        let behind = self.cells[at + 1..].iter().find(|cell| !sign(cell.cell.shape));
        self.cells[at].offset..behind.map_or(self.range.end, |cell| cell.offset)
    }
}

/// A cell of flowing text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextCell {
    /// Offset of the first byte that it shows, or that a border stands before.
    pub offset: u64,
    /// What is seen.
    pub cell: Cell,
}

/// One byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ByteCell {
    /// Its value.
    pub byte: u8,
    /// What it is.
    pub kind: Kind,
    /// What stands before it.
    pub edge: Edge,
    /// Its cell of the text column.
    pub column: Cell,
}

/// What stands between a byte and the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// Nothing: they came together, or the byte begins a group.
    Inner,
    /// A chunk begins here.
    Chunk,
}

/// A piece of text of known width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// What is seen.
    pub shape: Shape,
    /// What it stands for.
    pub kind: Kind,
}

/// What is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A character.
    Glyph(Glyph),
    /// The name of a character that cannot be seen, and the cells it takes.
    Tag(char, u16),
    /// A later byte of what another cell shows.
    Rest,
    /// A malformed part.
    Malformed,
    /// A character whose rest has not arrived.
    Pending,
    /// The border between two chunks.
    Border,
    /// The line goes on in the next row, though this one has room and no chunk ends here.
    Continued,
    /// The second cell of the glyph to the left.
    Covered,
}

impl Shape {
    /// Cells it takes.
    #[must_use]
    pub fn width(&self) -> u16 {
        match self {
            Self::Glyph(glyph) => u16::from(glyph.width),
            Self::Tag(_, width) => *width,
            Self::Rest | Self::Malformed | Self::Pending | Self::Border | Self::Continued => 1,
            Self::Covered => 0,
        }
    }
}

/// What a byte or a character is, by which it is coloured.
#[expect(missing_docs, reason = "`meaning` says what each variant is")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    Ascii,
    Space,
    Control,
    Null,
    Multi,
    Malformed,
    Pending,
    Cut,
    Hidden,
    Border,
}

impl Kind {
    /// What a byte of this kind is, in one line of the help.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ascii => "a byte that is an ASCII letter, digit or sign",
            Self::Space => "a byte that is white space",
            Self::Control => "a control byte",
            Self::Null => "a zero byte",
            Self::Multi => "a byte of a character of two or more bytes",
            Self::Malformed => "a byte that is malformed UTF-8",
            Self::Pending => "a byte of a character whose rest has not arrived",
            Self::Cut => "a byte whose meaning depends on bytes that were trimmed",
            Self::Hidden => "a character that cannot be shown: invisible, or unassigned",
            Self::Border => "one read or write ends here, the next begins",
        }
    }
}
