//! Runs the program in a pseudo-terminal and keeps its output and the screen of a terminal emulator.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use parking_lot::{Condvar, Mutex};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");
/// A time limit that no step reaches, even on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// The program has entered the alternate screen.
pub(crate) const ENTERED: &str = "\x1b[?1049h";
/// The program has left the alternate screen.
pub(crate) const LEFT: &str = "\x1b[?1049l";
/// The start of a frame.
pub(crate) const FRAME: &str = "\x1b[?2026h";
/// The end of a frame, after which the screen is consistent.
const WHOLE: &[u8] = b"\x1b[?2026l";

pub(crate) fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), signal).unwrap();
}

/// Waits until `ask` answers.
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what} did not happen");
        thread::yield_now();
    }
}

/// The output of the program.
struct Written {
    /// All bytes of the output.
    bytes: Vec<u8>,
    /// The position after the last text that was waited for.
    seen: usize,
    /// The number of bytes that the emulator has processed.
    fed: usize,
    /// Whether the output has ended, because no process has the terminal open any more.
    over: bool,
    screen: vt100::Parser,
    /// The screen after each frame, if frames are kept.
    frames: Option<Vec<String>>,
}

impl Written {
    fn take(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        let new = &self.bytes[self.fed..];
        // The end marker may be split between two reads.
        let cut = (1..REPLACEMENT.len()).rev().find(|length| new.ends_with(&REPLACEMENT[..*length]));
        let mut whole = &new[..new.len() - cut.unwrap_or(0)];
        self.fed += whole.len();
        if let Some(frames) = &mut self.frames {
            while let Some(at) = whole.windows(WHOLE.len()).position(|part| part == WHOLE) {
                let (frame, rest) = whole.split_at(at + WHOLE.len());
                self.screen.process(&readable(frame));
                frames.push(self.screen.screen().contents());
                whole = rest;
            }
        }
        self.screen.process(&readable(whole));
    }
}

/// U+FFFD, which the emulator drops as if it had no width.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Replaces U+FFFD on the screens of the emulator; the program never writes this character.
pub(crate) const MALFORMED: char = '⍰';

/// The output in a form that the emulator shows.
pub(crate) fn readable(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some(at) = rest.windows(REPLACEMENT.len()).position(|part| part == REPLACEMENT) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(MALFORMED.encode_utf8(&mut [0; 4]).as_bytes());
        rest = &rest[at + REPLACEMENT.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// The program in a pseudo-terminal.
pub(crate) struct Shown {
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    written: Arc<(Mutex<Written>, Condvar)>,
    /// The reading thread continues while this is true, at most until the next output.
    reading: Arc<AtomicBool>,
    reader: JoinHandle<()>,
}

/// Starts the program on any port, in 80x24.
pub(crate) fn show() -> Shown {
    show_with(&["-l", "0"], 80, 24)
}

pub(crate) fn show_with(args: &[&str], cols: u16, rows: u16) -> Shown {
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(args);
    start(command, cols, rows)
}

/// Starts the program on any port, in 80x24, and keeps every frame.
pub(crate) fn record(args: &[&str], cols: u16, rows: u16) -> Shown {
    let shown = show_with(args, cols, rows);
    shown.written.0.lock().frames = Some(Vec::new());
    shown
}

/// Starts any command in a terminal of its own that shows UTF-8.
pub(crate) fn start(mut command: CommandBuilder, cols: u16, rows: u16) -> Shown {
    command.env("TERM", "xterm-256color");
    command.env("LC_ALL", "C.UTF-8");
    start_as_it_is(command, cols, rows)
}

/// Starts any command in a terminal of its own, whose type and locale the environment of the command sets.
pub(crate) fn start_as_it_is(command: CommandBuilder, cols: u16, rows: u16) -> Shown {
    let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    let child = pair.slave.spawn_command(command).unwrap();
    let [height, width] = [rows, cols].map(|cells| NonZero::new(cells).unwrap());
    let written = Written {
        bytes: Vec::new(),
        seen: 0,
        fed: 0,
        over: false,
        screen: vt100::Parser::new(height, width, 0),
        frames: None,
    };
    let written = Arc::new((Mutex::new(written), Condvar::new()));
    let (mut reader, collected) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&written));
    let keys = pair.master.take_writer().unwrap();
    let reading = Arc::new(AtomicBool::new(true));
    let go_on = Arc::clone(&reading);
    let reader = thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = reader.read(&mut piece) {
            let mut written = collected.0.lock();
            written.take(&piece[..length]);
            drop(written);
            collected.1.notify_all();
            if !go_on.load(Ordering::Acquire) {
                return;
            }
        }
        collected.0.lock().over = true;
        collected.1.notify_all();
    });
    Shown { child, master: pair.master, keys, written, reading, reader }
}

