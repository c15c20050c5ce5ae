//! Where things stand in the pane: a pure function of its size and of what the user chose.

use ratatui::layout::{Rect, Size};

use super::card;
use super::view::{Density, Side, View};

/// Cells of `HH:MM:SS.mmm` and the space behind it.
const TIME: u16 = 13;
/// Cells of the sign of a direction and the space behind it.
const DIRECTION: u16 = 2;
/// Cells of the word for a direction, `in` or `out`, and the space behind it.
const DIRECTION_WORD: u16 = 4;
/// Cells between the hex and its text column, with the rule in them.
const COLUMN_GAP: u16 = 2;
/// Cells between hex and text in the split view, with the rule in their middle.
pub const SPLIT_GAP: u16 = 3;
/// Rows that an anatomy has at most.
const ANATOMY: u16 = 12;
/// Behind the text column: the second half of a wide character whose first byte is the last of its row.
const OVERHANG: u16 = 1;
/// Hex columns stand in blocks of this number of bytes.
const HEX_BLOCK: u16 = 8;

/// What stands before the bytes; the later ones are for narrower panes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Gutter {
    /// Time, direction with its word, offset.
    Words,
    /// Time, direction, offset.
    Full,
    /// Direction, offset.
    Offset,
    /// Direction, and no more digits of the offset than needed.
    Short,
    /// Direction.
    Bare,
}

impl Gutter {
    const ALL: [Self; 5] = [Self::Words, Self::Full, Self::Offset, Self::Short, Self::Bare];

    /// Whether the time of a read or write is shown.
    #[must_use]
    pub const fn has_time(self) -> bool {
        matches!(self, Self::Words | Self::Full)
    }

    const fn fitting(width: u16) -> Self {
        match width {
            98.. => Self::Words,
            60.. => Self::Full,
            46.. => Self::Offset,
            24.. => Self::Short,
            _ => Self::Bare,
        }
    }

    const fn digits(self, needed: u16) -> u16 {
        match self {
            Self::Words | Self::Full | Self::Offset if needed < 8 => 8,
            Self::Short if needed < 4 => 4,
            Self::Words | Self::Full | Self::Offset | Self::Short => needed,
            Self::Bare => 0,
        }
    }

    const fn width(self, needed: u16) -> u16 {
        let time = if self.has_time() { TIME } else { 0 };
        time + self.direction()
            + match self {
                Self::Words | Self::Full | Self::Offset => self.digits(needed) + 2,
                Self::Short => self.digits(needed) + 1,
                Self::Bare => 0,
            }
    }

    /// Cells of the direction and the space behind it.
    const fn direction(self) -> u16 {
        match self {
            Self::Words => DIRECTION + DIRECTION_WORD,
            Self::Full | Self::Offset | Self::Short | Self::Bare => DIRECTION,
        }
    }
}

/// How the pane is divided, in cells from its upper left corner inside the border.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// The bytes: one sheet, or hex and text side by side.
    pub sheets: Vec<Sheet>,
    /// What is said about the byte under the cursor; empty where nothing is. The row above is free for a rule.
    pub card: Rect,
}

/// A part of the pane with rows of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sheet {
    /// How bytes are shown.
    pub side: Side,
    /// Where it is.
    pub area: Rect,
    /// Where things stand in a row.
    pub columns: Columns,
}

impl Frame {
    /// Divides a pane of this size; `end` is the largest offset to be shown.
    #[must_use]
    pub fn new(view: View, density: Density, size: Size, end: u64) -> Self {
        let area = Rect { x: 0, y: 0, width: size.width, height: size.height };
        let needed = (16 - end.leading_zeros() as u16 / 4).max(1);
        let hex = |area: Rect| {
            let (gutter, per_row) = hex_rows(Beside::Column, density, area.width, needed);
            Sheet { side: Side::Hex, area, columns: Columns::hex(gutter, needed, per_row) }
        };
        let (sheets, card) = match view {
            View::Hex => (vec![hex(area)], Rect::ZERO),
            View::Text => {
                let gutter = Gutter::fitting(area.width);
                let columns = Columns::text(gutter, needed, area.width);
                (vec![Sheet { side: Side::Text, area, columns }], Rect::ZERO)
            }
            View::Split => (split(density, area, needed), Rect::ZERO),
            View::Anatomy | View::Readings => {
                let most = if view == View::Anatomy { ANATOMY } else { card::ROWS as u16 + 1 };
                let below = (area.height * 3 / 4).min(most);
                let above = area.height - below;
                let rule = u16::from(above > 1);
                let card = Rect { y: above, height: below, ..area };
                (vec![hex(Rect { height: above - rule, ..area })], card)
            }
        };
        Self { sheets, card }
    }

    /// The sheet with this side, or else the only one there is.
    #[must_use]
    pub fn sheet(&self, side: Side) -> &Sheet {
        // Every frame has a sheet.
        self.sheets.iter().find(|sheet| sheet.side == side).unwrap_or(&self.sheets[0])
    }
}

/// Hex, a rule, text.
fn split(density: Density, area: Rect, needed: u16) -> Vec<Sheet> {
    let (gutter, per_row) = hex_rows(Beside::Text, density, area.width, needed);
    let columns = Columns { text: 0, ..Columns::hex(gutter, needed, per_row) };
    let width = columns.text_x().saturating_sub(COLUMN_GAP).min(area.width);
    let left = Rect { width, ..area };
    let x = (width + SPLIT_GAP).min(area.width);
    let right = Rect { x, width: area.width - x, ..area };
    let columns_right = Columns { opposite: per_row, ..Columns::text(Gutter::Bare, needed, right.width) };
    let columns = Columns { opposite: columns_right.text, ..columns };
    vec![
        Sheet { side: Side::Hex, area: left, columns },
        Sheet { side: Side::Text, area: right, columns: columns_right },
    ]
}

