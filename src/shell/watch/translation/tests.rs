use std::collections::BTreeMap;

use super::*;
use crate::event::{Address, CloseReason, Direction};
use crate::fleet::subject::{Name, Prefix, Verb};
use crate::fleet::wire::batch::{append_event, write_batch};
use crate::fleet::wire::{Answer, ConnectionState, Counters, Head, Here, List, Text, Totals};
use crate::model::{Budget, Model};

const SECOND: u64 = 1_000_000;
/// The clock of the host is an hour ahead.
const AHEAD: u64 = 3_600 * SECOND;

/// A watcher, a translation, and the model that is made of it.
struct World {
    watcher: Watcher,
    translation: Translation,
    model: Model,
    news: Vec<HostNews>,
    next: BTreeMap<&'static str, u64>,
}

fn at(seconds: u64) -> Timestamp {
    Timestamp((1_000_000 + seconds) * SECOND)
}

fn publisher(host: &str) -> Publisher {
    Publisher { host: Name::parse(host).unwrap(), instance: Name::parse("edge").unwrap() }
}

fn here(epoch: u64, next: u64, seconds: u64) -> Here {
    Here {
        epoch,
        next,
        at: at(seconds).0 + AHEAD,
        is_bye: false,
        machine: Text::new("machine"),
        version: Text::new("1"),
        backend: Some(wire::Backend::Threads),
        service: None,
        addresses: List::default(),
        live: 0,
        totals: Totals { received: 1_000 * seconds, ..Totals::default() },
        shed: 0,
        shed_bytes: 0,
        publishes: Some(wire::Published::Peers),
        obeys: List::default(),
    }
}

fn state(connection: u64, opened: u64) -> ConnectionState {
    ConnectionState {
        connection,
        opened: at(opened).0 + AHEAD,
        peer: Some(Text::new("10.0.0.1:5")),
        local: None,
        upstream: None,
        backend: None,
        counters: Counters {
            received: 500,
            sent: 7,
            malformed: 3,
            malformed_received: Some(2),
            ..Counters::default()
        },
        is_slow: true,
        is_upstream_slow: false,
    }
}

fn opened(connection: u64) -> wire::Event {
    wire::Event::Opened { connection, at: 0, peer: None, local: None, upstream: None, backend: None }
}

fn moved(connection: u64, received: u64) -> wire::Event {
    let counters = Counters { received, ..Counters::default() };
    wire::Event::Moved { connection, counters, backend: Some(wire::Backend::Async) }
}

impl World {
    fn new() -> Self {
        Self {
            watcher: Watcher::new(Prefix::default(), Vec::new(), 0),
            translation: Translation::default(),
            model: Model::new(Budget { history: 1 << 10, memory: 1 << 20 }),
            news: Vec::new(),
            next: BTreeMap::new(),
        }
    }

    fn take(&mut self, verb: Verb, host: &str, payload: &[u8], seconds: u64) {
        let subject = Prefix::default().subject(verb, &publisher(host));
        self.watcher.take(&subject, payload, at(seconds));
        self.turn(seconds);
    }

    fn turn(&mut self, seconds: u64) {
        let now = at(seconds);
        self.watcher.questions(now);
        let news = self.watcher.news(now);
        self.translation.hear_from(&self.watcher, now);
        for (publisher, news) in news {
            self.translation.add(&self.watcher, &publisher, &news, now);
        }
        self.translation.tell_hosts(&self.watcher, now);
        let (events, news) = self.translation.take();
        events.iter().for_each(|event| self.model.apply(event));
        self.news.extend(news);
    }

    fn heartbeat(&mut self, host: &'static str, epoch: u64, seconds: u64) {
        let next = self.next.get(host).copied().unwrap_or(0);
        self.take(Verb::Here, host, &wire::write(&here(epoch, next, seconds)), seconds);
    }

    fn batch(&mut self, host: &'static str, epoch: u64, seconds: u64, events: &[wire::Event]) {
        let next = self.next.entry(host).or_default();
        let first = *next;
        *next += events.len() as u64;
        let head = Head { epoch, first, count: events.len() as u64, shed: 0, shed_bytes: 0 };
        let mut told = Vec::new();
        events.iter().for_each(|event| append_event(&mut told, event));
        let bytes = write_batch(&head, events.len() as u64, &told);
        self.take(Verb::Facts, host, &bytes, seconds);
    }

