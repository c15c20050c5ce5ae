//! The steps that follow from events.

use super::*;
use crate::event::{BackendKind, Origin, Utf8Summary};

const ID: ConnectionId = ConnectionId(3);

fn opened() -> Event {
    let address = |port| ([127, 0, 0, 1], port).into();
    let (peer, local) = (address(50_000), address(80));
    Event::Connection(
        ID,
        ConnectionEvent::Opened { peer, local, backend: BackendKind::Async, upstream: None },
    )
}

fn bytes(direction: Direction, offset: u64, data: &'static [u8]) -> Event {
    let (data, summary, origin) = (Bytes::from_static(data), Utf8Summary::default(), Origin::of(direction));
    let event = StreamEvent::Bytes { offset, data, summary, origin, forwarded: None, place: None };
    Event::Stream(StreamId::client(ID, direction), event)
}

fn ended() -> Event {
    Event::Connection(ID, ConnectionEvent::InputEnded { side: Side::Client })
}

fn closed(reason: CloseReason) -> Event {
    let event = ConnectionEvent::Closed { reason, detail: None, failed_call: None, received: 0, sent: 0 };
    Event::Connection(ID, event)
}

fn script(events: impl IntoIterator<Item = Event>) -> Script {
    let mut scripts = Scripts::default();
    for (at, event) in events.into_iter().enumerate() {
        scripts.take(&Stamped { at: Timestamp(at as u64), event }).unwrap();
    }
    let all = scripts.finish();
    assert_eq!(all.len(), 1);
    all.into_iter().next().unwrap()
}

/// The steps in short: `c` and `s` for the side, then what it did.
fn steps(script: &Script) -> Vec<String> {
    let short = |step: &Step| {
        let by = &step.by.word()[..1];
        match &step.action {
            Action::Bytes(bytes) => format!("{by} {}", String::from_utf8_lossy(bytes)),
            Action::Missing(bytes) => format!("{by} missing {bytes}"),
            Action::Finish => format!("{by} fin"),
            Action::Reset => format!("{by} rst"),
        }
    };
    script.steps.iter().map(short).collect()
}

#[test]
fn both_sides_keep_their_order() {
    let (received, sent) = (Direction::Received, Direction::Sent);
    let script = script([
        opened(),
        bytes(received, 0, b"ask"),
        bytes(sent, 0, b"answer"),
        ended(),
        bytes(sent, 6, b"more"),
        closed(CloseReason::PeerFinished),
    ]);
    assert_eq!(steps(&script), ["c ask", "s answer", "c fin", "s more", "s fin"]);
    assert_eq!((script.opened, script.closed), (Timestamp(0), Some(Timestamp(5))));
    assert_eq!(script.expected_of(Party::Server).bytes, b"answermore");
    assert!(script.has_bytes_of(Party::Client) && script.missing() == 0);
}

#[test]
fn the_server_that_ends_first_does_so_before_the_client() {
    let (received, sent) = (Direction::Received, Direction::Sent);
    let events = [opened(), bytes(sent, 0, b"x"), bytes(received, 0, b"quit"), ended()];
    let script = script(events.into_iter().chain([closed(CloseReason::WeFinished)]));
    assert_eq!(steps(&script), ["s x", "c quit", "s fin", "c fin"]);
}

#[test]
fn what_the_user_ended_ends_behind_its_last_byte() {
    let half = Event::Connection(ID, ConnectionEvent::HalfClosed { side: Side::Client });
    let (received, sent) = (Direction::Received, Direction::Sent);
    let events = [opened(), half, bytes(sent, 0, b"late"), bytes(received, 0, b"on"), ended()];
    let script = script(events.into_iter().chain([closed(CloseReason::WeFinished)]));
    assert_eq!(steps(&script), ["s late", "s fin", "c on", "c fin"]);
}

#[test]
fn resets_have_their_side() {
    for (reason, step) in [(CloseReason::PeerReset, "c rst"), (CloseReason::UpstreamReset, "s rst")] {
        assert_eq!(steps(&script([opened(), closed(reason)])), [step]);
    }
    assert!(script([opened(), closed(CloseReason::Error)]).steps.is_empty());
}

#[test]
fn a_gap_is_told_or_follows_from_the_offset() {
    let sent = Direction::Sent;
    let missed = StreamEvent::Missed { events: 1, bytes: 4 };
    let missed = Event::Stream(StreamId::client(ID, sent), missed);
    let script = script([opened(), bytes(sent, 0, b"ab"), missed, bytes(sent, 9, b"cd")]);
    assert_eq!(steps(&script), ["s ab", "s missing 4", "s missing 3", "s cd"]);
    assert_eq!(script.missing(), 7);
    let expected = script.expected_of(Party::Server);
    assert_eq!(expected, Expected { bytes: b"ab\0\0\0\0\0\0\0cd".to_vec(), unknown: vec![2..6, 6..9] });
}

#[test]
fn a_gap_that_no_memory_could_hold_is_an_error() {
    let missed = StreamEvent::Missed { events: 1, bytes: u64::MAX };
    let event = Event::Stream(StreamId::client(ID, Direction::Sent), missed);
    let taken = Scripts::default().take(&Stamped { at: Timestamp(0), event });
    assert_eq!(taken, Err(ScriptError::TooLarge));
}

#[test]
fn a_number_that_is_used_again_is_another_connection() {
    let mut scripts = Scripts::default();
    for at in [1, 2] {
        scripts.take(&Stamped { at: Timestamp(at), event: opened() }).unwrap();
        let event = bytes(Direction::Received, 0, b"x");
        scripts.take(&Stamped { at: Timestamp(at), event }).unwrap();
    }
    let all = scripts.finish();
    assert_eq!(all.iter().map(|script| script.steps.len()).collect::<Vec<_>>(), [1, 1]);
}
