//! The program with its dashboard on a terminal of 200x60 whose output is read, as people run it.
//!
//! The benchmark sees the screen as a terminal shows it, frame by frame. The program ends when this is dropped.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use parking_lot::{Condvar, Mutex};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");
/// The size of the terminal: 200x60.
const COLUMNS: NonZero<u16> = NonZero::<u16>::MIN.saturating_add(199);
const ROWS: NonZero<u16> = NonZero::<u16>::MIN.saturating_add(59);
/// The end of a frame: the screen is consistent after it.
const WHOLE: &[u8] = b"\x1b[?2026l";
/// The time limit for the start of the program, and for its last line.
const LIMIT: Duration = Duration::from_secs(20);
/// The number of bytes at the end of the output that hold the last line of a run.
const TAIL: usize = 4 * 1024;

/// What happens to the program's output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OutputMode {
    /// A terminal emulator parses it.
    Parsed,
    /// The output is read and dropped: a terminal emulator costs processor time.
    Dropped,
    /// The output is not read: the terminal takes none.
    Stalled,
}

/// The condition on the screen that a caller waits for.
struct Condition {
    text: String,
    presence: Visibility,
}

/// Whether a text must be on the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Visibility {
    Shown,
    Gone,
}

/// What has been read from the program.
struct Output {
    look: OutputMode,
    screen: vt100::Parser,
    /// The tail of the last read: the end of a frame may be cut by reads.
    end: VecDeque<u8>,
    condition: Option<Condition>,
    /// When the condition was met.
    granted: Option<Instant>,
    /// The first lines of frames, if they are collected.
    heads: Option<Vec<String>>,
    tail: Vec<u8>,
    over: bool,
}

/// The running program with its dashboard.
pub(crate) struct Watched {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    /// The terminal exists as long as this field.
    _terminal: Box<dyn MasterPty + Send>,
    output: Arc<(Mutex<Output>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

impl Watched {
    /// Starts the program on this backend with the service `echo` or `discard`; its output is parsed.
    ///
    /// # Errors
    /// The program does not start, or shows no address.
    pub(crate) fn start(backend: BackendKind, service: &str) -> io::Result<Self> {
        Self::start_with(backend, service, &[])
    }

    /// Starts the program like [`start`](Self::start), with further options on its command line.
    ///
    /// # Errors
    /// The program does not start, or shows no address.
    pub(crate) fn start_with(backend: BackendKind, service: &str, options: &[&str]) -> io::Result<Self> {
        let words = ["--listen", "0", "--backend", backend.word(), "--service", service];
        Self::run(&[&words, options].concat(), |_| true)
    }

    /// Starts the program as a relay to this upstream; its output is parsed.
    ///
    /// # Errors
    /// The program does not start, or shows no address of its own.
    pub(crate) fn relay(backend: BackendKind, upstream: SocketAddr) -> io::Result<Self> {
        let words = ["relay", &upstream.to_string(), "--listen", "127.0.0.1:0", "--backend", backend.word()];
        Self::run(&words, |address| *address != upstream)
    }

    /// Runs the program. The first address on the screen that is its own is the one on which it listens.
    fn run(words: &[&str], is_own: impl Fn(&SocketAddr) -> bool) -> io::Result<Self> {
        let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).map_err(io::Error::other)?;
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(words);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let child = pty.slave.spawn_command(command).map_err(io::Error::other)?;
        // The output ends with the program only if no other process has the terminal open.
        drop(pty.slave);
        let source = pty.master.try_clone_reader().map_err(io::Error::other)?;
        let keys = pty.master.take_writer().map_err(io::Error::other)?;
        let output = Arc::new((Mutex::new(Output::new()), Condvar::new()));
        let shared = Arc::clone(&output);
        let reader = thread::spawn(move || read(source, &shared));
        let pid = child.process_id().ok_or_else(|| io::Error::other("the program has no process number"))?;
        let mut watched = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            pid,
            child,
            keys,
            _terminal: pty.master,
            output,
            reader: Some(reader),
        };
        let address = |screen: &vt100::Screen| {
            let words = screen.contents();
            words.split_whitespace().filter_map(|word| word.parse().ok()).find(&is_own)
        };
        watched.address =
            watched.wait(address).ok_or_else(|| io::Error::other("the dashboard shows no address"))?;
        Ok(watched)
    }

    /// Changes what happens to the program's output. When its parsing resumes, the next frame is parsed completely.
    ///
    /// # Errors
    /// The terminal is closed.
    pub(crate) fn set_output(&mut self, look: OutputMode) -> io::Result<()> {
        let before = std::mem::replace(&mut self.output.0.lock().look, look);
        self.output.1.notify_all();
        // Ctrl-L draws every cell.
        if before == OutputMode::Dropped && look == OutputMode::Parsed { self.press(b"\x0c") } else { Ok(()) }
    }

    /// Types these keys.
    ///
    /// # Errors
    /// The terminal is closed.
    pub(crate) fn press(&mut self, keys: &[u8]) -> io::Result<()> {
        self.keys.write_all(keys)?;
        self.keys.flush()
    }

