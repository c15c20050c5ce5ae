//! A recording that is played to a real program: what differs from it.

use std::net::SocketAddr;

use bytewatch::app::keymap::Keymap;
use bytewatch::app::overlay::Overlay;
use bytewatch::app::{
    AppEvent, Effect, Finding, FindingKind, OpenedFiles, RecordingNews, ReplayNews, ReplayProgress, ReplayTo,
    TimelineStep,
};
use bytewatch::event::{
    BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Origin, Stamped, StreamEvent,
    StreamId, Timestamp, Utf8Summary,
};
use ratatui::crossterm::event::{KeyCode, MouseEventKind};
use ratatui::layout::Size;

use crate::harness::{Harness, charset, setup};
use crate::sizes::check_screen;

const QUESTION: &[u8] = b"GET name\r\n";
const RECORDED: &[u8] = b"$3\r\nann\r\n";
const NOW: &[u8] = b"$3\r\nbob\r\n";

fn news(harness: &mut Harness, news: ReplayNews) {
    harness.app_event(AppEvent::Reading(RecordingNews::Replay(news)));
}

fn progress(harness: &mut Harness, played: u64, differences: u64) {
    let progress = ReplayProgress { connections: 2, played, differences, ..ReplayProgress::default() };
    news(harness, ReplayNews::Progress(progress));
}

fn over(harness: &mut Harness, played: u64, differences: u64) {
    let progress = ReplayProgress { connections: 2, played, differences, is_over: true, is_paused: false };
    news(harness, ReplayNews::Progress(progress));
}

/// What was recorded of a connection.
fn recorded(id: u64) -> Vec<Stamped> {
    let connection = ConnectionId(id);
    let opened = ConnectionEvent::Opened {
        peer: SocketAddr::from(([10, 0, 0, 9], 40_000 + id as u16)).into(),
        local: SocketAddr::from(([10, 0, 0, 1], 6379)).into(),
        backend: BackendKind::Async,
        upstream: None,
    };
    let bytes = |direction, data: &'static [u8]| {
        let id = StreamId::client(connection, direction);
        let (summary, origin) = (Utf8Summary::default(), Origin::of(direction));
        let data = bytes::Bytes::from_static(data);
        Event::Stream(
            id,
            StreamEvent::Bytes { offset: 0, data, summary, origin, forwarded: None, place: None },
        )
    };
    let events = [
        Event::Connection(connection, opened),
        bytes(Direction::Received, QUESTION),
        bytes(Direction::Sent, RECORDED),
    ];
    events.into_iter().map(|event| Stamped { at: Timestamp(1), event }).collect()
}

/// A dashboard that shows how a recording is played.
fn shown(files: OpenedFiles, width: u16, height: u16) -> Harness {
    let mut setup = setup(charset(), Keymap::default(), Size { width, height });
    setup.opened = Some(files);
    Harness::given(setup)
}

/// A replay of two connections to a server, none of which has begun.
fn replay(width: u16, height: u16) -> Harness {
    let to = ReplayTo { server: Some("127.0.0.1:6379".to_owned()), compared: Direction::Sent };
    let files =
        OpenedFiles { first: "redis.pcapng".to_owned(), second: None, payload: None, replay: Some(to) };
    let mut harness = shown(files, width, height);
    news(&mut harness, ReplayNews::Recorded([recorded(1), recorded(2)].concat()));
    progress(&mut harness, 0, 0);
    harness
}

fn differs(harness: &mut Harness, id: u64) {
    let what = FindingKind::Bytes { expected: b"ann".to_vec(), got: b"bob".to_vec(), at: 4..7 };
    news(harness, ReplayNews::Found(Finding { connection: ConnectionId(id), offset: 4, what }));
}

/// A replay whose first connection got another answer.
fn different(width: u16, height: u16) -> Harness {
    let mut harness = replay(width, height);
    harness.open(1);
    harness.bytes(1, Direction::Received, QUESTION);
    harness.bytes(1, Direction::Sent, NOW);
    differs(&mut harness, 1);
    harness.close(1, CloseReason::PeerFinished);
    progress(&mut harness, 1, 1);
    harness
}

/// The same, and the second connection has met a server that ended it.
fn ended(width: u16, height: u16) -> Harness {
    let mut harness = different(width, height);
    harness.open(2);
    harness.bytes(2, Direction::Received, QUESTION);
    let what = FindingKind::Other("the server finished too early".to_owned());
    news(&mut harness, ReplayNews::Found(Finding { connection: ConnectionId(2), offset: 0, what }));
    harness.close(2, CloseReason::WeFinished);
    over(&mut harness, 2, 2);
    harness
}

fn idle(harness: &mut Harness) {
    while harness.app.is_searching() {
        harness.app_event(AppEvent::Idle(65_536));
    }
}

#[test]
fn the_header_says_what_is_played_and_how_far_it_is() {
    let mut harness = replay(120, 30);
    harness.sees("REPLAY redis.pcapng → 127.0.0.1:6379");
    harness.sees("0 of 2 played");
    harness.sees("No connection has been opened yet.");
    harness.open(1);
    progress(&mut harness, 1, 0);
    harness.sees("1 of 2 played");
    over(&mut harness, 2, 0);
    harness.sees("2 of 2 played: no difference");
    harness.sees("2 of 2 connections replayed: no difference");
    harness.sees_not("OPEN");
}

