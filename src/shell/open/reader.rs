//! Reads a recording on a thread of its own: as far ahead of the dashboard as memory allows, or as far as it is played.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::app::TimelineStep;
use crate::event::{ConnectionId, Event, ServerEvent, Stamped, StreamEvent, Timestamp};
use crate::recording::read::{Joined, Progress};
use crate::server::ConsumerWaker;
use crate::shell::open::player::{Due, Player, Stepped};

/// Bytes of events that wait for the dashboard, beside the last batch.
const MOST_AHEAD: usize = 8 << 20;

/// Where the bytes of a recording come from.
pub(super) type Input = Box<dyn Read + Send>;

/// Opens a recording again, from its start.
pub(super) type Reopen = Box<dyn Fn() -> Result<Joined<Input>, String> + Send>;

/// What the thread has read and the dashboard has not taken.
#[derive(Debug)]
struct Ahead {
    events: VecDeque<Stamped>,
    bytes: usize,
    /// The number of bytes of the file that were read.
    position: u64,
    /// The number of the first connection of the second recording.
    second_from: Option<ConnectionId>,
    end: End,
    player: Player,
    /// How often the recording has been begun again.
    restarts: u64,
}

/// Whether more is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Reading,
    /// The file has been read.
    Read,
    /// Nobody wants the rest.
    Unwanted,
}

#[derive(Debug)]
struct Shared {
    ahead: Mutex<Ahead>,
    changed: Condvar,
}

/// A thread that reads a recording. Dropping this ends it, at the latest when its next read returns.
#[derive(Debug)]
pub(super) struct Reader {
    shared: Arc<Shared>,
    /// Whether the recording can be read from its start again.
    can_restart: bool,
}

/// What was read since the last time.
pub(super) struct ReadAhead {
    /// The number of bytes of the file that were read in all.
    pub(super) position: u64,
    /// The number of the first connection of the second recording, once that is being read.
    pub(super) second_from: Option<ConnectionId>,
    /// Whether that is everything.
    pub(super) is_whole: bool,
    /// How it is played.
    pub(super) player: Player,
}

impl Reader {
    /// Starts the thread. It wakes `waker` when it has read something.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(super) fn start(
        recording: Joined<Input>,
        reopen: Option<Reopen>,
        player: Player,
        waker: Arc<ConsumerWaker>,
    ) -> io::Result<Self> {
        let (events, end) = (VecDeque::new(), End::Reading);
        let (bytes, position, second_from) = (0, 0, None);
        let ahead = Ahead { events, bytes, position, second_from, end, player, restarts: 0 };
        let shared = Arc::new(Shared { ahead: Mutex::new(ahead), changed: Condvar::new() });
        let reader = Self { shared: Arc::clone(&shared), can_restart: reopen.is_some() };
        let reading = Reading { recording, reopen, shared, waker, pending: VecDeque::new(), restarts: 0 };
        thread::Builder::new().name("recording".to_owned()).spawn(move || reading.run())?;
        Ok(reader)
    }

    /// Takes the events that were read.
    pub(super) fn take(&self, into: &mut Vec<Stamped>) -> ReadAhead {
        let mut ahead = self.shared.ahead.lock();
        into.extend(mem::take(&mut ahead.events));
        ahead.bytes = 0;
        self.shared.changed.notify_one();
        let is_whole = ahead.end == End::Read;
        let Ahead { position, second_from, player, .. } = *ahead;
        ReadAhead { position, second_from, is_whole, player }
    }

    /// Takes a step on the timeline.
    ///
    /// # Errors
    ///
    /// Why the step cannot be taken.
    pub(super) fn step(&self, step: TimelineStep) -> Result<Stepped, &'static str> {
        self.change(|player, now| player.step(step, self.can_restart, now))
    }

    /// Goes to a time on the timeline.
    ///
    /// # Errors
    ///
    /// Why that cannot be done.
    pub(super) fn go_to(&self, at: Timestamp) -> Result<Stepped, &'static str> {
        self.change(|player, now| player.go_to(at, self.can_restart, now))
    }

    fn change(
        &self,
        change: impl FnOnce(&mut Player, Instant) -> Result<Stepped, &'static str>,
    ) -> Result<Stepped, &'static str> {
        let mut ahead = self.shared.ahead.lock();
        let stepped = change(&mut ahead.player, Instant::now())?;
        if stepped == Stepped::FromStart {
            ahead.restarts += 1;
            (ahead.events, ahead.bytes, ahead.end) = (VecDeque::new(), 0, End::Reading);
        }
        self.shared.changed.notify_one();
        Ok(stepped)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.shared.ahead.lock().end = End::Unwanted;
        self.shared.changed.notify_one();
    }
}

