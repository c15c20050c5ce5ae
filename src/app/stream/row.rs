//! One row of the stream pane, without colours and without a place on the screen.

use std::ops::Range;

use crate::app::stream::view::Channel;
use crate::bytes::answers::Answered;
use crate::bytes::safe::Glyph;
use crate::model::message_index::End;

/// A row of the stream pane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamRow {
    /// The direction of its bytes.
    pub channel: Channel,
    /// Local time of the newest chunk that begins in this row, `HH:MM:SS.mmm`; `None` where no chunk does.
    pub time: Option<String>,
    /// Whether the user put the bytes in.
    pub is_by_user: bool,
    /// Whether the user dropped any of the bytes, so that they did not go on.
    pub has_dropped: bool,
    /// The contents of the row.
    pub body: Body,
}

/// The contents of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// Bytes in hex.
    Hex(HexRow),
    /// Bytes as text.
    Text(TextRow),
    /// A note about missing bytes.
    Gap(Gap),
    /// What stands above the first byte of a message, or above bytes at fault.
    Note(Note),
    /// Nothing: in the split view, the text of these bytes stands on a line above.
    Blank,
}

impl Body {
    /// Returns the offsets of the bytes; `None` where bytes are missing.
    #[must_use]
    pub fn range(&self) -> Option<Range<u64>> {
        match self {
            Self::Hex(row) => Some(row.range()),
            Self::Text(row) => Some(row.range.clone()),
            Self::Gap(_) | Self::Note(_) | Self::Blank => None,
        }
    }
}

/// What stands above the first byte of a message, or above bytes at fault.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Note {
    /// The message that begins here.
    pub message: Option<MessageNote>,
    /// What is wrong with the bytes, if anything is.
    pub fault: Option<String>,
}

/// What is said of a message, or of bytes that belong to none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageNote {
    /// Its number, counted from 1; `None` for bytes that belong to no message.
    pub number: Option<u64>,
    /// The number of its bytes that have arrived.
    pub arrived: u64,
    /// Whether its end has arrived.
    pub end: End,
    /// Its length, if it is known.
    pub length: Option<u64>,
    /// Microseconds from the read or write in which the message before it began to that in which it began.
    pub since: Option<u64>,
    /// Which message it answers, or whether it waits for an answer.
    pub pair: PairNote,
}

/// What is said of the request of an answer, or of the answer of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PairNote {
    /// The message that it answers.
    pub answers: Option<Answered>,
    /// Whether it is a request without an answer.
    pub waits: Option<Wait>,
    /// Why nothing is known of the answers behind it.
    pub ends: Option<&'static str>,
}

/// How a request waits for its answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// The answer may come.
    SoFar,
    /// The connection is closed.
    ForEver,
}

/// Bytes that are not available.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gap {
    /// The number of bytes before, all of them trimmed.
    Trimmed(u64),
    /// The number of bytes before; some were not observed, the others are not kept any more.
    TrimmedOrMissed(u64),
    /// The number of bytes that were moved here but not observed.
    Missed(u64),
}

/// A row of bytes in hex, each with its cell of the text column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HexRow {
    /// Stream offset of the first byte.
    pub start: u64,
    /// The bytes, at least one.
    pub bytes: Vec<ByteCell>,
}

impl HexRow {
    /// Returns the offsets of the bytes.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.start..self.start + self.bytes.len() as u64
    }
}

/// A row of bytes as flowing text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextRow {
    /// The offsets of the bytes, at least one. A character belongs to the row of its first byte.
    pub range: Range<u64>,
    /// The cells, left to right.
    pub cells: Vec<TextCell>,
}

impl TextRow {
    /// Returns the bytes that a cell shows: up to the start of the next cell that is not a border.
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
    /// The contents of the cell.
    pub cell: Cell,
}

/// A byte in a row of hex.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ByteCell {
    /// The value of the byte.
    pub byte: u8,
    /// The class of the byte.
    pub kind: ByteClass,
    /// What stands before the byte.
    pub edge: Edge,
    /// Its cell in the text column.
    pub column: Cell,
}

/// The boundary between a byte and the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// No boundary: they came together, or the byte begins a segment.
    Inner,
    /// A chunk begins here.
    Chunk,
}

/// A piece of text of known width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The visible shape.
    pub shape: Shape,
    /// The class of what it stands for.
    pub kind: ByteClass,
}

/// The visible shape of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A character.
    Glyph(Glyph),
    /// The name of a character that cannot be shown, and its width.
    Tag(char, u16),
    /// The escape of a character that the terminal cannot show, and its width.
    Escape(char, u16),
    /// A later byte of what another cell shows.
    Rest,
    /// A malformed sequence.
    Malformed,
    /// A character whose rest has not arrived.
    Pending,
    /// The border between two chunks.
    Border,
    /// The line continues in the next row, though this one has room and no chunk ends here.
    Continued,
    /// The second cell of the glyph to the left.
    Covered,
}

impl Shape {
    /// Returns the width in cells.
    #[must_use]
    pub fn width(&self) -> u16 {
        match self {
            Self::Glyph(glyph) => u16::from(glyph.width),
            Self::Tag(_, width) | Self::Escape(_, width) => *width,
            Self::Rest | Self::Malformed | Self::Pending | Self::Border | Self::Continued => 1,
            Self::Covered => 0,
        }
    }
}

/// The class of a byte or a character, which decides its colour.
#[expect(missing_docs, reason = "`meaning` says what each variant is")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ByteClass {
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

impl ByteClass {
    /// Returns what a byte of this class is, as the help says it.
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
