//! The table of connection churn: connect, send one message, have it back, close; repeatedly, a few at a time.

use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::payload::Corpus;
use crate::report::{Aggregate, Bound, Report};
use crate::running;
use crate::turns::{MedianRange, in_turns, ratios};
use crate::usage::{CpuShare, wait_until_idle};
use crate::watched::{OutputMode, Watched};

/// The number of concurrent clients.
pub(crate) const BESIDE: usize = 16;
/// The size of a message in bytes.
const SIZE: usize = 64;
const WARM_UP: Duration = Duration::from_millis(100);
const TIMEOUT: Duration = Duration::from_secs(10);
/// The number of connections from one address: a used port stays in TIME_WAIT for a minute.
const FROM_ONE_ADDRESS: u32 = 8_000;

/// How the client closes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CloseKind {
    Fin,
    Rst,
}

impl fmt::Display for CloseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if *self == Self::Fin { "FIN" } else { "RST" })
    }
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let rounds = report.options.pick(7, 3);
    report.line(format_args!(
        "CHURN, connect, {SIZE} bytes there and back, close; {BESIDE} at a time, {rounds} pairs\n\
         {:<7} {:<5} {:>12}  {:<19} {}",
        "", "close", "bare, conn/s", "watched by bare", "CPU load bare watched"
    ))?;
    let (mut cells, mut sources) = (Vec::new(), Sources::default());
    for backend in report.options.backends() {
        for close in [CloseKind::Fin, CloseKind::Rst] {
            match row(report, backend, close, rounds, &mut sources) {
                Ok((median, row)) => {
                    cells.push(median);
                    report.line(row)?;
                }
                Err(error) => report.left_out(format_args!("churn {backend} {close}"), error),
            }
        }
    }
    report.hold("churn: watched by bare", Aggregate::Each, Bound::AtLeast(0.90), "", &cells);
    report.line("")
}

fn row(
    report: &mut Report,
    backend: BackendKind,
    close: CloseKind,
    rounds: usize,
    sources: &mut Sources,
) -> io::Result<(f64, String)> {
    let bare = running::bare(backend, "echo")?;
    let mut watched = Watched::start(backend, "echo")?;
    watched.set_output(OutputMode::Dropped)?;
    let servers = [(bare.address, bare.pid), (watched.address, watched.pid)];
    let time = report.options.pick(Duration::from_secs(1), Duration::from_millis(500));
    let corpus = Corpus::new(report.options.payload);
    let turns = in_turns(rounds, servers.len(), |candidate| {
        let (address, pid) = servers[candidate];
        let mut churn = Churn::new(address, close, &corpus, sources)?;
        churn.go_on(Instant::now() + WARM_UP)?;
        let (before, share, began) = (churn.done, CpuShare::begin(pid)?, Instant::now());
        churn.go_on(began + time)?;
        let per_second = (churn.done - before) as f64 / began.elapsed().as_secs_f64();
        let shares = share.end()?;
        drop(churn);
        wait_until_idle(pid)?;
        Ok((per_second, shares))
    });
    report.ended(format_args!("churn {backend} {close}"), watched.finish().as_deref());
    let turns = turns?;
    let [bare, watched] =
        [0, 1].map(|candidate: usize| turns[candidate].iter().map(|turn| turn.0).collect::<Vec<_>>());
    let ratio = ratios(&watched, &bare);
    let percent = |figures: Vec<f64>| 100.0 * MedianRange::of(&figures).median;
    let load = percent(turns[0].iter().map(|turn| turn.1.0).collect());
    let [served, seen] =
        [0, 1].map(|candidate: usize| percent(turns[candidate].iter().map(|turn| turn.1.1).collect()));
    let row = format!(
        "{:<7} {close:<5} {:>12.0}  {ratio:<19} {load:>8.0} {served:>4.0} {seen:>7.0}",
        backend.word(),
        MedianRange::of(&bare).median
    );
    Ok((ratio.median, row))
}

