//! Where the two halves of a comparison stand: a pure function of the screen.

use ratatui::layout::Rect;

use crate::app::layout::inner;
use crate::app::stream::ByteFormat;
use crate::model::differences::Alignment;

/// Lines above the bytes: what was found, and whose bytes they are.
const HEAD: u16 = 2;
/// Cells between the halves, with the sign of the row in their middle.
const BETWEEN: u16 = 3;
/// Cells of a byte in hex: the sign before it, and two digits.
const PER_BYTE: u16 = 3;
/// Cells around the text column: one before it, and one for a wide character at its end.
const AROUND_TEXT: u16 = 2;
/// The fewest digits of an offset.
const FEWEST_DIGITS: u16 = 4;

/// A row of hex that is tried: its bytes, and whether their characters stand beside them. The first one that fits is
/// taken.
struct Try {
    bytes: u16,
    has_text: bool,
}

const fn hex(bytes: u16) -> Try {
    Try { bytes, has_text: false }
}

const fn with_text(bytes: u16) -> Try {
    Try { bytes, has_text: true }
}

const HEX: [Try; 9] =
    [with_text(32), with_text(16), hex(16), with_text(8), hex(8), with_text(4), hex(4), hex(2), hex(1)];
const TEXT: [u16; 6] = [64, 32, 16, 8, 4, 1];

/// Where the columns of a half begin, counted from the left end of the row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HalfColumns {
    /// The offset, if there is room for it and it says something.
    pub offset: Option<u16>,
    /// The first sign before the digits of a byte.
    pub hex: Option<u16>,
    /// The first character.
    pub text: Option<u16>,
    /// The first cell of the half.
    pub start: u16,
    /// The number of cells.
    pub width: u16,
}

/// Where everything stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CompareLayout {
    /// The area with its border; the last line of the screen is left to the footer.
    pub area: Rect,
    /// The lines above the bytes.
    pub head: Rect,
    /// The rows of bytes.
    pub rows: Rect,
    /// The number of positions of a row.
    pub per_row: u16,
    /// The number of digits of an offset.
    pub digits: u16,
    /// The left half.
    pub left: HalfColumns,
    /// The right half.
    pub right: HalfColumns,
}

impl CompareLayout {
    /// Lays out a comparison of streams of which the longest has this number of bytes.
    #[must_use]
    pub fn new(screen: Rect, format: ByteFormat, alignment: Alignment, longest: u64) -> Self {
        let area = Rect { height: screen.height.saturating_sub(1), ..screen };
        let inside = inner(area);
        let head = Rect { height: inside.height.min(HEAD), ..inside };
        let rows = Rect { y: inside.y + head.height, height: inside.height - head.height, ..inside };
        let digits = digits(longest);
        // By offset, both halves of a row have the same ones.
        let right_digits = match alignment {
            Alignment::Offset => 0,
            Alignment::Content => digits,
        };
        let room = inside.width.saturating_sub(digits + BETWEEN + right_digits);
        let (per_row, has_hex, has_text) = match format {
            ByteFormat::Hex => {
                let fits = |some: &&Try| 2 * width(some.bytes, true, some.has_text) <= room;
                let some = HEX.iter().find(fits).unwrap_or(&HEX[HEX.len() - 1]);
                (some.bytes, true, some.has_text)
            }
            ByteFormat::Text => {
                let bytes = TEXT.into_iter().find(|&bytes| 2 * width(bytes, false, true) <= room);
                (bytes.unwrap_or(1), false, true)
            }
        };
        let body = width(per_row, has_hex, has_text);
        // Both halves have the same width, as far as there is room; the offsets of the left one come first.
        let widest = inside.width.saturating_sub(BETWEEN) / 2;
        let left_width = (digits + body).max(widest);
        let half = |start: u16, width: u16, digits: u16| {
            let body = start + digits;
            let text = body + if has_hex { per_row * PER_BYTE } else { 0 } + 1;
            HalfColumns {
                offset: (digits > 0).then_some(start),
                hex: has_hex.then_some(body),
                text: has_text.then_some(text),
                start,
                width,
            }
        };
        let left = half(0, left_width, digits);
        let right_width = inside.width.saturating_sub(left_width + BETWEEN).min(left_width);
        let right = half(left_width + BETWEEN, right_width, right_digits);
        Self { area, head, rows, per_row, digits, left, right }
    }

    /// Returns the cell of the sign between the halves.
    #[must_use]
    pub const fn between(&self) -> u16 {
        self.left.width + BETWEEN / 2
    }
}

/// The cells of a half beside its offset.
const fn width(bytes: u16, has_hex: bool, has_text: bool) -> u16 {
    (if has_hex { bytes * PER_BYTE } else { 0 }) + if has_text { bytes + AROUND_TEXT } else { 0 }
}

fn digits(longest: u64) -> u16 {
    let digits = (u64::BITS - longest.leading_zeros()).div_ceil(4) as u16;
    digits.next_multiple_of(2).max(FEWEST_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_fit_every_screen() {
        for (cells, lines) in [(40, 10), (80, 24), (120, 40), (200, 60), (30, 6)] {
            for format in [ByteFormat::Hex, ByteFormat::Text] {
                for alignment in [Alignment::Offset, Alignment::Content] {
                    for longest in [0, 5_000, 1 << 30] {
                        let layout =
                            CompareLayout::new(Rect::new(0, 0, cells, lines), format, alignment, longest);
                        let CompareLayout { rows, left, right, per_row, .. } = layout;
                        assert!(right.start + right.width <= rows.width, "{layout:?}");
                        let body = width(per_row, left.hex.is_some(), left.text.is_some());
                        assert!(
                            right.width >= body + right.offset.map_or(0, |_| layout.digits),
                            "{layout:?}"
                        );
                        if rows.width >= 2 * (layout.digits + body) + BETWEEN {
                            assert_eq!(left.width, right.width, "{layout:?}");
                        }
                        assert!(left.width <= layout.between() && layout.between() < right.start);
                        assert_eq!(right.offset.is_some(), alignment == Alignment::Content);
                        assert!(per_row >= if cells < 40 { 1 } else { 2 }, "{layout:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_has_as_many_bytes_as_fit() {
        let per_row = |width, format| {
            CompareLayout::new(Rect::new(0, 0, width, 24), format, Alignment::Offset, 1_000).per_row
        };
        assert_eq!([40, 80, 120, 200].map(|width| per_row(width, ByteFormat::Hex)), [4, 8, 16, 16]);
        assert_eq!([40, 80, 120, 200].map(|width| per_row(width, ByteFormat::Text)), [8, 32, 32, 64]);
        assert_eq!([0, 0xffff, 0x1_0000, u64::MAX].map(digits), [4, 4, 6, 16]);
    }
}
