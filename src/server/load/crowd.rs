//! The event loop of the load generator, on one thread: connects, readiness, timers.

mod acts;

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use super::book::{Book, Summary, Trouble};
use super::client::{Connection, Failure};
use super::pattern::{PIECE, Ring};
use super::timers::Timers;
use super::{Kind, Pace, Plan};

/// The limit on concurrent connects: the backlog of a server is finite.
const MOST_CONNECTING: usize = 64;
/// A connect that takes longer counts as timed out.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// The interval at which the caller sees the statistics.
const GLANCE: Duration = Duration::from_millis(100);
/// The number of scheduled messages that one turn starts at most before it reads what came back.
const AT_ONCE: usize = 1_000;

#[derive(Debug)]
struct Client {
    kind: Kind,
    connection: Option<Connection>,
    /// The number of the client's connection, counted over all connections of the run.
    number: u64,
    /// Whether the first connect of this client has succeeded or failed.
    settled: bool,
}

/// What happens to a client when a timer expires.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    Connect(usize),
    /// Fails the connection of this number if it is still connecting.
    BeThere(usize, u64),
    /// Runs the timed part of the client's workload on the connection of this number.
    Act(usize, u64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Not all clients are connected. Without a ramp no client sends yet: traffic of the first ones would keep the
    /// server from accepting the others.
    Gathering,
    Talking,
    Ending,
}

/// The send schedule of an open loop.
#[derive(Debug)]
struct Schedule {
    every: Duration,
    next: Instant,
    /// The indexes of the steady clients, and which of them sends next.
    steady: Vec<usize>,
    turn: usize,
}

/// The clients of one run, with the means to serve them.
pub(super) struct Crowd<'a> {
    plan: &'a Plan,
    ring: Ring,
    poll: Poll,
    events: Events,
    space: Vec<u8>,
    clients: Vec<Client>,
    timers: Timers<Due>,
    schedule: Option<Schedule>,
    connecting: usize,
    /// Clients that wait for one of the [`MOST_CONNECTING`] places.
    waiting: VecDeque<usize>,
    /// Clients to serve in the next turn even without an event from the poll.
    again: Vec<usize>,
    /// The number of connects started so far.
    made: u64,
    /// The error of the last connect that the system refused to start.
    refusal: Option<io::Error>,
    unsettled: usize,
    phase: Phase,
    /// The end of the measurement, once it has started.
    until: Option<Instant>,
    shown: Instant,
    /// When bytes last came back.
    progress: Instant,
    book: Book,
}

impl<'a> Crowd<'a> {
    pub(super) fn new(plan: &'a Plan) -> io::Result<Self> {
        let now = Instant::now();
        let kinds = plan.groups.iter().flat_map(|&(kind, many)| std::iter::repeat_n(kind, many));
        let clients: Vec<_> =
            kinds.map(|kind| Client { kind, connection: None, number: 0, settled: false }).collect();
        let mut timers = Timers::new();
        for who in 0..clients.len() {
            timers.at(now + plan.ramp.mul_f64(who as f64 / clients.len() as f64), Due::Connect(who));
        }
        Ok(Self {
            plan,
            ring: Ring::new(&plan.pattern),
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            space: vec![0; PIECE],
            unsettled: clients.len(),
            clients,
            timers,
            schedule: None,
            connecting: 0,
            waiting: VecDeque::new(),
            again: Vec::new(),
            made: 0,
            refusal: None,
            phase: Phase::Gathering,
            until: None,
            shown: now,
            progress: now,
            book: Book::new(now),
        })
    }

