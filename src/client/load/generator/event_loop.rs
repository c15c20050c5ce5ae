//! The event loop of the load generator: connects, readiness, timers.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::client::load::client::{Failure, LoadConnection};
use crate::client::load::pattern::{Corpus, WINDOW};
use crate::client::load::plan::{LoadModel, Plan, Workload};
use crate::client::load::stats::{ClientError, Stats, Summary};
use crate::client::load::timers::Timers;

/// The limit on concurrent connects: the backlog of a server is finite.
const MAX_CONNECTING: usize = 64;
/// A connect that takes longer counts as timed out.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The interval at which the caller sees the statistics.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// The number of scheduled messages that one turn starts at most before it reads what came back.
const MAX_PER_TURN: usize = 1_000;

#[derive(Debug)]
pub(super) struct Client {
    pub(super) workload: Workload,
    pub(super) connection: Option<LoadConnection>,
    /// The number of the client's connection, counted over all connections of the run.
    pub(super) number: u64,
    /// Whether the first connect of this client has succeeded or failed.
    settled: bool,
}

/// What happens to a client when a timer expires.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Timer {
    Connect(usize),
    /// Fails the connection of this number if it is still connecting.
    ConnectTimeout(usize, u64),
    /// Runs the timed part of the client's workload on the connection of this number.
    Act(usize, u64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RunPhase {
    /// Not all clients are connected. Without a ramp no client sends yet: traffic of the first ones would keep the
    /// server from accepting the others.
    Connecting,
    Running,
    Finishing,
}

/// The send schedule of an open loop.
#[derive(Debug)]
pub(super) struct Schedule {
    every: Duration,
    next: Instant,
    /// The indexes of the steady clients, and which of them sends next.
    steady: Vec<usize>,
    turn: usize,
}

/// The clients of one run, with the means to serve them.
pub(in crate::client::load) struct Generator<'a> {
    pub(super) plan: &'a Plan,
    pub(super) corpus: Corpus,
    poll: Poll,
    events: Events,
    pub(super) buffer: Vec<u8>,
    pub(super) clients: Vec<Client>,
    pub(super) timers: Timers<Timer>,
    pub(super) schedule: Option<Schedule>,
    connecting: usize,
    /// Clients that wait for one of the [`MAX_CONNECTING`] places.
    waiting: VecDeque<usize>,
    /// Clients to serve in the next turn even without an event from the poll.
    pub(super) ready_again: Vec<usize>,
    /// The number of connects started so far.
    connects_started: u64,
    /// The error of the last connect that the system refused to start.
    refusal: Option<io::Error>,
    unsettled: usize,
    pub(super) phase: RunPhase,
    /// The end of the measurement, once it has started.
    pub(super) until: Option<Instant>,
    last_report: Instant,
    /// When bytes last came back.
    pub(super) last_progress: Instant,
    pub(super) stats: Stats,
}

impl<'a> Generator<'a> {
    pub(in crate::client::load) fn new(plan: &'a Plan) -> io::Result<Self> {
        let now = Instant::now();
        let workloads = plan.groups.iter().flat_map(|&(workload, many)| std::iter::repeat_n(workload, many));
        let clients: Vec<_> = workloads
            .map(|workload| Client { workload, connection: None, number: 0, settled: false })
            .collect();
        let mut timers = Timers::new();
        for index in 0..clients.len() {
            timers.add(now + plan.ramp.mul_f64(index as f64 / clients.len() as f64), Timer::Connect(index));
        }
        Ok(Self {
            plan,
            corpus: Corpus::new(&plan.pattern),
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            buffer: vec![0; WINDOW],
            unsettled: clients.len(),
            clients,
            timers,
            schedule: None,
            connecting: 0,
            waiting: VecDeque::new(),
            ready_again: Vec::new(),
            connects_started: 0,
            refusal: None,
            phase: RunPhase::Connecting,
            until: None,
            last_report: now,
            last_progress: now,
            stats: Stats::new(now),
        })
    }

