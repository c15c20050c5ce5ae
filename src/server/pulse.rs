//! How long each backend lets somebody wait who has become ready: fifty times a second a thread of its own tries it.
//!
//! For `threads` it is the one who waits: so late a thread comes to run that was to wake up. For `async` it knocks, and a
//! task of the loop answers. If there is no answer for long, the loop is blocked, but only if
//!
//! - it has not begun anything else in the meantime: then it is merely busy,
//! - this thread came to run in time all the while: otherwise the machine is busy, or the program was stopped,
//! - the loop was not ready to run and kept waiting by the system, as the system itself says.

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

/// From one beat to the next.
const BEAT: Duration = Duration::from_millis(20);
/// A loop that does nothing else for so long is called blocked.
const BLOCKED: Duration = Duration::from_millis(100);

/// The most beats that are told of one lag: as many as ten seconds have.
const MOST_MISSED: u32 = 500;

/// What the loop lets the pulse see.
#[derive(Debug)]
pub(super) struct Heart {
    began: Instant,
    knocks: Notify,
    /// When it last answered, in nanoseconds since it began, and by the coarse clock.
    answered: AtomicU64,
    answered_coarse: AtomicU64,
    /// When it last began something, by the coarse clock, and for which connection; 0 for none.
    step: AtomicU64,
    connection: AtomicU64,
    /// The loop's thread, as the system calls it.
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

    /// The loop begins something, for this connection or for none.
    pub(super) fn begins(&self, connection: Option<ConnectionId>) {
        // Only the loop writes these, and who reads them needs no order.
        self.connection.store(connection.map_or(0, |id| id.0), Ordering::Relaxed);
        self.step.store(Coarse::now().number(), Ordering::Relaxed);
    }

    /// Answers every knock; a task of the loop.
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

    /// What the system says of the loop's thread; where it does.
    fn account(&self) -> Option<Account> {
        let thread = self.thread.load(Ordering::Relaxed);
        let read = |file: &str| std::fs::read_to_string(format!("/proc/self/task/{thread}/{file}")).ok();
        let (times, stat) = (read("schedstat")?, read("stat")?);
        let mut times =
            times.split_whitespace().map_while(|nanos| nanos.parse().ok().map(Duration::from_nanos));
        // The name before it is in brackets, and may have any sign in it.
        let ready = stat.rsplit_once(") ")?.1.starts_with('R');
        Some(Account { ran: times.next()?, kept_waiting: times.next()?, ready })
    }
}

/// What the loop's thread did until now.
#[derive(Clone, Copy, Debug)]
struct Account {
    /// How long it ran.
    ran: Duration,
    /// How long it was ready and got no core, until it last got one.
    kept_waiting: Duration,
    /// Whether it runs, or would if it got a core.
    ready: bool,
}

impl Account {
    /// Whether, in so long since `before`, the machine was what it waited for.
    fn starved_since(&self, before: &Self, time: Duration) -> bool {
        let ran = self.ran.saturating_sub(before.ran);
        let kept = self.kept_waiting.saturating_sub(before.kept_waiting);
        kept > time / 4 || self.ready && ran < time / 2
    }
}

/// What the loop began last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Step {
    at: Coarse,
    connection: Option<ConnectionId>,
}

/// The thread that tries it. Dropping this ends it.
#[derive(Debug)]
pub(super) struct Pulse {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Pulse {
    /// Feels how late a thread comes to run.
    ///
    /// # Errors
    /// The system gave us no thread.
    pub(super) fn of_threads(shared: &Arc<Shared>) -> io::Result<Self> {
        let hub = Arc::clone(&shared.hub);
        Self::start(move |late| lagged(&hub, BackendKind::Threads, late))
    }

    /// Knocks at a loop.
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
                    // What was slept through is not made up for.
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
            let _panicked = thread.join();
        }
    }
}

/// What is known of the loop.
struct Watch {
    hub: Arc<Hub>,
    heart: Arc<Heart>,
    /// When it was last knocked, if that was not answered.
    knocked: Option<u64>,
    /// Since when it has begun nothing else, as far as is known.
    still: Option<Still>,
}

/// A loop that does not go on.
#[derive(Clone, Copy, Debug)]
struct Still {
    step: Step,
    seen: Instant,
    /// Since when at the most, by the coarse clock: before that, nobody looked.
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
            // It would go on if it got a core.
            self.still = None;
            return;
        }
        self.still = Some(Still { told: Told::Yes, ..still });
        let connection = still.step.connection;
        self.hub.fact(Fact::Blocked { connection, micros: micros(Coarse::now().since(still.since)) });
    }

    /// It went on then.
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
        // Nobody will come back to say so: a loop that is given up is blocked no more.
        self.goes_on(Coarse::now());
    }
}

/// Tells a lag, and those of the beats that would have come in the meantime: one long wait would else be one among many
/// short ones, though for so long everybody waited.
fn lagged(hub: &Hub, backend: BackendKind, lag: Duration) {
    let beats = (lag.as_nanos() / BEAT.as_nanos()) as u32;
    for missed in 0..=beats.min(MOST_MISSED) {
        hub.lagged(backend, lag - BEAT * missed);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
