//! A server that runs as a process of its own, unobserved or somebody else's, and ends when it is dropped.

use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::model::BackendKind;

use crate::serve;

/// Longer than any of them takes to listen, or to end.
const LIMIT: Duration = Duration::from_secs(5);

/// A server that runs.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
    _process: Process,
}

/// Ours with nobody looking, answering `echo` or `discard`.
///
/// # Errors
/// It does not start.
pub(crate) fn bare(backend: BackendKind, service: &str) -> io::Result<Running> {
    told(&["bare", backend.word(), service])
}

/// The shortest echo that one can write on what the backend stands on.
///
/// # Errors
/// It does not start.
pub(crate) fn short(backend: BackendKind) -> io::Result<Running> {
    told(&["short", backend.word()])
}

/// Somebody else's, which prints its address.
///
/// # Errors
/// It does not start, or prints none.
pub(crate) fn foreign_told(command: &[&str]) -> io::Result<Running> {
    told(&[&["foreign"], command].concat())
}

/// Somebody else's, which is told its port: the command is made from that.
///
/// # Errors
/// It does not start, or nobody can connect to it.
pub(crate) fn foreign_at(command: impl Fn(u16) -> Vec<String>) -> io::Result<Running> {
    // Free now, and taken again at once.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let command = command(address.port());
    let words: Vec<&str> = std::iter::once("foreign").chain(command.iter().map(String::as_str)).collect();
    let (mut process, _) = start(&words)?;
    let latest = Instant::now() + LIMIT;
    while let Err(error) = TcpStream::connect(address) {
        if process.0.try_wait()?.is_some() || Instant::now() > latest {
            return Err(io::Error::other(format!("{} does not listen: {error}", command[0])));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(Running { address, pid: process.0.id(), _process: process })
}

fn told(words: &[&str]) -> io::Result<Running> {
    let (process, out) = start(words)?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let address =
        line.trim().parse().map_err(|_| io::Error::other(format!("{} told no address", words.join(" "))))?;
    Ok(Running { address, pid: process.0.id(), _process: process })
}

fn start(words: &[&str]) -> io::Result<(Process, ChildStdout)> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg(serve::WORD)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or_else(|| io::Error::other("the server has no output"))?;
    Ok((Process(child), out))
}

/// A process that ends when its standard input does.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let latest = Instant::now() + LIMIT;
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < latest {
            thread::sleep(Duration::from_millis(2));
        }
        // What cannot be ended has ended.
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}
