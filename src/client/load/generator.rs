//! The run of a plan: when clients connect and act, what is counted, and how the run ends.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use socket2::Socket;

use crate::client::engine::timers::Timers;
use crate::client::engine::{
    Behaviour, ClientId, Engine, EngineWait, Output, Precision, Route, SocketBuffers,
};
use crate::client::load::client::{ClientState, LoadClient, RunPhase};
use crate::client::load::pattern::Corpus;
use crate::client::load::plan::{LoadModel, Plan, Workload};
use crate::client::load::schedule::{Due, NextMessage, Schedule};
use crate::client::load::stats::{ClientError, Stats, Summary};
use crate::client::load::stream::{Failure, LoadStream};

/// The limit on concurrent connects: the backlog of a server is finite.
const MAX_CONNECTING: usize = 64;
/// A connect that takes longer counts as timed out.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The delay before a client reconnects after its connection failed.
const RECONNECT_DELAY: Duration = Duration::from_millis(100);
/// The interval at which the caller sees the statistics.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// The number of scheduled messages that one turn starts at most before it reads what came back.
const MAX_PER_TURN: usize = 1_000;
/// At the end of a run, the wait without any progress after which outstanding bytes are given up; the second value
/// applies where only the server's FIN is missing.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
const FIN_TIMEOUT: Duration = Duration::from_secs(1);

/// What happens to a client when a timer expires.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    Connect(usize),
    /// Runs the timed part of the client's workload on the connection of this number.
    Act(usize, u64),
}

/// Sees the statistics several times a second, and may end the run.
type OnProgress<'a> = dyn FnMut(&Stats) -> ControlFlow<()> + 'a;

/// Runs the plan on this thread, closes all connections and returns the results. `on_progress` sees the statistics several
/// times a second, and may end the run.
///
/// # Errors
///
/// No connection could be made, or the system cannot poll sockets. Later failures of connections are counted and are
/// not an error.
pub fn run(plan: &Plan, on_progress: &mut dyn FnMut(&Stats) -> ControlFlow<()>) -> io::Result<Summary> {
    Generator::new(plan, &mut |stats| on_progress(stats))?.run()
}

/// The clients of one run.
struct Generator<'a> {
    plan: &'a Plan,
    on_progress: &'a mut OnProgress<'a>,
    route: Route,
    corpus: Corpus,
    clients: Vec<LoadClient>,
    timers: Timers<Timer>,
    schedule: Option<Schedule>,
    connecting: usize,
    /// Clients that wait for one of the [`MAX_CONNECTING`] places.
    waiting: VecDeque<usize>,
    /// The number of connects started so far.
    connects_started: u64,
    /// The error of the last connect that the system refused to start.
    refusal: Option<io::Error>,
    unsettled: usize,
    phase: RunPhase,
    /// The end of the measurement, once it has started.
    until: Option<Instant>,
    /// Whether the caller has ended the run.
    stopped: bool,
    last_report: Instant,
    /// When bytes last came back.
    last_progress: Instant,
    stats: Stats,
}

impl<'a> Generator<'a> {
    fn new(plan: &'a Plan, on_progress: &'a mut OnProgress<'a>) -> io::Result<Self> {
        let now = Instant::now();
        let workloads = plan.groups.iter().flat_map(|&(workload, many)| std::iter::repeat_n(workload, many));
        let clients: Vec<_> = workloads.map(LoadClient::new).collect();
        let mut timers = Timers::new();
        for index in 0..clients.len() {
            timers.add(now + plan.ramp.mul_f64(index as f64 / clients.len() as f64), Timer::Connect(index));
        }
        Ok(Self {
            plan,
            on_progress,
            route: Route::new(&plan.target, CONNECT_TIMEOUT, SocketBuffers::Default)?.from(plan.source),
            corpus: Corpus::new(&plan.pattern),
            unsettled: clients.len(),
            clients,
            timers,
            schedule: None,
            connecting: 0,
            waiting: VecDeque::new(),
            connects_started: 0,
            refusal: None,
            phase: RunPhase::Connecting,
            until: None,
            stopped: false,
            last_report: now,
            last_progress: now,
            stats: Stats::new(now),
        })
    }

    fn run(mut self) -> io::Result<Summary> {
        let mut engine = Engine::new()?;
        engine.run(&mut self)?;
        if self.stats.connects.count() == 0 && !self.stopped {
            return Err(self.no_connection_error());
        }
        let (began, own) = (Instant::now(), own_time());
        self.stats.restart(began);
        self.start_traffic(&mut engine, began);
        engine.run(&mut self)?;
        let time = began.elapsed();
        let used = own_time().zip(own).map(|(after, before)| after.saturating_sub(before));
        let own_share = used.map(|used| used.as_secs_f64() / time.as_secs_f64());
        // Bytes that come back from now on are compared, but not counted.
        let counted = self.stats.clone();
        self.finish(&mut engine)?;
        let Stats { errors, first_mismatch, .. } = self.stats;
        Ok(Summary { stats: Stats { errors, first_mismatch, ..counted }, time, own_share })
    }

