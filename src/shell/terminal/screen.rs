//! The terminal while it shows the dashboard: entering, drawing, leaving.
//!
//! Frames are drawn into memory and written by a thread of its own, each frame in one piece. So a terminal that takes
//! no output never blocks the loop, which draws nothing while the last frame is being written.

mod modes;
mod restore;
mod terminal_writer;

use std::cell::RefCell;
use std::io::{self, Write};
use std::mem;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::Arc;

use ratatui::crossterm::{style, terminal};
use ratatui::layout::Size;
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use crate::app::{App, MouseOwner};
use crate::ui::canvas::Canvas;
use crate::ui::cell_writer::CellWriter;
use crate::ui::guard::{Charset, Guard};
use crate::ui::logs::Logs;
use crate::ui::theme::Themes;

use crate::shell::terminal::screen::modes::{CAPTURE_MOUSE, ENTER, RELEASE_MOUSE};
pub(crate) use crate::shell::terminal::screen::restore::{Restored, restore};
pub(crate) use crate::shell::terminal::screen::terminal_writer::Notice;
use crate::shell::terminal::screen::terminal_writer::TerminalWriter;

/// Start and end of a synchronized update: terminals that support it show what is between them at once.
const SYNCHRONIZED_UPDATE: [&[u8]; 2] = [b"\x1b[?2026h", b"\x1b[?2026l"];

/// The largest size that is drawn. It bounds memory and time, whatever size the terminal claims.
const MAX_SIZE: Size = Size { width: 1_000, height: 500 };

/// The size that is assumed if the terminal does not report one.
const DEFAULT_SIZE: Size = Size { width: 80, height: 24 };

/// The terminal, which shows the dashboard until this is left or dropped.
pub(crate) struct Screen {
    canvas: Canvas<Guard<CellWriter<FrameBytes>>>,
    frame_bytes: FrameBytes,
    terminal_writer: Arc<TerminalWriter>,
    /// Whether the program or the terminal handles the mouse while the dashboard is shown.
    mouse_owner: MouseOwner,
}

impl Screen {
    /// Sets the terminal up. `notify` is called from another thread when a frame that was waited for is written, and
    /// when the terminal is gone.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up; it is then left as it was.
    pub(crate) fn enter(charset: Charset, notify: impl Fn(Notice) + Send + 'static) -> io::Result<Self> {
        // The theme decides about colours. Without this, crossterm would also drop reversed text when NO_COLOR is set.
        style::force_color_output(true);
        let frame_bytes = FrameBytes::default();
        let guard = Guard::for_charset(CellWriter::new(frame_bytes.clone()), charset);
        // The size changes only between frames, on request, and no frame queries the terminal.
        let canvas = Canvas::new(guard, size());
        let terminal_writer =
            TerminalWriter::start(io::stdout().as_fd().try_clone_to_owned()?.into(), notify)?;
        restore::install_panic_hook();
        let mut screen = Self { canvas, frame_bytes, terminal_writer, mouse_owner: MouseOwner::App };
        screen.set_up()?;
        Ok(screen)
    }

    /// Whether the terminal has taken the last frame. If not, [`Notice::Ready`] follows when it has.
    pub(crate) fn ready(&self) -> bool {
        self.terminal_writer.ready()
    }

    /// Draws a frame into memory and passes it to the writing thread.
    ///
    /// # Errors
    ///
    /// Those of drawing into memory; none in practice.
    pub(crate) fn draw(&mut self, app: &App, logs: &Logs, themes: &Themes) -> io::Result<()> {
        self.canvas.draw(app, logs, themes)?;
        let drawn = mem::take(&mut *self.frame_bytes.0.borrow_mut());
        self.terminal_writer.send([SYNCHRONIZED_UPDATE[0], &drawn, SYNCHRONIZED_UPDATE[1]].concat());
        Ok(())
    }

    /// Makes the next frame draw every cell at the current size of the terminal.
    ///
    /// # Errors
    ///
    /// Those of drawing into memory, and of querying the size.
    pub(crate) fn repaint(&mut self) -> io::Result<Size> {
        let size = size();
        self.canvas.resize(size)?;
        Ok(size)
    }

    /// Writes a sequence between two frames.
    pub(crate) fn write(&self, sequence: Vec<u8>) {
        self.terminal_writer.send(sequence);
    }

    /// Lets the terminal or the program handle the mouse. The choice outlasts a suspension.
    pub(crate) fn set_pointer(&mut self, mouse_owner: MouseOwner) {
        self.mouse_owner = mouse_owner;
        let modes = match mouse_owner {
            MouseOwner::App => CAPTURE_MOUSE,
            MouseOwner::Terminal => RELEASE_MOUSE,
        };
        self.terminal_writer.send(modes.to_vec());
    }

    /// Restores the terminal, stops the process, and sets the terminal up again when the process is continued.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up again.
    pub(crate) fn suspend(&mut self) -> io::Result<Size> {
        restore();
        emulate_default_handler(SIGTSTP)?;
        self.reenter()
    }

    /// Sets the terminal up again, after other programs have used it.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up again.
    pub(crate) fn reenter(&mut self) -> io::Result<Size> {
        // crossterm remembers whether raw mode is on, which may be outdated: another program may have changed it.
        terminal::disable_raw_mode()?;
        self.set_up()?;
        self.repaint()
    }

    /// Restores the terminal for good.
    pub(crate) fn leave(self) -> Restored {
        restore()
    }

    /// Gives up a terminal that is gone, without writing to it.
    pub(crate) fn abandon(self) {
        self.terminal_writer.abandon();
    }

    fn set_up(&mut self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        restore::register(&self.terminal_writer);
        self.frame_bytes.write_all(ENTER)?;
        if self.mouse_owner == MouseOwner::Terminal {
            self.frame_bytes.write_all(RELEASE_MOUSE)?;
        }
        self.send();
        Ok(())
    }

    fn send(&self) {
        self.terminal_writer.send(mem::take(&mut *self.frame_bytes.0.borrow_mut()));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
        // Nothing may be written later, when the terminal may show another program.
        self.terminal_writer.abandon();
    }
}

/// The size of the drawn part of the terminal, in cells.
fn size() -> Size {
    // Not `terminal::size`: if the system does not know the size, that function starts another program (`tput`).
    clamp_size(terminal::window_size().ok().map(|window| Size::new(window.columns, window.rows)))
}

/// The size to draw on a terminal that claims this size.
fn clamp_size(claimed: Option<Size>) -> Size {
    let known = claimed.filter(|size| size.width > 0 && size.height > 0).unwrap_or(DEFAULT_SIZE);
    Size::new(known.width.min(MAX_SIZE.width), known.height.min(MAX_SIZE.height))
}

/// The bytes of a frame before they are sent.
#[derive(Clone, Default)]
struct FrameBytes(Rc<RefCell<Vec<u8>>>);

impl Write for FrameBytes {
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
        let clamped = |width, height| clamp_size(Some(Size::new(width, height)));
        assert_eq!(clamped(200, 60), Size::new(200, 60));
        assert_eq!(clamped(10_000, 3_000), MAX_SIZE);
        assert_eq!(clamped(u16::MAX, 1), Size::new(1_000, 1));
        assert_eq!([clamped(0, 0), clamped(80, 0), clamp_size(None)], [DEFAULT_SIZE; 3]);
    }
}