    /// Types these keys, and measures the time until a frame shows the text, or no longer shows it; `None` if that
    /// never happens.
    ///
    /// # Errors
    /// The terminal is closed.
    pub(crate) fn press_until(
        &mut self,
        keys: &[u8],
        text: &str,
        presence: Visibility,
    ) -> io::Result<Option<Duration>> {
        let mut output = self.output.0.lock();
        (output.condition, output.granted) = (Some(Condition { text: text.to_owned(), presence }), None);
        drop(output);
        let pressed = Instant::now();
        self.press(keys)?;
        let mut output = self.output.0.lock();
        while output.granted.is_none() && !output.over {
            if self.output.1.wait_until(&mut output, pressed + LIMIT).timed_out() {
                break;
            }
        }
        output.condition = None;
        Ok(output.granted.map(|at| at.saturating_duration_since(pressed)))
    }

    /// Waits until `ask` finds its answer on the screen.
    pub(crate) fn wait<T>(&self, answer: impl Fn(&vt100::Screen) -> Option<T>) -> Option<T> {
        let latest = Instant::now() + LIMIT;
        let mut output = self.output.0.lock();
        loop {
            let known = if output.is_whole() { answer(output.screen.screen()) } else { None };
            if known.is_some() || output.over {
                return known;
            }
            if self.output.1.wait_until(&mut output, latest).timed_out() {
                return None;
            }
        }
    }

    /// The answer of `ask` on the current screen; `None` in the middle of a frame.
    pub(crate) fn now<T>(&self, answer: impl Fn(&vt100::Screen) -> T) -> Option<T> {
        let output = self.output.0.lock();
        output.is_whole().then(|| answer(output.screen.screen()))
    }

    /// Starts to collect the first lines of frames; returns those collected so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.output.0.lock().heads.replace(Vec::new()).unwrap_or_default()
    }

    /// Ends the program in order; returns what it reported as missed.
    pub(crate) fn finish(mut self) -> Option<String> {
        self.output.0.lock().look = OutputMode::Dropped;
        self.output.1.notify_all();
        // A program that has ended has printed its last line, or never will.
        let _ = kill(Pid::from_raw(i32::try_from(self.pid).ok()?), Signal::SIGTERM);
        let latest = Instant::now() + LIMIT;
        let mut output = self.output.0.lock();
        while !output.over && !self.output.1.wait_until(&mut output, latest).timed_out() {}
        let said = String::from_utf8_lossy(&output.tail).into_owned();
        drop(output);
        let line = said.lines().rev().find_map(|line| line.trim().strip_suffix(" missed").map(str::to_owned));
        drop(self.child.wait());
        Some(line?.rsplit(", ").next()?.to_owned())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.output.0.lock().look = OutputMode::Dropped;
        self.output.1.notify_all();
        // A process that cannot be killed has ended.
        let _ = self.child.kill().and_then(|()| self.child.wait());
        // The program's output ends with it, and so does the reader.
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

fn read(mut source: Box<dyn Read + Send>, shared: &(Mutex<Output>, Condvar)) {
    let mut piece = [0; 64 * 1024];
    while let Ok(length @ 1..) = source.read(&mut piece) {
        let mut output = shared.0.lock();
        output.take(&piece[..length]);
        shared.1.notify_all();
        while output.look == OutputMode::Stalled {
            shared.1.wait(&mut output);
        }
    }
    shared.0.lock().over = true;
    shared.1.notify_all();
}

impl Output {
    fn new() -> Self {
        Self {
            look: OutputMode::Parsed,
            screen: vt100::Parser::new(ROWS, COLUMNS, 0),
            end: VecDeque::new(),
            condition: None,
            granted: None,
            heads: None,
            tail: Vec::new(),
            over: false,
        }
    }

    /// Whether the last byte that was read ended a frame.
    fn is_whole(&self) -> bool {
        self.end.iter().eq(WHOLE)
    }

    fn take(&mut self, piece: &[u8]) {
        let now = Instant::now();
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(TAIL)..]);
        let excess = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..excess);
        if self.look == OutputMode::Dropped {
            return;
        }
        let mut from = 0;
        for (at, &byte) in piece.iter().enumerate() {
            self.end.push_back(byte);
            if self.end.len() > WHOLE.len() {
                self.end.pop_front();
            }
            // Most bytes are not the last byte of a frame's end.
            if byte == b'l' && self.is_whole() {
                self.screen.process(&piece[from..=at]);
                from = at + 1;
                self.frame(now);
            }
        }
        self.screen.process(&piece[from..]);
    }

    /// Handles the end of a frame.
    fn frame(&mut self, now: Instant) {
        let screen = self.screen.screen();
        if let Some(heads) = &mut self.heads {
            heads.extend(screen.rows(0, COLUMNS.get()).next());
        }
        if let Some(condition) = &self.condition {
            let shown = screen.contents().contains(&condition.text);
            if shown == (condition.presence == Visibility::Shown) {
                (self.condition, self.granted) = (None, Some(now));
            }
        }
    }
}
