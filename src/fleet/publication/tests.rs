mod crowds;
mod leased;
mod watched;

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::event::utf8_scanner::{Utf8Scanner, Utf8Summary};
use crate::event::{
    BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Side, StreamEvent, StreamId,
};
use crate::fleet::subject::{Name, Prefix, Publisher, Verb};
use crate::fleet::watcher::{HostState, News, Watcher};
use crate::fleet::wire::{Ask, ConnectionState, Counters, Entry};

const EPOCH: u64 = 1_000_000;

fn publication(publishes: Published) -> Publication {
    let obeys = vec![wire::Action::Close, wire::Action::Switch];
    Publication::new(Identity { epoch: EPOCH, machine: Text::new("web-1.example"), publishes, obeys })
}

fn stamped(at: u64, event: Event) -> Stamped {
    Stamped { at: Timestamp(at), event }
}

fn opened(connection: u64) -> Event {
    let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, connection as u16)).into();
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 7777)).into();
    let event = ConnectionEvent::Opened { peer, local, backend: BackendKind::Async, upstream: None };
    Event::Connection(ConnectionId(connection), event)
}

fn closed(connection: u64, received: u64, sent: u64) -> Event {
    let reason = CloseReason::PeerFinished;
    let event = ConnectionEvent::Closed { reason, detail: None, failed_call: None, received, sent };
    Event::Connection(ConnectionId(connection), event)
}

fn moved(connection: u64, side: Side, direction: Direction, bytes: u64) -> Event {
    let stream = StreamId { connection: ConnectionId(connection), side, direction };
    let event = StreamEvent::Trimmed {
        offset: 0,
        bytes,
        summary: Utf8Summary { characters: bytes, ..Utf8Summary::default() },
        origin: crate::event::Origin::Peer,
        forwarded: None,
    };
    Event::Stream(stream, event)
}

/// All connections of a publisher, page by page.
fn all(publication: &Publication) -> Vec<ConnectionState> {
    let (mut all, mut after) = (Vec::new(), 0);
    while after != u64::MAX {
        let Answer::Page { connections, up_to, .. } = publication.page(after) else { panic!("no page") };
        all.extend(connections.into_values());
        after = up_to;
    }
    all
}

/// One host, a bus and a watcher.
struct Bus {
    publication: Publication,
    watcher: Watcher,
    from: Publisher,
    now: u64,
    in_flight: Vec<(Verb, Vec<u8>)>,
    answers: Vec<Vec<u8>>,
    happened: u64,
}

impl Bus {
    fn new() -> Self {
        let name = |text| Name::parse(text).unwrap();
        let from = Publisher { host: name("web-1"), instance: name("7777") };
        let watcher = Watcher::new(Prefix::default(), Vec::new(), 7);
        let publication = publication(Published::Peers);
        Self { publication, watcher, from, now: 1, in_flight: Vec::new(), answers: Vec::new(), happened: 0 }
    }

    fn happen(&mut self, event: Event) {
        self.publication.take(&[stamped(self.now, event)], Timestamp(self.now));
    }

    fn publish(&mut self) {
        if let Some(batch) = self.publication.next_batch() {
            self.in_flight.push((Verb::Facts, batch));
        }
    }

    fn beat(&mut self, is_bye: bool) {
        let here = self.publication.here(Timestamp(self.now), is_bye);
        self.in_flight.push((Verb::Here, wire::write(&here)));
    }

    fn deliver(&mut self) {
        for (verb, message) in self.in_flight.drain(..) {
            let subject = Prefix::default().subject(verb, &self.from);
            self.watcher.take(&subject, &message, Timestamp(self.now));
        }
    }

    fn ask(&mut self) {
        for (_, ask) in self.watcher.questions(Timestamp(self.now)) {
            let answer = match ask {
                Ask::Page { after } => self.publication.page(after),
                Ask::Clock => Answer::Clock { at: self.now + 5000 },
                Ask::Lease { .. } => panic!("nothing asks for bytes"),
            };
            self.answers.push(wire::write(&answer));
        }
    }

    fn answer(&mut self) {
        for answer in std::mem::take(&mut self.answers) {
            self.watcher.answered(
                &self.from.clone(),
                Some(&answer),
                Timestamp(self.now),
                Timestamp(self.now),
            );
        }
    }

    fn state(&self) -> HostState {
        self.watcher.hosts(Timestamp(self.now)).next().unwrap().1.state
    }

