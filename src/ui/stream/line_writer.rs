//! Writes glyphs of known width into one line of a buffer, never beyond its end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A cursor that writes into one line of a buffer.
#[derive(Debug)]
pub(super) struct LineWriter<'a> {
    buf: &'a mut Buffer,
    line: Rect,
    x: u16,
}

impl<'a> LineWriter<'a> {
    /// A writer at the left end of `line`, which lies within the buffer.
    pub(super) const fn new(buf: &'a mut Buffer, line: Rect) -> Self {
        Self { buf, line, x: 0 }
    }

    /// The number of cells behind the cursor.
    pub(super) const fn room(&self) -> u16 {
        self.line.width.saturating_sub(self.x)
    }

    /// Moves to cell `x`, counted from the left end of the line.
    pub(super) const fn move_to(&mut self, x: u16) {
        self.x = x;
    }

    /// Writes a text whose characters are one cell wide each. Not for payload.
    pub(super) fn text(&mut self, text: &str, style: Style) {
        for ch in text.chars() {
            self.glyph(ch.encode_utf8(&mut [0; 4]), 1, style);
        }
    }

    /// Writes one safe glyph, unless it would extend beyond the end of the line.
    pub(super) fn glyph(&mut self, symbol: &str, width: u16, style: Style) {
        let end = self.x.saturating_add(width);
        if end <= self.line.width {
            let (x, y) = (self.line.x + self.x, self.line.y);
            if let Some(cell) = self.buf.cell_mut((x, y)) {
                cell.set_symbol(symbol).set_style(style);
            }
            for covered in 1..width {
                if let Some(cell) = self.buf.cell_mut((x + covered, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
        }
        self.x = end;
    }
}
