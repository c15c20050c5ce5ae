//! The thread that follows the hosts. The dashboard takes what it has translated, whenever it comes to it.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::app::{BusNews, HostNews};
use crate::event::Stamped;
use crate::fleet::follower::Follower;
use crate::server::ConsumerWaker;
use crate::shell::watch::acting::{Asked, Orders};
use crate::shell::watch::translation::Translation;

/// How long messages are waited for at once: after this time questions and states are looked at.
const WAIT: Duration = Duration::from_millis(50);

/// Events that wait for the dashboard, at most. Then messages wait at the bus, which drops them beyond a limit.
const MOST_WAITING: usize = 200_000;

/// News that wait for it, at most.
const MOST_NEWS: usize = 20_000;

/// How long the broker is told that the process stops.
const SILENT_WITHIN: Duration = Duration::from_millis(500);

/// What the dashboard has not taken.
#[derive(Default)]
struct Waiting {
    events: VecDeque<Stamped>,
    news: Vec<HostNews>,
    /// What the user asks hosts for.
    asked: Vec<Asked>,
    /// Whether the process is about to stop.
    is_suspended: bool,
    /// Whether the broker knows that.
    is_silent: bool,
    is_unwanted: bool,
}

impl Waiting {
    fn is_full(&self) -> bool {
        self.events.len() >= MOST_WAITING || self.news.len() >= MOST_NEWS
    }
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    /// Told when the broker knows that the process is about to stop.
    silent: Condvar,
}

/// Follows hosts on a thread of its own, which ends when this is dropped.
pub(super) struct Following {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Following {
    /// Starts the thread. It reports events to `waker`.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(super) fn start(follower: Follower, waker: Arc<ConsumerWaker>) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        let run = move || run(follower, &of_thread, &waker);
        let thread = thread::Builder::new().name("hosts".to_owned()).spawn(run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Asks a host for something. What comes of it is told as news.
    pub(super) fn ask(&self, asked: Asked) {
        self.shared.waiting.lock().asked.push(asked);
    }

    /// Lets the broker send nothing any more. Returns when it knows, or after a moment.
    pub(super) fn suspend(&self) {
        let mut waiting = self.shared.waiting.lock();
        waiting.is_suspended = true;
        let until = Instant::now() + SILENT_WITHIN;
        while !waiting.is_silent && !self.shared.silent.wait_until(&mut waiting, until).timed_out() {}
    }

    /// Goes on.
    pub(super) fn resume(&self) {
        self.shared.waiting.lock().is_suspended = false;
        self.shared.changed.notify_one();
    }

    /// Takes what has come. The news come before the events.
    pub(super) fn take(&self) -> (VecDeque<Stamped>, Vec<HostNews>) {
        let mut waiting = self.shared.waiting.lock();
        self.shared.changed.notify_one();
        (mem::take(&mut waiting.events), mem::take(&mut waiting.news))
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.shared.waiting.lock().is_unwanted = true;
        self.shared.changed.notify_one();
        // If it has panicked, that was reported.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn run(mut follower: Follower, shared: &Shared, waker: &ConsumerWaker) {
    let mut translation = Translation::default();
    let (mut told, mut orders) = (None, Orders::new());
    loop {
        pause(&mut follower, shared);
        let asked = {
            let mut waiting = shared.waiting.lock();
            while waiting.is_full() && !waiting.is_unwanted {
                shared.changed.wait(&mut waiting);
            }
            if waiting.is_unwanted {
                return;
            }
            mem::take(&mut waiting.asked)
        };
        for asked in asked {
            orders.ask(asked, &translation, &mut follower);
        }
        let news = follower.take(WAIT);
        let now = follower.clock().now();
        translation.hear_from(follower.watcher(), now);
        for (publisher, news) in news {
            translation.add(follower.watcher(), &publisher, &news, now);
        }
        translation.tell_hosts(follower.watcher(), now);
        let (events, mut host_news) = translation.take();
        host_news.extend(orders.answers(&mut follower));
        let bus = bus(&follower);
        if bus.is_some() && bus != told {
            host_news.extend(bus.clone().map(HostNews::Bus));
            told = bus;
        }
        if events.is_empty() && host_news.is_empty() {
            continue;
        }
        let mut waiting = shared.waiting.lock();
        waiting.events.extend(events);
        waiting.news.extend(host_news);
        drop(waiting);
        waker.event_arrived();
    }
}

/// Hears nothing while the process is stopped.
fn pause(follower: &mut Follower, shared: &Shared) {
    if !shared.waiting.lock().is_suspended {
        return;
    }
    follower.suspend();
    let mut waiting = shared.waiting.lock();
    waiting.is_silent = true;
    shared.silent.notify_one();
    while waiting.is_suspended && !waiting.is_unwanted {
        shared.changed.wait(&mut waiting);
    }
    waiting.is_silent = false;
    drop(waiting);
    follower.resume();
}

/// How the bus is, once that is known.
fn bus(follower: &Follower) -> Option<BusNews> {
    let lost = || BusNews::Lost(follower.trouble().map(str::to_owned));
    follower.is_connected().map(|is_connected| if is_connected { BusNews::Connected } else { lost() })
}
