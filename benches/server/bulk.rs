//! The table of bulk transfer: a single connection that is filled as fast as it takes bytes, echoed or discarded.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::SockRef;

use crate::payload::{Corpus, LONGEST};
use crate::report::{Aggregate, Bound, Report};
use crate::running;
use crate::turns::{MedianRange, in_turns, ratios};
use crate::usage::{CpuShare, wait_until_idle};
use crate::watched::{OutputMode, Watched};

/// What the server does with the stream, and what comes back.
const SERVICES: [(&str, Back); 2] = [("echo", Back::All), ("discard", Back::Nothing)];
/// The warm-up before counting starts: buffers are full, and as much comes back as goes out.
const WARM_UP: Duration = Duration::from_millis(200);
/// The time limit for bytes to arrive.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait of one poll.
const MAX_WAIT: Duration = Duration::from_millis(10);

/// What comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Back {
    All,
    /// All bytes, but the FIN is not waited for: some programs do not pass it on.
    Most,
    Nothing,
}

/// The results of one turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    /// Bytes per second that came back, or, if none come back, that the socket took.
    pub(crate) per_second: f64,
    /// The share of a core that the client's thread used, and the cores that the server used.
    pub(crate) shares: (f64, f64),
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let (rounds, payload) = (report.options.pick(7, 3), report.options.payload);
    report.line(format_args!(
        "BULK, one connection, written and read as fast as it goes, {payload}, {rounds} pairs\n\
         {:<7} {:<8} {:>10}  {:<19} {}",
        "", "", "bare, MB/s", "watched by bare", "CPU load bare watched"
    ))?;
    let mut cells = Vec::new();
    for backend in report.options.backends() {
        for (service, back) in SERVICES {
            match row(report, backend, (service, back), rounds) {
                Ok((median, row)) => {
                    cells.push(median);
                    report.line(row)?;
                }
                Err(error) => report.left_out(format_args!("bulk {backend} {service}"), error),
            }
        }
    }
    report.hold("bulk: watched by bare", Aggregate::Each, Bound::AtLeast(0.90), "", &cells);
    report.line("")
}

fn row(
    report: &mut Report,
    backend: BackendKind,
    (service, back): (&str, Back),
    rounds: usize,
) -> io::Result<(f64, String)> {
    let bare = running::bare(backend, service)?;
    let mut watched = Watched::start(backend, service)?;
    watched.set_output(OutputMode::Dropped)?;
    let servers = [(bare.address, bare.pid), (watched.address, watched.pid)];
    let time = report.options.pick(Duration::from_secs(1), Duration::from_millis(500));
    let corpus = Corpus::new(report.options.payload);
    let flows = in_turns(rounds, servers.len(), |candidate| {
        let (address, pid) = servers[candidate];
        let flow = pour(address, pid, &corpus, back, time)?;
        wait_until_idle(pid)?;
        Ok(flow)
    });
    report.ended(format_args!("bulk {backend} {service}"), watched.finish().as_deref());
    let flows = flows?;
    let of =
        |candidate: usize, figure: fn(&Flow) -> f64| flows[candidate].iter().map(figure).collect::<Vec<_>>();
    let [bare, watched] = [0, 1].map(|candidate| of(candidate, |flow| flow.per_second));
    let ratio = ratios(&watched, &bare);
    let percent = |figures: Vec<f64>| 100.0 * MedianRange::of(&figures).median;
    let load = percent(of(0, |flow| flow.shares.0));
    let [served, seen] = [0, 1].map(|candidate| percent(of(candidate, |flow| flow.shares.1)));
    let row = format!(
        "{:<7} {service:<8} {:>10.0}  {ratio:<19} {load:>8.0} {served:>4.0} {seen:>7.0}",
        backend.word(),
        MedianRange::of(&bare).median / 1e6
    );
    Ok((ratio.median, row))
}

