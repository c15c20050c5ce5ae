//! A server in a process of its own, unobserved or another program, which ends when it is dropped.

use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;

use crate::certificate::Certificate;
use crate::serve;

/// The time limit for the start of a server, and for its end.
const LIMIT: Duration = Duration::from_secs(5);

/// A running server.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
    _process: Process,
}

/// Starts our server, unobserved, with the service `echo` or `discard`.
///
/// # Errors
/// The server does not start.
pub(crate) fn bare(backend: BackendKind, service: &str) -> io::Result<Running> {
    start_listening(&["bare", backend.word(), service])
}

/// Starts our server, unobserved, as an echo server with TLS.
///
/// # Errors
/// The server does not start.
pub(crate) fn bare_tls(backend: BackendKind, certificate: &Certificate) -> io::Result<Running> {
    let [file, key] = [certificate.file(), certificate.key_file()].map(|path| path.display().to_string());
    start_listening(&["bare", backend.word(), "tls", &file, &key])
}

/// Starts our server, unobserved, as a relay to this upstream.
///
/// # Errors
/// The server does not start.
pub(crate) fn bare_relay(backend: BackendKind, upstream: SocketAddr) -> io::Result<Running> {
    start_listening(&["bare", backend.word(), "relay", &upstream.to_string()])
}

/// Starts a minimal echo server on the primitives that the backend uses.
///
/// # Errors
/// The server does not start.
pub(crate) fn short(backend: BackendKind) -> io::Result<Running> {
    start_listening(&["short", backend.word()])
}

/// Starts a minimal relay to this upstream.
///
/// # Errors
/// The relay does not start.
pub(crate) fn minimal_relay(upstream: SocketAddr) -> io::Result<Running> {
    start_listening(&["relay", &upstream.to_string()])
}

/// Starts another program, which prints its address.
///
/// # Errors
/// The program does not start, or prints no address.
pub(crate) fn foreign_listening(command: &[&str]) -> io::Result<Running> {
    start_listening(&[&["foreign"], command].concat())
}

/// Starts another program on a given port, with the command that `command` makes of the port.
///
/// # Errors
/// The program does not start, or does not accept connections.
pub(crate) fn foreign_at(command: impl FnOnce(u16) -> Vec<String>) -> io::Result<Running> {
    // The port is free now, and the program takes it at once.
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

/// Whether there is such a program on the path.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn start_listening(words: &[&str]) -> io::Result<Running> {
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

/// A process that ends when its standard input closes.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let latest = Instant::now() + LIMIT;
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < latest {
            thread::sleep(Duration::from_millis(2));
        }
        // A process that cannot be killed has ended.
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}