    pub(in crate::client::load) fn run(
        mut self,
        watch: &mut dyn FnMut(&Stats) -> ControlFlow<()>,
    ) -> io::Result<Summary> {
        let mut flow = ControlFlow::Continue(());
        while self.unsettled > 0 && flow.is_continue() {
            flow = self.turn(watch)?;
        }
        if self.stats.connects.count() == 0 && flow.is_continue() {
            return Err(self.no_connection_error());
        }
        let (began, own) = (Instant::now(), own_time());
        self.stats.restart(began);
        self.start_traffic(began);
        let until = began + self.plan.time;
        self.until = Some(until);
        while Instant::now() < until && flow.is_continue() && self.is_alive() {
            flow = self.turn(watch)?;
        }
        let time = began.elapsed();
        let used = own_time().zip(own).map(|(after, before)| after.saturating_sub(before));
        let own_share = used.map(|used| used.as_secs_f64() / time.as_secs_f64());
        // Bytes that come back from now on are compared, but not counted.
        let counted = self.stats.clone();
        self.finish()?;
        let Stats { errors, first_mismatch, .. } = self.stats;
        Ok(Summary { stats: Stats { errors, first_mismatch, ..counted }, time, own_share })
    }

    /// Starts the traffic: all clients have connected or failed to.
    fn start_traffic(&mut self, now: Instant) {
        self.phase = RunPhase::Running;
        if let LoadModel::OpenLoop(rate) = self.plan.load_model {
            let steady = (0..self.clients.len())
                .filter(|&index| self.clients[index].workload == Workload::Steady)
                .collect();
            let every = Duration::from_secs_f64(1.0 / rate);
            self.schedule = Some(Schedule { every, next: now, steady, turn: 0 });
        }
        for index in 0..self.clients.len() {
            if self.plan.ramp.is_zero() && self.clients[index].is_open() {
                let begun = self.on_connected(index, now).and_then(|()| self.write(index, now));
                if let Err(failure) = begun {
                    self.on_failure(index, failure);
                }
            }
        }
    }

    fn no_connection_error(&mut self) -> io::Error {
        let refusal = self.refusal.take();
        let error_kind = match self.stats.errors.keys().next() {
            Some(ClientError::Refused) => ErrorKind::ConnectionRefused,
            // A connect that the system refused at once has a more exact error.
            Some(ClientError::TimedOut) => return refusal.unwrap_or_else(|| ErrorKind::TimedOut.into()),
            Some(ClientError::OutOfResources) => ErrorKind::OutOfMemory,
            Some(ClientError::Other) => return refusal.unwrap_or_else(|| ErrorKind::Other.into()),
            _ => ErrorKind::ConnectionAborted,
        };
        error_kind.into()
    }

    /// Whether any client is connected, connecting or going to reconnect.
    fn is_alive(&self) -> bool {
        self.stats.open > 0
            || self.connecting > 0
            || self.plan.groups.iter().any(|(workload, _)| workload.reconnects())
    }

    /// Waits for events once, then serves ready clients, expired timers and the schedule.
    fn turn(&mut self, watch: &mut dyn FnMut(&Stats) -> ControlFlow<()>) -> io::Result<ControlFlow<()>> {
        self.serve_ready()?;
        let now = Instant::now();
        while let Some(due) = self.timers.pop_expired(now) {
            self.timer_expired(due, now);
        }
        self.send_scheduled(now);
        if now - self.last_report < REPORT_INTERVAL {
            return Ok(ControlFlow::Continue(()));
        }
        self.last_report = now;
        Ok(watch(&self.stats))
    }

