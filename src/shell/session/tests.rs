//! The loop without a terminal: a source that the test plays, sinks that it reads, and a pipe that need not be read.

mod live;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use parking_lot::{Condvar, Mutex};

use super::*;
use crate::app::{ReadingProgress, TimelineStep};
use crate::event::{BackendKind, ByteDemand, Command, ConnectionEvent, ConnectionId, EventOrder, Side};
use crate::shell::demo::clients::DemoClients;
use crate::shell::demo::lesson::{Script, Speed};
use crate::shell::inbox::Poster;
use crate::shell::recorder::Recorder;
use crate::shell::repeats::Repeats;
use crate::shell::source::Source;
use crate::shell::timers::TimerPlan;

/// The limit of every wait.
const LIMIT: Duration = Duration::from_secs(20);
const OPEN: SinkState = SinkState::Open(None);
const STOPPED: Event = Event::Server(ServerEvent::Stopped);
const NO_PLAN: TimerPlan = TimerPlan { switch_every: None, stop_after: None };

/// What the test and the session share.
#[derive(Default)]
struct Shared {
    /// Events of the source that the session has not taken.
    events: Vec<Event>,
    commands: Vec<Command>,
    demands: Vec<Demand>,
    /// What each sink was given, by its number.
    taken: [Vec<Event>; 2],
    flushed: usize,
    /// How often sinks were told to stop.
    stops: usize,
}

/// A source that the test plays.
#[derive(Clone, Default)]
struct Fake {
    shared: Arc<Mutex<Shared>>,
    changed: Arc<Condvar>,
    waker: Arc<ConsumerWaker>,
}

impl Fake {
    fn report(&self, events: impl IntoIterator<Item = Event>) {
        self.shared.lock().events.extend(events);
        self.waker.wake();
    }

    fn wait<T>(&self, what: &str, mut answer: impl FnMut(&Shared) -> Option<T>) -> T {
        let limit = Instant::now() + LIMIT;
        let mut shared = self.shared.lock();
        loop {
            if let Some(answer) = answer(&shared) {
                return answer;
            }
            assert!(!self.changed.wait_until(&mut shared, limit).timed_out(), "{what} did not happen");
        }
    }

    fn wait_for_command(&self, command: &Command, times: usize) {
        let count = |shared: &Shared| shared.commands.iter().filter(|given| *given == command).count();
        self.wait(&format!("{command:?}"), |shared| (count(shared) >= times).then_some(()));
    }

    fn change<T>(&self, change: impl FnOnce(&mut Shared) -> T) -> T {
        let result = change(&mut self.shared.lock());
        self.changed.notify_all();
        result
    }
}

impl Source for Fake {
    fn drain(&mut self, into: &mut Vec<Stamped>) -> Timestamp {
        let events = self.change(|shared| std::mem::take(&mut shared.events));
        into.extend(events.into_iter().map(|event| Stamped { at: Timestamp(7), event }));
        Timestamp(7)
    }

    fn now(&self) -> Timestamp {
        Timestamp(7)
    }

    fn waker(&self) -> Arc<ConsumerWaker> {
        Arc::clone(&self.waker)
    }

    fn command(&mut self, command: Command) {
        self.change(|shared| shared.commands.push(command));
    }

    fn timeline(&mut self, _: TimelineStep) {}

    fn go_to(&mut self, _: Timestamp) {}

    fn take_restart(&mut self) -> bool {
        false
    }

    fn progress(&mut self) -> Option<ReadingProgress> {
        None
    }

    fn set_demand(&mut self, demand: Demand) {
        self.change(|shared| shared.demands.push(demand));
    }
}

/// A sink that keeps what it is given, if it is ready.
struct Kept {
    fake: Fake,
    number: usize,
    demand: Demand,
    ready: Arc<AtomicBool>,
    state: SinkState,
}

impl Sink for Kept {
    fn demand(&self) -> Demand {
        self.demand
    }

