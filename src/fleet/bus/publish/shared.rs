//! What the thread that publishes shares with the one that tells it what happens.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tracing::warn;

use crate::event::Timestamp;
use crate::fleet::bus::publish::role::Role;
use crate::fleet::publication::Publication;

/// How long another program with the same name is remembered.
const CLASH_FOR: Duration = Duration::from_secs(15);

pub(super) struct Shared {
    pub(super) role: Role,
    pub(super) publication: Mutex<Publication>,
    /// There is a batch, or the end has come.
    ready: Notify,
    /// Since when the end has come.
    stopped: Mutex<Option<Instant>>,
    stop: Notify,
    has_ended: AtomicBool,
    names: Mutex<Heard>,
}

/// A message that is to be published.
pub(super) enum Outgoing {
    /// Events.
    Batch(Bytes),
    /// Bytes of this connection.
    Chunk(u64, Bytes),
}

/// Heartbeats that were heard under the own name.
#[derive(Default)]
struct Heard {
    itself: Option<Instant>,
    another: Option<Instant>,
}

impl Shared {
    pub(super) fn new(role: Role) -> Self {
        Self {
            publication: Mutex::new(Publication::new(role.identity.clone())),
            role,
            ready: Notify::new(),
            stopped: Mutex::default(),
            stop: Notify::new(),
            has_ended: AtomicBool::new(false),
            names: Mutex::default(),
        }
    }

    /// Changes what is published, and wakes the thread if there is something for it now.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Publication) -> T) -> T {
        let mut publication = self.publication.lock();
        let state = |publication: &Publication| {
            (publication.has_batch(), publication.has_full_batch(), publication.has_chunk())
        };
        let before = state(&publication);
        let result = change(&mut publication);
        let is_more = state(&publication) != before;
        drop(publication);
        if is_more {
            self.ready.notify_one();
        }
        result
    }

    /// The time by the clock of what is published.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp(u64::try_from(self.role.begin.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The next message: bytes of connections come behind everything else.
    pub(super) fn next_message(&self) -> Option<Outgoing> {
        let mut publication = self.publication.lock();
        if let Some(batch) = publication.next_batch() {
            return Some(Outgoing::Batch(batch.into()));
        }
        publication.next_chunk().map(|(connection, chunk)| Outgoing::Chunk(connection, chunk.into()))
    }

    /// Waits until there is a full batch, or one that has waited for this time, or the end has come.
    pub(super) async fn wait_for_batch(&self, time: Duration) {
        let is_full = || self.is_stopping() || self.publication.lock().has_full_batch();
        let has_some = || {
            let publication = self.publication.lock();
            publication.has_batch() || publication.has_chunk()
        };
        while !self.is_stopping() && !has_some() {
            self.ready.notified().await;
        }
        let full = async {
            while !is_full() {
                self.ready.notified().await;
            }
        };
        // Whether the time is over or the batch is full: it goes now.
        let _ = timeout(time, full).await;
    }

    pub(super) fn stop(&self) {
        self.stopped.lock().get_or_insert_with(Instant::now);
        self.stop.notify_one();
        self.ready.notify_one();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopped.lock().is_some()
    }

    pub(super) fn has_stopped_for(&self, time: Duration) -> bool {
        self.stopped.lock().is_some_and(|since| since.elapsed() >= time)
    }

    /// Waits until this time after the end has come.
    pub(super) async fn stopped_for(&self, time: Duration) {
        while !self.is_stopping() {
            self.stop.notified().await;
        }
        sleep(time).await;
    }

    /// Notes that the thread ends.
    pub(super) fn end(&self) {
        self.has_ended.store(true, Ordering::Release);
        (self.role.wake)();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Acquire)
    }

    /// Takes notice of a heartbeat under the own name.
    pub(super) fn hear(&self, epoch: u64, is_bye: bool) {
        let mut names = self.names.lock();
        if epoch == self.role.identity.epoch {
            names.itself = Some(Instant::now());
            return;
        }
        if is_bye {
            return;
        }
        if names.another.is_none_or(|at| at.elapsed() > CLASH_FOR) {
            warn!(
                target: "bytewatch::bus",
                "another program publishes as {}, too: no action is obeyed (--as gives this one another name)",
                self.role.publisher
            );
        }
        names.another = Some(Instant::now());
    }

    /// When the own heartbeat last came back.
    pub(super) fn heard_itself(&self) -> Option<Instant> {
        self.names.lock().itself
    }

    /// Whether another program has the same name.
    pub(super) fn is_clash(&self) -> bool {
        self.names.lock().another.is_some_and(|at| at.elapsed() < CLASH_FOR)
    }
}
