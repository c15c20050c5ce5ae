//! Echo clients on one thread: each sends a message, waits until all of it is back, compares it, and sends the next, at
//! once or at its scheduled time. They reset their connections at the end, so that no port stays in TIME_WAIT.
//!
//! The clients do as little as possible, because their cost is not to be measured: two system calls per message, and
//! one wait for all ready sockets.

use std::fmt::Display;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use rustls::ClientConfig;

use crate::figures::percentile;
use crate::payload::{Corpus, LONGEST, Payload};
pub(crate) use crate::stats::{Keep, RoundTrip, Stats};
use crate::usage::CpuShare;
use crate::wire::Wire;

/// The warm-up before counting starts.
const WARM_UP: Duration = Duration::from_millis(200);
/// The time limit for messages in flight.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait of one poll.
const MAX_WAIT: Duration = Duration::from_millis(10);

/// What the clients do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) connections: usize,
    /// The size of a message in bytes, at most [`LONGEST`].
    pub(crate) size: usize,
    pub(crate) payload: Payload,
    pub(crate) load_model: LoadModel,
}

/// When a client sends its next message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LoadModel {
    /// Each client sends as soon as its last message is back.
    ClosedLoop,
    /// The first `busy` clients send as soon as the last message is back; the others once per `every`, one after
    /// another.
    Mixed { busy: usize, every: Duration },
}

/// The results of one turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// Complete messages per second.
    pub(crate) per_second: f64,
    /// The 99th percentile of the round-trip times in microseconds.
    pub(crate) p99: f64,
    /// The share of a core that the clients' thread used.
    pub(crate) load: f64,
    /// The cores that the server used.
    pub(crate) server: f64,
}

/// The clients of one server.
pub(crate) struct Clients {
    poll: Poll,
    events: Events,
    /// The clients that the last wait reported as ready.
    ready: Vec<usize>,
    clients: Vec<Client>,
    corpus: Corpus,
    size: usize,
    load_model: LoadModel,
    /// When the next paced client sends, and its index.
    due: Instant,
    next: usize,
    scratch: Vec<u8>,
    pub(crate) stats: Stats,
}

/// One connection. No message is in flight while all bytes are back.
struct Client {
    /// `None` after a failure.
    stream: Option<Wire>,
    /// The offset of its current message in the corpus.
    at: usize,
    out: usize,
    back: usize,
    sent: Instant,
    has_answered: bool,
}

impl Clients {
    /// Connects all clients.
    ///
    /// # Errors
    /// A client cannot connect.
    pub(crate) fn connect(server: SocketAddr, plan: Plan) -> io::Result<Self> {
        Self::connect_with(server, plan, None)
    }

    /// Connects all clients, with these settings of TLS if there are any.
    ///
    /// # Errors
    /// A client cannot connect, or its handshake fails.
    pub(crate) fn connect_with(
        server: SocketAddr,
        plan: Plan,
        tls: Option<&Arc<ClientConfig>>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let corpus = Corpus::new(plan.payload);
        let now = Instant::now();
        let mut clients = Vec::with_capacity(plan.connections);
        for number in 0..plan.connections {
            let mut stream = Wire::connect(server, tls)
                .map_err(|error| io::Error::other(format!("client {number} cannot connect: {error}")))?;
            stream.register(poll.registry(), Token(number))?;
            let (out, back) = (plan.size, plan.size);
            let at = corpus.start(number);
            clients.push(Client { stream: Some(stream), at, out, back, sent: now, has_answered: false });
        }
        Ok(Self {
            poll,
            events: Events::with_capacity(1_024),
            ready: Vec::with_capacity(1_024),
            clients,
            corpus,
            size: plan.size,
            load_model: plan.load_model,
            due: now,
            next: 0,
            scratch: vec![0; LONGEST],
            stats: Stats::new(now, plan.connections),
        })
    }

    /// Runs one turn of all clients against the server with this process number: warmed up, measured for `time` or
    /// until each had a few messages, and finished.
    ///
    /// # Errors
    /// A connection broke, or other bytes came back than were sent.
    pub(crate) fn turn(mut self, time: Duration, server: u32) -> io::Result<Turn> {
        self.warm_up()?;
        self.stats.restart(Keep::RoundTrips);
        let enough = 4 * self.len() as u64;
        let (until, latest) = (Instant::now() + time, Instant::now() + 3 * time);
        let share = CpuShare::begin(server)?;
        let began = Instant::now();
        self.run(|stats, now| now >= until && (stats.messages >= enough || now >= latest))?;
        let seconds = began.elapsed().as_secs_f64();
        let per_second = self.stats.messages as f64 / seconds;
        let (load, server) = share.end()?;
        let p99 = percentile(self.stats.round_trips.iter().map(|trip| f64::from(trip.took)).collect(), 99.0);
        self.finish()?;
        Ok(Turn { per_second, p99: p99 / 1e3, load, server })
    }

