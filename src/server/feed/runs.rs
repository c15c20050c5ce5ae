//! Reads and writes that wait for the consumer.
//!
//! A producer writes these entries, and the consumer reads them on another CPU: each cache line that moves between
//! the two costs a hundred nanoseconds. So an entry is small, and fields that few entries need are stored elsewhere.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;

use bytes::Bytes;

use super::arena::{Arena, ArenaRange, OWN_BUFFER};
use super::clock::MonotonicNanos;
use crate::event::utf8_scanner::{MalformedCounts, Pending, Utf8Summary};
use crate::event::{
    ConnectionId, Direction, Event, Forwarded, Origin, PerDirection, Side, StreamEvent, StreamId, Timestamp,
};

/// The cost of an entry without its payload.
pub(super) const ENTRY: usize = size_of::<Entry>();

/// The capacity that is kept when a batch is recycled, in entries; a burst gives back the rest.
const RETAINED: usize = 8_192;

/// The bytes of one read or write.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) enum Payload<'a> {
    /// Bytes that the queue has to copy.
    Slice(&'a [u8]),
    /// A buffer that the queue may keep, if it is long enough.
    Shared(&'a Bytes),
}

impl Payload<'_> {
    pub(in crate::server) fn bytes(&self) -> &[u8] {
        match self {
            Self::Slice(data) => data,
            Self::Shared(data) => data,
        }
    }
}

/// One read or write, as a producer hands it over.
pub(in crate::server) struct Transfer<'a> {
    pub(in crate::server) stream: StreamId,
    pub(in crate::server) origin: Origin,
    pub(in crate::server) offset: u64,
    pub(in crate::server) data: Payload<'a>,
    pub(in crate::server) summary: Utf8Summary,
}

/// The address of an entry: its index, valid in one epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Slot {
    epoch: u64,
    index: u32,
}

/// The entries of one connection in the batch that is being filled. Consecutive entries, with no other event of the
/// same connection between them, form a run. A run is emitted as one piece, because the consumer then works on one
/// connection at a time.
#[derive(Debug, Default)]
pub(in crate::server) struct Run {
    last: Option<Slot>,
    /// The long reads and writes in the queue, and those that were only counted, by direction, oldest first.
    long: PerDirection<VecDeque<LongEntry>>,
}

/// A long read or write in the queue.
#[derive(Clone, Copy, Debug)]
struct LongEntry {
    slot: Slot,
    /// The offset of its end.
    end: u64,
}

impl Run {
    /// Ends the run: the next entry begins a new one.
    pub(in crate::server) const fn end(&mut self) {
        self.last = None;
    }
}

/// One read or write. The types are large enough: a system call moves less than 2 GiB, and a batch has fewer entries
/// than bytes.
struct Entry {
    at: MonotonicNanos,
    offset: u64,
    data: Data,
    characters: u32,
    pending: Pending,
    /// The index into `faults`, counted from 1.
    faults: Option<NonZeroU32>,
    /// The nanoseconds from the read to the write, if the same bytes were written at once at the same offset.
    echoed: Option<NonZeroU32>,
    /// The next entry of the same run.
    next: Option<NonZeroU32>,
    side: Side,
    direction: Direction,
    origin: Origin,
}

#[derive(Clone, Copy)]
enum Data {
    /// A copy in the arena.
    Copied(ArenaRange),
    /// The index into `long`.
    Long(u32),
    /// The number of bytes, which are only counted because newer ones will be kept instead.
    Trimmed(u32),
}

/// All runs of a batch.
#[derive(Default)]
pub(super) struct Runs {
    /// The number of the current epoch: slots of other epochs are void.
    pub(super) epoch: u64,
    entries: Vec<Entry>,
    arena: Arena,
    long: Vec<Bytes>,
    faults: Vec<Arc<MalformedCounts>>,
}

/// The result of [`Runs::insert`].
pub(super) struct Inserted {
    pub(super) slot: Slot,
    /// The index of the entry, if it begins a run.
    pub(super) begins: Option<u32>,
    /// The cost of what was added.
    pub(super) added: usize,
    /// The number of queued bytes that are only counted from now on.
    pub(super) freed: usize,
}

impl Runs {
    /// Inserts one read or write, which continues `run` if that is still in the batch. Long entries of the same
    /// direction that end at `trim` or before are reduced to their length.
    pub(super) fn insert(
        &mut self,
        at: MonotonicNanos,
        transfer: Transfer<'_>,
        run: &mut Run,
        trim: Option<u64>,
    ) -> Inserted {
        let Transfer { stream: StreamId { side, direction, .. }, origin, offset, data, summary } = transfer;
        let length = data.bytes().len();
        let payload = match data {
            short if length < OWN_BUFFER => Data::Copied(self.arena.copy(short.bytes())),
            Payload::Shared(data) => self.keep(data.clone()),
            Payload::Slice(data) => self.keep(Bytes::copy_from_slice(data)),
        };
        let faults = summary.malformed.and_then(|faults| {
            self.faults.push(faults);
            NonZeroU32::new(self.faults.len() as u32)
        });
        let (characters, pending) = (summary.characters as u32, summary.pending);
        let (echoed, next) = (None, None);
        let entry = Entry {
            at,
            offset,
            data: payload,
            characters,
            pending,
            faults,
            echoed,
            next,
            side,
            direction,
            origin,
        };
        let (slot, begins) = self.push(entry, run);
        let mut freed = 0;
        // What the user sends to the upstream is rare, and has offsets of its own.
        if let Some(trim) = trim.filter(|_| length >= OWN_BUFFER && side == Side::Client) {
            let long = &mut run.long[direction];
            freed = self.trim(long, trim);
            long.push_back(LongEntry { slot, end: offset + length as u64 });
        }
        Inserted { slot, begins, added: ENTRY + length, freed }
    }

