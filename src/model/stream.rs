//! One direction of one connection: exact counters and the newest bytes.

use super::history::History;
pub use super::history::NewChunk;
use super::malformed_index::MalformedIndex;
use super::payload::Payload;
use super::rate::Rate;
use crate::bytes::utf8::{Counts, Reason};
use crate::event::ids::Timestamp;
use crate::event::utf8_scanner::{Pending, Utf8Summary};

/// Number of seconds of the small rate graph, the current one included.
pub const GRAPH_SECONDS: usize = 11;

/// The state of one stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Number of observed bytes.
    pub bytes: u64,
    /// Number of observed reads or writes.
    pub events: u64,
    /// Number of bytes that were moved but not observed.
    pub missed_bytes: u64,
    /// Number of reads or writes that were not observed.
    pub missed_events: u64,
    /// Bytes per second.
    pub rate: Rate<GRAPH_SECONDS>,
    /// Counts of characters and malformed parts, with the bytes read as UTF-8.
    pub characters: Counts,
    /// The newest bytes. After a trimmed read they stay those before it, until `ahead` is full.
    pub history: History,
    /// Index of the malformed parts in the newest bytes.
    pub malformed_index: MalformedIndex,
    /// Whether the stream has ended: an incomplete character at its end will not be completed.
    pub ended: bool,
    pending: Pending,
    /// The bytes behind those that were trimmed before they were reported. It replaces `history` once it is full, so
    /// that a full history can be shown between any two reads.
    ahead: Option<Box<History>>,
}

impl Stream {
    /// An empty stream that keeps the newest `history` bytes.
    #[must_use]
    pub fn new(history: usize) -> Self {
        Self {
            bytes: 0,
            events: 0,
            missed_bytes: 0,
            missed_events: 0,
            rate: Rate::default(),
            characters: Counts::default(),
            history: History::new(history),
            malformed_index: MalformedIndex::default(),
            ended: false,
            pending: Pending::default(),
            ahead: None,
        }
    }

