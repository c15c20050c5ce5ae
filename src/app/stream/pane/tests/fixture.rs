//! A test connection built from reads and writes.

use bytes::Bytes;
use proptest::prelude::*;

use crate::app::stream::view::DirectionFilter;
use crate::event::utf8_scanner::Utf8Summary;
use crate::event::{
    BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Origin, PerDirection, Stamped,
    StreamEvent, StreamId, Timestamp, Utf8Scanner,
};
use crate::model::{Budget, Connection, Model};

/// The time of the first chunk: 12:04:00 on the first day.
const START: u64 = (12 * 3_600 + 4 * 60) * 1_000_000;
const ID: ConnectionId = ConnectionId(7);

/// A model with one connection.
#[derive(Debug)]
pub(crate) struct TestConnection {
    model: Model,
    now: u64,
    offsets: PerDirection<u64>,
    scanners: PerDirection<Utf8Scanner>,
}

impl TestConnection {
    /// Keeps this number of bytes of each direction.
    pub(crate) fn new(history: usize) -> Self {
        let mut fixture = Self {
            model: Model::new(Budget { history, memory: 1 << 30 }),
            now: START,
            offsets: PerDirection::default(),
            scanners: PerDirection::default(),
        };
        let address = |port: u16| ([127, 0, 0, 1], port);
        let backend = BackendKind::Async;
        fixture.event(Event::Connection(
            ID,
            ConnectionEvent::Opened {
                peer: address(53_122).into(),
                local: address(7_777).into(),
                backend,
                upstream: None,
            },
        ));
        fixture
    }

    pub(crate) fn connection(&self) -> &Connection {
        self.model.connection(ID).unwrap()
    }

    /// Tells messages apart by this rule.
    pub(crate) fn frame(&mut self, rule: &str) {
        self.model.set_framing(rule.parse().unwrap(), None);
        while self.model.is_framing() {
            self.model.advance_framing(64);
        }
    }

    /// Adds a chunk, `later` microseconds after the previous one.
    pub(crate) fn say(&mut self, direction: Direction, later: u64, data: &[u8]) {
        self.now += later;
        let offset = self.offsets[direction];
        self.offsets[direction] += data.len() as u64;
        let summary = self.scanners[direction].scan(offset, data);
        let data = Bytes::copy_from_slice(data);
        self.event(Event::Stream(
            StreamId::client(ID, direction),
            StreamEvent::Bytes {
                offset,
                data,
                summary,
                origin: Origin::of(direction),
                forwarded: None,
                place: None,
            },
        ));
    }

    /// Adds a chunk whose bytes were trimmed before they were reported.
    pub(crate) fn pass(&mut self, direction: Direction, bytes: u64) {
        let offset = self.offsets[direction];
        self.offsets[direction] += bytes;
        let summary = Utf8Summary::default();
        self.event(Event::Stream(
            StreamId::client(ID, direction),
            StreamEvent::Trimmed { offset, bytes, summary, origin: Origin::of(direction), forwarded: None },
        ));
    }

    /// Adds bytes that were not observed.
    pub(crate) fn miss(&mut self, direction: Direction, bytes: u64) {
        self.offsets[direction] += bytes;
        self.event(Event::Stream(StreamId::client(ID, direction), StreamEvent::Missed { events: 1, bytes }));
    }

    /// Closes the connection.
    pub(crate) fn end(&mut self) {
        let PerDirection { received, sent } = self.offsets;
        let reason = CloseReason::PeerFinished;
        self.event(Event::Connection(
            ID,
            ConnectionEvent::Closed { reason, detail: None, failed_call: None, received, sent },
        ));
    }

    fn event(&mut self, event: Event) {
        self.model.apply(&Stamped { at: Timestamp(self.now), event });
    }

    /// Returns the kept bytes of a direction, each with its offset.
    pub(crate) fn kept(&self, direction: Direction) -> Vec<(u64, u8)> {
        let history = &self.connection().stream(direction).history;
        let offsets =
            history.chunks().iter().flat_map(|chunk| chunk.offset.max(history.start())..chunk.end());
        offsets.zip(history.copy(0..u64::MAX)).collect()
    }
}

/// An event of a connection.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Say(Direction, u64, Vec<u8>),
    Miss(Direction, u64),
}

impl TestConnection {
    pub(crate) fn step(&mut self, step: &Step) {
        match step {
            Step::Say(direction, later, data) => self.say(*direction, *later, data),
            Step::Miss(direction, bytes) => self.miss(*direction, *bytes),
        }
    }
}

/// Byte sequences that are hard to show, some of them only together with their neighbours.
const PIECES: [&[u8]; 22] = [
    b"GET / HTTP/1.1\r\n",
    b"\n",
    b"\t",
    b"\0",
    b"\x1b[2J\x1b]0;x\x07",
    b"a",
    b" ",
    "é".as_bytes(),
    "日本語".as_bytes(),
    "🦀".as_bytes(),
    "👩\u{200d}💻\u{fe0f}".as_bytes(),
    "\u{301}".as_bytes(),
    "e\u{301}\u{302}\u{303}".as_bytes(),
    "\u{202e}\u{200b}\u{9b}\u{e000}\u{ffff}".as_bytes(),
    b"\xe2",
    b"\x82",
    b"\xac",
    b"\xff\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf0\x9f",
    b"\xa6\x80",
    b"\xf4\x90",
];

/// Returns a strategy for up to this number of events.
pub(crate) fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let direction = prop_oneof![Just(Direction::Received), Just(Direction::Sent)];
    let pieces = proptest::collection::vec(0..PIECES.len(), 1..8)
        .prop_map(|picked| picked.into_iter().flat_map(|at| PIECES[at].to_vec()).collect::<Vec<u8>>());
    let data = prop_oneof![
        4 => pieces,
        1 => proptest::collection::vec(any::<u8>(), 1..40),
        1 => (any::<u8>(), 900..2_600_usize).prop_map(|(byte, len)| vec![byte; len]),
    ];
    let later = prop_oneof![Just(1_000_u64), Just(99_999), Just(100_000), Just(1_000_000)];
    let say = (direction.clone(), later, data).prop_map(|(way, later, data)| Step::Say(way, later, data));
    let miss = (direction, 1..3_000_u64).prop_map(|(way, bytes)| Step::Miss(way, bytes));
    proptest::collection::vec(prop_oneof![12 => say, 1 => miss], 0..most)
}

/// Returns the directions that are shown, of a connection that is not relayed.
pub(crate) fn directions(filter: DirectionFilter) -> Vec<Direction> {
    match filter {
        DirectionFilter::Both => Direction::ALL.to_vec(),
        DirectionFilter::Received => vec![Direction::Received],
        DirectionFilter::Sent => vec![Direction::Sent],
    }
}