/// Where things stand in a row, in cells from its left end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Columns {
    /// What stands before the bytes.
    pub gutter: Gutter,
    /// Digits of an offset; 0 where none is shown.
    pub digits: u16,
    /// Bytes in a row of hex; 0 in a row of text.
    pub per_row: u16,
    /// Cells of the text, or of the text column beside the hex.
    pub text: u16,
    /// In the split view, what the other half has: cells of text, or bytes in a row of hex; 0 in the others.
    pub opposite: u16,
    gutter_width: u16,
}

impl Columns {
    fn hex(gutter: Gutter, needed: u16, per_row: u16) -> Self {
        let (digits, gutter_width) = (gutter.digits(needed), gutter.width(needed));
        Self { gutter, digits, per_row, text: per_row + OVERHANG, opposite: 0, gutter_width }
    }

    fn text(gutter: Gutter, needed: u16, width: u16) -> Self {
        let (digits, gutter_width) = (gutter.digits(needed), gutter.width(needed));
        let text = width.saturating_sub(gutter_width).max(1);
        Self { gutter, digits, per_row: 0, text, opposite: 0, gutter_width }
    }

    /// How bytes are shown.
    #[must_use]
    pub const fn side(&self) -> Side {
        if self.per_row > 0 { Side::Hex } else { Side::Text }
    }

    /// Where the direction stands.
    #[must_use]
    pub const fn direction_x(&self) -> u16 {
        if self.gutter.has_time() { TIME } else { 0 }
    }

    /// Where the offset stands.
    #[must_use]
    pub const fn offset_x(&self) -> u16 {
        self.direction_x() + self.gutter.direction()
    }

    /// Where the bytes begin; the cell before is free for the border of a chunk.
    #[must_use]
    pub const fn body_x(&self) -> u16 {
        self.gutter_width
    }

    /// Where the byte at a place in its row stands.
    #[must_use]
    pub const fn byte_x(&self, place: u16) -> u16 {
        self.body_x() + place * 3 + place / HEX_BLOCK
    }

    /// How far from the left end of the bytes the cell at `x` stands: in bytes, or in cells of text.
    #[must_use]
    pub fn column_at(&self, x: u16) -> u16 {
        if self.per_row == 0 {
            return x.saturating_sub(self.body_x());
        }
        if self.text > 0 && x >= self.text_x() {
            return x - self.text_x();
        }
        let blocks = x.saturating_sub(self.body_x()) / (3 * HEX_BLOCK + 1);
        x.saturating_sub(self.body_x() + blocks) / 3
    }

    /// Where the rule between hex and its text column stands, if there is one.
    #[must_use]
    pub const fn rule_x(&self) -> Option<u16> {
        if self.per_row > 0 && self.text > 0 {
            Some(self.body_x() + hex_width(self.per_row) + 1)
        } else {
            None
        }
    }

    /// Where the text begins.
    #[must_use]
    pub const fn text_x(&self) -> u16 {
        if self.per_row == 0 { self.body_x() } else { self.body_x() + hex_width(self.per_row) + COLUMN_GAP }
    }
}

/// The cells that this number of bytes takes in hex.
const fn hex_width(bytes: u16) -> u16 {
    if bytes == 0 { 0 } else { bytes * 3 - 1 + (bytes - 1) / HEX_BLOCK }
}

/// What stands beside rows of hex.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Beside {
    /// A column with a cell for each byte.
    Column,
    /// Flowing text.
    Text,
}

/// The gutter and the bytes a row: as the user chose, if need be at the cost of the gutter, or as many as fit.
fn hex_rows(beside: Beside, density: Density, width: u16, needed: u16) -> (Gutter, u16) {
    let fits = |gutter: Gutter, bytes: u16| {
        let beside = match beside {
            Beside::Text => SPLIT_GAP + DIRECTION + bytes.max(HEX_BLOCK),
            Beside::Column => COLUMN_GAP + bytes + OVERHANG,
        };
        gutter.width(needed) + hex_width(bytes) + beside <= width
    };
    let fitting = Gutter::fitting(width);
    let gutters = || Gutter::ALL.into_iter().filter(move |gutter| *gutter >= fitting);
    let chosen = density.bytes().and_then(|most| {
        let sizes = [32, 16, 8].into_iter().filter(move |bytes| *bytes <= most);
        sizes.flat_map(|bytes| gutters().map(move |gutter| (gutter, bytes))).find(|&(g, b)| fits(g, b))
    });
    // The word for the direction takes no room from the bytes, but the time and the offset may.
    let roomy = || gutters().filter(move |gutter| *gutter <= fitting.max(Gutter::Full));
    let sizes = || [32, 16, 8, 4].into_iter();
    let widest =
        || sizes().flat_map(|bytes| roomy().map(move |gutter| (gutter, bytes))).find(|&(g, b)| fits(g, b));
    let narrow = || {
        let sizes = [4, 2].into_iter();
        sizes.flat_map(|bytes| gutters().map(move |gutter| (gutter, bytes))).find(|&(g, b)| fits(g, b))
    };
    chosen.or_else(widest).or_else(narrow).unwrap_or((Gutter::Bare, 1))
}

#[cfg(test)]
mod tests;
