//! What the dashboard is told of a replay, from the threads that play to the thread that shows.

use std::mem;
use std::sync::Arc;

use anyhow::Result;
use parking_lot::{Condvar, Mutex};

use crate::app::{Finding, FindingKind, ReplayNews, ReplayProgress};
use crate::commands::replay::news::{Found, News};
use crate::commands::replay::outcome::Deviation;
use crate::commands::replay::reporter::Reporter;
use crate::event::{Address, BackendKind, Encryption, Event, ServerEvent, Stamped, StreamEvent, Timestamp};
use crate::server::ConsumerWaker;

/// Bytes of events that wait for the dashboard. Then the connections wait, too.
const MOST_WAITING: usize = 8 << 20;

/// What waits for the dashboard.
#[derive(Debug, Default)]
struct Waiting {
    events: Vec<Stamped>,
    news: Vec<ReplayNews>,
    bytes: usize,
    progress: ReplayProgress,
    /// Whether the dashboard takes nothing any more.
    is_closed: bool,
}

/// Between both threads.
#[derive(Debug, Default)]
pub(super) struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    waker: Arc<ConsumerWaker>,
}

/// What was told since the last time.
pub(super) struct Taken {
    pub(super) events: Vec<Stamped>,
    /// Whether no event follows.
    pub(super) is_over: bool,
}

impl Shared {
    /// A replay of this number of connections, of which this was recorded.
    pub(super) fn new(connections: usize, recorded: Vec<Stamped>) -> Self {
        let progress = ReplayProgress { connections: connections as u64, ..ReplayProgress::default() };
        let news = vec![ReplayNews::Recorded(recorded), ReplayNews::Progress(progress)];
        let waiting = Waiting { news, progress, ..Waiting::default() };
        Self { waiting: Mutex::new(waiting), ..Self::default() }
    }

    /// What is woken when something was told.
    pub(super) fn waker(&self) -> Arc<ConsumerWaker> {
        Arc::clone(&self.waker)
    }

    /// How far the replay is.
    pub(super) fn progress(&self) -> ReplayProgress {
        self.waiting.lock().progress
    }

    /// Takes the events.
    pub(super) fn take_events(&self) -> Taken {
        let mut waiting = self.waiting.lock();
        waiting.bytes = 0;
        self.changed.notify_one();
        Taken { events: mem::take(&mut waiting.events), is_over: waiting.progress.is_over }
    }

    /// Takes everything else.
    pub(super) fn take_news(&self) -> Vec<ReplayNews> {
        mem::take(&mut self.waiting.lock().news)
    }

    /// Notes that nothing more is taken: nothing waits for that any longer.
    pub(super) fn close(&self) {
        self.waiting.lock().is_closed = true;
        self.changed.notify_one();
        self.waker.wake();
    }

    /// Changes the progress, and tells it.
    pub(super) fn change_progress(&self, change: impl FnOnce(&mut ReplayProgress)) {
        let mut waiting = self.waiting.lock();
        change(&mut waiting.progress);
        let progress = waiting.progress;
        waiting.news.push(ReplayNews::Progress(progress));
        drop(waiting);
        self.waker.wake();
    }

    fn happened(&self, stamped: Stamped) {
        let mut waiting = self.waiting.lock();
        while waiting.bytes > MOST_WAITING && !waiting.is_closed {
            self.changed.wait(&mut waiting);
        }
        waiting.bytes += size(&stamped);
        waiting.events.push(stamped);
    }

    fn found(&self, finding: Finding) {
        self.waiting.lock().news.push(ReplayNews::Found(finding));
    }
}

/// Tells the dashboard.
pub(super) struct LiveReport(pub(super) Arc<Shared>);

impl Reporter for LiveReport {
    fn listening(&mut self, address: &Address, at: Timestamp) -> Result<()> {
        self.0.happened(Stamped { at, event: listening(address) });
        self.flush()
    }

