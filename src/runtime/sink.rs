//! Where records go without holding up the loop: a thread that writes, behind a queue that is bounded in bytes.
//!
//! A record is what must come out whole or not at all: a line of standard output, a block of a recording. Records travel in
//! batches. The loop sends one only while there is [room](Sink::has_room), so what it does with an output that cannot
//! follow stays its own decision. Every record is either written or counted as not written.

mod batch;
mod output;

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

pub(super) use batch::Batch;
pub(super) use output::Output;

/// Below this many waiting bytes there is room for another batch.
const BOUND: usize = 1 << 20;

/// A caller that waits for room is woken when no more than this is waiting, so that it is not woken for each batch.
const LOW_WATER: usize = BOUND / 2;

/// Batches that wait are put together up to this size: each costs a system call.
const SMALL: usize = 16 * 1024;

/// Empty batches that are kept for the next records.
const SPARE: usize = 4;

/// How long [`Sink::close`] waits for a system call that has begun.
const LAST_CALL: Duration = Duration::from_millis(50);

/// The way to one output.
pub(super) struct Sink {
    state: Mutex<State>,
    changed: Condvar,
    notify: Box<dyn Fn() + Send + Sync>,
}

/// How an output stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    /// Records that were written.
    pub(super) written: u64,
    /// Records that wait.
    pub(super) waiting: u64,
    /// Since when it has taken nothing, if something waits.
    pub(super) taken_nothing_since: Option<Instant>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Batch>,
    /// Bytes of the queue and of the batch that is being written, as far as they are not written.
    waiting: usize,
    /// What is being written; its bytes are with the thread.
    current: Option<Current>,
    /// Records of all batches that are written.
    written: u64,
    /// Records of the queue.
    queued: u64,
    /// When the output last took something, or when it last was given something to take.
    moved: Option<Instant>,
    spare: Vec<Batch>,
    awaited: Option<Awaited>,
    phase: Phase,
    failed: Option<io::Error>,
}

struct Current {
    ends: Vec<usize>,
    written: usize,
}

/// What the loop wants to be told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Awaited {
    Room,
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Phase {
    #[default]
    Open,
    /// A system call has begun.
    Writing,
    /// Nothing is written any more, but for a system call that has begun.
    ClosedWriting,
    /// Nothing is written any more.
    Closed,
}