/// The thread.
struct Reading {
    recording: Joined<Input>,
    reopen: Option<Reopen>,
    shared: Arc<Shared>,
    waker: Arc<ConsumerWaker>,
    /// What was read and is not due.
    pending: VecDeque<Stamped>,
    /// How often this thread has begun again.
    restarts: u64,
}

/// What the thread does next.
enum Next {
    Read,
    BeginAgain,
    End,
}

impl Reading {
    fn run(mut self) {
        let mut new = Vec::new();
        let mut progress = Progress::More;
        loop {
            if self.pending.is_empty() && progress == Progress::More {
                progress = self.recording.read(&mut new);
                self.pending.extend(new.drain(..));
            }
            match self.pass_on(progress) {
                Next::Read => {}
                Next::BeginAgain => {
                    self.pending.clear();
                    match self.reopen.as_ref().map(|reopen| reopen()) {
                        Some(Ok(recording)) => {
                            self.recording = recording;
                            progress = Progress::More;
                        }
                        Some(Err(why)) => {
                            tracing::error!(target: "bytewatch::recording", "the recording cannot be read again: {why}");
                            progress = Progress::Ended;
                        }
                        None => progress = Progress::Ended,
                    }
                }
                Next::End => return,
            }
        }
    }

    /// Passes on what is due, as soon as there is room for it.
    fn pass_on(&mut self, progress: Progress) -> Next {
        let shared = Arc::clone(&self.shared);
        let mut ahead = shared.ahead.lock();
        loop {
            if ahead.end == End::Unwanted {
                return Next::End;
            }
            if ahead.restarts != self.restarts {
                self.restarts = ahead.restarts;
                return Next::BeginAgain;
            }
            if ahead.bytes > MOST_AHEAD {
                shared.changed.wait(&mut ahead);
                continue;
            }
            let Some(first) = self.pending.front() else {
                self.note_position(&mut ahead);
                if progress == Progress::More {
                    return Next::Read;
                }
                self.wait_at_end(&mut ahead);
                continue;
            };
            match ahead.player.due(first.at, Instant::now()) {
                Due::Now => {}
                Due::At(Some(time)) => {
                    shared.changed.wait_until(&mut ahead, time);
                    continue;
                }
                Due::At(None) => {
                    shared.changed.wait(&mut ahead);
                    continue;
                }
            }
            self.move_due(&mut ahead);
        }
    }

    fn wait_at_end(&self, ahead: &mut MutexGuard<'_, Ahead>) {
        if ahead.end == End::Reading {
            ahead.end = End::Read;
            ahead.player.end();
            self.waker.wake();
        }
        self.shared.changed.wait(ahead);
    }

    fn note_position(&self, ahead: &mut Ahead) {
        (ahead.position, ahead.second_from) = (self.recording.position(), self.recording.second_from());
    }

    fn move_due(&mut self, ahead: &mut Ahead) {
        let now = Instant::now();
        while ahead.bytes <= MOST_AHEAD
            && self.pending.front().is_some_and(|first| ahead.player.due(first.at, now) == Due::Now)
            && let Some(stamped) = self.pending.pop_front()
        {
            ahead.player.passed(stamped.at);
            ahead.bytes += size(&stamped);
            ahead.events.push_back(stamped);
        }
        self.note_position(ahead);
        self.waker.wake();
    }
}

fn size(stamped: &Stamped) -> usize {
    let payload = match &stamped.event {
        Event::Stream(_, StreamEvent::Bytes { data, .. }) => data.len(),
        Event::Server(ServerEvent::Comment { text, .. }) => text.len(),
        Event::Stream(..) | Event::Connection(..) | Event::Switch(_) | Event::Server(_) => 0,
    };
    size_of::<Stamped>() + payload
}