    fn take(&mut self, news: News) -> Result<()> {
        match news {
            News::Happened(stamped) => self.0.happened(stamped),
            News::Differing(found) => self.0.found(finding(found)),
            News::Differs(found) => {
                self.0.found(finding(found));
                self.0.change_progress(|progress| progress.differences += 1);
            }
            News::Played { played, .. } => {
                if let Some(Deviation { offset, detail }) = &played.deviation {
                    let what = FindingKind::Other(detail.clone());
                    self.0.found(Finding { connection: played.connection, offset: *offset, what });
                }
                // Those that were told one by one are counted.
                let more = played.differences() - played.told;
                self.0.change_progress(|progress| {
                    progress.played += 1;
                    progress.differences += more;
                });
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.waker.wake();
        Ok(())
    }
}

/// The event that says where clients are waited for.
pub(super) fn listening(address: &Address) -> Event {
    Event::Server(ServerEvent::Listening {
        address: address.clone(),
        // Each connection is played by a thread.
        backend: BackendKind::Threads,
        service: "replay".to_owned(),
        encryption: Encryption::default(),
    })
}

fn finding(found: Found) -> Finding {
    let Found { connection, difference } = found;
    let what =
        FindingKind::Bytes { expected: difference.expected, got: difference.got, at: difference.place };
    Finding { connection, offset: difference.offset, what }
}

fn size(stamped: &Stamped) -> usize {
    let payload = match &stamped.event {
        Event::Stream(_, StreamEvent::Bytes { data, .. }) => data.len(),
        Event::Stream(..) | Event::Connection(..) | Event::Switch(_) | Event::Server(_) => 0,
    };
    size_of::<Stamped>() + payload
}

#[cfg(test)]
mod tests {
    use std::thread;

    use bytes::Bytes;

    use super::*;
    use crate::commands::replay::outcome::Played;
    use crate::event::{ConnectionId, Direction, Origin, StreamId, Utf8Summary};
    use crate::recording::replay::Difference;

    const CONNECTION: ConnectionId = ConnectionId(1);

    fn found() -> Found {
        let difference = Difference { offset: 4, expected: b"a".to_vec(), got: b"b".to_vec(), place: 4..5 };
        Found { connection: CONNECTION, difference }
    }

    #[test]
    fn each_difference_is_counted_once() {
        let shared = Arc::new(Shared::new(2, Vec::new()));
        let mut report = LiveReport(Arc::clone(&shared));
        report.take(News::Differing(found())).unwrap();
        report.take(News::Differs(found())).unwrap();
        assert_eq!(shared.progress().differences, 1);
        let deviation = Some(Deviation { offset: 9, detail: "the server finished".to_owned() });
        let played = Played { connection: CONNECTION, found: 3, told: 1, deviation };
        report.take(News::Played { index: 0, played }).unwrap();
        let progress = ReplayProgress { connections: 2, played: 1, differences: 4, ..Default::default() };
        assert_eq!(shared.progress(), progress);
        let news = shared.take_news();
        assert_eq!(news.last(), Some(&ReplayNews::Progress(progress)));
        let found = news.iter().filter(|news| matches!(news, ReplayNews::Found(_))).count();
        assert_eq!(found, 3, "the first one twice, and the deviation");
    }

    #[test]
    fn events_wait_for_a_dashboard_that_cannot_follow_until_it_is_gone() {
        let shared = Arc::new(Shared::new(1, Vec::new()));
        let bytes = Event::Stream(
            StreamId::client(CONNECTION, Direction::Sent),
            StreamEvent::Bytes {
                offset: 0,
                data: Bytes::from(vec![0; MOST_WAITING + 1]),
                summary: Utf8Summary::default(),
                origin: Origin::Service,
                forwarded: None,
                place: None,
            },
        );
        let stamped = Stamped { at: Timestamp(1), event: bytes };
        let told = Arc::clone(&shared);
        let telling = thread::spawn(move || (0..4).for_each(|_| told.happened(stamped.clone())));
        for _ in 0..2 {
            while shared.take_events().events.is_empty() {
                thread::yield_now();
            }
        }
        shared.close();
        telling.join().unwrap();
    }
}
