//! The table of one stream: a single connection that is filled as fast as it takes bytes, echoed or discarded.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytewatch::model::BackendKind;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::SockRef;

use crate::account::{Share, settle};
use crate::payload::{LONGEST, Ring};
use crate::report::{Hold, Of, Report};
use crate::running;
use crate::turns::{Spread, in_turns, ratios};
use crate::watched::{Look, Watched};

/// What is done with the stream, and what comes back of it.
const SERVICES: [(&str, Back); 2] = [("echo", Back::All), ("discard", Back::Nothing)];
/// Before counting begins: buffers are full, and as much comes back as goes.
const WARM_UP: Duration = Duration::from_millis(200);
/// Longer than this nobody waits for bytes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Until the end of a wait is looked for again.
const LOOK: Duration = Duration::from_millis(10);

/// What comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Back {
    All,
    /// All, but the end is not waited for: not everybody knows how to end a stream.
    Most,
    Nothing,
}

/// What came of one turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    /// Bytes a second that came back, or with nothing coming back, that were taken.
    pub(crate) per_second: f64,
    /// What the client's thread took of a core, and the server of all of them.
    pub(crate) shares: (f64, f64),
}

/// The table.
///
/// # Errors
/// Nobody reads it.
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
    report.hold("bulk: watched by bare", Of::Each, Hold::AtLeast(0.90), "", &cells);
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
    watched.look(Look::Away)?;
    let servers = [(bare.address, bare.pid), (watched.address, watched.pid)];
    let time = report.options.pick(Duration::from_secs(1), Duration::from_millis(500));
    let ring = Ring::new(report.options.payload);
    let flows = in_turns(rounds, servers.len(), |who| {
        let (address, pid) = servers[who];
        let flow = pour(address, pid, &ring, back, time)?;
        settle(pid)?;
        Ok(flow)
    });
    report.ended(format_args!("bulk {backend} {service}"), watched.finish().as_deref());
    let flows = flows?;
    let of = |who: usize, figure: fn(&Flow) -> f64| flows[who].iter().map(figure).collect::<Vec<_>>();
    let [bare, watched] = [0, 1].map(|who| of(who, |flow| flow.per_second));
    let ratio = ratios(&watched, &bare);
    let percent = |figures: Vec<f64>| 100.0 * Spread::of(&figures).median;
    let load = percent(of(0, |flow| flow.shares.0));
    let [served, seen] = [0, 1].map(|who| percent(of(who, |flow| flow.shares.1)));
    let row = format!(
        "{:<7} {service:<8} {:>10.0}  {ratio:<19} {load:>8.0} {served:>4.0} {seen:>7.0}",
        backend.word(),
        Spread::of(&bare).median / 1e6
    );
    Ok((ratio.median, row))
}

/// Fills one connection to a server for a while, and compares all that comes back.
///
/// # Errors
/// It broke, or something else came back than was sent.
pub(crate) fn pour(
    server: SocketAddr,
    pid: u32,
    ring: &Ring,
    back: Back,
    time: Duration,
) -> io::Result<Flow> {
    let mut stream = Stream::connect(server, ring)?;
    stream.flow(Instant::now() + WARM_UP)?;
    let moved = |stream: &Stream<'_>| if back == Back::Nothing { stream.out } else { stream.back };
    let (before, share, began) = (moved(&stream), Share::begin(pid)?, Instant::now());
    stream.flow(began + time)?;
    let per_second = (moved(&stream) - before) as f64 / began.elapsed().as_secs_f64();
    let shares = share.end()?;
    if back == Back::Most {
        return Ok(Flow { per_second, shares });
    }
    stream.finish(back)?;
    Ok(Flow { per_second, shares })
}

/// The connection, and how far it is.
struct Stream<'a> {
    stream: TcpStream,
    poll: Poll,
    events: Events,
    ring: &'a Ring,
    /// Bytes that were taken, and the place of the next one.
    out: u64,
    next_out: usize,
    /// The same of those that came back.
    back: u64,
    next_back: usize,
    scratch: Vec<u8>,
}

/// Whether a socket had something to take or to give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Went {
    On,
    /// The other side wrote its last byte.
    Over,
    Nowhere,
}

impl<'a> Stream<'a> {
    fn connect(server: SocketAddr, ring: &'a Ring) -> io::Result<Self> {
        let stream = std::net::TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let (poll, mut stream) = (Poll::new()?, TcpStream::from_std(stream));
        poll.registry().register(&mut stream, Token(0), Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            poll,
            events: Events::with_capacity(4),
            ring,
            out: 0,
            next_out: ring.start(0),
            back: 0,
            next_back: ring.start(0),
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

    /// Says that nothing more will come, and takes what is on its way until the other side has said so too.
    fn finish(&mut self, back: Back) -> io::Result<()> {
        SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write)?;
        let latest = Instant::now() + PATIENCE;
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
        match self.poll.poll(&mut self.events, Some(LOOK)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            other => other,
        }
    }

    fn write(&mut self) -> io::Result<Went> {
        match self.stream.write(self.ring.message(self.next_out, LONGEST)) {
            Ok(length) => {
                self.out += length as u64;
                self.next_out = self.ring.after(self.next_out, length);
                Ok(Went::On)
            }
            Err(error) => nowhere(error),
        }
    }

    fn read(&mut self) -> io::Result<Went> {
        match self.stream.read(&mut self.scratch) {
            Ok(0) => Ok(Went::Over),
            Ok(length) if self.scratch[..length] == *self.ring.message(self.next_back, length) => {
                self.back += length as u64;
                self.next_back = self.ring.after(self.next_back, length);
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
