//! Reads a recording on a thread of its own, as far ahead of the dashboard as memory allows.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::sync::Arc;
use std::thread;

use parking_lot::{Condvar, Mutex};

use crate::event::{Event, Stamped, StreamEvent};
use crate::recording::read::{Progress, Recording};
use crate::server::ConsumerWaker;

/// Bytes of events that wait for the dashboard, beside the last batch.
const MOST_AHEAD: usize = 8 << 20;

/// What the thread has read and the dashboard has not taken.
#[derive(Debug, Default)]
struct Ahead {
    events: VecDeque<Stamped>,
    bytes: usize,
    /// The number of bytes of the file that were read.
    position: u64,
    end: End,
}

/// Whether more is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum End {
    #[default]
    Reading,
    /// The file has been read.
    Read,
    /// Nobody wants the rest.
    Unwanted,
}

#[derive(Debug, Default)]
struct Shared {
    ahead: Mutex<Ahead>,
    taken: Condvar,
}

/// A thread that reads a recording. Dropping this ends it, at the latest when its next read returns.
#[derive(Debug)]
pub(super) struct Reader(Arc<Shared>);

/// What was read since the last time.
pub(super) struct ReadAhead {
    /// The number of bytes of the file that were read in all.
    pub(super) position: u64,
    /// Whether that is everything.
    pub(super) is_whole: bool,
}

impl Reader {
    /// Starts the thread. It wakes `waker` when it has read something.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(super) fn start(
        recording: Recording<impl io::Read + Send + 'static>,
        waker: Arc<ConsumerWaker>,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let reader = Self(Arc::clone(&shared));
        thread::Builder::new()
            .name("recording".to_owned())
            .spawn(move || read(recording, &shared, &waker))?;
        Ok(reader)
    }

    /// Takes the events that were read.
    pub(super) fn take(&self, into: &mut Vec<Stamped>) -> ReadAhead {
        let mut ahead = self.0.ahead.lock();
        into.extend(mem::take(&mut ahead.events));
        ahead.bytes = 0;
        self.0.taken.notify_one();
        ReadAhead { position: ahead.position, is_whole: ahead.end == End::Read }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.ahead.lock().end = End::Unwanted;
        self.0.taken.notify_one();
    }
}

fn read(mut recording: Recording<impl io::Read>, shared: &Shared, waker: &ConsumerWaker) {
    let mut events = Vec::new();
    loop {
        let progress = recording.read(&mut events);
        let mut ahead = shared.ahead.lock();
        while ahead.bytes > MOST_AHEAD && ahead.end != End::Unwanted {
            shared.taken.wait(&mut ahead);
        }
        if ahead.end == End::Unwanted {
            return;
        }
        ahead.bytes += events.iter().map(size).sum::<usize>();
        ahead.events.extend(events.drain(..));
        ahead.position = recording.position();
        if progress == Progress::Ended {
            ahead.end = End::Read;
        }
        drop(ahead);
        waker.wake();
        if progress == Progress::Ended {
            return;
        }
    }
}

fn size(stamped: &Stamped) -> usize {
    let payload = match &stamped.event {
        Event::Stream(_, StreamEvent::Bytes { data, .. }) => data.len(),
        Event::Stream(..) | Event::Connection(..) | Event::Switch(_) | Event::Server(_) => 0,
    };
    size_of::<Stamped>() + payload
}
