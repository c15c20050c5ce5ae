//! What the threads that play connections tell, in the order in which it happens.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::commands::replay::outcome::Played;
use crate::event::{ConnectionId, Event, Stamped, Timestamp};
use crate::recording::replay::Difference;

/// The number of news that may wait. Then the connections wait, too.
const MOST_WAITING: usize = 256;

/// What a thread tells.
#[derive(Debug)]
pub(super) enum News {
    /// Something happened to a connection.
    Happened(Stamped),
    /// Bytes of the other side differ, and more of them may.
    Differing(Found),
    /// Bytes of the other side differ.
    Differs(Found),
    /// A connection has been played.
    Played {
        /// Its index among those that are played.
        index: usize,
        played: Played,
    },
}

/// A difference that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Found {
    pub(super) connection: ConnectionId,
    pub(super) difference: Difference,
}

/// Where the threads tell it.
#[derive(Debug)]
pub(super) struct Outlet {
    sender: Mutex<SyncSender<News>>,
    clock: Clock,
}

/// The clock that stamps events. It never goes back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// The time by the wall clock at `since`, in microseconds.
    began_at: u64,
    since: Instant,
}

impl Clock {
    /// A clock that begins with the time of the wall clock.
    pub(super) fn start() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let began_at = u64::try_from(wall.as_micros()).unwrap_or(u64::MAX);
        Self { began_at, since: Instant::now() }
    }

    /// The time now.
    pub(super) fn now(self) -> Timestamp {
        let passed = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        Timestamp(self.began_at.saturating_add(passed))
    }
}

/// Where the news arrive.
#[derive(Debug)]
pub(super) struct Arrivals(Receiver<News>);

/// An outlet whose events are stamped by this clock, and where the news arrive.
pub(super) fn channel(clock: Clock) -> (Outlet, Arrivals) {
    let (sender, receiver) = sync_channel(MOST_WAITING);
    (Outlet { sender: Mutex::new(sender), clock }, Arrivals(receiver))
}

impl Outlet {
    /// Tells an event. Waits while too much waits to be taken.
    pub(super) fn happened(&self, event: Event) {
        let sender = self.sender.lock();
        // Under the lock, so that the events come in the order of their times.
        let stamped = Stamped { at: self.clock.now(), event };
        // The receiver is gone only if the output cannot be written.
        let _ = sender.send(News::Happened(stamped));
    }

    /// Tells anything else.
    pub(super) fn tell(&self, news: News) {
        let _ = self.sender.lock().send(news);
    }
}

impl Arrivals {
    /// The next news, if some come within this time.
    pub(super) fn wait(&self, limit: Duration) -> Option<News> {
        self.0.recv_timeout(limit).ok()
    }

    /// The next news, if there are some.
    pub(super) fn next(&self) -> Option<News> {
        self.0.try_recv().ok()
    }
}
