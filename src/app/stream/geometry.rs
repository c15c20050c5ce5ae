//! The layout of the stream pane: a pure function of its size and of the user's choices.

use ratatui::layout::{Rect, Size};

use super::inspector;
use super::view::{ByteFormat, BytesPerRow, DirectionWords, View};

/// Width of `HH:MM:SS.mmm` and a space.
const TIME: u16 = 13;
/// Width of the sign for a direction and a space.
const DIRECTION: u16 = 2;
/// Width of the word for a direction, `in` or `out`, and a space.
const DIRECTION_WORD: u16 = 4;
/// Width of a direction as a route, `client → server`, and a space.
const ROUTE: u16 = 16;
/// Cells between the hex and its text column, with the rule in them.
const COLUMN_GAP: u16 = 2;
/// Cells between hex and text in the split view, with the rule in their middle.
pub const SPLIT_GAP: u16 = 3;
/// The largest height of an anatomy.
const ANATOMY: u16 = 12;
/// The width of the numbers beside an anatomy: the longest times in both byte orders.
const NUMBERS: u16 = 59;
/// The least width of an anatomy beside numbers, with the cell for the rule.
const ANATOMY_WIDTH: u16 = 75;
/// A cell behind the text column: the second half of a wide character whose first byte is the last of its row.
const OVERHANG: u16 = 1;
/// Hex columns stand in blocks of this number of bytes.
const HEX_BLOCK: u16 = 8;

/// The columns before the bytes; the later variants are for narrower panes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Gutter {
    /// Time, direction as a route, offset.
    Route,
    /// Time, direction with its word, offset.
    Words,
    /// Time, direction, offset.
    Full,
    /// Direction, offset.
    Offset,
    /// Direction, and the offset with no more digits than needed.
    Short,
    /// Direction.
    Bare,
}

impl Gutter {
    const ALL: [Self; 6] = [Self::Route, Self::Words, Self::Full, Self::Offset, Self::Short, Self::Bare];

    /// Returns whether the gutter has the time of a read or write.
    #[must_use]
    pub const fn has_time(self) -> bool {
        matches!(self, Self::Route | Self::Words | Self::Full)
    }

    const fn fitting(width: u16, words: DirectionWords) -> Self {
        match width {
            110.. if matches!(words, DirectionWords::Relayed) => Self::Route,
            98.. => Self::Words,
            60.. => Self::Full,
            46.. => Self::Offset,
            24.. => Self::Short,
            _ => Self::Bare,
        }
    }

    const fn digits(self, needed: u16) -> u16 {
        match self {
            Self::Route | Self::Words | Self::Full | Self::Offset if needed < 8 => 8,
            Self::Short if needed < 4 => 4,
            Self::Route | Self::Words | Self::Full | Self::Offset | Self::Short => needed,
            Self::Bare => 0,
        }
    }

    const fn width(self, needed: u16) -> u16 {
        let time = if self.has_time() { TIME } else { 0 };
        time + self.direction()
            + match self {
                Self::Route | Self::Words | Self::Full | Self::Offset => self.digits(needed) + 2,
                Self::Short => self.digits(needed) + 1,
                Self::Bare => 0,
            }
    }

    /// Returns the width of the direction with its space.
    const fn direction(self) -> u16 {
        match self {
            Self::Route => ROUTE,
            Self::Words => DIRECTION + DIRECTION_WORD,
            Self::Full | Self::Offset | Self::Short | Self::Bare => DIRECTION,
        }
    }
}

/// The division of the pane, in cells from its upper left corner inside the border.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamLayout {
    /// The parts with bytes: one, or hex and text side by side.
    pub panels: Vec<BytePanel>,
    /// The area of the inspector; empty where there is none. The row above is free for a rule.
    pub inspector: Rect,
    /// The area of the numbers beside the anatomy; empty where there is no room for both. The column before is free for
    /// a rule.
    pub numbers: Rect,
}

/// A part of the pane with rows of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BytePanel {
    /// The format of the bytes.
    pub format: ByteFormat,
    /// Its area.
    pub area: Rect,
    /// The layout of its rows.
    pub columns: RowLayout,
}

impl StreamLayout {
    /// Divides a pane of this size; `end` is the largest offset that is shown.
    #[must_use]
    pub fn new(view: View, bytes_per_row: BytesPerRow, size: Size, end: u64, words: DirectionWords) -> Self {
        let area = Rect { x: 0, y: 0, width: size.width, height: size.height };
        let needed = (16 - end.leading_zeros() as u16 / 4).max(1);
        let hex = |area: Rect| {
            let (gutter, per_row) = hex_rows(Beside::Column, bytes_per_row, area.width, needed, words);
            BytePanel { format: ByteFormat::Hex, area, columns: RowLayout::hex(gutter, needed, per_row) }
        };
        let mut numbers = Rect::ZERO;
        let (panels, inspector) = match view {
            View::Hex => (vec![hex(area)], Rect::ZERO),
            View::Text => {
                let gutter = Gutter::fitting(area.width, words);
                let columns = RowLayout::text(gutter, needed, area.width);
                (vec![BytePanel { format: ByteFormat::Text, area, columns }], Rect::ZERO)
            }
            View::Split => (split(bytes_per_row, area, needed, words), Rect::ZERO),
            View::Anatomy | View::Readings | View::Numbers => {
                let has_both = view == View::Anatomy && area.width >= ANATOMY_WIDTH + NUMBERS;
                let most = match view {
                    View::Anatomy if !has_both => ANATOMY,
                    View::Readings => inspector::ROWS as u16 + 1,
                    _ => inspector::NUMBERS_HEIGHT,
                };
                let below = (area.height * 3 / 4).min(most);
                let above = area.height - below;
                let rule = u16::from(above > 1);
                let mut inspector = Rect { y: above, height: below, ..area };
                if has_both {
                    inspector.width -= NUMBERS + 1;
                    numbers = Rect { x: inspector.width + 1, width: NUMBERS, ..inspector };
                }
                (vec![hex(Rect { height: above - rule, ..area })], inspector)
            }
        };
        Self { panels, inspector, numbers }
    }

