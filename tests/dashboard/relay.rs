//! The dashboard of a relay: where connections go, how each half of them is, how long the upstream takes.

use std::net::SocketAddr;

use bytewatch::app::Clipboard;
use bytewatch::event::{
    BackendKind, Call, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Side,
};
use ratatui::crossterm::event::{MouseButton, MouseEventKind};
use ratatui::layout::Size;

use crate::harness::{Harness, LOOPBACK};
use crate::sizes::check_screen;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// Returns a dashboard of this size for a relay to these upstreams.
fn relay(upstreams: &[&str], width: u16, height: u16) -> Harness {
    Harness::relaying(upstreams, LOOPBACK, Size { width, height }, Clipboard::Terminal)
}

/// Opens a connection that is to be relayed to this upstream.
fn open(harness: &mut Harness, id: u64, upstream: &str) {
    harness.event(Event::Connection(
        ConnectionId(id),
        ConnectionEvent::Opened {
            peer: SocketAddr::from(([127, 0, 0, 1], 50_000 + id as u16)).into(),
            local: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
            backend: BackendKind::Async,
            upstream: Some(upstream.to_owned()),
        },
    ));
}

fn report(harness: &mut Harness, id: u64, event: ConnectionEvent) {
    harness.event(Event::Connection(ConnectionId(id), event));
}

fn connect(harness: &mut Harness, id: u64) {
    let upstream = SocketAddr::from(([10, 0, 0, 5], 6379)).into();
    report(harness, id, ConnectionEvent::Connected { upstream, micros: 311 });
}

/// Returns a relay with one connection, whose upstream answered after 1.2 and 0.9 ms.
pub(crate) fn conversation(width: u16, height: u16) -> Harness {
    let mut harness = relay(&["db.example:6379"], width, height);
    open(&mut harness, 1, "db.example:6379");
    connect(&mut harness, 1);
    for (request, micros) in [("PING\r\n", 1_200), ("GET k\r\n", 900)] {
        harness.pass(1);
        harness.bytes(1, Direction::Received, request.as_bytes());
        harness.now += micros;
        harness.bytes(1, Direction::Sent, b"+PONG \xff\r\n");
    }
    harness.pass(1);
    harness
}

/// Returns a relay with a connection of every state.
fn every_state(width: u16, height: u16) -> Harness {
    let mut harness = conversation(width, height);
    for id in 2..=6 {
        open(&mut harness, id, "db.example:6379");
    }
    for id in 3..=6 {
        connect(&mut harness, id);
    }
    report(&mut harness, 3, ConnectionEvent::Slow { side: Side::Upstream });
    report(&mut harness, 4, ConnectionEvent::Slow { side: Side::Client });
    report(&mut harness, 5, ConnectionEvent::InputEnded { side: Side::Upstream });
    report(&mut harness, 6, ConnectionEvent::InputEnded { side: Side::Client });
    harness.pass(2);
    harness
}

fn fail(harness: &mut Harness, id: u64) {
    let detail = Some("db.example:6379: connection refused".to_owned());
    let reason = CloseReason::UpstreamUnreachable;
    let failed_call = None::<Call>;
    report(harness, id, ConnectionEvent::Closed { reason, detail, failed_call, received: 0, sent: 0 });
}

#[test]
fn the_first_line_says_what_is_relayed_to_where() {
    let first = |upstreams: &[&str], width, height| {
        let screen = relay(upstreams, width, height).screen();
        screen.lines().next().unwrap_or_default().to_owned()
    };
    for (width, height) in SIZES {
        assert!(first(&["[::1]:80"], width, height).contains("relay → [::1]:80"), "{width}");
        assert!(first(&["web:80", "api:80"], width, height).contains("→ 2 upstreams"), "{width}");
    }
    let long = "a-server-with-a-long-name.internal.example:65535";
    let line = first(&[long], 80, 24);
    assert!(line.contains("relay") && line.contains("[async] threads"), "{line}");
    assert!(first(&[long], 200, 60).contains(long));
}

#[test]
fn the_welcome_names_the_upstream_and_proposes_no_malformed_bytes() {
    for (width, height) in SIZES {
        let harness = relay(&["db.example:6379"], width, height);
        harness.sees("nc -N 127.0.0.1 7777");
        harness.sees("Each client is connected to db.example:6379.");
        harness.sees_not("http0.9");
        harness.sees_not("malformed byte");
    }
}

#[test]
fn the_selected_connection_is_described_at_every_size() {
    for (width, height) in SIZES {
        let harness = conversation(width, height);
        harness.sees("#1 → db.example:6379");
        harness.sees("in 311 µs");
        harness.sees("answer");
        harness.sees("900 µs");
    }
    let harness = conversation(200, 60);
    harness.sees("#1 → db.example:6379 · connected to 10.0.0.5:6379 in 311 µs");
    harness.sees("last answer after 900 µs (typically 900 µs)");
    harness.sees("both directions open");
}

