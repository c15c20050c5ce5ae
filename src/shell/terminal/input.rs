//! Reads keys, mouse events and pasted text on a thread of its own.
//!
//! crossterm's reader spins when the terminal is gone, so it is only called after poll(2) has reported input from a
//! terminal that still exists. Changes of size arrive as signals.

mod sequences;

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ratatui::crossterm::event::{self, Event, KeyEventKind, MouseEventKind};

use crate::shell::inbox::{Input, Poster};
use crate::shell::terminal::hangup::HANGUP;
use crate::shell::terminal::input::sequences::Sequences;

/// The timeout for parsing an event from bytes that are available. With less than two milliseconds crossterm polls without
/// sleeping, and with zero it does not look at all.
const PARSE_TIMEOUT: Duration = Duration::from_millis(2);

/// What follows later than this is not a part of the same escape sequence. The key Esc is known after this time.
const SEQUENCE_TIMEOUT: Duration = Duration::from_millis(50);

/// Keys are read until this is dropped. What is typed later is left for the next program.
#[derive(Debug)]
pub(crate) struct InputGuard(Arc<AtomicBool>);

impl Drop for InputGuard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Starts the thread that reads input and posts it.
///
/// # Errors
///
/// When there is no terminal to read from, or the thread cannot be started.
pub(crate) fn read(poster: Poster) -> io::Result<InputGuard> {
    let stdin = io::stdin();
    // crossterm chooses the terminal in this way too.
    let terminal: OwnedFd = if stdin.is_terminal() {
        stdin.as_fd().try_clone_to_owned()?
    } else {
        File::options().read(true).write(true).open("/dev/tty")?.into()
    };
    let ended = Arc::new(AtomicBool::new(false));
    let guard = InputGuard(Arc::clone(&ended));
    thread::Builder::new()
        .name("input".to_owned())
        .spawn(move || {
            if read_events(&terminal, &poster, &ended).is_err() {
                poster.post(Input::TerminalGone);
            }
        })
        .map_err(crate::client::thread_error::with_advice)?;
    Ok(guard)
}

/// Posts events until [`InputGuard`] is dropped. An error means that the terminal is gone.
fn read_events(terminal: &OwnedFd, poster: &Poster, ended: &AtomicBool) -> io::Result<()> {
    loop {
        let mut watched = [PollFd::new(terminal.as_fd(), PollFlags::POLLIN)];
        match poll(&mut watched, PollTimeout::NONE) {
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        if ended.load(Ordering::Acquire) {
            return Ok(());
        }
        if watched[0].revents().is_some_and(|events| events.intersects(HANGUP)) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        read_available(&mut Crossterm, &mut |event| poster.post(Input::Terminal(event)))?;
    }
}

/// Parses the bytes of the terminal.
trait Parser {
    /// Whether an event follows within `timeout`. A no may be wrong.
    fn poll(&mut self, timeout: Duration) -> io::Result<bool>;

    /// The next event.
    fn read(&mut self) -> io::Result<Event>;
}

/// The parser of crossterm.
struct Crossterm;

impl Parser for Crossterm {
    fn poll(&mut self, timeout: Duration) -> io::Result<bool> {
        event::poll(timeout)
    }

    fn read(&mut self) -> io::Result<Event> {
        event::read()
    }
}

/// Posts the events of the bytes that are available, and of those that follow at once and belong to them.
fn read_available(parser: &mut impl Parser, post: &mut impl FnMut(Event)) -> io::Result<()> {
    let mut sequences = Sequences::default();
    let mut pass = |event| {
        if is_used(&event) {
            post(event);
        }
    };
    loop {
        let timeout = if sequences.is_open() { SEQUENCE_TIMEOUT } else { PARSE_TIMEOUT };
        if follows(parser, timeout)? {
            sequences.take(parser.read()?, &mut pass);
        } else if sequences.is_open() {
            sequences.end(&mut pass);
        } else {
            return Ok(());
        }
    }
}

/// Whether an event follows within `timeout`.
///
/// crossterm looks at nothing, not even at events that it has parsed already, if its timeout has passed before it begins
/// (0.29, `event/source/unix/tty.rs`; its issue 839). That happens when the thread is not scheduled just then, and the keys would wait for
/// the next one. So it is asked again.
fn follows(parser: &mut impl Parser, timeout: Duration) -> io::Result<bool> {
    Ok(parser.poll(timeout)? || parser.poll(PARSE_TIMEOUT)?)
}

/// Whether the dashboard uses this kind of event.
fn is_used(event: &Event) -> bool {
    match event {
        Event::Key(key) => key.kind != KeyEventKind::Release,
        Event::Mouse(mouse) => mouse.kind != MouseEventKind::Moved,
        Event::Paste(_) => true,
        Event::Resize(..) | Event::FocusGained | Event::FocusLost => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

    use super::*;

    /// Has these keys, and says of each one first that there is none.
    struct Late {
        keys: VecDeque<KeyCode>,
        says_no: bool,
    }

    impl Parser for Late {
        fn poll(&mut self, timeout: Duration) -> io::Result<bool> {
            assert!(!timeout.is_zero(), "crossterm would not look");
            self.says_no = !self.says_no;
            Ok(!self.says_no && !self.keys.is_empty())
        }

        fn read(&mut self) -> io::Result<Event> {
            self.keys
                .pop_front()
                .map(|code| Event::Key(code.into()))
                .ok_or(io::ErrorKind::UnexpectedEof.into())
        }
    }

    #[test]
    fn events_are_read_though_they_were_denied_once() {
        let mut posted = Vec::new();
        for typed in ["o12\r", "\x1bx"] {
            let keys = typed.chars().map(|ch| match ch {
                '\r' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                ch => KeyCode::Char(ch),
            });
            let mut parser = Late { keys: keys.clone().collect(), says_no: false };
            posted.clear();
            read_available(&mut parser, &mut |event| posted.push(event)).unwrap();
            assert_eq!(posted, keys.map(|code| Event::Key(code.into())).collect::<Vec<_>>(), "{typed:?}");
        }
    }

    #[test]
    fn releases_and_idle_moves_are_not_passed_on() {
        let key = |kind| Event::Key(KeyEvent::new_with_kind(KeyCode::Char('x'), KeyModifiers::NONE, kind));
        let mouse =
            |kind| Event::Mouse(MouseEvent { kind, column: 0, row: 0, modifiers: KeyModifiers::NONE });
        assert!(is_used(&key(KeyEventKind::Press)) && is_used(&key(KeyEventKind::Repeat)));
        assert!(!is_used(&key(KeyEventKind::Release)));
        assert!(is_used(&mouse(MouseEventKind::ScrollUp)) && !is_used(&mouse(MouseEventKind::Moved)));
        assert!(is_used(&Event::Paste("x".to_owned())) && !is_used(&Event::Resize(1, 1)));
    }
}
