//! Measures how late each backend runs something that has become ready: a thread of its own probes it fifty times a
//! second.
//!
//! For `threads` the probe is that thread itself: how late it wakes up is how late any thread does. For `async` the
//! thread pings the loop, and a task of the loop answers. If no answer comes for a while, the loop is reported as
//! blocked, but only if all of this holds:
//!
//! - the loop has started no other step in the meantime: otherwise it is only busy,
//! - the probing thread itself woke up in time all the while: otherwise the machine is busy, or the program was
//!   stopped,
//! - the loop's thread was not runnable and waiting for a CPU, as the system's scheduler statistics say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};

use tokio::sync::Notify;

use crate::event::{BackendKind, ConnectionId, Event, ServerEvent};
use crate::server::backend::shared::Shared;
use crate::server::feed::EventQueue;
use crate::server::net::latency_sampler::CoarseInstant;

/// The interval of the probe.
const PROBE_INTERVAL: Duration = Duration::from_millis(20);
/// A loop that stays in one step for this time is blocked.
const BLOCKED_AFTER: Duration = Duration::from_millis(100);

/// The most ticks that are reported for one lag: ten seconds of them.
const MAX_MISSED_TICKS: u32 = 500;

/// What the event loop publishes for its watchdog.
#[derive(Debug)]
pub(in crate::server) struct LoopHeartbeat {
    began: Instant,
    pings: Notify,
    /// When the loop last answered a ping: in nanoseconds since `began`, and by the coarse clock.
    answered: AtomicU64,
    answered_coarse: AtomicU64,
    /// When the loop last started a step, by the coarse clock, and for which connection; 0 for none.
    step: AtomicU64,
    connection: AtomicU64,
    /// The system's id of the loop's thread.
    thread: AtomicI32,
}

impl LoopHeartbeat {
    pub(in crate::server) fn new() -> Self {
        Self {
            began: Instant::now(),
            pings: Notify::new(),
            answered: AtomicU64::new(0),
            answered_coarse: AtomicU64::new(0),
            step: AtomicU64::new(0),
            connection: AtomicU64::new(0),
            thread: AtomicI32::new(0),
        }
    }

    /// Records that the loop starts a step, for this connection or for none.
    pub(in crate::server) fn start_step(&self, connection: Option<ConnectionId>) {
        // Only the loop writes these, and its reader needs no order between them.
        self.connection.store(connection.map_or(0, |id| id.0), Ordering::Relaxed);
        self.step.store(CoarseInstant::now().as_millis(), Ordering::Relaxed);
    }

    /// Answers every ping; runs as a task of the loop.
    pub(in crate::server) async fn answer_pings(self: Arc<Self>) {
        #[cfg(target_os = "linux")]
        self.thread.store(nix::unistd::gettid().as_raw(), Ordering::Relaxed);
        loop {
            self.pings.notified().await;
            self.answered_coarse.store(CoarseInstant::now().as_millis(), Ordering::Relaxed);
            self.answered.store(self.now(), Ordering::Release);
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn step(&self) -> LoopStep {
        let id = self.connection.load(Ordering::Relaxed);
        let at = CoarseInstant::from_millis(self.step.load(Ordering::Relaxed));
        LoopStep { at, connection: (id > 0).then_some(ConnectionId(id)) }
    }

    /// The scheduler statistics of the loop's thread, on systems that have them.
    fn sched_stats(&self) -> Option<SchedStats> {
        let thread = self.thread.load(Ordering::Relaxed);
        let read = |file: &str| std::fs::read_to_string(format!("/proc/self/task/{thread}/{file}")).ok();
        let (times, stat) = (read("schedstat")?, read("stat")?);
        let mut times =
            times.split_whitespace().map_while(|nanos| nanos.parse().ok().map(Duration::from_nanos));
        // The field before it is the thread's name, in parentheses, and may contain any character.
        let ready = stat.rsplit_once(") ")?.1.starts_with('R');
        Some(SchedStats { ran: times.next()?, run_delay: times.next()?, ready })
    }
}

/// The scheduler statistics of a thread so far.
#[derive(Clone, Copy, Debug)]
struct SchedStats {
    /// How long the thread ran.
    ran: Duration,
    /// How long the thread was runnable and waited for a CPU, until it last got one.
    run_delay: Duration,
    /// Whether the thread is running or runnable.
    ready: bool,
}

impl SchedStats {
    /// Whether the thread was mostly waiting for a CPU in the `time` since `before`.
    fn starved_since(&self, before: &Self, time: Duration) -> bool {
        let ran = self.ran.saturating_sub(before.ran);
        let delayed = self.run_delay.saturating_sub(before.run_delay);
        delayed > time / 4 || self.ready && ran < time / 2
    }
}

/// The step that the loop started last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct LoopStep {
    at: CoarseInstant,
    connection: Option<ConnectionId>,
}

/// The probing thread. Dropping this ends it.
#[derive(Debug)]
pub(in crate::server) struct LatencyProbe {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl LatencyProbe {
    /// Measures how late a thread wakes up.
    ///
    /// # Errors
    /// The system gave us no thread.
    pub(in crate::server) fn for_threads(shared: &Arc<Shared>) -> io::Result<Self> {
        let event_queue = Arc::clone(&shared.event_queue);
        Self::start(move |late| record_lags(&event_queue, BackendKind::Threads, late))
    }

