//! Writes cells as text and escape sequences, those of a frame in one piece.
//!
//! The backend of ratatui formats each cell by itself. Here only what changes between two cells is written, and each pair of
//! colours is formatted once.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, IntoCrossterm as _, WindowSize};
use ratatui::buffer::Cell;
use ratatui::crossterm::queue;
use ratatui::crossterm::style::{Attribute, Colors, SetAttribute, SetColors};
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// Each modifier with the attribute that sets it and the one that resets it. Two of them may share the latter.
const ATTRIBUTES: [(Modifier, Attribute, Attribute); 9] = [
    (Modifier::REVERSED, Attribute::Reverse, Attribute::NoReverse),
    (Modifier::BOLD, Attribute::Bold, Attribute::NormalIntensity),
    (Modifier::DIM, Attribute::Dim, Attribute::NormalIntensity),
    (Modifier::ITALIC, Attribute::Italic, Attribute::NoItalic),
    (Modifier::UNDERLINED, Attribute::Underlined, Attribute::NoUnderline),
    (Modifier::SLOW_BLINK, Attribute::SlowBlink, Attribute::NoBlink),
    (Modifier::RAPID_BLINK, Attribute::RapidBlink, Attribute::NoBlink),
    (Modifier::HIDDEN, Attribute::Hidden, Attribute::NoHidden),
    (Modifier::CROSSED_OUT, Attribute::CrossedOut, Attribute::NotCrossedOut),
];

/// No more pairs of colours than this are kept.
const MOST_COLOURS: usize = 256;

/// A backend of ratatui that writes into `W`.
#[derive(Debug)]
pub struct CellWriter<W: Write> {
    writer: W,
    /// The cells of a frame as they are written.
    frame: Vec<u8>,
    colours: SetColours,
    /// What is asked for beside cells.
    others: CrosstermBackend<W>,
}

impl<W: Write + Clone> CellWriter<W> {
    /// Returns a backend that writes there.
    pub fn new(writer: W) -> Self {
        let others = CrosstermBackend::new(writer.clone());
        Self { writer, frame: Vec::new(), colours: SetColours::default(), others }
    }
}

/// The escape sequences that set colours.
#[derive(Debug, Default)]
struct SetColours(Vec<((Color, Color), Vec<u8>)>);

impl SetColours {
    /// The sequence that sets the colours of text and of its background.
    fn sequence(&mut self, fg: Color, bg: Color) -> io::Result<&[u8]> {
        let place = match self.0.iter().position(|(colours, _)| *colours == (fg, bg)) {
            Some(place) => place,
            None => {
                let mut sequence = Vec::new();
                queue!(sequence, SetColors(Colors::new(fg.into_crossterm(), bg.into_crossterm())))?;
                // There are only as many as themes have.
                self.0.truncate(MOST_COLOURS - 1);
                self.0.push(((fg, bg), sequence));
                self.0.len() - 1
            }
        };
        Ok(&self.0[place].1)
    }
}

/// Writes the attributes that lie between two modifiers.
fn set_modifier(frame: &mut Vec<u8>, from: Modifier, to: Modifier) -> io::Result<()> {
    let removed = from - to;
    let mut reset = Vec::new();
    for (modifier, _, off) in ATTRIBUTES {
        if removed.contains(modifier) && !reset.contains(&off) {
            queue!(frame, SetAttribute(off))?;
            reset.push(off);
        }
    }
    for (modifier, on, off) in ATTRIBUTES {
        if to.contains(modifier) && (!from.contains(modifier) || reset.contains(&off)) {
            queue!(frame, SetAttribute(on))?;
        }
    }
    Ok(())
}

/// Writes the sequence CUP (ECMA-48, 8.3.21), which counts rows and columns from 1.
fn move_to(frame: &mut Vec<u8>, x: u16, y: u16) {
    frame.extend_from_slice(b"\x1b[");
    decimal(frame, u32::from(y) + 1);
    frame.push(b';');
    decimal(frame, u32::from(x) + 1);
    frame.push(b'H');
}

/// Writes the digits of a number.
fn decimal(frame: &mut Vec<u8>, number: u32) {
    if number >= 10 {
        decimal(frame, number / 10);
    }
    frame.push(b'0' + (number % 10) as u8);
}