    /// Bytes of an incomplete character at the end of the stream.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        self.pending.bytes()
    }

    /// Number of bytes moved, observed or not.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.bytes + self.missed_bytes
    }

    /// Adds one read or write.
    pub fn push(&mut self, chunk: NewChunk, payload: Payload<'_>, summary: &Utf8Summary) {
        self.count(chunk.at, payload.len(), summary);
        let Some(ahead) = &mut self.ahead else {
            self.history.push(chunk, payload);
            self.malformed_index.trim_before(self.history.start());
            return;
        };
        ahead.push(chunk, payload);
        if ahead.is_full() {
            self.catch_up();
        }
    }

    /// Offsets of the history's segments that begin at or behind `offset`, in order.
    pub fn segments_from(&self, offset: u64) -> impl Iterator<Item = u64> {
        self.ahead.as_deref().unwrap_or(&self.history).segments_from(offset)
    }

    /// Adds one read or write whose bytes are trimmed already. The kept bytes stay until a full history has followed.
    pub fn skip_trimmed(&mut self, at: Timestamp, offset: u64, bytes: u64, summary: &Utf8Summary) {
        self.count(at, bytes, summary);
        if self.history.oldest_segment().is_some() {
            let mut ahead = History::new(self.history.limit());
            ahead.skip_trimmed(offset + bytes);
            self.ahead = Some(Box::new(ahead));
        } else {
            self.history.skip_trimmed(offset + bytes);
            self.malformed_index.trim_before(self.history.start());
        }
    }

    /// Replaces the history by the bytes behind the trimmed ones.
    fn catch_up(&mut self) {
        if let Some(ahead) = self.ahead.take() {
            self.history = *ahead;
            self.malformed_index.trim_before(self.history.start());
        }
    }

    /// Number of bytes that were missed behind the newest observed byte.
    #[must_use]
    pub fn missed_at_end(&self) -> u64 {
        let observed = self.ahead.as_ref().map_or(self.history.end(), |ahead| ahead.end());
        self.total().saturating_sub(observed)
    }

    fn count(&mut self, at: Timestamp, bytes: u64, summary: &Utf8Summary) {
        self.bytes += bytes;
        self.events += 1;
        self.rate.add(at, bytes);
        self.characters.well_formed += summary.characters;
        if let Some(malformed) = &summary.malformed {
            for (reason, &parts) in Reason::ALL.into_iter().zip(&malformed.by_reason) {
                self.characters.add(reason, parts);
            }
            malformed.by_block.iter().for_each(|&(offset, parts)| self.malformed_index.add(offset, parts));
        }
        self.pending = summary.pending;
    }

    /// Drops the oldest segment of the history, because the memory budget is exhausted.
    pub fn drop_oldest(&mut self) {
        self.history.drop_oldest();
        if self.history.oldest_segment().is_none() {
            self.catch_up();
        }
        self.malformed_index.trim_before(self.history.start());
    }

    /// Memory that the history and the index take, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        let ahead = self.ahead.as_ref().map_or(0, |ahead| ahead.cost());
        self.history.cost() + self.malformed_index.cost() + ahead
    }

    /// Counts reads or writes that were not observed.
    pub fn record_missed(&mut self, at: Timestamp, events: u64, bytes: u64) {
        self.missed_events += events;
        self.missed_bytes += bytes;
        self.rate.add(at, bytes);
    }

    /// Marks the stream as ended.
    pub fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.catch_up();
            let open = std::mem::take(&mut self.pending).bytes().len() as u64;
            if open > 0 {
                self.characters.add(Reason::Incomplete, 1);
                self.malformed_index.add(self.history.end().saturating_sub(open), 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Origin, Utf8Scanner};

    #[derive(Default)]
    struct Scanned(Utf8Scanner);

    impl Scanned {
        fn push(&mut self, stream: &mut Stream, data: &[u8]) {
            let offset = stream.total();
            let summary = self.0.scan(offset, data);
            let (at, origin) = (Timestamp(0), Origin::Peer);
            let chunk = NewChunk { seq: 0, at, wall_clock: at, offset, origin };
            stream.push(chunk, Payload::Bytes(data), &summary);
        }
    }

    #[test]
    fn malformed_parts_are_marked_where_they_begin() {
        let mut stream = Stream::new(1 << 20);
        let mut scanned = Scanned::default();
        scanned.push(&mut stream, &[b'x'; 1023]);
        scanned.push(&mut stream, b"\xe2");
        scanned.push(&mut stream, b"\x82!");
        scanned.push(&mut stream, &[0xff; 2048]);
        scanned.push(&mut stream, b"\xc3");
        stream.end();
        let counts: Vec<u64> =
            (0..4).map(|block| stream.malformed_index.count(block * 1024..block * 1024 + 1)).collect();
        assert_eq!(counts, [1, 1022, 1024, 3]);
        assert_eq!(stream.characters.malformed, counts.iter().sum::<u64>());
    }

    #[test]
    fn marks_go_with_the_bytes() {
        let mut stream = Stream::new(16 * 1024);
        let mut scanned = Scanned::default();
        scanned.push(&mut stream, b"\xff");
        for _ in 0..5 {
            scanned.push(&mut stream, &[b'x'; 4096]);
        }
        scanned.push(&mut stream, &[0xff; 1023]);
        assert_eq!(
            stream.malformed_index.next_block(0),
            Some(20_480..21_504),
            "the first was trimmed with its bytes"
        );
        assert_eq!(stream.cost(), stream.history.cost() + stream.malformed_index.cost());
        while stream.history.oldest_segment().is_some() {
            stream.drop_oldest();
        }
        assert_eq!((stream.malformed_index.next_block(0), stream.cost()), (None, 0));
    }

    #[test]
    fn the_newest_bytes_are_kept_while_trimmed_ones_are_passed() {
        const LIMIT: usize = 4_096;
        let mut stream = Stream::new(LIMIT);
        let mut scanned = Scanned::default();
        let kept = |stream: &Stream| stream.history.copy(0..u64::MAX);
        for round in 1..5_u8 {
            for _ in 0..5 {
                scanned.push(&mut stream, &[round; 1_000]);
                assert_eq!(kept(&stream).len(), LIMIT.min(stream.total() as usize), "round {round}");
            }
            assert_eq!(kept(&stream), [round; LIMIT]);
            for _ in 0..300 {
                let offset = stream.total();
                stream.skip_trimmed(Timestamp(0), offset, 9_999, &Utf8Summary::default());
                assert_eq!((kept(&stream), stream.missed_at_end()), (vec![round; LIMIT], 0));
            }
        }
        scanned.push(&mut stream, b"the last");
        assert_eq!(kept(&stream), [4; LIMIT]);
        stream.end();
        assert_eq!(kept(&stream), b"the last", "nothing follows that could be waited for");
    }

    #[test]
    fn what_follows_trimmed_bytes_can_be_given_up_as_well() {
        let mut stream = Stream::new(1 << 20);
        let mut scanned = Scanned::default();
        scanned.push(&mut stream, &[1; 5_000]);
        stream.skip_trimmed(Timestamp(0), 5_000, 1 << 30, &Utf8Summary::default());
        scanned.push(&mut stream, &[2; 5_000]);
        assert!(stream.cost() >= 10_000);
        stream.drop_oldest();
        assert_eq!(stream.history.copy(0..u64::MAX), [2; 5_000]);
        assert!(stream.cost() < 10_000);
        stream.drop_oldest();
        assert_eq!(stream.cost(), 0);
    }

    #[test]
    fn a_gap_does_not_join_what_it_parts() {
        let mut stream = Stream::new(1 << 20);
        let mut scanned = Scanned::default();
        scanned.push(&mut stream, b"\xe2\x82");
        stream.record_missed(Timestamp(0), 1, 5000);
        scanned.push(&mut stream, b"\xac");
        assert_eq!(stream.characters.by_reason.iter().sum::<u64>(), 1);
        assert_eq!(stream.malformed_index.next_block(0), Some(4096..5120));
    }
}