#[test]
fn a_difference_is_marked_where_it_is_and_listed() {
    let mut harness = different(120, 30);
    harness.sees("1 difference");
    harness.keys("2gG");
    harness.sees("≠62≠6f≠62");
    harness.keys("D");
    assert_eq!(harness.app.overlay(), Some(Overlay::Differences));
    harness.sees("Differences · 1 difference so far · recorded ≠ now");
    harness.sees("61 6e 6e ann ≠ 62 6f 62 bob");
    harness.press(KeyCode::Enter);
    assert_eq!(harness.app.overlay(), None);
    harness.sees("recorded: 61");
    harness.press(KeyCode::Right);
    harness.sees("recorded: 6e");
    harness.keys("D");
    harness.press(KeyCode::Esc);
    harness.sees_not("so far");
}

#[test]
fn what_was_recorded_stands_beside_what_came() {
    let mut harness = ended(120, 30);
    harness.keys("D");
    harness.sees("the server finished too early");
    harness.keys("=");
    idle(&mut harness);
    harness.sees("#1 as recorded and now · sent · by offset");
    harness.sees("recorded #1 10.0.0.9:40001");
    harness.sees("Difference 1 of 1 at 0x4 · 3 of 9 bytes differ");
    harness.sees("≠61≠6e≠6e");
    // The next connection is compared with what was recorded of it.
    harness.keys("]");
    idle(&mut harness);
    harness.sees("#2 as recorded and now");
    harness.sees("9 of 9 bytes differ");
    harness.keys("\u{1b}\u{1b}");
    harness.keys("1g=");
    harness.sees("as recorded and now");
}

#[test]
fn a_difference_that_grows_is_one() {
    let mut harness = different(100, 24);
    let what = FindingKind::Bytes { expected: b"ann\r\n".to_vec(), got: b"bob!!".to_vec(), at: 4..9 };
    news(&mut harness, ReplayNews::Found(Finding { connection: ConnectionId(1), offset: 4, what }));
    harness.keys("D");
    harness.sees("≠ bob!!");
    harness.sees_not("≠ bob ");
}

#[test]
fn a_replay_can_be_paused_and_refuses_what_was_not_recorded() {
    let mut harness = different(100, 24);
    assert_eq!(harness.keys("p"), [Effect::Timeline(TimelineStep::Play)]);
    let paused =
        ReplayProgress { connections: 2, played: 1, differences: 1, is_paused: true, is_over: false };
    news(&mut harness, ReplayNews::Progress(paused));
    harness.sees("paused, 1 of 2 played");
    assert!(harness.keys("e").is_empty());
    harness.sees("this is a replay: each connection does what was recorded of it");
    harness.keys("\u{1b}");
    over(&mut harness, 2, 1);
    harness.sees("2 of 2 connections replayed: 1 difference; D lists what differs");
    assert!(harness.keys("p").is_empty());
    harness.sees("The replay is over");
    harness.keys("R");
    assert_eq!(harness.app.overlay(), Some(Overlay::Record), "what happens can be recorded");
}

#[test]
fn without_a_difference_there_is_no_list() {
    let mut harness = replay(80, 24);
    harness.keys("D");
    harness.sees("No difference so far");
    over(&mut harness, 2, 0);
    harness.keys("D");
    harness.sees("There is no difference");
}

#[test]
fn the_list_is_clicked_and_scrolled() {
    let mut harness = ended(80, 24);
    harness.keys("D");
    harness.mouse(MouseEventKind::ScrollDown, 9, 9);
    harness.sees("▶");
    harness.click("ann");
    assert_eq!(harness.app.overlay(), None);
    harness.sees("recorded: 61");
}

#[test]
fn clients_are_waited_for_at_the_address() {
    let to = ReplayTo { server: None, compared: Direction::Received };
    let files =
        OpenedFiles { first: "redis.pcapng".to_owned(), second: None, payload: None, replay: Some(to) };
    let mut harness = shown(files, 100, 24);
    harness.event(Event::Server(bytewatch::event::ServerEvent::Listening {
        address: crate::harness::LOOPBACK.into(),
        backend: BackendKind::Threads,
        service: "replay".to_owned(),
        encryption: bytewatch::event::Encryption::default(),
    }));
    harness.sees("REPLAY redis.pcapng at 127.0.0.1:7777");
    harness.sees("Waiting for clients at 127.0.0.1:7777.");
}

/// A recording that is not played to anybody: two connections, one of which is reset.
fn opened(width: u16, height: u16) -> Harness {
    let files = OpenedFiles { first: "redis.pcapng".to_owned(), second: None, payload: None, replay: None };
    let mut harness = shown(files, width, height);
    for id in [1, 2] {
        harness.open(id);
        harness.bytes(id, Direction::Received, QUESTION);
        harness.bytes(id, Direction::Sent, RECORDED);
    }
    harness.close(1, CloseReason::PeerFinished);
    harness.close(2, CloseReason::PeerReset);
    harness.pass(1);
    harness
}

#[test]
fn a_recording_at_every_size() {
    let after = |keys: &'static str| {
        move |width, height| {
            let mut harness = opened(width, height);
            harness.keys(keys);
            harness
        }
    };
    check_screen("recording", after("1"));
    check_screen("recording_backends", after("3"));
}

#[test]
fn a_replay_at_every_size() {
    let after = |keys: &'static str| {
        move |width, height| {
            let mut harness = ended(width, height);
            harness.keys(keys);
            harness
        }
    };
    check_screen("replay", after("gG"));
    check_screen("differences", after("gGD"));
    check_screen("replay_backends", after("3"));
}