    /// Runs the clients until each has had a message back, and for a minimum time.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(crate) fn warm_up(&mut self) -> io::Result<()> {
        let (until, latest) = (Instant::now() + WARM_UP, Instant::now() + TIMEOUT);
        self.run(|stats, now| now >= until && (stats.silent == 0 || now >= latest))?;
        self.check()
    }

    /// Starts no more messages and waits for those in flight, which are compared, too.
    ///
    /// # Errors
    /// As [`check`](Self::check), or a message did not come back.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.settle()
    }

    /// As [`finish`](Self::finish), and keeps the connections.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub(crate) fn settle(&mut self) -> io::Result<()> {
        let latest = Instant::now() + TIMEOUT;
        while Instant::now() < latest && self.under_way() > 0 {
            self.serve_ready(MAX_WAIT, Next::Never)?;
        }
        self.check()?;
        match self.under_way() {
            0 => Ok(()),
            late => Err(io::Error::other(format!("{late} messages did not come back within {TIMEOUT:?}"))),
        }
    }

    /// Runs the clients until `over` returns true; it is asked in each turn.
    ///
    /// # Errors
    /// The system cannot poll the connections. Failures of connections are recorded, not returned.
    pub(crate) fn run(&mut self, mut over: impl FnMut(&Stats, Instant) -> bool) -> io::Result<()> {
        let now = Instant::now();
        let busy = match self.load_model {
            LoadModel::ClosedLoop => self.clients.len(),
            LoadModel::Mixed { busy, .. } => busy,
        };
        for number in 0..busy {
            self.begin(number, now);
        }
        self.due = self.due.max(now);
        loop {
            let now = Instant::now();
            if over(&self.stats, now) {
                return Ok(());
            }
            let timeout = self.send_paced(now);
            self.serve_ready(timeout, Next::AtOnce)?;
        }
    }

    /// The number of clients.
    pub(crate) fn len(&self) -> usize {
        self.clients.len()
    }

    /// Fails if a client has failed.
    ///
    /// # Errors
    /// The first failure.
    pub(crate) fn check(&self) -> io::Result<()> {
        self.stats.failures.first().map_or(Ok(()), |first| Err(io::Error::other(first.clone())))
    }

    fn under_way(&self) -> usize {
        self.clients.iter().filter(|client| client.stream.is_some() && client.back < self.size).count()
    }

    /// Starts the messages that are due; returns the time until the next.
    fn send_paced(&mut self, now: Instant) -> Duration {
        let LoadModel::Mixed { busy, every } = self.load_model else { return MAX_WAIT };
        let paced = self.clients.len() - busy;
        if paced == 0 {
            return MAX_WAIT;
        }
        while self.due <= now {
            self.begin(busy + self.next, now);
            self.next = (self.next + 1) % paced;
            self.due += every / u32::try_from(paced).unwrap_or(u32::MAX);
        }
        MAX_WAIT.min(self.due - now)
    }

    fn serve_ready(&mut self, timeout: Duration, next: Next) -> io::Result<()> {
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        self.ready.clear();
        self.ready.extend(self.events.iter().map(|event| event.token().0));
        for at in 0..self.ready.len() {
            let number = self.ready[at];
            let written = self.write(number);
            if let Err(error) = written.and_then(|()| self.read(number, next)) {
                self.fail(number, &error);
            }
        }
        Ok(())
    }

    /// Starts the next message of a client without one in flight.
    fn begin(&mut self, number: usize, now: Instant) {
        let client = &mut self.clients[number];
        if client.stream.is_none() || client.back < self.size {
            return;
        }
        client.at = if client.has_answered { self.corpus.after(client.at, self.size) } else { client.at };
        (client.out, client.back, client.sent) = (0, 0, now);
        if let Err(error) = self.write(number) {
            self.fail(number, &error);
        }
    }

    fn write(&mut self, number: usize) -> io::Result<()> {
        let client = &mut self.clients[number];
        let Some(stream) = &mut client.stream else { return Ok(()) };
        let message = self.corpus.message(client.at, self.size);
        // What TLS has taken before.
        stream.flush()?;
        while client.out < message.len() {
            match stream.write(&message[client.out..]) {
                Ok(length) => client.out += length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what has arrived. A short read has emptied the socket: the poll reports later bytes.
    fn read(&mut self, number: usize, next: Next) -> io::Result<()> {
        let client = &mut self.clients[number];
        while let Some(stream) = &mut client.stream
            && client.back < self.size
        {
            let asked = self.size - client.back;
            let length = match stream.read(&mut self.scratch[..asked]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let expected = self.corpus.message(client.at + client.back, length);
            if self.scratch[..length] != *expected {
                return Err(io::Error::other("what came back is not what was sent"));
            }
            client.back += length;
            if length == asked {
                self.came_back(number, next);
            }
            return Ok(());
        }
        Ok(())
    }

    fn came_back(&mut self, number: usize, next: Next) {
        let now = Instant::now();
        let client = &mut self.clients[number];
        if !client.has_answered {
            client.has_answered = true;
            self.stats.silent -= 1;
        }
        self.stats.note(number, client.sent, now);
        let at_once = match self.load_model {
            LoadModel::ClosedLoop => true,
            LoadModel::Mixed { busy, .. } => number < busy,
        };
        if at_once && next == Next::AtOnce {
            self.begin(number, now);
        }
    }

    fn fail(&mut self, number: usize, why: &dyn Display) {
        if self.clients[number].stream.take().is_some() {
            self.stats.failures.push(format!("client {number}: {why}"));
        }
    }
}

/// Whether a client sends again after its message is back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    AtOnce,
    Never,
}
