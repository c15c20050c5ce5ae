//! The terminal while it shows the dashboard: entered, drawn on, given back.
//!
//! Frames are drawn into memory and written by a thread of their own, a whole frame in one piece, so that a terminal
//! that takes no output never holds up the loop: it draws nothing while the last frame is on its way.

mod outlet;
mod rescue;

use std::cell::RefCell;
use std::io::{self, Write};
use std::mem;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::{QueueableCommand, style, terminal};
use ratatui::layout::{Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use crate::app::Pointer;
use crate::ui::guard::{Charset, Guard};

pub(super) use outlet::Notice;
use outlet::Outlet;
pub(super) use rescue::{Given, restore};

/// Alternate screen; buttons, drags and the wheel of the mouse, but no idle moves; pasted text in one piece; no cursor;
/// rows left alone by terminals that reorder right-to-left text.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?25l\x1b[8l";

/// The mouse alone, as it is entered with.
const TAKE_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// The terminal selects text with the mouse.
const GIVE_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// All of that undone, in whatever state the terminal was left.
const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b[8h\x1b[?25h\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?1049l";

/// A terminal that knows these shows what is between them at once.
const FRAME: [&[u8]; 2] = [b"\x1b[?2026h", b"\x1b[?2026l"];

/// Terminals drop a longer sequence for the clipboard, or take it for text.
const LONGEST_COPY: usize = 100_000;

/// How long a stuck terminal may hold up giving it back.
const PATIENCE: Duration = Duration::from_secs(1);

/// No more of a terminal is drawn on: what each cell costs is bounded, whatever size is claimed.
const LARGEST: Size = Size { width: 1_000, height: 500 };

/// The size of a terminal that does not know its own.
const USUAL: Size = Size { width: 80, height: 24 };

/// The terminal, showing the dashboard until it is left or dropped.
pub(super) struct Screen {
    terminal: Terminal<Guard<CrosstermBackend<Canvas>>>,
    canvas: Canvas,
    outlet: Arc<Outlet>,
    /// Whether the program or the terminal has the mouse while the dashboard is shown.
    pointer: Pointer,
}

impl Screen {
    /// Takes the terminal. `notify` is called from another thread when a frame that was waited for is out, and when
    /// the terminal is gone.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up; it is then as it was.
    pub(super) fn enter(charset: Charset, notify: impl Fn(Notice) + Send + 'static) -> io::Result<Self> {
        // Whether there are colours is the theme's matter; left to itself, NO_COLOR would take the reversed selection.
        style::force_color_output(true);
        let canvas = Canvas::default();
        let area = Rect::from((ratatui::layout::Position::ORIGIN, size()));
        // Fixed: the size changes when it is told to, between frames, and no frame asks the terminal for anything.
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let guard = Guard::for_charset(CrosstermBackend::new(canvas.clone()), charset);
        let terminal = Terminal::with_options(guard, options)?;
        let outlet = Outlet::start(io::stdout().as_fd().try_clone_to_owned()?.into(), notify)?;
        rescue::install();
        let mut screen = Self { terminal, canvas, outlet, pointer: Pointer::Here };
        screen.take()?;
        Ok(screen)
    }

    /// Whether the terminal has taken the last frame. If not, it will be notified when it has.
    pub(super) fn ready(&self) -> bool {
        self.outlet.ready()
    }

    /// Draws a frame and sends it on its way.
    ///
    /// # Errors
    ///
    /// Those of drawing into memory: in practice none.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render)?;
        let drawn = mem::take(&mut *self.canvas.0.borrow_mut());
        self.outlet.send([FRAME[0], &drawn, FRAME[1]].concat());
        Ok(())
    }

    /// Makes the next frame draw every cell, at the terminal's size of now.
    ///
    /// # Errors
    ///
    /// Those of drawing into memory, and of asking for the size.
    pub(super) fn repaint(&mut self) -> io::Result<Size> {
        let size = size();
        // Not `clear`: that asks the terminal where its cursor is, and waits for an answer that may never come.
        self.terminal.resize(Rect::from((ratatui::layout::Position::ORIGIN, size)))?;
        Ok(size)
    }

    /// Puts text on the terminal's clipboard, if the terminal allows it.
    ///
    /// # Errors
    ///
    /// When it is too long.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        if text.len() > LONGEST_COPY {
            return Err(io::Error::other(format!(
                "more than {LONGEST_COPY} bytes do not fit the terminal's clipboard"
            )));
        }
        self.canvas.queue(CopyToClipboard::to_clipboard_from(text))?;
        self.send();
        Ok(())
    }

    /// Gives the mouse to the terminal, or takes it back; that holds after a suspension too.
    pub(super) fn give_mouse(&mut self, pointer: Pointer) {
        self.pointer = pointer;
        let modes = match pointer {
            Pointer::Here => TAKE_MOUSE,
            Pointer::Terminal => GIVE_MOUSE,
        };
        self.outlet.send(modes.to_vec());
    }

    /// Gives the terminal back, stops the process, and takes the terminal again when it is continued.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up again.
    pub(super) fn suspend(&mut self) -> io::Result<Size> {
        restore();
        emulate_default_handler(SIGTSTP)?;
        self.retake()
    }

    /// Takes the terminal again, after others had it.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up again.
    pub(super) fn retake(&mut self) -> io::Result<Size> {
        // What the library remembers of its mode may be long untrue.
        terminal::disable_raw_mode()?;
        self.take()?;
        self.repaint()
    }

    /// Gives the terminal back for good.
    pub(super) fn leave(self) -> Given {
        restore()
    }

    /// Forgets the terminal, which is gone: nothing is written to it any more.
    pub(super) fn abandon(self) {
        self.outlet.abandon();
    }

    fn take(&mut self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        rescue::arm(&self.outlet);
        self.canvas.write_all(ENTER)?;
        if self.pointer == Pointer::Terminal {
            self.canvas.write_all(GIVE_MOUSE)?;
        }
        self.send();
        Ok(())
    }

    fn send(&self) {
        self.outlet.send(mem::take(&mut *self.canvas.0.borrow_mut()));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
        // Nothing may come out later, into whatever the terminal shows then.
        self.outlet.abandon();
    }
}

/// The size of the terminal, in cells, as far as it is drawn on.
fn size() -> Size {
    // Not `terminal::size`: when the terminal does not answer, that starts other programs to find out.
    drawn(terminal::window_size().ok().map(|window| Size::new(window.columns, window.rows)))
}

/// How much of a terminal that says that it has this size is drawn on.
fn drawn(claimed: Option<Size>) -> Size {
    let known = claimed.filter(|size| size.width > 0 && size.height > 0).unwrap_or(USUAL);
    Size::new(known.width.min(LARGEST.width), known.height.min(LARGEST.height))
}

/// Where a frame is drawn before it is sent.
#[derive(Clone, Default)]
struct Canvas(Rc<RefCell<Vec<u8>>>);

impl Write for Canvas {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Nothing: backends flush in the middle of a frame, and a frame goes out whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_is_absurd_is_not_taken_at_its_word() {
        let drawn = |width, height| drawn(Some(Size::new(width, height)));
        assert_eq!(drawn(200, 60), Size::new(200, 60));
        assert_eq!(drawn(10_000, 3_000), LARGEST);
        assert_eq!(drawn(u16::MAX, 1), Size::new(1_000, 1));
        assert_eq!([drawn(0, 0), drawn(80, 0), super::drawn(None)], [USUAL; 3]);
    }
}