    pub(super) fn run(mut self, watch: &mut dyn FnMut(&Book) -> ControlFlow<()>) -> io::Result<Summary> {
        let mut flow = ControlFlow::Continue(());
        while self.unsettled > 0 && flow.is_continue() {
            flow = self.turn(watch)?;
        }
        if self.book.connects.count() == 0 && flow.is_continue() {
            return Err(self.nobody_connected());
        }
        let (began, own) = (Instant::now(), own_time());
        self.book.begin(began);
        self.all_talk(began);
        let until = began + self.plan.time;
        self.until = Some(until);
        while Instant::now() < until && flow.is_continue() && self.is_alive() {
            flow = self.turn(watch)?;
        }
        let time = began.elapsed();
        let used = own_time().zip(own).map(|(after, before)| after.saturating_sub(before));
        let own_share = used.map(|used| used.as_secs_f64() / time.as_secs_f64());
        // Bytes that come back from now on are compared, but not counted.
        let counted = self.book.clone();
        self.end()?;
        let Book { troubles, first_difference, .. } = self.book;
        Ok(Summary { book: Book { troubles, first_difference, ..counted }, time, own_share })
    }

    /// Starts the traffic: all clients have connected or failed to.
    fn all_talk(&mut self, now: Instant) {
        self.phase = Phase::Talking;
        if let Pace::Open(rate) = self.plan.pace {
            let steady =
                (0..self.clients.len()).filter(|&who| self.clients[who].kind == Kind::Steady).collect();
            let every = Duration::from_secs_f64(1.0 / rate);
            self.schedule = Some(Schedule { every, next: now, steady, turn: 0 });
        }
        for who in 0..self.clients.len() {
            if self.plan.ramp.is_zero() && self.clients[who].is_open() {
                let begun = self.opened(who, now).and_then(|()| self.push(who, now));
                if let Err(failure) = begun {
                    self.failed(who, failure);
                }
            }
        }
    }

    fn nobody_connected(&mut self) -> io::Error {
        let refusal = self.refusal.take();
        let error_kind = match self.book.troubles.keys().next() {
            Some(Trouble::Refused) => ErrorKind::ConnectionRefused,
            // A connect that the system refused at once has a more exact error.
            Some(Trouble::TimedOut) => return refusal.unwrap_or_else(|| ErrorKind::TimedOut.into()),
            Some(Trouble::NoRoom) => ErrorKind::OutOfMemory,
            Some(Trouble::Other) => return refusal.unwrap_or_else(|| ErrorKind::Other.into()),
            _ => ErrorKind::ConnectionAborted,
        };
        error_kind.into()
    }

    /// Whether any client is connected, connecting or going to reconnect.
    fn is_alive(&self) -> bool {
        self.book.open > 0
            || self.connecting > 0
            || self.plan.groups.iter().any(|(kind, _)| kind.comes_back())
    }

    /// Waits for events once, then serves ready clients, expired timers and the schedule.
    fn turn(&mut self, watch: &mut dyn FnMut(&Book) -> ControlFlow<()>) -> io::Result<ControlFlow<()>> {
        self.serve_ready()?;
        let now = Instant::now();
        while let Some(due) = self.timers.due(now) {
            self.carry_out(due, now);
        }
        self.keep_schedule(now);
        if now - self.shown < GLANCE {
            return Ok(ControlFlow::Continue(()));
        }
        self.shown = now;
        Ok(watch(&self.book))
    }