    /// Pings an event loop.
    ///
    /// # Errors
    /// The system gave us no thread.
    pub(in crate::server) fn for_loop(
        shared: &Arc<Shared>,
        heartbeat: &Arc<LoopHeartbeat>,
    ) -> io::Result<Self> {
        let mut watchdog = LoopWatchdog {
            event_queue: Arc::clone(&shared.event_queue),
            heartbeat: Arc::clone(heartbeat),
            pinged: None,
            stall: None,
        };
        Self::start(move |late| watchdog.tick(late))
    }

    fn start(mut tick: impl FnMut(Duration) + Send + 'static) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().name("latency-probe".to_owned()).spawn(move || {
            let mut due = Instant::now() + PROBE_INTERVAL;
            while !stopped.load(Ordering::Acquire) {
                thread::park_timeout(due.saturating_duration_since(Instant::now()));
                let now = Instant::now();
                if now >= due {
                    tick(now - due);
                    // Ticks that were missed are not made up for.
                    due = now.max(due) + PROBE_INTERVAL;
                }
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for LatencyProbe {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic was reported by the hook.
            let _ = thread.join();
        }
    }
}

/// Decides whether the event loop is blocked.
struct LoopWatchdog {
    event_queue: Arc<EventQueue>,
    heartbeat: Arc<LoopHeartbeat>,
    /// When the last ping was sent, if it was not answered.
    pinged: Option<u64>,
    /// The stall that may be going on: the loop has started no other step since.
    stall: Option<Stall>,
}

/// A loop that has stayed in one step.
#[derive(Clone, Copy, Debug)]
struct Stall {
    step: LoopStep,
    seen: Instant,
    /// The earliest start of the stall, by the coarse clock: no probe was made before.
    since: CoarseInstant,
    sched_stats: Option<SchedStats>,
    reported: Reported,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reported {
    No,
    Yes,
}

impl LoopWatchdog {
    fn tick(&mut self, late: Duration) {
        let answered = self.heartbeat.answered.load(Ordering::Acquire);
        match self.pinged {
            Some(pinged) if answered < pinged => return self.unanswered(late),
            Some(pinged) => {
                record_lags(&self.event_queue, BackendKind::Async, Duration::from_nanos(answered - pinged));
            }
            None => {}
        }
        self.recovered(CoarseInstant::from_millis(self.heartbeat.answered_coarse.load(Ordering::Relaxed)));
        self.pinged = Some(self.heartbeat.now());
        self.heartbeat.pings.notify_one();
    }

    fn unanswered(&mut self, late: Duration) {
        let (step, now) = (self.heartbeat.step(), Instant::now());
        match self.stall {
            Some(stall)
                if stall.step == step && (late < PROBE_INTERVAL || stall.reported == Reported::Yes) =>
            {
                self.still_stalled(stall, now);
            }
            _ => {
                self.recovered(step.at);
                let (sched_stats, since) = (
                    self.heartbeat.sched_stats(),
                    step.at.max(CoarseInstant::now().before(2 * PROBE_INTERVAL)),
                );
                self.stall = Some(Stall { step, seen: now, since, sched_stats, reported: Reported::No });
            }
        }
    }

    fn still_stalled(&mut self, stall: Stall, now: Instant) {
        let time = now - stall.seen;
        if stall.reported == Reported::Yes || time + PROBE_INTERVAL < BLOCKED_AFTER {
            return;
        }
        let sched_stats = self.heartbeat.sched_stats().zip(stall.sched_stats);
        if sched_stats.is_some_and(|(now, before)| now.starved_since(&before, time)) {
            // The loop would continue if it got a CPU.
            self.stall = None;
            return;
        }
        self.stall = Some(Stall { reported: Reported::Yes, ..stall });
        let connection = stall.step.connection;
        self.event_queue.emit(Event::Server(ServerEvent::Blocked {
            connection,
            micros: micros(CoarseInstant::now().since(stall.since)),
        }));
    }

    /// Records that the loop continued at `then`, which ends a reported stall.
    fn recovered(&mut self, then: CoarseInstant) {
        if let Some(Stall { step, since, reported: Reported::Yes, .. }) = self.stall.take() {
            let (connection, time) = (step.connection, then.since(since));
            tracing::warn!(target: "bytewatch::loop", "blocked for {} ms", time.as_millis());
            self.event_queue.emit(Event::Server(ServerEvent::Unblocked { connection, micros: micros(time) }));
        }
    }
}

impl Drop for LoopWatchdog {
    fn drop(&mut self) {
        // No later tick will report it: a loop that is dropped is no longer blocked.
        self.recovered(CoarseInstant::now());
    }
}

/// Reports a lag, and the lags of the ticks that would have come during it: otherwise one long wait would be one
/// sample among many short ones, though everything waited for that long.
fn record_lags(event_queue: &EventQueue, backend: BackendKind, lag: Duration) {
    let ticks = (lag.as_nanos() / PROBE_INTERVAL.as_nanos()) as u32;
    for missed in 0..=ticks.min(MAX_MISSED_TICKS) {
        event_queue.record_lag(backend, lag - PROBE_INTERVAL * missed);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
