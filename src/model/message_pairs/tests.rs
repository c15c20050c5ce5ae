use bytes::Bytes;

use crate::bytes::frame::Framing;
use crate::event::utf8_scanner::Utf8Summary;
use crate::event::{
    BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Origin, PerDirection, Stamped,
    StreamEvent, StreamId, Timestamp,
};
use crate::model::{Budget, Connection, Model};

const ID: ConnectionId = ConnectionId(1);
/// Requests and their answers; the second request has two messages of answers before its own.
const CONVERSATION: [(Direction, &[u8]); 6] = [
    (Direction::Sent, b"220 ready\r\n"),
    (Direction::Received, b"EHLO a\r\n"),
    (Direction::Sent, b"250-mail\r\n250-SIZE 10\r\n250 HELP\r\n"),
    (Direction::Received, b"NOOP\r\nRSET\r\n"),
    (Direction::Sent, b"250 ok\r\n250 reset\r\n"),
    (Direction::Received, b"NOOP\r\n"),
];

struct Talk {
    model: Model,
    now: u64,
    offsets: PerDirection<u64>,
}

impl Talk {
    fn new(history: usize) -> Self {
        let model = Model::new(Budget { history, memory: 1 << 30 });
        let mut talk = Self { model, now: 1_000_000, offsets: PerDirection::default() };
        let address = |port: u16| ([127, 0, 0, 1], port).into();
        let (peer, local, backend) = (address(50_000), address(7777), BackendKind::Async);
        talk.event(Event::Connection(ID, ConnectionEvent::Opened { peer, local, backend, upstream: None }));
        talk
    }

    fn event(&mut self, event: Event) {
        self.model.apply(&Stamped { at: Timestamp(self.now), event });
    }

    fn say(&mut self, direction: Direction, data: &[u8]) {
        self.now += 1_000;
        let offset = self.offsets[direction];
        self.offsets[direction] += data.len() as u64;
        let (data, summary) = (Bytes::copy_from_slice(data), Utf8Summary::default());
        let origin = Origin::of(direction);
        let bytes = StreamEvent::Bytes { offset, data, summary, origin, forwarded: None, place: None };
        self.event(Event::Stream(StreamId::client(ID, direction), bytes));
    }

    fn all(&mut self, longest: usize) {
        for (direction, bytes) in CONVERSATION {
            bytes.chunks(longest).for_each(|read| self.say(direction, read));
        }
    }

    fn frame(&mut self, framing: &str) {
        self.model.set_framing(framing.parse().unwrap(), None);
        self.settle();
    }

    /// Looks at the bytes that came before the rule was known.
    fn settle(&mut self) {
        while self.model.is_framing() {
            self.model.advance_framing(7);
        }
    }

    fn known(&self) -> &Connection {
        self.model.connection(ID).unwrap()
    }

    /// Of each message that was sent, what it answers; and the requests without an answer.
    fn pairs(&self) -> (Vec<Option<u64>>, Vec<u64>) {
        let pairs = self.known().pairs.as_ref().unwrap();
        let count = |direction| 1..=self.known().messages(direction).unwrap().count();
        let answers = count(Direction::Sent).map(|number| pairs.said(Direction::Sent, number).answers);
        let waiting = count(Direction::Received).filter(|it| pairs.said(Direction::Received, *it).asks);
        (answers.map(|answers| answers.map(|answered| answered.number)).collect(), waiting.collect())
    }
}

#[test]
fn pairs_are_the_same_as_bytes_arrive_and_afterwards() {
    let wanted = (vec![None, None, None, Some(1), Some(2), Some(3)], vec![4]);
    for framing in ["smtp", "auto"] {
        for longest in [1, 2, 5, 100] {
            let mut live = Talk::new(1 << 16);
            live.frame(framing);
            live.all(longest);
            live.settle();
            assert_eq!(live.pairs(), wanted, "{framing} in reads of {longest}");
            let mut later = Talk::new(1 << 16);
            later.all(longest);
            later.frame(framing);
            assert_eq!(later.pairs(), wanted, "{framing} in reads of {longest}, later");
            assert_eq!(later.model.memory(), later.known().cost());
        }
    }
}

#[test]
fn the_time_to_the_answer_is_told() {
    let mut talk = Talk::new(1 << 16);
    talk.frame("resp");
    talk.say(Direction::Received, b"PING\r\n");
    talk.say(Direction::Sent, b"+PO");
    talk.say(Direction::Sent, b"NG\r\n");
    let answered = talk.known().pairs.as_ref().unwrap().said(Direction::Sent, 1).answers.unwrap();
    assert_eq!((answered.number, answered.after), (1, Some(1_000)));
}

#[test]
fn a_rule_that_is_no_protocol_has_no_pairs() {
    let mut talk = Talk::new(1 << 16);
    talk.frame("crlf");
    talk.all(100);
    assert!(talk.known().pairs.is_none());
    talk.frame("smtp");
    assert!(talk.known().pairs.is_some());
    talk.frame("none");
    assert!(talk.known().pairs.is_none());
    assert_eq!(*talk.model.framing(), Framing::None);
}

#[test]
fn what_is_not_kept_is_forgotten_and_a_late_beginning_has_no_pairs() {
    let mut talk = Talk::new(2_000);
    talk.frame("resp");
    for _ in 0..3_000 {
        talk.say(Direction::Received, b"PING\r\n");
        talk.say(Direction::Sent, b"+PONG\r\n");
    }
    let pairs = talk.known().pairs.as_ref().unwrap();
    assert_eq!(pairs.said(Direction::Sent, 3_000).answers.unwrap().number, 3_000);
    assert_eq!(pairs.said(Direction::Sent, 1).answers, None);
    assert!(pairs.cost() < 200_000, "{}", pairs.cost());
    assert_eq!(talk.model.memory(), talk.known().cost());
    // Of what was kept, the first request is not known to be that of the first answer.
    talk.frame("none");
    talk.frame("resp");
    assert!(talk.pairs().0.iter().all(Option::is_none));
}

#[test]
fn the_end_of_the_stream_ends_an_answer() {
    let mut talk = Talk::new(1 << 16);
    talk.frame("auto");
    talk.say(Direction::Received, b"GET / HTTP/1.0\r\n\r\n");
    talk.say(Direction::Sent, b"HTTP/1.0 200 OK\r\n\r\nall that follows");
    assert_eq!(talk.pairs(), (vec![], vec![1]));
    let (reason, detail, failed_call) = (CloseReason::WeFinished, None, None);
    let closed = ConnectionEvent::Closed { reason, detail, failed_call, received: 18, sent: 35 };
    talk.event(Event::Connection(ID, closed));
    assert_eq!(talk.pairs(), (vec![Some(1)], vec![]));
}
