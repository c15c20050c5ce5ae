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

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::feed::Hub;
use super::shared::Shared;
use super::waits::Coarse;
use crate::model::event::Fact;
use crate::model::{BackendKind, ConnectionId};

/// The interval of the probe.
const BEAT: Duration = Duration::from_millis(20);
/// A loop that stays in one step for this time is blocked.
const BLOCKED: Duration = Duration::from_millis(100);

/// The most ticks that are reported for one lag: ten seconds of them.
const MOST_MISSED: u32 = 500;

/// What the event loop publishes for its watchdog.
#[derive(Debug)]
pub(super) struct Heart {
    began: Instant,
    knocks: Notify,
    /// When the loop last answered a ping: in nanoseconds since `began`, and by the coarse clock.
    answered: AtomicU64,
    answered_coarse: AtomicU64,
    /// When the loop last started a step, by the coarse clock, and for which connection; 0 for none.
    step: AtomicU64,
    connection: AtomicU64,
    /// The system's id of the loop's thread.
    thread: AtomicI32,
}

impl Heart {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            knocks: Notify::new(),
            answered: AtomicU64::new(0),
            answered_coarse: AtomicU64::new(0),
            step: AtomicU64::new(0),
            connection: AtomicU64::new(0),
            thread: AtomicI32::new(0),
        }
    }

    /// Records that the loop starts a step, for this connection or for none.
    pub(super) fn begins(&self, connection: Option<ConnectionId>) {
        // Only the loop writes these, and its reader needs no order between them.
        self.connection.store(connection.map_or(0, |id| id.0), Ordering::Relaxed);
        self.step.store(Coarse::now().number(), Ordering::Relaxed);
    }

    /// Answers every ping; runs as a task of the loop.
    pub(super) async fn answer(self: Arc<Self>) {
        #[cfg(target_os = "linux")]
        self.thread.store(nix::unistd::gettid().as_raw(), Ordering::Relaxed);
        loop {
            self.knocks.notified().await;
            self.answered_coarse.store(Coarse::now().number(), Ordering::Relaxed);
            self.answered.store(self.now(), Ordering::Release);
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn step(&self) -> Step {
        let id = self.connection.load(Ordering::Relaxed);
        let at = Coarse::of(self.step.load(Ordering::Relaxed));
        Step { at, connection: (id > 0).then_some(ConnectionId(id)) }
    }

    /// The scheduler statistics of the loop's thread, on systems that have them.
    fn account(&self) -> Option<Account> {
        let thread = self.thread.load(Ordering::Relaxed);
        let read = |file: &str| std::fs::read_to_string(format!("/proc/self/task/{thread}/{file}")).ok();
        let (times, stat) = (read("schedstat")?, read("stat")?);
        let mut times =
            times.split_whitespace().map_while(|nanos| nanos.parse().ok().map(Duration::from_nanos));
        // The field before it is the thread's name, in parentheses, and may contain any character.
        let ready = stat.rsplit_once(") ")?.1.starts_with('R');
        Some(Account { ran: times.next()?, kept_waiting: times.next()?, ready })
    }
}

/// The scheduler statistics of a thread so far.
#[derive(Clone, Copy, Debug)]
struct Account {
    /// How long the thread ran.
    ran: Duration,
    /// How long the thread was runnable and waited for a CPU, until it last got one.
    kept_waiting: Duration,
    /// Whether the thread is running or runnable.
    ready: bool,
}

impl Account {
    /// Whether the thread was mostly waiting for a CPU in the `time` since `before`.
    fn starved_since(&self, before: &Self, time: Duration) -> bool {
        let ran = self.ran.saturating_sub(before.ran);
        let kept = self.kept_waiting.saturating_sub(before.kept_waiting);
        kept > time / 4 || self.ready && ran < time / 2
    }
}

/// The step that the loop started last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Step {
    at: Coarse,
    connection: Option<ConnectionId>,
}

/// The probing thread. Dropping this ends it.
#[derive(Debug)]
pub(super) struct Pulse {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Pulse {
    /// Measures how late a thread wakes up.
    ///
    /// # Errors
    /// The system gave us no thread.
    pub(super) fn of_threads(shared: &Arc<Shared>) -> io::Result<Self> {
        let hub = Arc::clone(&shared.hub);
        Self::start(move |late| lagged(&hub, BackendKind::Threads, late))
    }