    fn is_ready(&mut self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn take(&mut self, events: &[Stamped]) {
        let events = events.iter().map(|event| event.event.clone());
        self.fake.change(|shared| shared.taken[self.number].extend(events));
    }

    fn flush(&mut self) {
        self.fake.change(|shared| shared.flushed += 1);
    }

    fn stop(&mut self, _: Instant) {
        self.fake.change(|shared| shared.stops += 1);
    }

    fn end(&mut self, _: Timestamp) {
        self.fake.change(|shared| shared.taken[self.number].push(STOPPED));
        if self.state == OPEN {
            self.state = SinkState::Written;
        }
    }

    fn check(&mut self, _: Instant, _: u64) -> SinkState {
        self.state
    }

    fn finish(&mut self) -> Result<()> {
        if self.state == SinkState::Failed { anyhow::bail!("it was not written") } else { Ok(()) }
    }
}

/// A session with a fake source and two sinks.
struct Running {
    fake: Fake,
    poster: Poster,
    ready: Arc<AtomicBool>,
    thread: JoinHandle<Result<()>>,
}

fn start(plan: TimerPlan, lesson: &str, state: SinkState) -> Running {
    let fake = Fake::default();
    let (inbox, poster) = Inbox::new(Arc::clone(&fake.waker));
    let ready = Arc::new(AtomicBool::new(true));
    let lesson = (!lesson.is_empty()).then(|| (Script::parse(lesson).unwrap(), Speed::AS_WRITTEN));
    let (lesson_poster, recorder_poster) = (poster.clone(), poster.clone());
    let (source, both_ready) = (fake.clone(), Arc::clone(&ready));
    let thread = thread::spawn(move || {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let demo_clients = DemoClients::new(&[address], lesson, lesson_poster).unwrap();
        let sink = |number, demand, state| -> Box<dyn Sink> {
            let (fake, ready) = (source.clone(), Arc::clone(&both_ready));
            Box::new(Kept { fake, number, demand, ready, state })
        };
        let sinks = vec![sink(0, Demand::newest(9), OPEN), sink(1, Demand::EVERY_BYTE, state)];
        let timers = TimerSchedule::start(plan, BackendKind::Async);
        let targets = EffectTargets {
            source: Box::new(source),
            demo_clients,
            repeats: Repeats::default(),
            recorder: Recorder::new(recorder_poster),
            dashboard: None,
            stop: None,
        };
        Session::new(targets, sinks, inbox, timers).run()
    });
    Running { fake, poster, ready, thread }
}

impl Running {
    /// Lets the source stop, as soon as it was told to, and returns what the session ended with.
    fn end(self) -> Result<()> {
        self.fake.wait_for_command(&Command::Stop, 1);
        self.fake.report([STOPPED]);
        self.thread.join().unwrap()
    }