    pub(super) fn serve_ready(&mut self) -> io::Result<()> {
        let mut poll_timeout = self.poll_timeout(Instant::now());
        if self.schedule.is_some() && !poll_timeout.is_zero() {
            // epoll_wait(2) takes whole milliseconds and mio rounds up; ppoll(2) on the one descriptor of the poll
            // takes nanoseconds.
            let mut word = [PollFd::new(self.poll.registry().as_fd(), PollFlags::POLLIN)];
            // An error here only means that the poll below finds no events yet.
            let _ = ppoll(&mut word, Some(poll_timeout.into()), None);
            poll_timeout = Duration::ZERO;
        }
        match self.poll.poll(&mut self.events, Some(poll_timeout)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        let mut ready = std::mem::take(&mut self.ready_again);
        for event in &self.events {
            let index = event.token().0;
            ready.push(index);
            if event.is_read_closed()
                && let Some(connection) = &mut self.clients[index].connection
            {
                connection.note_fin();
            }
        }
        for &index in &ready {
            self.serve(index);
        }
        Ok(())
    }

    /// The time until the next timer or scheduled message, at most the report interval.
    fn poll_timeout(&self, now: Instant) -> Duration {
        if !self.ready_again.is_empty() {
            return Duration::ZERO;
        }
        let scheduled = self.schedule.as_ref().map(|schedule| schedule.next);
        let next = self.timers.next_expiry().into_iter().chain(scheduled).chain(self.until).min();
        next.map_or(REPORT_INTERVAL, |next| next.saturating_duration_since(now).min(REPORT_INTERVAL))
    }

    fn timer_expired(&mut self, due: Timer, now: Instant) {
        match due {
            Timer::Connect(index) if self.connecting < MAX_CONNECTING => self.connect(index, now),
            Timer::Connect(index) => self.waiting.push_back(index),
            Timer::ConnectTimeout(index, number) => {
                let connection = self.clients[index].connection.as_ref();
                if self.clients[index].number == number
                    && connection.is_some_and(LoadConnection::is_connecting)
                {
                    self.on_failure(index, ClientError::TimedOut.into());
                }
            }
            Timer::Act(index, number) if self.clients[index].number == number => {
                if let Err(failure) = self.on_timer(index, now) {
                    self.on_failure(index, failure);
                }
            }
            Timer::Act(..) => {}
        }
    }

    /// Starts the messages of an open loop whose time has come.
    fn send_scheduled(&mut self, now: Instant) {
        for _ in 0..MAX_PER_TURN {
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
            let (index, due) = (schedule.steady[at % many], schedule.next);
            (schedule.turn, schedule.next) = ((at + 1) % many, due + schedule.every);
            self.stats.record_schedule_delay(now - due);
            if let Some(connection) = &mut self.clients[index].connection {
                connection.queue_message(self.plan.size, due);
            }
            if let Err(failure) = self.write(index, now) {
                self.on_failure(index, failure);
            }
        }
    }

    fn connect(&mut self, index: usize, now: Instant) {
        self.connects_started += 1;
        let start = self.corpus.start(self.connects_started, &self.plan.pattern);
        let (registry, token) = (self.poll.registry(), Token(index));
        let begun = LoadConnection::begin(
            (self.plan.target, self.plan.source),
            (self.connects_started, start),
            (registry, token),
            now,
        );
        self.connecting += 1;
        self.clients[index].number = self.connects_started;
        match begun {
            Ok(connection) => {
                self.timers.add(now + CONNECT_TIMEOUT, Timer::ConnectTimeout(index, self.connects_started));
                self.clients[index].connection = Some(connection);
            }
            Err(error) => {
                self.on_failure(index, Failure::from(&error));
                self.refusal = Some(error);
            }
        }
    }

    fn serve(&mut self, index: usize) {
        if let Err(failure) = self.advance(index) {
            self.on_failure(index, failure);
        }
    }

    fn advance(&mut self, index: usize) -> Result<(), Failure> {
        let now = Instant::now();
        let Some(connection) = &mut self.clients[index].connection else { return Ok(()) };
        if let Some(took) = connection.has_connected(now)? {
            self.stats.record_connect(took);
            self.connect_settled(index, now);
            if self.phase != RunPhase::Connecting || !self.plan.ramp.is_zero() {
                self.on_connected(index, now)?;
            }
        }
        if !self.clients[index].is_open() {
            return Ok(());
        }
        self.write(index, now)?;
        // A slow reader reads only when its timer expires.
        if self.clients[index].workload == Workload::SlowReader && self.phase != RunPhase::Finishing {
            return Ok(());
        }
        self.read(index, now, u64::MAX)
    }

    /// Frees a place for a client that waits to connect.
    pub(super) fn connect_settled(&mut self, index: usize, now: Instant) {
        self.connecting -= 1;
        if !std::mem::replace(&mut self.clients[index].settled, true) {
            self.unsettled -= 1;
        }
        if let Some(next) = self.waiting.pop_front() {
            self.timers.add(now, Timer::Connect(next));
        }
    }
}

impl Client {
    pub(super) fn is_open(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !connection.is_connecting())
    }
}

/// The processor time that this thread has used so far.
fn own_time() -> Option<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Some(Duration::from_micros(u64::try_from(micros).ok()?))
}