impl Sink {
    /// Starts the thread that writes. `notify` is called from it when what was asked for has come, and when the output
    /// has failed.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(super) fn start(output: Output, notify: impl Fn() + Send + Sync + 'static) -> io::Result<Arc<Self>> {
        let sink =
            Arc::new(Self { state: Mutex::default(), changed: Condvar::new(), notify: Box::new(notify) });
        let writer = Arc::clone(&sink);
        thread::Builder::new().name("output".to_owned()).spawn(move || writer.run(output))?;
        Ok(sink)
    }

    /// Whether another batch may be sent. If not, the notice comes when it may.
    pub(super) fn has_room(&self) -> bool {
        let mut state = self.state.lock();
        let room = state.waiting < BOUND;
        state.awaited = (!room).then_some(Awaited::Room);
        room
    }

    /// Sends what is in the batch, after all that was sent before, and leaves an empty one in its place. Never waits. Once
    /// the sink is closed, the batch is counted as not written.
    pub(super) fn send(&self, batch: &mut Batch) {
        if batch.is_empty() {
            return;
        }
        let mut state = self.state.lock();
        let empty = state.spare.pop().unwrap_or_default();
        let full = mem::replace(batch, empty);
        if state.waiting == 0 {
            state.moved = Some(Instant::now());
        }
        state.waiting += full.len();
        state.queued += full.records();
        match state.queue.back_mut().filter(|last| last.len() + full.len() <= SMALL) {
            Some(last) => last.append(&full),
            None => state.queue.push_back(full),
        }
        drop(state);
        self.changed.notify_all();
    }

    /// How it stands.
    pub(super) fn standing(&self) -> Standing {
        self.state.lock().standing()
    }

    /// The notice comes when nothing waits any more, unless it comes for room before.
    pub(super) fn tell_when_written(&self) {
        let mut state = self.state.lock();
        if state.standing().waiting > 0 && state.awaited.is_none() {
            state.awaited = Some(Awaited::Nothing);
        }
    }

    /// Why the output failed, if it did; told once.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.state.lock().failed.take()
    }

    /// Writes nothing any more. Returns how many records were not written.
    pub(super) fn close(&self) -> u64 {
        let deadline = Instant::now() + LAST_CALL;
        let mut state = self.state.lock();
        state.phase = match state.phase {
            Phase::Writing | Phase::ClosedWriting => Phase::ClosedWriting,
            Phase::Open | Phase::Closed => Phase::Closed,
        };
        self.changed.notify_all();
        while state.phase == Phase::ClosedWriting {
            if self.changed.wait_until(&mut state, deadline).timed_out() {
                break;
            }
        }
        state.standing().waiting
    }

    fn run(&self, mut output: Output) {
        while let Some((mut batch, mut at)) = self.take() {
            while at < batch.len() {
                if !self.begin_call() {
                    return;
                }
                let written = match output.write(&batch.bytes()[at..]) {
                    Ok(written) => written,
                    Err(error) => return self.fail(&mut output, error),
                };
                at += written;
                if !self.end_call(at) {
                    return;
                }
                if let Some(Err(error)) = (written == 0).then(|| output.wait()) {
                    return self.fail(&mut output, error);
                }
            }
            self.finish(&mut batch);
        }
    }

    /// Waits for a batch; nothing when no more is wanted.
    fn take(&self) -> Option<(Batch, usize)> {
        let mut state = self.state.lock();
        loop {
            if state.phase != Phase::Open {
                return None;
            }
            if let Some(mut batch) = state.queue.pop_front() {
                state.queued -= batch.records();
                state.current = Some(Current { ends: batch.take_ends(), written: 0 });
                return Some((batch, 0));
            }
            self.changed.wait(&mut state);
        }
    }

    fn begin_call(&self) -> bool {
        let mut state = self.state.lock();
        if state.phase == Phase::Open {
            state.phase = Phase::Writing;
        }
        state.phase == Phase::Writing
    }

    /// So much of the batch is written. Returns whether to go on.
    fn end_call(&self, at: usize) -> bool {
        let mut state = self.state.lock();
        if let Some(current) = &mut state.current {
            let moved = at - current.written;
            current.written = at;
            state.waiting -= moved;
            if moved > 0 {
                state.moved = Some(Instant::now());
            }
        }
        let open = state.phase == Phase::Writing;
        state.phase = if open { Phase::Open } else { Phase::Closed };
        if !open {
            self.changed.notify_all();
        }
        let notify = state.awaited == Some(Awaited::Room) && state.waiting <= LOW_WATER;
        if notify {
            state.awaited = None;
        }
        drop(state);
        if notify {
            (self.notify)();
        }
        open
    }

    fn finish(&self, batch: &mut Batch) {
        let mut state = self.state.lock();
        let Some(current) = state.current.take() else { return };
        state.written += current.ends.len() as u64;
        batch.clear(current.ends);
        if state.spare.len() < SPARE {
            state.spare.push(mem::take(batch));
        }
        if state.waiting == 0 && state.awaited.take().is_some() {
            drop(state);
            (self.notify)();
        }
    }

    fn fail(&self, output: &mut Output, error: io::Error) {
        let mut state = self.state.lock();
        if let Some(current) = &state.current {
            output.take_back(current.written_of_a_record());
        }
        state.failed = Some(error);
        state.phase = Phase::Closed;
        self.changed.notify_all();
        drop(state);
        (self.notify)();
    }
}

impl State {
    fn standing(&self) -> Standing {
        let (done, left) = self.current.as_ref().map_or((0, 0), Current::records);
        let waiting = self.queued + left;
        Standing {
            written: self.written + done,
            waiting,
            taken_nothing_since: self.moved.filter(|_| waiting > 0),
        }
    }
}

impl Current {
    /// How many of its records are written, and how many are not.
    fn records(&self) -> (u64, u64) {
        let done = self.ends.partition_point(|end| *end <= self.written);
        (done as u64, (self.ends.len() - done) as u64)
    }

    /// Bytes at the end of what is written that are not a whole record.
    fn written_of_a_record(&self) -> usize {
        let done = self.ends.partition_point(|end| *end <= self.written);
        self.written - done.checked_sub(1).map_or(0, |last| self.ends[last])
    }
}

#[cfg(test)]
mod tests;