    /// Lets everything arrive, until the watcher knows all.
    fn settle(&mut self) {
        self.now += 10_000_000;
        self.publication.finish();
        for _ in 0..40 {
            while self.publication.has_batch() {
                self.publish();
            }
            self.beat(false);
            self.deliver();
            self.answer();
            self.ask();
            self.answer();
            self.now += 1_100_000;
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Open,
    Move(prop::sample::Index, u64),
    Slow(prop::sample::Index, bool),
    Close(prop::sample::Index),
    Wait(u64),
    Publish,
    Deliver,
    Lose,
    Beat,
    Ask,
    Answer,
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => Just(Step::Open),
        8 => (index(), 1..5000_u64).prop_map(|(at, bytes)| Step::Move(at, bytes)),
        1 => (index(), any::<bool>()).prop_map(|(at, is_slow)| Step::Slow(at, is_slow)),
        2 => index().prop_map(Step::Close),
        4 => (0..600_000_u64).prop_map(Step::Wait),
        4 => Just(Step::Publish),
        3 => Just(Step::Deliver),
        1 => Just(Step::Lose),
        2 => Just(Step::Beat),
        3 => Just(Step::Ask),
        3 => Just(Step::Answer),
    ]
}

impl Bus {
    fn follow(&mut self, step: &Step, live: &mut Vec<u64>, opened_so_far: &mut u64) {
        match step {
            Step::Open => {
                *opened_so_far += 1;
                live.push(*opened_so_far);
                self.happen(opened(*opened_so_far));
            }
            Step::Move(at, bytes) if !live.is_empty() => {
                self.happen(moved(*at.get(live), Side::Client, Direction::Received, *bytes));
                self.happen(moved(*at.get(live), Side::Client, Direction::Sent, *bytes));
            }
            Step::Slow(at, is_slow) if !live.is_empty() => {
                let side = Side::Client;
                let event =
                    if *is_slow { ConnectionEvent::Slow { side } } else { ConnectionEvent::Flowing { side } };
                self.happen(Event::Connection(ConnectionId(*at.get(live)), event));
            }
            Step::Close(at) if !live.is_empty() => {
                let connection = live.swap_remove(at.index(live.len()));
                self.happen(closed(connection, 5, 6));
            }
            Step::Move(..) | Step::Slow(..) | Step::Close(_) => {}
            Step::Wait(micros) => self.now += micros,
            Step::Publish => self.publish(),
            Step::Deliver => self.deliver(),
            Step::Lose => self.in_flight.clear(),
            Step::Beat => self.beat(false),
            Step::Ask => self.ask(),
            Step::Answer => self.answer(),
        }
        self.happened = self.publication.outbox.next_number();
    }
}

proptest! {
    #[test]
    fn a_watcher_knows_what_the_publisher_knows(steps in proptest::collection::vec(step(), 0..300)) {
        let (mut bus, mut live, mut opened_so_far) = (Bus::new(), Vec::new(), 0);
        for step in &steps {
            bus.follow(step, &mut live, &mut opened_so_far);
        }
        bus.settle();
        prop_assert_eq!(bus.state(), HostState::Live);
        let seen: Vec<_> = bus.watcher.connections(&bus.from).cloned().collect();
        prop_assert_eq!(seen, all(&bus.publication));
    }

    #[test]
    fn told_shed_and_lost_are_what_happened(steps in proptest::collection::vec(step(), 1..200)) {
        let (mut bus, mut live, mut opened_so_far) = (Bus::new(), Vec::new(), 0);
        // The first batch arrives, so the watcher counts from the first event on.
        bus.follow(&Step::Open, &mut live, &mut opened_so_far);
        bus.publish();
        bus.deliver();
        for step in &steps {
            bus.follow(step, &mut live, &mut opened_so_far);
        }
        bus.publication.finish();
        bus.publication.shed_the_rest();
        bus.beat(true);
        bus.deliver();
        let report = bus.watcher.hosts(Timestamp(bus.now)).next().unwrap().1;
        let counts = report.counts;
        prop_assert_eq!(counts.told + counts.shed + counts.lost, bus.publication.outbox.next_number());
        prop_assert_eq!(counts.shed, bus.publication.outbox.shed().0);
        prop_assert_eq!((report.state, report.malformed), (HostState::Gone, 0));
    }
}

#[test]
fn counters_are_told_four_times_a_second() {
    let mut publication = publication(Published::Peers);
    publication.take(&[stamped(0, opened(1))], Timestamp(0));
    let mut told = 0;
    for millisecond in 0..1000 {
        let event = moved(1, Side::Client, Direction::Received, 10);
        publication.take(&[stamped(millisecond, event)], Timestamp(millisecond * 1000));
        while let Some(batch) = publication.next_batch() {
            told += wire::Batch::read(&batch).unwrap().entries.len();
        }
    }
    assert_eq!(told, 1 + 4);
    assert_eq!(publication.due(), Some(Timestamp(1_000_000)));
    publication.tell_due(Timestamp(999_999));
    assert!(!publication.has_batch());
    publication.tell_due(Timestamp(1_000_000));
    let batch = wire::Batch::read(&publication.next_batch().unwrap()).unwrap();
    let counters = Counters { received: 10_000, characters: 10_000, ..Counters::default() };
    let backend = Some(wire::Backend::Async);
    assert_eq!(batch.entries, [Entry::Event(wire::Event::Moved { connection: 1, counters, backend })]);
}

#[test]
fn characters_malformed_parts_and_missed_bytes_are_counted() {
    let mut publication = publication(Published::Peers);
    let data = Bytes::from_static(b"a\xffb");
    let bytes = StreamEvent::Bytes {
        offset: 0,
        summary: Utf8Scanner::default().scan(0, &data),
        data,
        origin: crate::event::Origin::Peer,
        forwarded: Some(crate::event::Forwarded { side: Side::Upstream, at: Timestamp(1) }),
        place: None,
    };
    let stream = StreamId::client(ConnectionId(1), Direction::Received);
    let missed = StreamEvent::Missed { events: 1, bytes: 7 };
    let events = [opened(1), Event::Stream(stream, bytes), Event::Stream(stream, missed)];
    publication.take(&events.map(|event| stamped(1, event)), Timestamp(1));
    let expected = Counters {
        received: 10,
        characters: 2,
        malformed: 1,
        malformed_received: Some(1),
        missed: 7,
        upstream_sent: Some(3),
        ..Counters::default()
    };
    assert_eq!(all(&publication)[0].counters, expected);
    let totals = publication.here(Timestamp(1), false).totals;
    assert_eq!((totals.opened, totals.received, totals.malformed), (1, 10, 1));
}

#[test]
fn counts_alone_have_no_addresses() {
    let mut publication = publication(Published::Counts);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 7777)).into();
    let encryption = crate::event::Encryption::default();
    let listening = ServerEvent::Listening {
        address,
        backend: BackendKind::Async,
        service: "echo".to_owned(),
        encryption,
    };
    let refused = ServerEvent::Refused { clients: 2, detail: "127.0.0.1 is denied".to_owned() };
    let events = [Event::Server(listening), opened(1), Event::Server(refused)];
    publication.take(&events.map(|event| stamped(1, event)), Timestamp(1));
    let here = wire::write(&publication.here(Timestamp(1), false));
    let page = wire::write(&publication.page(0));
    for message in [here, page, publication.next_batch().unwrap()] {
        let text = String::from_utf8_lossy(&message).into_owned();
        assert!(!text.contains("127.0.0.1"), "{text:?}");
    }
}

