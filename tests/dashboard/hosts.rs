//! Many machines: the pane of the hosts, the clients of all of them, and what they are asked for.

use bytewatch::app::hosts::{Clock, HostAction, HostFacts, HostHere, HostId, HostName, Published};
use bytewatch::app::keymap::Keymap;
use bytewatch::app::{Acting, AppEvent, BusNews, Effect, HostAnswer, HostNews, HostOutcome, Watching};
use bytewatch::event::{
    Address, BackendKind, CloseMode, Command, ConnectionCommand, ConnectionEvent, ConnectionId, Event,
    PerDirection, RunId, Timestamp,
};
use bytewatch::model::host_state::HostState;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Size;

use crate::harness::{Harness, charset, setup};

fn watching(acting: Acting, width: u16, height: u16) -> Harness {
    let mut setup = setup(charset(), Keymap::default(), Size { width, height });
    setup.watching = Some(Watching { bus: "nats://127.0.0.1:4222".to_owned(), acting });
    Harness::given(setup)
}

fn news(harness: &mut Harness, news: HostNews) {
    harness.app_event(AppEvent::Hosts(news));
}

fn facts(host: &str, state: HostState, now: u64) -> HostFacts {
    let name = HostName { host: host.to_owned(), instance: "edge".to_owned() };
    let here = HostHere {
        machine: format!("{host}.example"),
        version: "0.1.0".to_owned(),
        backend: Some(BackendKind::Async),
        service: Some("echo".to_owned()),
        addresses: vec!["10.0.0.1:7777".to_owned()],
        uptime: 7_500_000_000,
        live: 312,
        opened: 1_234,
        refused: 0,
        bytes: PerDirection { received: 5 << 20, sent: 1 << 10 },
        malformed: 0,
        publishes: Published::Peers,
        obeys: vec![HostAction::Close, HostAction::Switch],
    };
    let is_heard = state == HostState::Live;
    HostFacts {
        name,
        state,
        heard: Timestamp(if is_heard { now } else { now - 4_000_000 }),
        here: Some(here),
        rates: is_heard.then_some(PerDirection { received: 2_048, sent: 3 }),
        shed: 0,
        lost: 0,
        clock: None,
        refused: 0,
        not_kept: 0,
        restarts: 0,
    }
}

/// Tells of a host; its number is its place among those that were told of.
fn tell(harness: &mut Harness, id: u32, facts: HostFacts) {
    news(harness, HostNews::Facts(HostId(id), Box::new(facts)));
}

fn connection(run: u32, number: u64) -> ConnectionId {
    ConnectionId::of_run(RunId(run), number).unwrap()
}

fn open(harness: &mut Harness, run: u32, number: u64) {
    let opened = ConnectionEvent::Opened {
        peer: Address::parse(&format!("10.0.0.{}:50000", number + 1)).unwrap(),
        local: Address::Untold,
        backend: BackendKind::Async,
        upstream: None,
    };
    harness.event(Event::Connection(connection(run, number), opened));
}

/// Three hosts, one of which was not heard of for a while, and four clients.
fn three(acting: Acting, width: u16, height: u16) -> Harness {
    let mut harness = watching(acting, width, height);
    news(&mut harness, HostNews::Bus(BusNews::Connected));
    let now = harness.now;
    let clock = Some(Clock { ahead: 1_200_000, round_trip: 300 });
    tell(&mut harness, 0, HostFacts { clock, lost: 9, ..facts("web-2", HostState::Live, now) });
    tell(&mut harness, 1, facts("web-1", HostState::Live, now));
    tell(&mut harness, 2, HostFacts { shed: 1_234, ..facts("db-1", HostState::Stale, now) });
    for run in 0..3 {
        news(&mut harness, HostNews::Run(RunId(run), HostId(run)));
        open(&mut harness, run, 1);
    }
    open(&mut harness, 1, 2);
    harness
}

#[test]
fn without_any_host_it_is_said_what_to_start() {
    for (width, height) in [(200, 60), (80, 24), (40, 10)] {
        let mut harness = watching(Acting::ReadOnly, width, height);
        harness.keys("3");
        harness.sees("Connecting to nats://127.0.0.1:4222");
        news(&mut harness, HostNews::Bus(BusNews::Connected));
        harness.sees("--publish");
        harness.sees("0 hosts");
    }
}

#[test]
fn where_bytes_are_published_it_is_said_what_prints_them() {
    let mut harness = watching(Acting::ReadOnly, 200, 60);
    let mut host = facts("web-1", HostState::Live, harness.now);
    host.here.as_mut().unwrap().publishes = Published::Bytes;
    tell(&mut harness, 0, host);
    news(&mut harness, HostNews::Run(RunId(0), HostId(0)));
    open(&mut harness, 0, 7);
    harness.sees("--connection 'web-1/edge#7'");
    harness.sees("publishes counts, addresses and, if asked, bytes");
}

#[test]
fn hosts_are_shown_at_every_size() {
    let pages = [(80, 24), (200, 60), (40, 10)].map(|(width, height)| {
        let mut harness = three(Acting::ReadOnly, width, height);
        harness.keys("3");
        harness.screen()
    });
    insta::assert_snapshot!("hosts", pages.join("\n\n"));
}

#[test]
fn the_clients_of_a_host_are_chosen_in_its_pane() {
    let mut harness = three(Acting::ReadOnly, 200, 60);
    harness.sees("3 hosts, 1 stale");
    harness.sees("READ ONLY");
    harness.keys("3jj");
    harness.press(KeyCode::Enter);
    harness.sees("/host:web-2 · 1 matches");
    harness.keys("3k");
    harness.press(KeyCode::Enter);
    harness.sees("/host:web-1 · 2 match");
    harness.press(KeyCode::Esc);
    harness.sees_not("/host:");
    harness.keys("/host:d");
    harness.press(KeyCode::Tab);
    harness.sees("host:db-1");
}

