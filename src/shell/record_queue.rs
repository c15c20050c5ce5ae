//! Writes records without blocking the loop: a thread that writes, behind a queue that is bounded in bytes.
//!
//! A record must be written completely or not at all: a line of standard output, a block of a recording. Records
//! travel in batches. The loop sends a batch only while there is [room](RecordQueue::has_room), so the loop decides what to
//! do about an output that is too slow. Every record is either written or counted as not written.

mod batch;
mod output;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use parking_lot::{Condvar, Mutex};

pub(crate) use crate::shell::record_queue::batch::RecordBatch;
pub(crate) use crate::shell::record_queue::output::OutputWriter;

/// There is room for another batch while fewer bytes than this are queued.
const QUEUE_LIMIT: usize = 1 << 20;

/// A caller that waits for room is woken when at most this many bytes are queued, so that it is not woken for each
/// batch.
const LOW_WATER: usize = QUEUE_LIMIT / 2;

/// Queued batches are merged up to this size, because each batch costs a system call.
const MERGE_LIMIT: usize = 16 * 1024;

/// The number of empty batches that are kept for reuse.
const MAX_SPARE: usize = 4;

/// How long [`RecordQueue::close`] waits for a system call in progress.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(50);

/// The queue of records for one output.
pub(crate) struct RecordQueue {
    state: Mutex<QueueState>,
    changed: Condvar,
    notify: Box<dyn Fn() + Send + Sync>,
}

/// The progress of an output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct WriteProgress {
    /// The number of written records.
    pub(crate) written: u64,
    /// The number of records that are not written yet.
    pub(crate) waiting: u64,
    /// Since when the output has taken nothing, if records are waiting.
    pub(crate) taken_nothing_since: Option<Instant>,
}

#[derive(Default)]
struct QueueState {
    queue: VecDeque<RecordBatch>,
    /// Bytes that are not written yet, of the queue and of the current batch.
    waiting: usize,
    /// The batch that is being written. The writing thread owns its bytes.
    current: Option<Current>,
    /// Records of all completely written batches.
    written: u64,
    /// Records of the queue.
    queued: u64,
    /// When the output last took bytes, or when the queue last became non-empty.
    last_progress: Option<Instant>,
    spare: Vec<RecordBatch>,
    awaited: Option<Awaited>,
    phase: QueuePhase,
    failed: Option<io::Error>,
}

struct Current {
    ends: Vec<usize>,
    written: usize,
}

/// What the loop wants to be notified of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Awaited {
    Room,
    Empty,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum QueuePhase {
    #[default]
    Open,
    /// A system call is in progress.
    Writing,
    /// The queue is closed, but a system call is still in progress.
    ClosedWriting,
    /// The queue is closed; nothing is written any more.
    Closed,
}

impl RecordQueue {
    /// Starts the thread that writes. It calls `notify` when the awaited state is reached, and when the output has
    /// failed.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(crate) fn start(
        output: OutputWriter,
        notify: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Arc<Self>> {
        let queue =
            Arc::new(Self { state: Mutex::default(), changed: Condvar::new(), notify: Box::new(notify) });
        let writer = Arc::clone(&queue);
        thread::Builder::new().name("output".to_owned()).spawn(move || writer.run(output))?;
        Ok(queue)
    }

    /// Whether another batch may be sent. If not, `notify` is called when it may.
    pub(crate) fn has_room(&self) -> bool {
        let mut state = self.state.lock();
        let room = state.waiting < QUEUE_LIMIT;
        state.awaited = (!room).then_some(Awaited::Room);
        room
    }

    /// Queues the records of `batch` and leaves an empty batch in its place. Never blocks. Once the queue is closed, the
    /// records count as not written.
    pub(crate) fn send(&self, batch: &mut RecordBatch) {
        if batch.is_empty() {
            return;
        }
        let mut state = self.state.lock();
        let empty = state.spare.pop().unwrap_or_default();
        let full = mem::replace(batch, empty);
        if state.waiting == 0 {
            state.last_progress = Some(Instant::now());
        }
        state.waiting += full.len();
        state.queued += full.records();
        match state.queue.back_mut().filter(|last| last.len() + full.len() <= MERGE_LIMIT) {
            Some(last) => last.append(&full),
            None => state.queue.push_back(full),
        }
        drop(state);
        self.changed.notify_all();
    }

