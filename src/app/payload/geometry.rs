//! Where things stand in a row: a pure function of the pane's width and of what the user chose.

use super::{Density, View};

/// Cells of `HH:MM:SS.mmm` and the space behind it.
const TIME: u16 = 13;
/// Cells of the direction and the space behind it.
const DIRECTION: u16 = 2;
/// Cells between the hex and its text column, or between hex and text: with the rule in them.
pub const COLUMN_GAP: u16 = 2;
/// The same in the split view.
pub const SPLIT_GAP: u16 = 3;
/// Behind the text column: the second half of a wide character whose first byte is the last of its row.
const OVERHANG: u16 = 1;
/// Hex columns stand in blocks of so many bytes.
pub const HEX_BLOCK: u16 = 8;

/// What stands before the bytes; the later ones are for narrower panes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Gutter {
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
    const ALL: [Self; 4] = [Self::Full, Self::Offset, Self::Short, Self::Bare];

    const fn fitting(width: u16) -> Self {
        match width {
            60.. => Self::Full,
            46.. => Self::Offset,
            24.. => Self::Short,
            _ => Self::Bare,
        }
    }

    const fn digits(self, needed: u16) -> u16 {
        match self {
            Self::Full | Self::Offset if needed < 8 => 8,
            Self::Short if needed < 4 => 4,
            Self::Full | Self::Offset | Self::Short => needed,
            Self::Bare => 0,
        }
    }

    const fn width(self, needed: u16) -> u16 {
        match self {
            Self::Full => TIME + DIRECTION + self.digits(needed) + 2,
            Self::Offset => DIRECTION + self.digits(needed) + 2,
            Self::Short => DIRECTION + self.digits(needed) + 1,
            Self::Bare => DIRECTION,
        }
    }
}

/// The columns of the pane, in cells from its left edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// What is shown of the bytes.
    pub view: View,
    /// What stands before them.
    pub gutter: Gutter,
    /// Digits of an offset; 0 where none is shown.
    pub digits: u16,
    /// Bytes in a row of hex.
    pub per_row: u16,
    /// Cells of the text, or of the text column beside the hex.
    pub text: u16,
    gutter_width: u16,
}

impl Layout {
    /// The layout of a pane `width` cells wide inside; `end` is the largest offset to be shown.
    #[must_use]
    pub fn new(view: View, density: Density, width: u16, end: u64) -> Self {
        let needed = (16 - end.leading_zeros() as u16 / 4).max(1);
        let (gutter, per_row) = match view {
            View::Text => (Gutter::fitting(width), 0),
            View::Hex | View::Split => rows(view, density, width, needed),
        };
        let gutter_width = gutter.width(needed);
        let room = width.saturating_sub(gutter_width);
        let text = match view {
            View::Hex => per_row + OVERHANG,
            View::Text => room.max(1),
            View::Split => room.saturating_sub(hex_width(per_row) + SPLIT_GAP).max(1),
        };
        Self { view, gutter, digits: gutter.digits(needed), per_row, text, gutter_width }
    }

    /// Where the direction stands.
    #[must_use]
    pub const fn direction_x(&self) -> u16 {
        match self.gutter {
            Gutter::Full => TIME,
            Gutter::Offset | Gutter::Short | Gutter::Bare => 0,
        }
    }