impl Shown {
    /// Waits until the program has written `what` after the text that was waited for before.
    pub(crate) fn wait(&self, what: &str) {
        self.wait_until(what, |written| {
            let new = &written.bytes[written.seen..];
            let at = new.windows(what.len()).position(|part| part == what.as_bytes())?;
            written.seen += at + what.len();
            Some(())
        });
    }

    /// Waits until `ask` returns a value for the screen. It is called only between frames.
    pub(crate) fn wait_for_screen<T>(&self, what: &str, answer: impl Fn(&vt100::Screen) -> Option<T>) -> T {
        self.wait_until(what, |written| {
            if written.bytes.ends_with(WHOLE) { answer(written.screen.screen()) } else { None }
        })
    }

    /// Waits until `ask` returns a value for the text on the screen, also in the middle of a frame: what runs around the
    /// program, such as a tmux, need not mark its frames.
    pub(crate) fn wait_for_contents<T>(&self, what: &str, answer: impl Fn(&str) -> Option<T>) -> T {
        self.wait_until(what, |written| answer(&written.screen.screen().contents()))
    }

    /// Waits until `ask` returns a value for the output so far.
    pub(crate) fn wait_for_bytes<T>(&self, what: &str, answer: impl Fn(&[u8]) -> Option<T>) -> T {
        self.wait_until(what, |written| answer(&written.bytes))
    }

    /// Waits until one of the frames since the one of this number answers, the first being 0; says which did.
    pub(crate) fn wait_for_frame(&self, what: &str, from: usize, answer: impl Fn(&str) -> bool) -> usize {
        self.wait_until(what, |written| {
            let frames = written.frames.as_ref()?.iter().enumerate().skip(from);
            frames.into_iter().find(|(_, frame)| answer(frame)).map(|(number, _)| number)
        })
    }

    /// Waits until all of these texts are on the screen.
    pub(crate) fn sees(&self, texts: &[&str]) {
        self.wait_for_screen(&format!("{texts:?}"), |screen| {
            let contents = screen.contents();
            texts.iter().all(|text| contents.contains(text)).then_some(())
        });
    }

    fn wait_until<T>(&self, what: &str, mut answer: impl FnMut(&mut Written) -> Option<T>) -> T {
        let deadline = Instant::now() + LIMIT;
        let mut written = self.written.0.lock();
        loop {
            if let Some(answer) = answer(&mut written) {
                return answer;
            }
            let timed_out = self.written.1.wait_until(&mut written, deadline).timed_out();
            assert!(!timed_out, "no {what} on\n{}", written.screen.screen().contents());
        }
    }

    /// The output so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.written.0.lock().bytes.clone()
    }

    pub(crate) fn press(&mut self, keys: impl AsRef<[u8]>) {
        self.keys.write_all(keys.as_ref()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Acts, with a way to press keys, while the terminal takes no output, because it is not read.
    pub(crate) fn while_stuck(&mut self, act: impl FnOnce(&mut dyn Write)) {
        // The thread that reads needs this lock for each piece.
        let _held = self.written.0.lock();
        act(&mut self.keys);
    }

    /// The address of the server according to the header.
    pub(crate) fn address(&self) -> SocketAddr {
        self.wait_for_screen("an address", |screen| {
            screen.contents().split_whitespace().find_map(|word| word.parse().ok())
        })
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(self.address()).unwrap();
        client.set_read_timeout(Some(LIMIT)).unwrap();
        client
    }

    /// Presses `q` and expects a restored terminal and status 0.
    pub(crate) fn quit(mut self) -> Vec<u8> {
        self.press("q");
        self.wait(LEFT);
        self.wait("connection");
        assert_eq!(self.child.wait().unwrap().exit_code(), 0);
        self.bytes()
    }

    /// Waits for the end and returns the status and the whole output.
    pub(crate) fn end(mut self) -> (u32, Vec<u8>) {
        let bytes =
            self.wait_until("end", |written| written.over.then(|| std::mem::take(&mut written.bytes)));
        (self.child.wait().unwrap().exit_code(), bytes)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Closes our side of the terminal and returns the program.
    pub(crate) fn lose_terminal(self) -> Box<dyn Child + Send + Sync> {
        let Self { child, master, keys, reading, reader, .. } = self;
        // The terminal is gone once all descriptors are closed. The reader closes its own at the next output, so a
        // change of size makes the program write.
        reading.store(false, Ordering::Release);
        master.resize(PtySize { rows: 30, cols: 90, pixel_width: 0, pixel_height: 0 }).unwrap();
        reader.join().unwrap();
        drop((master, keys));
        child
    }
}