    /// The progress of the output.
    pub(crate) fn progress(&self) -> WriteProgress {
        self.state.lock().progress()
    }

    /// Requests a call of `notify` once everything is written. A pending request for room takes precedence.
    pub(crate) fn notify_when_written(&self) {
        let mut state = self.state.lock();
        if state.progress().waiting > 0 && state.awaited.is_none() {
            state.awaited = Some(Awaited::Empty);
        }
    }

    /// The error of the output, if it has failed. Returned only once.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.state.lock().failed.take()
    }

    /// Stops writing. Returns the number of records that were not written.
    pub(crate) fn close(&self) -> u64 {
        let deadline = Instant::now() + CLOSE_TIMEOUT;
        let mut state = self.state.lock();
        state.phase = match state.phase {
            QueuePhase::Writing | QueuePhase::ClosedWriting => QueuePhase::ClosedWriting,
            QueuePhase::Open | QueuePhase::Closed => QueuePhase::Closed,
        };
        self.changed.notify_all();
        while state.phase == QueuePhase::ClosedWriting {
            if self.changed.wait_until(&mut state, deadline).timed_out() {
                break;
            }
        }
        state.progress().waiting
    }

    fn run(&self, mut output: OutputWriter) {
        while let Some(mut batch) = self.take() {
            let mut at = 0;
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

    /// Waits for a batch to write; `None` once the queue is closed.
    fn take(&self) -> Option<RecordBatch> {
        let mut state = self.state.lock();
        loop {
            if state.phase != QueuePhase::Open {
                return None;
            }
            if let Some(mut batch) = state.queue.pop_front() {
                state.queued -= batch.records();
                state.current = Some(Current { ends: batch.take_ends(), written: 0 });
                return Some(batch);
            }
            self.changed.wait(&mut state);
        }
    }

    fn begin_call(&self) -> bool {
        let mut state = self.state.lock();
        if state.phase == QueuePhase::Open {
            state.phase = QueuePhase::Writing;
        }
        state.phase == QueuePhase::Writing
    }

    /// Notes that the first `at` bytes of the batch are written. Returns whether to continue.
    fn end_call(&self, at: usize) -> bool {
        let mut state = self.state.lock();
        if let Some(current) = &mut state.current {
            let written = at - current.written;
            current.written = at;
            state.waiting -= written;
            if written > 0 {
                state.last_progress = Some(Instant::now());
            }
        }
        let open = state.phase == QueuePhase::Writing;
        state.phase = if open { QueuePhase::Open } else { QueuePhase::Closed };
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

    fn finish(&self, batch: &mut RecordBatch) {
        let mut state = self.state.lock();
        let Some(current) = state.current.take() else { return };
        state.written += current.ends.len() as u64;
        batch.clear(current.ends);
        if state.spare.len() < MAX_SPARE {
            state.spare.push(mem::take(batch));
        }
        if state.waiting == 0 && state.awaited.take().is_some() {
            drop(state);
            (self.notify)();
        }
    }

    fn fail(&self, output: &mut OutputWriter, error: io::Error) {
        let mut state = self.state.lock();
        if let Some(current) = &state.current {
            output.truncate_tail(current.partial_record_bytes());
        }
        state.failed = Some(error);
        state.phase = QueuePhase::Closed;
        self.changed.notify_all();
        drop(state);
        (self.notify)();
    }
}

impl QueueState {
    fn progress(&self) -> WriteProgress {
        let (written, waiting) = self
            .current
            .as_ref()
            .map_or((0, 0), |current| (current.complete_records(), current.incomplete_records()));
        let waiting = self.queued + waiting;
        WriteProgress {
            written: self.written + written,
            waiting,
            taken_nothing_since: self.last_progress.filter(|_| waiting > 0),
        }
    }
}

impl Current {
    /// The number of records that are written completely.
    fn complete_records(&self) -> u64 {
        self.ends.partition_point(|end| *end <= self.written) as u64
    }

    /// The number of records that are not written completely.
    fn incomplete_records(&self) -> u64 {
        self.ends.len() as u64 - self.complete_records()
    }

    /// The number of written bytes of an incomplete record.
    fn partial_record_bytes(&self) -> usize {
        let record_end = self.ends.iter().rev().find(|end| **end <= self.written);
        self.written - record_end.copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