    /// Returns the part with this format, or else the only one there is.
    #[must_use]
    pub fn panel(&self, format: ByteFormat) -> &BytePanel {
        // Every division has at least one part.
        self.panels.iter().find(|panel| panel.format == format).unwrap_or(&self.panels[0])
    }
}

/// Returns the parts of the split view: hex, a rule, text.
fn split(bytes_per_row: BytesPerRow, area: Rect, needed: u16, words: DirectionWords) -> Vec<BytePanel> {
    let (gutter, per_row) = hex_rows(Beside::Text, bytes_per_row, area.width, needed, words);
    let columns = RowLayout { text: 0, ..RowLayout::hex(gutter, needed, per_row) };
    let width = columns.text_x().saturating_sub(COLUMN_GAP).min(area.width);
    let left = Rect { width, ..area };
    let x = (width + SPLIT_GAP).min(area.width);
    let right = Rect { x, width: area.width - x, ..area };
    let columns_right = RowLayout { opposite: per_row, ..RowLayout::text(Gutter::Bare, needed, right.width) };
    let columns = RowLayout { opposite: columns_right.text, ..columns };
    vec![
        BytePanel { format: ByteFormat::Hex, area: left, columns },
        BytePanel { format: ByteFormat::Text, area: right, columns: columns_right },
    ]
}

/// The layout of a row, in cells from its left end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowLayout {
    /// The columns before the bytes.
    pub gutter: Gutter,
    /// Digits of an offset; 0 where none is shown.
    pub digits: u16,
    /// Bytes in a row of hex; 0 in a row of text.
    pub per_row: u16,
    /// Cells of the text, or of the text column beside the hex.
    pub text: u16,
    /// In the split view, the size of the other half: cells of text, or bytes per row of hex; 0 in the other views.
    pub opposite: u16,
    gutter_width: u16,
}

impl RowLayout {
    fn hex(gutter: Gutter, needed: u16, per_row: u16) -> Self {
        let (digits, gutter_width) = (gutter.digits(needed), gutter.width(needed));
        Self { gutter, digits, per_row, text: per_row + OVERHANG, opposite: 0, gutter_width }
    }

    fn text(gutter: Gutter, needed: u16, width: u16) -> Self {
        let (digits, gutter_width) = (gutter.digits(needed), gutter.width(needed));
        let text = width.saturating_sub(gutter_width).max(1);
        Self { gutter, digits, per_row: 0, text, opposite: 0, gutter_width }
    }

    /// Returns the format of the bytes.
    #[must_use]
    pub const fn format(&self) -> ByteFormat {
        if self.per_row > 0 { ByteFormat::Hex } else { ByteFormat::Text }
    }

    /// Returns the x of the direction.
    #[must_use]
    pub const fn direction_x(&self) -> u16 {
        if self.gutter.has_time() { TIME } else { 0 }
    }

    /// Returns the x of the offset.
    #[must_use]
    pub const fn offset_x(&self) -> u16 {
        self.direction_x() + self.gutter.direction()
    }

    /// Returns the x of the first byte; the cell before is free for a chunk border.
    #[must_use]
    pub const fn body_x(&self) -> u16 {
        self.gutter_width
    }

    /// Returns the x of the byte at an index in its row.
    #[must_use]
    pub const fn byte_x(&self, place: u16) -> u16 {
        self.body_x() + place * 3 + place / HEX_BLOCK
    }

    /// Converts `x` to a distance from the first byte: in bytes, or in cells of text.
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

    /// Returns the x of the rule between hex and its text column, if there is one.
    #[must_use]
    pub const fn rule_x(&self) -> Option<u16> {
        if self.per_row > 0 && self.text > 0 {
            Some(self.body_x() + hex_width(self.per_row) + 1)
        } else {
            None
        }
    }

    /// Returns the x of the text.
    #[must_use]
    pub const fn text_x(&self) -> u16 {
        if self.per_row == 0 { self.body_x() } else { self.body_x() + hex_width(self.per_row) + COLUMN_GAP }
    }
}

/// Returns the width of this number of bytes in hex.
const fn hex_width(bytes: u16) -> u16 {
    if bytes == 0 { 0 } else { bytes * 3 - 1 + (bytes - 1) / HEX_BLOCK }
}

/// What stands beside rows of hex.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Beside {
    /// A text column with a cell for each byte.
    Column,
    /// Flowing text.
    Text,
}

/// Returns the gutter and the bytes per row: as the user chose, if necessary with a narrower gutter, or as many as
/// fit.
fn hex_rows(
    beside: Beside,
    bytes_per_row: BytesPerRow,
    width: u16,
    needed: u16,
    words: DirectionWords,
) -> (Gutter, u16) {
    let fits = |gutter: Gutter, bytes: u16| {
        let beside = match beside {
            Beside::Text => SPLIT_GAP + DIRECTION + bytes.max(HEX_BLOCK),
            Beside::Column => COLUMN_GAP + bytes + OVERHANG,
        };
        gutter.width(needed) + hex_width(bytes) + beside <= width
    };
    let fitting = Gutter::fitting(width, words);
    let gutters = || Gutter::ALL.into_iter().filter(move |gutter| *gutter >= fitting);
    let chosen = bytes_per_row.bytes().and_then(|most| {
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