    /// Pings an event loop.
    ///
    /// # Errors
    /// The system gave us no thread.
    pub(super) fn of_loop(shared: &Arc<Shared>, heart: &Arc<Heart>) -> io::Result<Self> {
        let mut watch =
            Watch { hub: Arc::clone(&shared.hub), heart: Arc::clone(heart), knocked: None, still: None };
        Self::start(move |late| watch.beat(late))
    }

    fn start(mut beat: impl FnMut(Duration) + Send + 'static) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().name("pulse".to_owned()).spawn(move || {
            let mut due = Instant::now() + BEAT;
            while !stopped.load(Ordering::Acquire) {
                thread::park_timeout(due.saturating_duration_since(Instant::now()));
                let now = Instant::now();
                if now >= due {
                    beat(now - due);
                    // Ticks that were missed are not made up for.
                    due = now.max(due) + BEAT;
                }
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Pulse {
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
struct Watch {
    hub: Arc<Hub>,
    heart: Arc<Heart>,
    /// When the last ping was sent, if it was not answered.
    knocked: Option<u64>,
    /// The stall that may be going on: the loop has started no other step since.
    still: Option<Still>,
}

/// A loop that has stayed in one step.
#[derive(Clone, Copy, Debug)]
struct Still {
    step: Step,
    seen: Instant,
    /// The earliest start of the stall, by the coarse clock: no probe was made before.
    since: Coarse,
    account: Option<Account>,
    told: Told,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    No,
    Yes,
}

impl Watch {
    fn beat(&mut self, late: Duration) {
        let answered = self.heart.answered.load(Ordering::Acquire);
        match self.knocked {
            Some(knocked) if answered < knocked => return self.unanswered(late),
            Some(knocked) => lagged(&self.hub, BackendKind::Async, Duration::from_nanos(answered - knocked)),
            None => {}
        }
        self.goes_on(Coarse::of(self.heart.answered_coarse.load(Ordering::Relaxed)));
        self.knocked = Some(self.heart.now());
        self.heart.knocks.notify_one();
    }

    fn unanswered(&mut self, late: Duration) {
        let (step, now) = (self.heart.step(), Instant::now());
        match self.still {
            Some(still) if still.step == step && (late < BEAT || still.told == Told::Yes) => {
                self.still_so(still, now);
            }
            _ => {
                self.goes_on(step.at);
                let (account, since) = (self.heart.account(), step.at.max(Coarse::now().before(2 * BEAT)));
                self.still = Some(Still { step, seen: now, since, account, told: Told::No });
            }
        }
    }

    fn still_so(&mut self, still: Still, now: Instant) {
        let time = now - still.seen;
        if still.told == Told::Yes || time + BEAT < BLOCKED {
            return;
        }
        let account = self.heart.account().zip(still.account);
        if account.is_some_and(|(now, before)| now.starved_since(&before, time)) {
            // The loop would continue if it got a CPU.
            self.still = None;
            return;
        }
        self.still = Some(Still { told: Told::Yes, ..still });
        let connection = still.step.connection;
        self.hub.fact(Fact::Blocked { connection, micros: micros(Coarse::now().since(still.since)) });
    }

    /// Records that the loop continued at `then`, which ends a reported stall.
    fn goes_on(&mut self, then: Coarse) {
        if let Some(Still { step, since, told: Told::Yes, .. }) = self.still.take() {
            let (connection, time) = (step.connection, then.since(since));
            tracing::warn!(target: "bytewatch::loop", "blocked for {} ms", time.as_millis());
            self.hub.fact(Fact::Unblocked { connection, micros: micros(time) });
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // No later tick will report it: a loop that is dropped is no longer blocked.
        self.goes_on(Coarse::now());
    }
}

/// Reports a lag, and the lags of the ticks that would have come during it: otherwise one long wait would be one
/// sample among many short ones, though everything waited for that long.
fn lagged(hub: &Hub, backend: BackendKind, lag: Duration) {
    let beats = (lag.as_nanos() / BEAT.as_nanos()) as u32;
    for missed in 0..=beats.min(MOST_MISSED) {
        hub.lagged(backend, lag - BEAT * missed);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
