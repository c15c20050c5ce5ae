//! Another program that runs beside the loop: it is given bytes, and what it writes is kept up to a limit.
//!
//! Threads feed it and read from it, so the loop waits for none of its pipes. It runs in a process group of its own, which
//! is killed as a whole: when its time is over, on request, and when the handle is dropped.

use std::io::{self, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use parking_lot::Mutex;

/// How long a program that has closed its output may take to end until it is looked at again.
const LOOK: Duration = Duration::from_millis(20);
/// How long the output of a killed program is waited for. A process that left its group may keep it open.
const REST: Duration = Duration::from_secs(1);

/// What is run, and its limits.
pub(crate) struct Task {
    pub(crate) command: Command,
    pub(crate) isolation: Isolation,
    /// What it reads from its standard input.
    pub(crate) input: Bytes,
    /// The number of bytes that are kept of its output, and as many of its error output.
    pub(crate) kept: usize,
    /// The time after which it is killed.
    pub(crate) limit: Option<Duration>,
}

/// Who makes the process group of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Isolation {
    /// It is started in a group of its own.
    Group,
    /// It begins a session of its own, and a group with that.
    Own,
}

/// What a program has written, as far as it is kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    /// The length of everything that it has written.
    pub(crate) length: u64,
}

/// How a program ended, and what it has written.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) end: End,
    pub(crate) output: Written,
    pub(crate) errors: Written,
}

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// By itself.
    Exited(ExitStatus),
    /// Killed, because its time was over.
    TimedOut,
    /// Killed on request.
    Stopped,
}

/// The process group of a program, until the program has ended.
#[derive(Debug, Default)]
struct Group {
    /// `None` once the program has been waited for: its number may belong to another one then.
    leader: Option<Pid>,
    stopped: bool,
}

impl Group {
    fn kill(&self) {
        if let Some(leader) = self.leader {
            // What cannot be killed has ended. The program may not lead a group yet.
            let _ = killpg(leader, Signal::SIGKILL).or_else(|_| kill(leader, Signal::SIGKILL));
        }
    }
}

/// A program that runs. Dropping this kills it.
#[derive(Debug)]
pub(crate) struct Running(Arc<Mutex<Group>>);

impl Running {
    /// Kills the program.
    pub(crate) fn stop(&self) {
        let mut group = self.0.lock();
        group.stopped = true;
        group.kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What a reading thread has read.
enum Piece {
    Output(Written),
    Errors(Written),
}

/// Starts a program; `report` is called from another thread when it has ended.
///
/// # Errors
///
/// When the program or a thread cannot be started.
pub(crate) fn start(task: Task, report: impl FnOnce(Finished) + Send + 'static) -> io::Result<Running> {
    let Task { mut command, isolation, input, kept, limit } = task;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if isolation == Isolation::Group {
        command.process_group(0);
    }
    let mut child = command.spawn()?;
    let leader = i32::try_from(child.id()).ok().map(Pid::from_raw);
    let group = Arc::new(Mutex::new(Group { leader, stopped: false }));
    // From here on a failure kills the program.
    let running = Running(Arc::clone(&group));
    let (pieces, received) = mpsc::channel();
    if let Some(mut stdin) = child.stdin.take() {
        // A program need not read everything.
        spawn(move || drop(stdin.write_all(&input)))?;
    }
    if let Some(output) = child.stdout.take() {
        send_what_is_read(output, kept, pieces.clone(), Piece::Output)?;
    }
    if let Some(errors) = child.stderr.take() {
        send_what_is_read(errors, kept, pieces, Piece::Errors)?;
    }
    spawn(move || report(follow(child, &group, &received, limit)))?;
    Ok(running)
}

fn spawn(act: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("program".to_owned()).spawn(act).map(drop)
}

fn send_what_is_read(
    from: impl Read + Send + 'static,
    kept: usize,
    pieces: Sender<Piece>,
    which: fn(Written) -> Piece,
) -> io::Result<()> {
    // The receiver is gone if the program was killed and its output was not waited for.
    spawn(move || drop(pieces.send(which(read(from, kept)))))
}

/// Reads to the end, and keeps the first bytes.
fn read(mut from: impl Read, kept: usize) -> Written {
    let mut written = Written::default();
    let mut piece = [0; 16 << 10];
    loop {
        match from.read(&mut piece) {
            Ok(length @ 1..) => {
                written.length += length as u64;
                let room = kept - written.bytes.len();
                written.bytes.extend_from_slice(&piece[..length.min(room)]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return written,
        }
    }
}

/// Waits for the end of a program and of what it writes.
fn follow(
    mut child: Child,
    group: &Mutex<Group>,
    received: &Receiver<Piece>,
    limit: Option<Duration>,
) -> Finished {
    let deadline = limit.map(|limit| Instant::now() + limit);
    let (mut output, mut errors, mut exited) = (Written::default(), Written::default(), None);
    let (mut killed, mut is_open) = (None, true);
    while is_open || exited.is_none() {
        match received.recv_timeout(LOOK) {
            Ok(Piece::Output(written)) => output = written,
            Ok(Piece::Errors(written)) => errors = written,
            Err(RecvTimeoutError::Disconnected) => {
                is_open = false;
                thread::sleep(LOOK);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let mut group = group.lock();
        let now = Instant::now();
        if killed.is_none() && (group.stopped || deadline.is_some_and(|deadline| now >= deadline)) {
            group.kill();
            killed = Some((now, if group.stopped { End::Stopped } else { End::TimedOut }));
        }
        // While its output is open, the group must not lose its leader's number: it may have to be killed.
        if !is_open || killed.is_some() {
            exited = exited.or_else(|| child.try_wait().ok().flatten());
            group.leader = group.leader.filter(|_| exited.is_none());
        }
        if exited.is_some() && killed.is_some_and(|(since, _)| now - since > REST) {
            break;
        }
    }
    let end = match (killed, exited) {
        (Some((_, end)), _) => end,
        (None, Some(status)) => End::Exited(status),
        (None, None) => End::Stopped,
    };
    Finished { end, output, errors }
}

#[cfg(test)]
mod tests;