/// The loopback addresses that clients connect from.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    used: u32,
}

impl Sources {
    fn next(&mut self) -> Ipv4Addr {
        self.used += 1;
        // From 127.1.0.0 on, apart from addresses in common use.
        Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 0)) + self.used / FROM_ONE_ADDRESS)
    }
}

/// The clients of one server.
pub(crate) struct Churn<'a> {
    server: SocketAddr,
    close: CloseKind,
    message: &'a [u8],
    sources: &'a mut Sources,
    poll: Poll,
    clients: Vec<Client>,
    done: u64,
}

struct Client {
    stream: TcpStream,
    progress: Progress,
}

/// The progress of a client; the numbers are bytes that are back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Progress {
    Connecting,
    Waiting(usize),
    /// The client has sent FIN and waits for the server's.
    Leaving,
}

impl<'a> Churn<'a> {
    /// Starts to connect the first clients.
    ///
    /// # Errors
    /// A client cannot connect.
    pub(crate) fn new(
        server: SocketAddr,
        close: CloseKind,
        corpus: &'a Corpus,
        sources: &'a mut Sources,
    ) -> io::Result<Self> {
        let message = corpus.message(0, SIZE);
        let poll = Poll::new()?;
        let mut churn = Self { server, close, message, sources, poll, clients: Vec::new(), done: 0 };
        for number in 0..BESIDE {
            let client = churn.come(number)?;
            churn.clients.push(client);
        }
        Ok(churn)
    }

    fn come(&mut self, number: usize) -> io::Result<Client> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
        socket.bind(&SocketAddr::from((self.sources.next(), 0)).into())?;
        if self.close == CloseKind::Rst {
            socket.set_linger(Some(Duration::ZERO))?;
        }
        match socket.connect(&self.server.into()) {
            Err(error) if error.raw_os_error() != Some(nix::Error::EINPROGRESS as i32) => return Err(error),
            _ => {}
        }
        let mut stream = TcpStream::from_std(socket.into());
        let interests = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(number), interests)?;
        Ok(Client { stream, progress: Progress::Connecting })
    }

    /// Runs clients that connect, send and close until `until`.
    ///
    /// # Errors
    /// A connection broke, other bytes came back than were sent, or nothing came for [`TIMEOUT`].
    pub(crate) fn go_on(&mut self, until: Instant) -> io::Result<()> {
        let mut events = Events::with_capacity(BESIDE);
        let mut last_event = Instant::now();
        while Instant::now() < until {
            match self.poll.poll(&mut events, Some(Duration::from_millis(10))) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => other?,
            }
            if !events.is_empty() {
                last_event = Instant::now();
            } else if last_event.elapsed() > TIMEOUT {
                return Err(ErrorKind::TimedOut.into());
            }
            for event in &events {
                self.step(event.token().0)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, number: usize) -> io::Result<()> {
        let (client, message) = (&mut self.clients[number], self.message);
        if client.progress == Progress::Connecting {
            match client.stream.write(message) {
                Ok(SIZE) => client.progress = Progress::Waiting(0),
                Ok(_) => return Err(io::Error::other("a new connection does not take a message")),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        let mut scratch = [0; SIZE];
        loop {
            let length = match client.stream.read(&mut scratch) {
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            client.progress = match client.progress {
                Progress::Leaving if length == 0 => break,
                Progress::Waiting(back)
                    if length > 0 && scratch[..length] == message[back..][..length.min(SIZE - back)] =>
                {
                    Progress::Waiting(back + length)
                }
                _ => return Err(io::Error::other("what came back is not what was sent")),
            };
            if client.progress == Progress::Waiting(SIZE) {
                if self.close == CloseKind::Rst {
                    break;
                }
                SockRef::from(&client.stream).shutdown(std::net::Shutdown::Write)?;
                client.progress = Progress::Leaving;
            }
        }
        // The next client takes the slot, and the replaced one is closed.
        self.clients[number] = self.come(number)?;
        self.done += 1;
        Ok(())
    }
}
