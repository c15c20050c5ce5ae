//! The last check before the terminal: replaces each symbol that a terminal would execute or not display.
//!
//! Payload has passed the safe-text stage long before it gets here. This check catches what bypasses that stage, such
//! as titles, log lines and text from libraries. It does not style anything: it replaces symbols and keeps columns
//! aligned.

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::glyphs;
use crate::bytes::safe;
pub use crate::bytes::safe::Charset;

/// Replaces a symbol that has no safe glyph of one cell.
const REPLACEMENT: &str = "?";

/// A ratatui backend that checks every cell before it passes it to the inner backend.
#[derive(Debug)]
pub struct Guard<B> {
    inner: B,
    charset: Charset,
}

impl<B> Guard<B> {
    /// Wraps `inner`, whose terminal shows Unicode.
    pub const fn new(inner: B) -> Self {
        Self::for_charset(inner, Charset::Unicode)
    }

    /// Wraps `inner`, whose terminal shows `charset`.
    pub const fn for_charset(inner: B, charset: Charset) -> Self {
        Self { inner, charset }
    }

    /// The replacement for a cell whose symbol the terminal must not get; `None` if the symbol is safe.
    fn sanitized(&self, cell: &Cell) -> Option<Cell> {
        let sanitized = (!safe::is_safe(cell.symbol())).then(|| sanitize(cell));
        let symbol = sanitized.as_ref().unwrap_or(cell).symbol();
        if self.charset == Charset::Unicode || symbol.is_ascii() {
            return sanitized;
        }
        let mut plain = cell.clone();
        plain.set_symbol(glyphs::ascii(symbol));
        Some(plain)
    }

    /// The inner backend.
    pub const fn inner(&self) -> &B {
        &self.inner
    }
}

impl<B: Backend> Backend for Guard<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let cells: Vec<_> = content.collect();
        let sanitized: Vec<(usize, Cell)> = cells
            .iter()
            .enumerate()
            .filter_map(|(at, (_, _, cell))| Some((at, self.sanitized(cell)?)))
            .collect();
        let mut from = 0;
        let mut sanitized = sanitized.iter().peekable();
        for (at, (x, y, cell)) in cells.iter().enumerate() {
            let replaced = sanitized.next_if(|(index, _)| *index == at);
            if replaced.is_none() && !has_ambiguous_width(cell.symbol()) {
                continue;
            }
            self.inner.draw(cells[from..at].iter().copied())?;
            // A backend moves the cursor at the start of each call. With a call of its own for this cell, the next cell
            // gets a cursor position too, so the row stays aligned whatever width the terminal gives to this symbol.
            self.inner.draw(std::iter::once((*x, *y, replaced.map_or(*cell, |(_, cell)| cell))))?;
            from = at + 1;
        }
        // Also without cells: a backend may emit sequences at the end of a draw call.
        self.inner.draw(cells[from..].iter().copied())
    }

    fn append_lines(&mut self, n: u16) -> Result<(), Self::Error> {
        self.inner.append_lines(n)
    }

    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Self::Error> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Self::Error> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Self::Error> {
        self.inner.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.inner.flush()
    }
}

/// Whether terminals may disagree about the width of `symbol`, because it consists of several characters.
fn has_ambiguous_width(symbol: &str) -> bool {
    // One byte is the common case, and it settles the question without decoding.
    symbol.len() > 1 && symbol.chars().nth(1).is_some()
}

/// A copy of the cell with a safe symbol and the original style.
fn sanitize(cell: &Cell) -> Cell {
    let mut sanitized = cell.clone();
    let glyph = cell.symbol().chars().next().map(safe::glyph);
    match glyph {
        Some(glyph) if glyph.width == 1 && safe::is_safe(&glyph.text) => sanitized.set_symbol(&glyph.text),
        _ => sanitized.set_symbol(REPLACEMENT),
    };
    sanitized
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    use ratatui::backend::{CrosstermBackend, TestBackend};
    use ratatui::style::{Color, Style};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Rc<RefCell<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn cell(symbol: &str) -> Cell {
        // Debug builds of the library refuse control characters in `set_symbol`; a const cell takes all.
        Cell::new(Box::leak(symbol.to_owned().into_boxed_str()))
    }

    fn wire(symbols: &[&str]) -> String {
        let cells: Vec<Cell> = symbols.iter().map(|symbol| cell(symbol)).collect();
        let wire = Written::default();
        let mut guard = Guard::new(CrosstermBackend::new(wire.clone()));
        guard.draw(cells.iter().enumerate().map(|(x, cell)| (x as u16, 0, cell))).unwrap();
        String::from_utf8(wire.0.borrow().clone()).unwrap()
    }

    #[test]
    fn safe_cells_go_through_in_one_piece() {
        let written = wire(&["a", "b", "c"]);
        assert!(written.contains("abc"), "{written:?}");
        assert_eq!(written.matches('H').count(), 1, "one cursor position: {written:?}");
    }

    #[test]
    fn what_a_terminal_would_obey_never_gets_out() {
        for hostile in ["\u{9b}", "\u{202e}", "\u{7f}", "\u{200b}", "a\u{202e}", "\u{85}", "\u{2066}"] {
            let written = wire(&["x", hostile, "y"]);
            assert!(
                hostile.chars().all(|ch| ch == 'a' || !written.contains(ch)),
                "{hostile:?} in {written:?}"
            );
        }
        // Every escape on the wire is one of the backend's own.
        let written = wire(&["x", "\u{1b}", "y"]);
        assert!(written.split('\u{1b}').skip(1).all(|rest| rest.starts_with('[')), "{written:?}");
    }

    #[test]
    fn the_cursor_is_placed_after_a_doubtful_cell() {
        for doubtful in ["e\u{301}", "\u{1b}", "\u{202e}"] {
            let written = wire(&["a", "b", doubtful, "c", "d"]);
            let (_, after) = written.split_once("\u{1b}[1;4H").expect("the fourth column is addressed");
            assert!(after.starts_with("cd"), "{written:?}");
        }
    }

    #[test]
    fn a_terminal_without_utf_8_gets_ascii_of_the_same_width() {
        let symbols = ["a", "╭", "─", "│", "◂", "␊", "€", "e\u{301}", "\u{1b}", "⣿", "█", "好"];
        let plain = Guard::for_charset((), Charset::Ascii);
        let drawn = symbols.map(|symbol| {
            let cell = cell(symbol);
            plain.sanitized(&cell).unwrap_or(cell).symbol().to_owned()
        });
        assert_eq!(drawn, ["a", "+", "-", "|", "<", ".", "?", "?", ".", "#", "#", "? "]);
        for symbol in ["\u{fffd}", "…", "▯", "◌\u{301}", "é", "😀", "µ"] {
            let sign = glyphs::ascii(symbol);
            assert!(sign.is_ascii() && sign.len() == safe::width(symbol).max(1), "{symbol:?}: {sign:?}");
        }
    }

    #[test]
    fn a_sanitized_cell_keeps_its_style() {
        let mut backend = TestBackend::new(2, 1);
        backend.draw(std::iter::empty()).unwrap();
        let mut guard = Guard::new(backend);
        let mut hostile = cell("\u{1b}");
        hostile.set_style(Style::new().bg(Color::Red));
        guard.draw(std::iter::once((1, 0, &hostile))).unwrap();
        let drawn = &guard.inner().buffer()[(1, 0)];
        assert_eq!(drawn.bg, Color::Red);
        assert!(safe::is_safe(drawn.symbol()));
    }
}
