//! The queue of events from the backends to the one consumer: batches behind a few locks, bounded in bytes.
//!
//! Each shard is a batch of positions (a time, and an event or the first entry of a run), events, runs (linked entries of
//! one read or write each, with an arena for short ones) and counters. The consumer swaps the batches for empty ones.
//!
//! Short reads are copied into the batch; a long read moves as its buffer. Bytes that are written exactly as they
//! were read are stored once. The consumer takes all shards at one moment and sorts, so an effect never comes out
//! before its cause.
//!
//! When the consumer cannot keep up, either the server waits for room and nothing is missed, or the server continues
//! and counts, to the byte, what was not observed. Events about the lifecycle of a connection are small and are never
//! shed, except for connections that were accepted while the queue was full: these are counted as a whole, until
//! there is room to report them.
//!
//! What profiles showed, with an echo under a closed loop of clients on two CPUs:
//!
//! - A consumer that inspects every byte costs most, wherever it does that: so each byte is inspected once, where it
//!   is still in the cache, and for an echo not twice.
//! - At 64 bytes a put takes 0.4 µs of the 7 µs of a message: the lock and the entry 0.15, two reads of the clock
//!   0.06, UTF-8 counting 0.05. A cache line that the other CPU wrote last costs 0.1, so entries are short.
//! - At 16 KiB a put takes 2.5 µs of 13: half because the buffer is a different one each time, no longer in the
//!   cache, as the newest 64 KiB of each stream have to be somewhere; a third for UTF-8 counting, where the text is
//!   not ASCII.
//! - A copy of 1 KiB into memory that is not in the cache took 0.2 µs more than the copy itself, at the next atomic
//!   operation, which waits for the stores. Fetching the room for the next read ahead of time took that away.
//! - Draining four times a frame did not pay: with both CPUs busy, each wake-up of the consumer stops the client or
//!   the server, and the other one soon has nothing to do either.

mod arena;
mod batch;
mod clock;
pub(super) mod consumer_waker;
mod counters;
mod demand;
mod queue;
mod receiver;
mod room;
mod runs;
mod shard;
mod waiters;
mod wall_clock;

use std::sync::Arc;

pub(super) use self::arena::OWN_BUFFER;
pub(super) use self::queue::EventQueue;
pub use self::receiver::EventReceiver;
pub use self::room::Overload;
pub(super) use self::room::{Admission, Reservation};
pub(super) use self::runs::{Payload, Run, Slot, Transfer};
pub(super) use self::shard::Shard;
use crate::event::Demand;

/// The default limit of the bytes that wait for the consumer.
pub const FEED_LIMIT: usize = 32 << 20;

/// Creates a queue: the producers' end and the consumer's end.
pub(super) fn event_channel(
    limit: usize,
    overload: Overload,
    demand: Demand,
) -> (Arc<EventQueue>, EventReceiver) {
    let queue = Arc::new(EventQueue::new(limit, overload, demand));
    let receiver = EventReceiver::new(Arc::clone(&queue));
    (queue, receiver)
}

#[cfg(test)]
mod tests;