impl<W: Write> Backend for CellWriter<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let Self { writer, frame, colours, others } = self;
        frame.clear();
        let Cell { mut fg, mut bg, mut modifier, .. } = Cell::EMPTY;
        let mut behind: Option<(u16, u16)> = None;
        for (x, y, cell) in content {
            if behind != Some((x, y)) {
                move_to(frame, x, y);
            }
            behind = Some((x.saturating_add(1), y));
            if cell.modifier != modifier {
                set_modifier(frame, modifier, cell.modifier)?;
                modifier = cell.modifier;
            }
            if (cell.fg, cell.bg) != (fg, bg) {
                (fg, bg) = (cell.fg, cell.bg);
                frame.extend_from_slice(colours.sequence(fg, bg)?);
            }
            frame.extend_from_slice(cell.symbol().as_bytes());
        }
        writer.write_all(frame)?;
        // Without cells, the backend ends what may have been left open, as it does behind cells.
        others.draw(std::iter::empty())
    }

    fn append_lines(&mut self, n: u16) -> io::Result<()> {
        self.others.append_lines(n)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.others.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.others.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.others.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.others.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.others.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.others.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.others.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.others.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::rc::Rc;

    use ratatui::style::Style;

    use super::super::theme::{Role, Themes};
    use super::*;

    #[derive(Clone, Default)]
    struct Written(Rc<RefCell<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn cell(symbol: &str, style: Style) -> Cell {
        let mut cell = Cell::EMPTY;
        cell.set_symbol(symbol).set_style(style);
        cell
    }

    /// Cells with all pairs of these styles beside each other.
    fn cells() -> Vec<(u16, u16, Cell)> {
        let (plain, theme) = (Style::new(), Themes::default().get(0));
        let styles = [
            plain,
            theme.style(Role::Sent),
            theme.style(Role::Hit),
            plain.add_modifier(Modifier::BOLD),
            plain.add_modifier(Modifier::BOLD.union(Modifier::DIM)),
            plain.add_modifier(Modifier::DIM.union(Modifier::REVERSED)),
            plain.add_modifier(Modifier::UNDERLINED.union(Modifier::ITALIC)),
            plain.add_modifier(Modifier::all()),
        ];
        let pairs = styles.iter().flat_map(|one| styles.iter().flat_map(move |other| [*one, *other]));
        let symbols = ["a", " ", "\u{e9}", "\u{6f22}"].into_iter().cycle();
        pairs
            .zip(symbols)
            .zip(0..)
            .map(|((style, symbol), x)| (x * 5 / 4, x / 50, cell(symbol, style)))
            .collect()
    }

    #[test]
    fn a_terminal_shows_what_it_shows_of_the_backend_of_ratatui() {
        let cells = cells();
        let [ours, theirs] = [Written::default(), Written::default()];
        let each = || cells.iter().map(|(x, y, cell)| (*x, *y, cell));
        CellWriter::new(ours.clone()).draw(each()).unwrap();
        CrosstermBackend::new(theirs.clone()).draw(each()).unwrap();
        let [ours, theirs] = [ours, theirs].map(|written| String::from_utf8(written.0.take()).unwrap());
        let shown = shown(&ours);
        assert_eq!(shown, self::shown(&theirs));
        assert_eq!(shown.len(), cells.len());
    }

    /// Each symbol with the position of the cursor, the colours and the attributes that it is written with.
    fn shown(written: &str) -> Vec<(char, String, String, BTreeSet<u8>)> {
        let (mut place, mut colours, mut attributes) = (String::new(), String::new(), BTreeSet::new());
        let mut shown = Vec::new();
        let mut rest = written;
        while let Some(symbol) = rest.chars().next() {
            if symbol != '\u{1b}' {
                shown.push((symbol, place.clone(), colours.clone(), attributes.clone()));
                // The next one stands behind it.
                place.push('+');
                rest = &rest[symbol.len_utf8()..];
                continue;
            }
            let end = rest.find(['m', 'H']).unwrap();
            let parameters = &rest[2..end];
            if rest.as_bytes()[end] == b'H' {
                parameters.clone_into(&mut place);
            } else if parameters.contains(';') {
                parameters.clone_into(&mut colours);
            } else {
                match parameters.parse().unwrap() {
                    0 => attributes.clear(),
                    22 => attributes.retain(|attribute| !matches!(attribute, 1 | 2)),
                    25 => attributes.retain(|attribute| !matches!(attribute, 5 | 6)),
                    off @ 20..=29 => {
                        attributes.remove(&(off - 20));
                    }
                    on => {
                        attributes.insert(on);
                    }
                }
            }
            rest = &rest[end + 1..];
        }
        shown
    }
}