    /// Starts the traffic: all clients have connected or failed to.
    fn start_traffic(&mut self, engine: &mut Engine, now: Instant) {
        (self.phase, self.until) = (RunPhase::Running, Some(now + self.plan.time));
        if let LoadModel::OpenLoop(rate) = self.plan.load_model {
            let steady = (0..self.clients.len())
                .filter(|&index| self.clients[index].workload == Workload::Steady)
                .collect();
            self.schedule = Some(Schedule::new(rate, steady, now));
        }
        for index in 0..self.clients.len() {
            if self.plan.ramp.is_zero() && self.clients[index].is_open() {
                let expires = self.clients[index].start(self.plan, self.phase, now);
                self.set_timer(index, now, expires);
                engine.serve(ClientId(index), self);
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

    fn phase_is_over(&self, now: Instant) -> bool {
        match self.phase {
            RunPhase::Connecting => self.unsettled == 0 || self.stopped,
            RunPhase::Running => {
                self.stopped || !self.is_alive() || self.until.is_some_and(|until| until <= now)
            }
            RunPhase::Finishing => {
                let awaiting = self.clients.iter().any(LoadClient::awaits_bytes);
                let limit = if awaiting { DRAIN_TIMEOUT } else { FIN_TIMEOUT };
                self.stats.open == 0 || now - self.last_progress >= limit
            }
        }
    }

    fn set_timer(&mut self, index: usize, now: Instant, after: Option<Duration>) {
        if let Some(after) = after {
            self.timers.add(now + after, Timer::Act(index, self.clients[index].stream.number()));
        }
    }

    fn timer_expired(&mut self, engine: &mut Engine, due: Timer, now: Instant) {
        match due {
            Timer::Connect(index) if self.connecting < MAX_CONNECTING => self.connect(engine, index, now),
            Timer::Connect(index) => self.waiting.push_back(index),
            Timer::Act(index, number) if self.clients[index].stream.number() == number => {
                let expires = self.clients[index].on_timer(self.plan, self.phase, now);
                self.set_timer(index, now, expires);
                engine.serve(ClientId(index), self);
                // What has not arrived by now waits for the next timer.
                self.clients[index].allowance = 0;
            }
            Timer::Act(..) => {}
        }
    }

    /// Starts the messages of an open loop whose time has come.
    fn send_scheduled(&mut self, engine: &mut Engine, now: Instant) {
        for _ in 0..MAX_PER_TURN {
            let Some(schedule) = &mut self.schedule else { return };
            match schedule.take(now, |index| self.clients[index].is_open()) {
                NextMessage::Message(Due { index, at }) => {
                    self.stats.record_schedule_delay(now - at);
                    self.clients[index].stream.queue_message(self.plan.size, at);
                    engine.serve(ClientId(index), self);
                }
                NextMessage::Later => return,
                // Steady clients do not reconnect.
                NextMessage::Never => self.schedule = None,
            }
        }
    }

    fn connect(&mut self, engine: &mut Engine, index: usize, now: Instant) {
        self.connects_started += 1;
        self.connecting += 1;
        let start = self.corpus.start(self.connects_started, &self.plan.pattern);
        self.clients[index].begin(LoadStream::new(self.connects_started, start), now);
        if let Err(error) = engine.connect(ClientId(index), &self.route, now) {
            self.failed(index, Failure::from(&error));
            self.refusal = Some(error);
        }
    }

    /// Frees a place for a client that waits to connect.
    fn connect_settled(&mut self, index: usize, now: Instant) {
        self.connecting -= 1;
        if !std::mem::replace(&mut self.clients[index].settled, true) {
            self.unsettled -= 1;
        }
        if let Some(next) = self.waiting.pop_front() {
            self.timers.add(now, Timer::Connect(next));
        }
    }

    /// Records a connection that failed, or that could not be made.
    fn failed(&mut self, index: usize, failure: Failure) {
        let now = Instant::now();
        self.stats.record_error(failure.error);
        if let Some(mismatch) = failure.mismatch {
            self.stats.record_mismatch(mismatch);
        }
        if self.clients[index].is_open() {
            self.stats.open -= 1;
        } else {
            self.connect_settled(index, now);
        }
        self.gone(index, now + RECONNECT_DELAY);
    }

    /// Notes that a client has no connection, and schedules the reconnect if the workload has one.
    fn gone(&mut self, index: usize, reconnect: Instant) {
        self.clients[index].state = ClientState::Closed;
        if self.phase != RunPhase::Finishing && self.clients[index].workload.reconnects() {
            self.timers.add(reconnect, Timer::Connect(index));
        }
    }

    /// Stops the traffic, waits for outstanding bytes and closes each connection in order.
    fn finish(&mut self, engine: &mut Engine) -> io::Result<()> {
        self.phase = RunPhase::Finishing;
        self.timers.clear();
        (self.schedule, self.last_progress) = (None, Instant::now());
        for index in 0..self.clients.len() {
            self.clients[index].stream.drop_queued();
            if self.clients[index].is_open() {
                engine.serve(ClientId(index), self);
            } else {
                engine.discard(ClientId(index));
            }
        }
        engine.run(self)?;
        for index in 0..self.clients.len() {
            if self.clients[index].awaits_bytes() {
                let missing = self.clients[index].stream.missing(&self.corpus, ClientError::TimedOut);
                self.clients[index].failure = Some(missing);
                engine.serve(ClientId(index), self);
            }
        }
        Ok(())
    }
}

impl Behaviour for Generator<'_> {
    fn act(&mut self, engine: &mut Engine, now: Instant) -> ControlFlow<(), EngineWait> {
        while let Some(due) = self.timers.pop_expired(now) {
            self.timer_expired(engine, due, now);
        }
        self.send_scheduled(engine, now);
        if self.phase != RunPhase::Finishing && now - self.last_report >= REPORT_INTERVAL {
            self.last_report = now;
            self.stopped = (self.on_progress)(&self.stats).is_break();
        }
        if self.phase_is_over(now) {
            return ControlFlow::Break(());
        }
        let scheduled = self.schedule.as_ref().map(Schedule::next_time);
        let end = self.until.filter(|_| self.phase == RunPhase::Running);
        let next = self.timers.next_expiry().into_iter().chain(scheduled).chain(end);
        let precision = if scheduled.is_some() { Precision::Exact } else { Precision::Milliseconds };
        ControlFlow::Continue(EngineWait { until: next.chain([now + REPORT_INTERVAL]).min(), precision })
    }

    fn connected(&mut self, client: ClientId, _socket: &Socket) {
        let (now, index) = (Instant::now(), client.0);
        if let ClientState::Connecting(since) = self.clients[index].state {
            self.stats.record_connect(now - since);
        }
        self.clients[index].state = ClientState::Open;
        self.connect_settled(index, now);
        if self.phase != RunPhase::Connecting || !self.plan.ramp.is_zero() {
            let expires = self.clients[index].start(self.plan, self.phase, now);
            self.set_timer(index, now, expires);
        }
    }

    fn output(&self, client: ClientId) -> Output<'_> {
        self.clients[client.0].output(&self.corpus, self.phase)
    }

    fn sent(&mut self, client: ClientId, length: usize) {
        self.clients[client.0].stream.sent(length);
        self.stats.sent += length as u64;
    }

    fn finished(&mut self, client: ClientId) {
        self.clients[client.0].state = ClientState::Finished;
    }

    fn read_limit(&self, client: ClientId) -> usize {
        self.clients[client.0].read_limit(self.phase)
    }

    fn received(&mut self, client: ClientId, bytes: &[u8]) {
        let (now, index) = (Instant::now(), client.0);
        let one = &mut self.clients[index];
        one.allowance = one.allowance.saturating_sub(bytes.len());
        if let Err(failure) = one.stream.compare(&self.corpus, bytes) {
            one.failure = Some(failure);
            return;
        }
        self.stats.compared += bytes.len() as u64;
        self.last_progress = now;
        let mut whole = 0;
        while let Some(since) = one.stream.take_complete() {
            whole += 1;
            if one.workload.is_timed() {
                self.stats.record_round_trip(now - since);
            }
        }
        if whole > 0 && self.phase != RunPhase::Finishing {
            let expires = one.on_messages(whole, self.plan, now);
            self.set_timer(index, now, expires);
        }
    }

    fn ended(&mut self, client: ClientId) {
        self.clients[client.0].ended(&self.corpus);
    }

    fn closed(&mut self, client: ClientId, error: Option<io::Error>) {
        let failure = self.clients[client.0].failure.take();
        match failure.or_else(|| error.as_ref().map(Failure::from)) {
            Some(failure) => self.failed(client.0, failure),
            None => {
                self.stats.open -= 1;
                self.gone(client.0, Instant::now());
            }
        }
    }
}

/// The processor time that this thread has used so far.
fn own_time() -> Option<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Some(Duration::from_micros(u64::try_from(micros).ok()?))
}