#[test]
fn each_state_has_its_words() {
    let mut harness = every_state(200, 60);
    for words in ["◎ connecting", "▲ slow upstream", "▲ slow client", "◐ upstream ended", "◐ client ended"]
    {
        harness.sees(words);
    }
    for details in [
        "connecting for 2s",
        "slow upstream: it does not read what is sent to it",
        "slow client: it does not read what is sent to it",
        "client → server open, server → client ended by upstream",
        "client → server ended by client, server → client open",
    ] {
        harness.keys("j");
        harness.sees(details);
    }
    harness.resize(80, 24);
    harness.sees("ended by client");
    harness.keys("/slow upstream");
    harness.sees("1 match");
}

#[test]
fn an_upstream_that_cannot_be_reached_is_on_screen_with_its_reason() {
    for (width, height) in SIZES {
        let mut harness = relay(&["db.example:6379"], width, height);
        open(&mut harness, 1, "db.example:6379");
        harness.pass(2);
        harness.sees("connecting for 2s");
        harness.sees("Connecting to db.example:6379; the client waits");
        fail(&mut harness, 1);
        harness.sees("#1 upstream unreachable: db.example:6379: connection refused");
        harness.sees("2.00 s");
        let screen = harness.screen();
        assert_eq!(screen.matches("connection refused").count(), 2, "also in the place of bytes:\n{screen}");
    }
}

#[test]
fn a_long_wait_for_an_answer_is_shown() {
    let mut harness = conversation(200, 60);
    harness.bytes(1, Direction::Received, b"SLEEP\r\n");
    harness.sees("last answer after 900 µs");
    harness.pass(3);
    harness.sees("no answer for 3s (typically 900 µs)");
    harness.bytes(1, Direction::Sent, b"+OK\r\n");
    harness.sees("last answer after 3.00 s");
    harness.bytes(1, Direction::Received, b"QUIT\r\n");
    report(&mut harness, 1, ConnectionEvent::InputEnded { side: Side::Upstream });
    harness.pass(3);
    harness.sees_not("no answer");
}

#[test]
fn directions_name_both_ends() {
    let mut harness = conversation(200, 60);
    harness.sees("client → server 00000000 50 49 4e 47");
    harness.sees("server → client 00000000 2b 50 4f 4e 47");
    harness.keys("2");
    harness.keys(">");
    harness.sees("hex · client → server ·");
    harness.keys(">");
    harness.sees("hex · server → client ·");
    harness.resize(80, 24);
    harness.sees("server → client offset");
    let mut served = Harness::with_clients(200, 60);
    served.keys("2");
    served.sees_not("client → server");
}

#[test]
fn what_the_upstream_sends_is_checked_as_well() {
    let harness = conversation(80, 24);
    let row = harness.screen().lines().find(|line| line.contains("127.0.0.1:50001")).map(str::to_owned);
    assert!(row.as_ref().is_some_and(|row| row.trim_end_matches(['│', ' ']).ends_with(" 2")), "{row:?}");
}

#[test]
fn the_details_take_no_row_from_a_click() {
    let mut harness = every_state(80, 24);
    let screen = harness.screen();
    let line = screen.lines().position(|line| line.contains("#1 →")).unwrap();
    harness.mouse(MouseEventKind::Down(MouseButton::Left), 5, line as u16);
    harness.sees("#1 →");
    harness.keys("jjj");
    harness.sees("#4 →");
    harness.sees("127.0.0.1:50004");
}

#[test]
fn a_relay_at_every_size() {
    check_screen("relay", every_state);
}

#[test]
fn the_calls_of_a_relay_are_those_that_it_makes() {
    let full = ["ppoll on both sockets, then recv", "send, the rest after ppoll"];
    let [served, served_full] =
        [["recv blocks", "send blocks"], ["blocking recv", "blocking send until all is out"]];
    // The narrow table, the one with a row for each aspect, and the full one.
    for (width, height, is_full) in [(120, 40, false), (80, 20, false), (80, 24, true), (200, 60, true)] {
        let mut harness = conversation(width, height);
        let mut echo = Harness::with_clients(width, height);
        if width == 80 || is_full {
            harness.keys("3z");
            echo.keys("3z");
        }
        let (relayed, served) =
            if is_full { (full, served_full) } else { (["ppoll, recv", "send, ppoll"], served) };
        for (relayed, served) in relayed.into_iter().zip(served) {
            harness.sees(relayed);
            harness.sees_not(served);
            echo.sees(served);
            echo.sees_not(relayed);
        }
        if is_full {
            harness.sees("poll, accept on its own thread");
        }
    }
}