/// Fills one connection to a server for a while, and compares all that comes back.
///
/// # Errors
/// The connection broke, or other bytes came back than were sent.
pub(crate) fn pour(
    server: SocketAddr,
    pid: u32,
    corpus: &Corpus,
    back: Back,
    time: Duration,
) -> io::Result<Flow> {
    let mut stream = Stream::connect(server, corpus)?;
    stream.flow(Instant::now() + WARM_UP)?;
    let moved = |stream: &Stream<'_>| if back == Back::Nothing { stream.out } else { stream.back };
    let (before, share, began) = (moved(&stream), CpuShare::begin(pid)?, Instant::now());
    stream.flow(began + time)?;
    let per_second = (moved(&stream) - before) as f64 / began.elapsed().as_secs_f64();
    let shares = share.end()?;
    if back == Back::Most {
        return Ok(Flow { per_second, shares });
    }
    stream.finish(back)?;
    Ok(Flow { per_second, shares })
}

/// The connection and its progress.
struct Stream<'a> {
    stream: TcpStream,
    poll: Poll,
    events: Events,
    corpus: &'a Corpus,
    /// The number of bytes sent, and the offset of the next one.
    out: u64,
    next_out: usize,
    /// The number of bytes that came back, and the offset of the next one.
    back: u64,
    next_back: usize,
    scratch: Vec<u8>,
}

/// Whether the socket could be read or written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Went {
    On,
    /// The server has closed its side.
    Over,
    Nowhere,
}

impl<'a> Stream<'a> {
    fn connect(server: SocketAddr, corpus: &'a Corpus) -> io::Result<Self> {
        let stream = std::net::TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let (poll, mut stream) = (Poll::new()?, TcpStream::from_std(stream));
        poll.registry().register(&mut stream, Token(0), Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            poll,
            events: Events::with_capacity(4),
            corpus,
            out: 0,
            next_out: corpus.start(0),
            back: 0,
            next_back: corpus.start(0),
            scratch: vec![0; LONGEST],
        })
    }

    fn flow(&mut self, until: Instant) -> io::Result<()> {
        while Instant::now() < until {
            let (written, read) = (self.write()?, self.read()?);
            if read == Went::Over {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if written == Went::Nowhere && read == Went::Nowhere {
                self.wait()?;
            }
        }
        Ok(())
    }

    /// Sends FIN, and reads what is in flight until the server closes its side.
    fn finish(&mut self, back: Back) -> io::Result<()> {
        SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write)?;
        let latest = Instant::now() + TIMEOUT;
        while Instant::now() < latest {
            match self.read()? {
                Went::On => {}
                Went::Nowhere => self.wait()?,
                Went::Over if back == Back::Nothing || self.back == self.out => return Ok(()),
                Went::Over => {
                    let lost = self.out - self.back;
                    return Err(io::Error::other(format!("{lost} bytes did not come back")));
                }
            }
        }
        Err(ErrorKind::TimedOut.into())
    }

    fn wait(&mut self) -> io::Result<()> {
        match self.poll.poll(&mut self.events, Some(MAX_WAIT)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            other => other,
        }
    }

    fn write(&mut self) -> io::Result<Went> {
        match self.stream.write(self.corpus.message(self.next_out, LONGEST)) {
            Ok(length) => {
                self.out += length as u64;
                self.next_out = self.corpus.after(self.next_out, length);
                Ok(Went::On)
            }
            Err(error) => nowhere(error),
        }
    }

    fn read(&mut self) -> io::Result<Went> {
        match self.stream.read(&mut self.scratch) {
            Ok(0) => Ok(Went::Over),
            Ok(length) if self.scratch[..length] == *self.corpus.message(self.next_back, length) => {
                self.back += length as u64;
                self.next_back = self.corpus.after(self.next_back, length);
                Ok(Went::On)
            }
            Ok(_) => Err(io::Error::other("what came back is not what was sent")),
            Err(error) => nowhere(error),
        }
    }
}

fn nowhere(error: io::Error) -> io::Result<Went> {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::Interrupted => Ok(Went::Nowhere),
        _ => Err(error),
    }
}