    fn page(&mut self, host: &'static str, epoch: u64, seconds: u64, connections: Vec<ConnectionState>) {
        self.turn(seconds);
        let next = self.next.get(host).copied().unwrap_or(0);
        let connections = connections.into_iter().collect();
        let answer = Answer::Page { epoch, next, after: 0, up_to: u64::MAX, connections };
        self.watcher.answered(&publisher(host), Some(&wire::write(&answer)), at(seconds), at(seconds));
        self.turn(seconds);
    }

    /// The newest facts of a host.
    fn facts(&self, host: &str) -> &HostFacts {
        let of_host = self.news.iter().rev().find_map(|news| match news {
            HostNews::Facts(_, facts) if facts.name.host == host => Some(&**facts),
            _ => None,
        });
        of_host.unwrap()
    }
}

fn id(run: u32, number: u64) -> ConnectionId {
    ConnectionId::of_run(RunId(run), number).unwrap()
}

#[test]
fn a_connection_that_is_listed_has_its_age_and_its_counts_and_no_rate() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    world.page("web-1", 1, 101, vec![state(7, 40)]);
    let known = world.model.connection(id(0, 7)).unwrap();
    assert_eq!(known.age_micros(at(101)), 61 * SECOND, "by the clock of the host");
    assert_eq!((known.received.total(), known.sent.total(), known.malformed()), (500, 7, 2));
    assert_eq!(known.received.rate.history(at(102)).sum::<u64>(), 0);
    assert_eq!(world.model.rates[Direction::Received].history(at(102)).sum::<u64>(), 0);
    assert_eq!((known.slow, known.active), (true, at(101)));
    assert_eq!(known.peer, Address::parse("10.0.0.1:5").unwrap());
    assert_eq!(known.local, Address::Untold);
    assert!(matches!(world.news[..], [.., HostNews::Run(RunId(0), HostId(0)), HostNews::Facts(..)]));
}

#[test]
fn counters_become_what_was_moved_since() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    world.page("web-1", 1, 100, vec![]);
    world.batch("web-1", 1, 101, &[opened(7), moved(7, 100)]);
    world.batch("web-1", 1, 102, &[moved(7, 350), moved(8, 9)]);
    let known = world.model.connection(id(0, 7)).unwrap();
    assert_eq!((known.received.total(), known.received.rate.per_second(at(103))), (350, 250));
    assert_eq!((known.opened, known.handovers), (at(101), 1), "it is not on threads, as the host says");
    assert_eq!(world.model.totals.seen, 1, "nothing was told of #8 but what it moved");
    let counters = Counters { received: 351, sent: 1, missed: 1, ..Counters::default() };
    let reason = Text::new("peer-reset");
    let closed = wire::Event::Closed { connection: 7, at: 0, reason, detail: None, counters };
    world.batch("web-1", 1, 103, &[closed]);
    let known = world.model.connection(id(0, 7)).unwrap();
    assert_eq!((known.received.total(), known.sent.total(), known.missed()), (351, 1, 1));
    assert_eq!(known.closed.as_ref().unwrap().reason, CloseReason::PeerReset);
}

#[test]
fn connections_of_hosts_with_the_same_numbers_stay_apart() {
    let mut world = World::new();
    for host in ["web-1", "web-2"] {
        world.heartbeat(host, 1, 100);
        world.page(host, 1, 100, vec![]);
        world.batch(host, 1, 101, &[opened(7)]);
    }
    world.batch("web-2", 1, 102, &[moved(7, 5)]);
    let received = |run| world.model.connection(id(run, 7)).unwrap().received.total();
    assert_eq!([received(0), received(1)], [0, 5]);
}

#[test]
fn a_restart_ends_the_connections_unseen() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    world.page("web-1", 1, 100, vec![state(7, 40)]);
    world.next.clear();
    world.heartbeat("web-1", 2, 102);
    world.batch("web-1", 2, 102, &[opened(7)]);
    let closed = &world.model.connection(id(0, 7)).unwrap().closed;
    assert_eq!(closed.as_ref().unwrap().reason, CloseReason::Unseen);
    assert!(world.model.connection(id(1, 7)).unwrap().closed.is_none());
    assert_eq!((world.model.live(), world.facts("web-1").restarts), (1, 1));
}