    /// Counts one read or write. Its bytes are added to those that were counted before, if nothing else of the same
    /// direction is in the batch behind them.
    pub(super) fn count(&mut self, at: MonotonicNanos, transfer: &Transfer<'_>, run: &mut Run) -> Inserted {
        let Transfer { stream: StreamId { side, direction, .. }, origin, offset, ref data, .. } = *transfer;
        let (length, end) = (data.bytes().len() as u32, offset + data.bytes().len() as u64);
        // What the user sends to the upstream is rare, and has offsets of its own.
        let is_client = side == Side::Client;
        if let Some(last) = run.long[direction].back_mut().filter(|last| is_client && last.end == offset)
            && let Some(Entry { data: Data::Trimmed(counted), .. }) = self.at(last.slot)
            && let Some(sum) = counted.checked_add(length)
        {
            (*counted, last.end) = (sum, end);
            return Inserted { slot: last.slot, begins: None, added: 0, freed: 0 };
        }
        let data = Data::Trimmed(length);
        let (pending, faults, echoed, next) = (Pending::default(), None, None, None);
        let entry =
            Entry { at, offset, data, characters: 0, pending, faults, echoed, next, side, direction, origin };
        let (slot, begins) = self.push(entry, run);
        if !is_client {
            return Inserted { slot, begins, added: ENTRY, freed: 0 };
        }
        let long = &mut run.long[direction];
        let freed = self.trim(long, offset);
        long.push_back(LongEntry { slot, end });
        Inserted { slot, begins, added: ENTRY, freed }
    }

    /// Appends an entry to the run, or begins a run with it. Returns its slot, and its index if it begins a run.
    fn push(&mut self, entry: Entry, run: &mut Run) -> (Slot, Option<u32>) {
        let slot = Slot { epoch: self.epoch, index: self.entries.len() as u32 };
        let last = run.last.replace(slot).and_then(|last| self.at(last));
        let begins = last.is_none().then_some(slot.index);
        if let Some(last) = last {
            last.next = NonZeroU32::new(slot.index);
        }
        self.entries.push(entry);
        (slot, begins)
    }

    fn keep(&mut self, data: Bytes) -> Data {
        self.long.push(data);
        Data::Long(self.long.len() as u32 - 1)
    }

    /// Marks the read in this slot as written unchanged. Returns the nanoseconds from the read to the write, if the
    /// slot is still in the batch.
    pub(super) fn echoed(&mut self, slot: Slot, at: MonotonicNanos) -> Option<NonZeroU32> {
        let entry = self.at(slot)?;
        let later = u32::try_from(at.0.saturating_sub(entry.at.0).max(1));
        entry.echoed = later.ok().and_then(NonZeroU32::new);
        entry.echoed
    }

    /// Reduces the entries that end at `offset` or before to their length, and forgets the entries of earlier epochs.
    /// Returns the number of bytes that this frees.
    fn trim(&mut self, long: &mut VecDeque<LongEntry>, offset: u64) -> usize {
        let mut freed = 0;
        while let Some(&LongEntry { slot, end }) = long.front() {
            if slot.epoch == self.epoch && end > offset {
                break;
            }
            long.pop_front();
            let Some(entry) = self.at(slot) else { continue };
            if let Data::Long(which) = entry.data {
                let length = self.long[which as usize].len();
                self.entries[slot.index as usize].data = Data::Trimmed(length as u32);
                self.long[which as usize] = Bytes::new();
                freed += length;
            }
        }
        freed
    }

    fn at(&mut self, slot: Slot) -> Option<&mut Entry> {
        if slot.epoch == self.epoch { self.entries.get_mut(slot.index as usize) } else { None }
    }

    /// Seals the runs: nothing more is inserted, and [`emit`](Self::emit) works from now on.
    pub(super) fn seal(&mut self) {
        self.arena.take();
    }

    /// Emits the run that begins at entry `first`.
    pub(super) fn emit(
        &self,
        connection: ConnectionId,
        first: u32,
        timestamp: impl Fn(MonotonicNanos) -> Timestamp + Copy,
        mut emit: impl FnMut(MonotonicNanos, Event),
    ) {
        let mut next = Some(first);
        while let Some(index) = next {
            let Entry { at, offset, data, characters, pending, faults, echoed, next: after, .. } =
                self.entries[index as usize];
            let Entry { side, direction, origin, .. } = self.entries[index as usize];
            next = after.map(NonZeroU32::get);
            let faults = faults.map(|which| Arc::clone(&self.faults[which.get() as usize - 1]));
            let summary = Utf8Summary { characters: u64::from(characters), malformed: faults, pending };
            let data = match data {
                Data::Copied(place) => Ok(self.arena.at(place)),
                Data::Long(which) => Ok(self.long[which as usize].clone()),
                Data::Trimmed(bytes) => Err(u64::from(bytes)),
            };
            let echoed = echoed.map(|later| MonotonicNanos(at.0 + u64::from(later.get()))).map(timestamp);
            let forwarded = echoed.map(|at| Forwarded { side: Side::Client, at });
            let id = StreamId { connection, side, direction };
            let event = match data {
                Ok(data) => StreamEvent::Bytes { offset, data, summary, origin, forwarded, place: None },
                Err(bytes) => StreamEvent::Trimmed { offset, bytes, summary, origin, forwarded },
            };
            emit(at, Event::Stream(id, event));
        }
    }

    /// Clears everything for the next use.
    pub(super) fn recycle(&mut self) {
        self.entries.clear();
        self.entries.shrink_to(RETAINED);
        self.long.clear();
        self.long.shrink_to(RETAINED);
        self.faults.clear();
        self.faults.shrink_to(RETAINED);
        self.arena.recycle();
    }
}