    fn serve_ready(&mut self) -> io::Result<()> {
        let mut patience = self.patience(Instant::now());
        if self.schedule.is_some() && !patience.is_zero() {
            // epoll_wait(2) takes whole milliseconds and mio rounds up; ppoll(2) on the one descriptor of the poll
            // takes nanoseconds.
            let mut word = [PollFd::new(self.poll.registry().as_fd(), PollFlags::POLLIN)];
            // An error here only means that the poll below finds no events yet.
            let _ = ppoll(&mut word, Some(patience.into()), None);
            patience = Duration::ZERO;
        }
        match self.poll.poll(&mut self.events, Some(patience)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        let mut ready = std::mem::take(&mut self.again);
        for event in &self.events {
            let who = event.token().0;
            ready.push(who);
            if event.is_read_closed()
                && let Some(connection) = &mut self.clients[who].connection
            {
                connection.will_end();
            }
        }
        for &who in &ready {
            self.serve(who);
        }
        Ok(())
    }

    /// The time until the next timer or scheduled message, at most the report interval.
    fn patience(&self, now: Instant) -> Duration {
        if !self.again.is_empty() {
            return Duration::ZERO;
        }
        let scheduled = self.schedule.as_ref().map(|schedule| schedule.next);
        let next = self.timers.next().into_iter().chain(scheduled).chain(self.until).min();
        next.map_or(GLANCE, |next| next.saturating_duration_since(now).min(GLANCE))
    }

    fn carry_out(&mut self, due: Due, now: Instant) {
        match due {
            Due::Connect(who) if self.connecting < MOST_CONNECTING => self.connect(who, now),
            Due::Connect(who) => self.waiting.push_back(who),
            Due::BeThere(who, number) => {
                let connection = self.clients[who].connection.as_ref();
                if self.clients[who].number == number && connection.is_some_and(Connection::is_connecting) {
                    self.failed(who, Trouble::TimedOut.into());
                }
            }
            Due::Act(who, number) if self.clients[who].number == number => {
                if let Err(failure) = self.act(who, now) {
                    self.failed(who, failure);
                }
            }
            Due::Act(..) => {}
        }
    }

    /// Starts the messages of an open loop whose time has come.
    fn keep_schedule(&mut self, now: Instant) {
        for _ in 0..AT_ONCE {
            let Some(schedule) = self.schedule.as_mut().filter(|schedule| schedule.next <= now) else {
                return;
            };
            let many = schedule.steady.len();
            let here = |at: &usize| self.clients[schedule.steady[at % many]].is_open();
            let Some(at) = (schedule.turn..schedule.turn + many).find(here) else {
                // No steady client is left, and steady clients do not reconnect.
                self.schedule = None;
                return;
            };
            let (who, due) = (schedule.steady[at % many], schedule.next);
            (schedule.turn, schedule.next) = ((at + 1) % many, due + schedule.every);
            self.book.went_out_late(now - due);
            if let Some(connection) = &mut self.clients[who].connection {
                connection.ask(self.plan.size, due);
            }
            if let Err(failure) = self.push(who, now) {
                self.failed(who, failure);
            }
        }
    }

    fn connect(&mut self, who: usize, now: Instant) {
        self.made += 1;
        let start = self.ring.start(self.made, &self.plan.pattern);
        let (registry, token) = (self.poll.registry(), Token(who));
        let begun = Connection::begin(
            (self.plan.target, self.plan.source),
            (self.made, start),
            (registry, token),
            now,
        );
        self.connecting += 1;
        self.clients[who].number = self.made;
        match begun {
            Ok(connection) => {
                self.timers.at(now + CONNECT_WITHIN, Due::BeThere(who, self.made));
                self.clients[who].connection = Some(connection);
            }
            Err(error) => {
                self.failed(who, Failure::from(&error));
                self.refusal = Some(error);
            }
        }
    }

    fn serve(&mut self, who: usize) {
        if let Err(failure) = self.advance(who) {
            self.failed(who, failure);
        }
    }

    fn advance(&mut self, who: usize) -> Result<(), Failure> {
        let now = Instant::now();
        let Some(connection) = &mut self.clients[who].connection else { return Ok(()) };
        if let Some(took) = connection.has_connected(now)? {
            self.book.connected(took);
            self.no_longer_connecting(who, now);
            if self.phase != Phase::Gathering || !self.plan.ramp.is_zero() {
                self.opened(who, now)?;
            }
        }
        if !self.clients[who].is_open() {
            return Ok(());
        }
        self.push(who, now)?;
        // A slow reader reads only when its timer expires.
        if self.clients[who].kind == Kind::SlowReader && self.phase != Phase::Ending {
            return Ok(());
        }
        self.pull(who, now, u64::MAX)
    }

    /// Frees a place for a client that waits to connect.
    fn no_longer_connecting(&mut self, who: usize, now: Instant) {
        self.connecting -= 1;
        if !std::mem::replace(&mut self.clients[who].settled, true) {
            self.unsettled -= 1;
        }
        if let Some(next) = self.waiting.pop_front() {
            self.timers.at(now, Due::Connect(next));
        }
    }
}

impl Client {
    fn is_open(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !connection.is_connecting())
    }
}

/// The processor time that this thread has used so far.
fn own_time() -> Option<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Some(Duration::from_micros(u64::try_from(micros).ok()?))
}