#[test]
fn the_pane_says_what_is_wrong_with_a_host() {
    let mut harness = three(Acting::ReadOnly, 200, 60);
    harness.keys("3");
    harness.sees("not heard of for 4s");
    harness.sees("1,234 events not published by it");
    let now = harness.now;
    for (state, words) in [
        (HostState::Joining, "its connections are asked for"),
        (HostState::Behind, "events are missing"),
        (HostState::Clash, "two programs publish under this name"),
        (HostState::Unknown, "the bus is gone"),
        (HostState::Gone, "x dismisses it"),
    ] {
        tell(&mut harness, 2, facts("db-1", state, now));
        harness.sees(words);
        harness.sees(state.word());
    }
    harness.keys("x");
    harness.sees("db-1 is dismissed");
    harness.sees("2 hosts");
    tell(&mut harness, 2, facts("db-1", HostState::Live, now));
    harness.sees("3 hosts");
}

#[test]
fn two_programs_of_one_host_are_told_apart() {
    let mut harness = three(Acting::ReadOnly, 200, 60);
    let mut other = facts("web-1", HostState::Live, harness.now);
    other.name.instance = "main".to_owned();
    tell(&mut harness, 3, other);
    harness.sees("web-1/edge");
    harness.sees("web-1/main");
    harness.keys("3G");
    harness.keys("kk");
    harness.press(KeyCode::Enter);
    harness.sees("/host:web-1/edge · 2 match");
}

#[test]
fn nothing_is_done_where_hosts_are_only_looked_at() {
    let mut harness = three(Acting::ReadOnly, 80, 24);
    for key in ["d", "D", "b", "e"] {
        assert_eq!(harness.keys(key), []);
        harness.sees_not("(FIN)?");
    }
    harness.keys("d");
    harness.sees("--act");
}

#[test]
fn a_host_is_asked_by_name_and_its_answer_is_told() {
    let mut harness = three(Acting::Allowed, 200, 60);
    harness.sees("ACTING");
    harness.keys("/host:web-1");
    harness.press(KeyCode::Enter);
    harness.keys("d");
    harness.sees("Close #1 of web-1 (FIN)?");
    let close = ConnectionCommand::Close(CloseMode::Finish);
    assert_eq!(harness.keys("y"), [Effect::Server(Command::Connection(connection(1, 1), close))]);
    assert_eq!(harness.keys("D"), []);
    harness.sees("web-1 obeys close, switch; start it with --obey reset");
    harness.keys("b");
    harness.sees("Switch web-1 to threads? 312 clients.");
    assert_eq!(harness.keys("y"), [Effect::SwitchHost { host: HostId(1), to: BackendKind::Threads }]);
    harness.keys("3k");
    harness.keys("b");
    harness.sees("Switch db-1 to threads? 312 clients. It was last heard of 4s ago.");
    assert_eq!(harness.keys("n"), []);
    for (outcome, words) in [
        (HostOutcome::Accepted, "web-1 does it: close #1"),
        (HostOutcome::Refused("busy\u{1b}[2J".to_owned()), "web-1 refuses: close #1: busy␛[2J"),
        (HostOutcome::UnknownConnection, "web-1 has no such live connection: close #1"),
        (HostOutcome::NoAnswer, "whether it was done is unknown"),
        (HostOutcome::Nobody, "not done: web-1"),
        (HostOutcome::TooMany, "more than 10 actions in a second"),
    ] {
        let what = "close #1".to_owned();
        news(&mut harness, HostNews::Answered(HostAnswer { host: HostId(1), what, outcome }));
        harness.sees(words);
    }
}

#[test]
fn texts_of_hosts_draw_nothing() {
    let evil = "a\u{1b}[2J\u{202e}b\u{9b}31m\u{0}";
    for (width, height) in [(200, 60), (80, 24), (40, 10)] {
        let mut harness = watching(Acting::Allowed, width, height);
        let mut told = facts(evil, HostState::Live, harness.now);
        let here = told.here.as_mut().unwrap();
        (here.machine, here.version) = (evil.to_owned(), evil.to_owned());
        (here.service, here.addresses) = (Some(evil.to_owned()), vec![evil.to_owned()]);
        news(&mut harness, HostNews::Bus(BusNews::Lost(Some(evil.to_owned()))));
        harness.keys("3");
        assert!(is_harmless(&harness.screen()));
        tell(&mut harness, 0, told);
        let now = harness.now;
        tell(&mut harness, 1, facts("web-1", HostState::Live, now));
        news(&mut harness, HostNews::Run(RunId(0), HostId(0)));
        open(&mut harness, 0, 1);
        for keys in ["", "1", "d", "n", "3b", "n", "2"] {
            harness.keys(keys);
            assert!(is_harmless(&harness.screen()), "{keys}");
        }
    }
}

fn is_harmless(screen: &str) -> bool {
    !screen.chars().any(|letter| letter != '\n' && (letter.is_control() || letter == '\u{202e}'))
}

#[test]
fn two_hundred_hosts_can_be_gone_through() {
    let mut harness = three(Acting::ReadOnly, 80, 24);
    for id in 3..200 {
        let told = facts(&format!("host-{id:03}"), HostState::Live, harness.now);
        tell(&mut harness, id, told);
    }
    harness.keys("3");
    harness.sees("200 hosts, 1 stale");
    harness.sees("of 200");
    harness.keys("G");
    harness.sees("▶ web-2");
    harness.keys("g");
    harness.sees("▶ db-1");
}