#[test]
fn a_connection_that_a_page_does_not_have_is_over() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    world.page("web-1", 1, 100, vec![state(7, 40), state(8, 40)]);
    world.watcher.set_connected(false);
    world.turn(101);
    assert_eq!(world.facts("web-1").state, HostState::Unknown);
    world.watcher.set_connected(true);
    world.heartbeat("web-1", 1, 110);
    world.page("web-1", 1, 111, vec![state(8, 40)]);
    assert_eq!(world.model.live(), 1);
    let closed = &world.model.connection(id(0, 7)).unwrap().closed;
    assert_eq!(closed.as_ref().unwrap().reason, CloseReason::Unseen);
}

#[test]
fn a_number_that_no_program_reaches_is_counted_and_not_shown() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    world.batch("web-1", 1, 100, &[opened(u64::MAX), opened(1 << 40)]);
    assert_eq!((world.model.totals.seen, world.facts("web-1").not_kept), (0, 2));
}

#[test]
fn a_host_that_gives_a_number_again_changes_nothing_of_the_first_one() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    world.page("web-1", 1, 100, vec![]);
    let reason = Text::new("what is this");
    let counters = Counters { received: 3, ..Counters::default() };
    let closed = wire::Event::Closed { connection: 7, at: 0, reason, detail: None, counters };
    world.batch("web-1", 1, 101, &[opened(7), opened(7), closed.clone(), opened(7), closed]);
    let known = world.model.connection(id(0, 7)).unwrap();
    assert_eq!((world.model.totals.seen, world.model.live(), known.received.total()), (1, 0, 6));
    let closed = known.closed.as_ref().unwrap();
    assert_eq!((closed.reason, closed.detail.as_deref()), (CloseReason::Error, Some("what is this")));
}

#[test]
fn rates_are_by_the_clock_of_the_host_and_end_with_it() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    world.page("web-1", 1, 100, vec![]);
    assert_eq!(world.facts("web-1").rates, None);
    world.heartbeat("web-1", 1, 102);
    let rates = world.facts("web-1").rates.unwrap();
    assert_eq!((rates[Direction::Received], rates[Direction::Sent]), (1_000, 0));
    world.turn(105);
    assert_eq!((world.facts("web-1").state, world.facts("web-1").rates), (HostState::Stale, None));
    assert_eq!(world.facts("web-1").heard, at(102));
}

#[test]
fn what_a_host_says_of_its_server_is_told_with_its_name_as_safe_text() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    let detail = Some(Text::new("full\u{1b}[2J"));
    world.batch("web-1", 1, 100, &[wire::Event::Refused { at: 0, clients: 2, detail }]);
    assert_eq!(world.model.totals.refused, 2);
    let said = world.model.last_refusal.clone().unwrap();
    assert!(said.starts_with("web-1/edge: full") && !said.contains('\u{1b}'), "{said}");
}

#[test]
fn nothing_of_a_relayed_connection_is_timed() {
    let mut world = World::new();
    world.heartbeat("web-1", 1, 100);
    let upstream = Some(Text::new("db:5432"));
    let counters = Counters {
        received: 3,
        sent: 4,
        upstream_received: Some(4),
        upstream_sent: Some(3),
        ..Counters::default()
    };
    world.page("web-1", 1, 100, vec![ConnectionState { upstream, counters, ..state(7, 40) }]);
    let more = Counters { sent: 9, upstream_received: Some(9), ..counters };
    let moved = wire::Event::Moved { connection: 7, counters: more, backend: None };
    world.batch("web-1", 1, 101, &[moved]);
    let known = world.model.connection(id(0, 7)).unwrap();
    let upstream = known.upstream.as_ref().unwrap();
    assert_eq!(upstream.streams[Direction::Received].total(), 9);
    assert_eq!((upstream.responses.count(), known.waits.last()), (0, None));
    assert!(upstream.connected.is_some());
}