#[test]
fn pages_stay_within_their_limits() {
    let mut publication = publication(Published::Peers);
    for connection in 1..=1300 {
        let upstream = Some("x".repeat(5000));
        let Event::Connection(id, ConnectionEvent::Opened { peer, local, backend, .. }) = opened(connection)
        else {
            panic!("not opened")
        };
        let event = ConnectionEvent::Opened { peer, local, backend, upstream };
        publication.take(&[stamped(1, Event::Connection(id, event))], Timestamp(1));
    }
    let (mut after, mut seen) = (0, 0);
    while after != u64::MAX {
        let page = publication.page(after);
        assert!(wire::write(&page).len() <= 256 << 10);
        let Answer::Page { connections, up_to, .. } = page else { panic!("no page") };
        seen += connections.values().len();
        assert!(connections.values().len() <= wire::MOST_IN_PAGE && up_to > after);
        after = up_to;
    }
    assert_eq!(seen, 1300);
}

#[test]
fn only_what_is_allowed_and_meant_is_obeyed() {
    let mut publication = publication(Published::Peers);
    publication.take(&[stamped(1, opened(1))], Timestamp(1));
    let who = Text::new("somebody");
    let close = |epoch, connection| Order::Close { epoch, who: who.clone(), connection };
    assert_eq!(publication.refusal(&close(EPOCH, 1)), None);
    assert_eq!(publication.refusal(&close(EPOCH, 2)), Some(Outcome::UnknownConnection));
    assert!(matches!(publication.refusal(&close(EPOCH - 1, 1)), Some(Outcome::Refused { .. })));
    let reset = Order::Reset { epoch: EPOCH, who, connection: 1 };
    assert!(
        matches!(publication.refusal(&reset), Some(Outcome::Refused { why }) if why.as_str().contains("reset"))
    );
}