    fn wait_for_events(&self, count: usize) {
        let all = |shared: &Shared| shared.taken.iter().all(|taken| taken.len() >= count);
        self.fake.wait("the events", |shared| all(shared).then_some(()));
    }
}

fn numbered(numbers: std::ops::Range<u64>) -> impl Iterator<Item = Event> {
    numbers
        .map(|number| Event::Connection(ConnectionId(number), ConnectionEvent::Slow { side: Side::Client }))
}

#[test]
fn every_sink_gets_every_event_in_order_and_then_the_end() {
    let running = start(NO_PLAN, "", OPEN);
    running.fake.report(numbered(0..700));
    running.wait_for_events(700);
    running.fake.report(numbered(700..705));
    running.wait_for_events(705);
    running.fake.wait("a flush", |shared| (shared.flushed > 0).then_some(()));
    running.poster.post(Input::Stop);
    let fake = running.fake.clone();
    running.end().unwrap();
    let expected: Vec<_> = numbered(0..705).chain([STOPPED]).collect();
    let shared = fake.shared.lock();
    assert!(shared.taken.iter().all(|taken| *taken == expected));
    assert_eq!(shared.commands, [Command::Stop]);
}

#[test]
fn the_source_gets_the_union_of_the_demands_of_all_sinks() {
    let running = start(NO_PLAN, "", OPEN);
    running.poster.post(Input::Stop);
    let fake = running.fake.clone();
    running.end().unwrap();
    let both = Demand { bytes: ByteDemand::Every, utf8: true, activity: true, order: EventOrder::Time };
    assert_eq!(fake.shared.lock().demands, [both]);
}

#[test]
fn events_wait_in_the_source_while_a_sink_is_not_ready_and_signals_work() {
    let plan = TimerPlan { switch_every: Some(Duration::from_millis(1)), ..NO_PLAN };
    let running = start(plan, "", OPEN);
    running.ready.store(false, Ordering::Release);
    running.fake.wait_for_command(&Command::Switch(BackendKind::Threads), 3);
    running.fake.report(numbered(0..3));
    running.fake.wait_for_command(&Command::Switch(BackendKind::Threads), 6);
    assert_eq!(running.fake.shared.lock().events.len(), 3, "they are left to the source");
    running.poster.post(Input::Stop);
    running.fake.wait_for_command(&Command::Stop, 1);
    // A source that stops needs the room.
    running.fake.wait("a drain", |shared| shared.events.is_empty().then_some(()));
    assert!(running.fake.shared.lock().taken.iter().all(Vec::is_empty));
    running.ready.store(true, Ordering::Release);
    let fake = running.fake.clone();
    running.end().unwrap();
    let expected: Vec<_> = numbered(0..3).chain([STOPPED]).collect();
    assert_eq!(fake.shared.lock().taken, [expected.clone(), expected]);
}

#[test]
fn a_source_that_ends_by_itself_ends_the_session() {
    let running = start(NO_PLAN, "", OPEN);
    running.fake.report(numbered(0..2).chain([STOPPED]));
    running.thread.join().unwrap().unwrap();
    assert_eq!(running.fake.shared.lock().taken[1].len(), 3);
}

#[test]
fn a_sink_that_fails_ends_the_session_in_order() {
    let running = start(NO_PLAN, "", SinkState::Failed);
    let fake = running.fake.clone();
    assert_eq!(running.end().unwrap_err().to_string(), "it was not written");
    assert_eq!(fake.shared.lock().taken[0], [STOPPED], "the other one is complete");
}

#[test]
fn everything_goes_on_without_a_sink_that_is_not_needed_any_more() {
    let running = start(NO_PLAN, "", SinkState::Detached);
    let first = Demand::newest(9);
    running.fake.wait("the smaller demand", |shared| (shared.demands.last() == Some(&first)).then_some(()));
    running.fake.report(numbered(0..3));
    running.fake.wait("the events", |shared| (shared.taken[0].len() >= 3).then_some(()));
    assert!(running.fake.shared.lock().taken[1].is_empty());
    running.poster.post(Input::Stop);
    running.end().unwrap();
}

#[test]
fn a_sink_without_a_reader_ends_the_session_at_once() {
    let running = start(NO_PLAN, "", SinkState::ReaderGone);
    running.thread.join().unwrap().unwrap();
    assert!(running.fake.shared.lock().commands.is_empty());
}

#[test]
fn a_source_that_never_stops_is_left_after_the_second_request() {
    let running = start(NO_PLAN, "", OPEN);
    running.poster.post(Input::Stop);
    running.fake.wait_for_command(&Command::Stop, 1);
    running.poster.post(Input::Stop);
    running.fake.wait_for_command(&Command::Stop, 2);
    running.thread.join().unwrap().unwrap();
    let shared = running.fake.shared.lock();
    assert_eq!((shared.stops, &shared.taken[0][..]), (4, &[STOPPED][..]), "each of two sinks twice");
}

#[test]
fn its_own_time_ends_it() {
    let running = start(TimerPlan { stop_after: Some(Duration::from_millis(1)), ..NO_PLAN }, "", OPEN);
    running.end().unwrap();
}

/// The rest of a lesson needs a dashboard.
#[test]
fn without_a_dashboard_a_lesson_switches_and_nothing_more() {
    let lesson = "say one\nhurt work\npress q\nswitch other\nswitch async\nwait 1ms\nswitch threads";
    let running = start(NO_PLAN, lesson, OPEN);
    running.fake.wait("three switches", |shared| (shared.commands.len() >= 3).then_some(()));
    running.poster.post(Input::Stop);
    let fake = running.fake.clone();
    running.end().unwrap();
    let [threads, back] = [BackendKind::Threads, BackendKind::Async].map(Command::Switch);
    assert_eq!(fake.shared.lock().commands, [threads.clone(), back, threads, Command::Stop]);
}
