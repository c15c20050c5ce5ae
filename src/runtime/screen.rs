//! The terminal while it shows the dashboard: entering, drawing, leaving.
//!
//! Frames are drawn into memory and written by a thread of its own, each frame in one piece. So a terminal that takes
//! no output never blocks the loop, which draws nothing while the last frame is being written.

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

/// Enters the alternate screen; reports buttons, drags and the wheel of the mouse, but no idle moves; bracketed
/// paste; no cursor; explicit bidirectional mode, so that terminals do not reorder right-to-left text.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?25l\x1b[8l";

/// Enables only the mouse modes of [`ENTER`].
const TAKE_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Disables the mouse modes, so that the terminal selects text with the mouse.
const GIVE_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Undoes [`ENTER`], and also ends a frame and a style that were left open.
const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b[8h\x1b[?25h\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?1049l";

/// Start and end of a synchronized update: terminals that support it show what is between them at once.
const FRAME: [&[u8]; 2] = [b"\x1b[?2026h", b"\x1b[?2026l"];

/// The longest text to copy. Terminals drop a longer clipboard sequence or print it as text.
const LONGEST_COPY: usize = 100_000;

/// How long to wait for a stuck terminal when it is restored.
const PATIENCE: Duration = Duration::from_secs(1);

/// The largest size that is drawn. It bounds memory and time, whatever size the terminal claims.
const LARGEST: Size = Size { width: 1_000, height: 500 };

/// The size that is assumed if the terminal does not report one.
const USUAL: Size = Size { width: 80, height: 24 };

/// The terminal, which shows the dashboard until this is left or dropped.
pub(super) struct Screen {
    terminal: Terminal<Guard<CrosstermBackend<Canvas>>>,
    canvas: Canvas,
    outlet: Arc<Outlet>,
    /// Whether the program or the terminal handles the mouse while the dashboard is shown.
    pointer: Pointer,
}

impl Screen {
    /// Sets the terminal up. `notify` is called from another thread when a frame that was waited for is written, and
    /// when the terminal is gone.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up; it is then left as it was.
    pub(super) fn enter(charset: Charset, notify: impl Fn(Notice) + Send + 'static) -> io::Result<Self> {
        // The theme decides about colours. Without this, crossterm would also drop reversed text when NO_COLOR is set.
        style::force_color_output(true);
        let canvas = Canvas::default();
        let area = Rect::from((ratatui::layout::Position::ORIGIN, size()));
        // Fixed: the size changes only between frames, on request, and no frame queries the terminal.
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let guard = Guard::for_charset(CrosstermBackend::new(canvas.clone()), charset);
        let terminal = Terminal::with_options(guard, options)?;
        let outlet = Outlet::start(io::stdout().as_fd().try_clone_to_owned()?.into(), notify)?;
        rescue::install();
        let mut screen = Self { terminal, canvas, outlet, pointer: Pointer::Here };
        screen.take()?;
        Ok(screen)
    }

    /// Whether the terminal has taken the last frame. If not, [`Notice::Ready`] follows when it has.
    pub(super) fn ready(&self) -> bool {
        self.outlet.ready()
    }

    /// Draws a frame into memory and passes it to the writing thread.
    ///
    /// # Errors
    ///
    /// Those of drawing into memory; none in practice.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render)?;
        let drawn = mem::take(&mut *self.canvas.0.borrow_mut());
        self.outlet.send([FRAME[0], &drawn, FRAME[1]].concat());
        Ok(())
    }

    /// Makes the next frame draw every cell at the current size of the terminal.
    ///
    /// # Errors
    ///
    /// Those of drawing into memory, and of querying the size.
    pub(super) fn repaint(&mut self) -> io::Result<Size> {
        let size = size();
        // Not `clear`: that queries the cursor position and waits for an answer of the terminal that may never come.
        self.terminal.resize(Rect::from((ratatui::layout::Position::ORIGIN, size)))?;
        Ok(size)
    }

    /// Puts text on the terminal's clipboard, if the terminal allows it.
    ///
    /// # Errors
    ///
    /// When the text is too long.
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

    /// Lets the terminal or the program handle the mouse. The choice outlasts a suspension.
    pub(super) fn give_mouse(&mut self, pointer: Pointer) {
        self.pointer = pointer;
        let modes = match pointer {
            Pointer::Here => TAKE_MOUSE,
            Pointer::Terminal => GIVE_MOUSE,
        };
        self.outlet.send(modes.to_vec());
    }

    /// Restores the terminal, stops the process, and sets the terminal up again when the process is continued.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up again.
    pub(super) fn suspend(&mut self) -> io::Result<Size> {
        restore();
        emulate_default_handler(SIGTSTP)?;
        self.retake()
    }

    /// Sets the terminal up again, after other programs have used it.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up again.
    pub(super) fn retake(&mut self) -> io::Result<Size> {
        // crossterm remembers whether raw mode is on, which may be outdated: another program may have changed it.
        terminal::disable_raw_mode()?;
        self.take()?;
        self.repaint()
    }

    /// Restores the terminal for good.
    pub(super) fn leave(self) -> Given {
        restore()
    }

    /// Gives up a terminal that is gone, without writing to it.
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
        // Nothing may be written later, when the terminal may show another program.
        self.outlet.abandon();
    }
}

/// The size of the drawn part of the terminal, in cells.
fn size() -> Size {
    // Not `terminal::size`: if the system does not know the size, that function starts another program (`tput`).
    drawn(terminal::window_size().ok().map(|window| Size::new(window.columns, window.rows)))
}

/// The size to draw on a terminal that claims this size.
fn drawn(claimed: Option<Size>) -> Size {
    let known = claimed.filter(|size| size.width > 0 && size.height > 0).unwrap_or(USUAL);
    Size::new(known.width.min(LARGEST.width), known.height.min(LARGEST.height))
}

/// The bytes of a frame before they are sent.
#[derive(Clone, Default)]
struct Canvas(Rc<RefCell<Vec<u8>>>);

impl Write for Canvas {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Does nothing, because backends flush in the middle of a frame and a frame is sent as a whole.
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