    /// Where the offset stands.
    #[must_use]
    pub const fn offset_x(&self) -> u16 {
        self.direction_x() + DIRECTION
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

    /// Where the rule between hex and text stands, if there is one.
    #[must_use]
    pub const fn rule_x(&self) -> Option<u16> {
        match self.view {
            View::Text => None,
            View::Hex | View::Split => Some(self.body_x() + hex_width(self.per_row) + 1),
        }
    }

    /// Where the text begins.
    #[must_use]
    pub const fn text_x(&self) -> u16 {
        match self.view {
            View::Text => self.body_x(),
            View::Hex => self.body_x() + hex_width(self.per_row) + COLUMN_GAP,
            View::Split => self.body_x() + hex_width(self.per_row) + SPLIT_GAP,
        }
    }
}

/// Cells of so many bytes in hex.
const fn hex_width(bytes: u16) -> u16 {
    if bytes == 0 { 0 } else { bytes * 3 - 1 + (bytes - 1) / HEX_BLOCK }
}

/// The gutter and the bytes a row: as the user chose, if need be at the cost of the gutter, or as many as fit.
fn rows(view: View, density: Density, width: u16, needed: u16) -> (Gutter, u16) {
    let fits = |gutter: Gutter, bytes: u16| {
        let beside = match view {
            View::Split => SPLIT_GAP + bytes.max(HEX_BLOCK),
            View::Hex | View::Text => COLUMN_GAP + bytes + OVERHANG,
        };
        gutter.width(needed) + hex_width(bytes) + beside <= width
    };
    let fitting = Gutter::fitting(width);
    let gutters = || Gutter::ALL.into_iter().filter(move |gutter| *gutter >= fitting);
    let chosen = density.bytes().and_then(|most| {
        let sizes = [32, 16, 8].into_iter().filter(move |bytes| *bytes <= most);
        sizes.flat_map(|bytes| gutters().map(move |gutter| (gutter, bytes))).find(|&(g, b)| fits(g, b))
    });
    let widest = || [32, 16, 8, 4].into_iter().map(|bytes| (fitting, bytes)).find(|&(g, b)| fits(g, b));
    let narrow = || {
        let sizes = [4, 2].into_iter();
        sizes.flat_map(|bytes| gutters().map(move |gutter| (gutter, bytes))).find(|&(g, b)| fits(g, b))
    };
    chosen.or_else(widest).or_else(narrow).unwrap_or((Gutter::Bare, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(view: View, density: Density, width: u16) -> (Gutter, u16, u16) {
        let layout = Layout::new(view, density, width, 0xffff);
        (layout.gutter, layout.per_row, layout.text)
    }

    #[test]
    fn what_fits_is_shown() {
        let hex = [18, 58, 78, 118, 198].map(|width| layout(View::Hex, Density::Fit, width));
        assert_eq!(
            hex,
            [
                (Gutter::Bare, 2, 3),
                (Gutter::Offset, 8, 9),
                (Gutter::Full, 8, 9),
                (Gutter::Full, 16, 17),
                (Gutter::Full, 32, 33)
            ]
        );
        let split = [18, 58, 78, 118, 198].map(|width| layout(View::Split, Density::Fit, width));
        assert_eq!(
            split,
            [
                (Gutter::Bare, 2, 8),
                (Gutter::Offset, 8, 20),
                (Gutter::Full, 8, 27),
                (Gutter::Full, 16, 42),
                (Gutter::Full, 32, 72)
            ]
        );
        assert_eq!(layout(View::Text, Density::Fit, 78), (Gutter::Full, 0, 53));
    }

    #[test]
    fn a_choice_may_cost_the_time_but_never_the_bytes() {
        assert_eq!(layout(View::Hex, Density::Sixteen, 79), (Gutter::Offset, 16, 17));
        assert_eq!(layout(View::Hex, Density::ThirtyTwo, 78), (Gutter::Short, 16, 17));
        assert_eq!(layout(View::Hex, Density::Eight, 198), (Gutter::Full, 8, 9));
        assert_eq!(layout(View::Hex, Density::ThirtyTwo, 25), (Gutter::Short, 4, 5));
    }

    #[test]
    fn nothing_stands_beyond_the_edge_from_10_cells_on() {
        for width in 10..=220 {
            for view in [View::Hex, View::Text, View::Split] {
                for density in [Density::Fit, Density::Eight, Density::Sixteen, Density::ThirtyTwo] {
                    for end in [0, 0xffff, 1 << 40] {
                        let layout = Layout::new(view, density, width, end);
                        let right = layout.text_x() + layout.text;
                        assert!(right <= width.max(16), "{view:?} {density:?} {width} {end}: {right}");
                    }
                }
            }
        }
    }
}
