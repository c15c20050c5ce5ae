//! The servers that are compared, each a process of its own: ours unobserved, ours with its dashboard on a terminal, and
//! an echo as short as it can be written, on tokio and on std.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;

use bytewatch::model::BackendKind;
use bytewatch::server::{Config, Detail, Overload, Server, ServiceConfig};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A server to be compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Peer {
    /// Ours, and nobody looks.
    Bare(BackendKind),
    /// The program itself, its dashboard drawing on a terminal of 200x60.
    Watched(BackendKind),
    /// An echo of a few lines on what the backend stands on.
    Short(BackendKind),
}

/// A server that runs. It ends when this is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    _process: Process,
}

enum Process {
    Piped(Child),
    Watched {
        child: Box<dyn portable_pty::Child + Send + Sync>,
        /// The terminal is there as long as this is.
        _terminal: Box<dyn MasterPty + Send>,
    },
}

impl Drop for Process {
    fn drop(&mut self) {
        // What cannot be ended has ended.
        let _ = match self {
            Self::Piped(child) => child.kill().and_then(|()| child.wait()).map(drop),
            Self::Watched { child, .. } => child.kill().and_then(|()| child.wait()).map(drop),
        };
    }
}

impl Peer {
    /// Starts it.
    ///
    /// # Errors
    /// It does not start, or says no address.
    pub(crate) fn start(self) -> io::Result<Running> {
        match self {
            Self::Bare(kind) => piped(&format!("bare-{kind}")),
            Self::Short(kind) => piped(&format!("short-{kind}")),
            Self::Watched(kind) => watched(kind),
        }
    }
}

fn piped(word: &str) -> io::Result<Running> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["serve", word])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or_else(|| io::Error::other("the server has no output"))?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let address = line.trim().parse().map_err(io::Error::other)?;
    Ok(Running { address, _process: Process::Piped(child) })
}

fn watched(kind: BackendKind) -> io::Result<Running> {
    // Free now, and taken again at once.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let size = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).map_err(io::Error::other)?;
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_bytewatch"));
    command.args(["--listen", &address.to_string(), "--backend", kind.word()]);
    command.env("TERM", "xterm-256color");
    let child = pty.slave.spawn_command(command).map_err(io::Error::other)?;
    let mut screen = pty.master.try_clone_reader().map_err(io::Error::other)?;
    thread::spawn(move || while screen.read(&mut [0; 64 * 1024]).is_ok_and(|length| length > 0) {});
    while std::net::TcpStream::connect(address).is_err() {
        thread::yield_now();
    }
    Ok(Running { address, _process: Process::Watched { child, _terminal: pty.master } })
}

/// What the other end of [`piped`] does: serves until its input ends.
///
/// # Errors
/// It cannot listen, or has nobody to tell where.
pub(crate) fn serve(word: &str) -> io::Result<()> {
    let (which, kind) = word.split_once('-').unwrap_or((word, ""));
    let kind = BackendKind::ALL.into_iter().find(|known| known.word() == kind);
    let kind = kind.ok_or_else(|| io::Error::other(format!("nobody knows {word}")))?;
    let mut server = None;
    let address = if which == "bare" {
        let (running, feed) = Server::start(Config {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
            backend: kind,
            service: ServiceConfig::Echo,
            read_size: 16 * 1024,
            max_connections: None,
            overload: Overload::Slow,
            detail: Detail::All,
        })
        .map_err(io::Error::other)?;
        // Without a consumer the server goes on unobserved.
        drop(feed);
        let address = running.addresses()[0];
        server = Some(running);
        address
    } else {
        short(kind)?
    };
    writeln!(io::stdout(), "{address}")?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    drop(server);
    Ok(())
}

/// The shortest echo, on threads of its own.
fn short(kind: BackendKind) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || match kind {
        BackendKind::Threads => short_std(&listener),
        BackendKind::Async => short_tokio(listener),
    });
    Ok(address)
}

fn short_std(listener: &TcpListener) -> io::Result<()> {
    loop {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        thread::Builder::new().stack_size(64 * 1024).spawn(move || -> io::Result<()> {
            let mut buffer = vec![0; 16 * 1024];
            loop {
                match stream.read(&mut buffer)? {
                    0 => return Ok(()),
                    length => stream.write_all(&buffer[..length])?,
                }
            }
        })?;
    }
}

fn short_tokio(listener: TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (mut stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                let mut buffer = vec![0; 16 * 1024];
                while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                    if stream.write_all(&buffer[..length]).await.is_err() {
                        return;
                    }
                }
            });
        }
    })
}
