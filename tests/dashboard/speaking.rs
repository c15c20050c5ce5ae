//! What clients speak: the column, the filter, the title and the details; who waits for whom, and ends told fairly.

use bytewatch::app::Clipboard;
use bytewatch::event::{Call, CloseReason, ConnectionEvent, ConnectionId, Direction, Event};
use bytewatch::ui::theme::Role;
use ratatui::layout::Size;

use crate::harness::{Harness, LOOPBACK};
use crate::sizes::check_screen;

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (200, 60)];

const REQUEST: &[u8] = b"GET /secret-token HTTP/1.1\r\nHost: example.org\r\nUser-Agent: curl/8.1\r\n\r\n";

/// Clients that speak HTTP, RESP, bytes of no protocol, text, memcached perhaps, SMTP behind a PROXY header, and nothing.
fn speaking(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    (1..=7).for_each(|id| harness.open(id));
    harness.bytes(1, Direction::Received, REQUEST);
    harness.bytes(1, Direction::Sent, REQUEST);
    harness.bytes(2, Direction::Received, b"*1\r\n$4\r\nPING\r\n");
    harness.bytes(3, Direction::Received, &[0x9f, 0].repeat(35));
    harness.bytes(3, Direction::Sent, &[0x9f, 0].repeat(35));
    harness.bytes(4, Direction::Received, b"hello\n");
    harness.bytes(5, Direction::Received, b"version\r\n");
    harness.bytes(6, Direction::Received, b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nEHLO h\r\n");
    harness.bytes(6, Direction::Sent, b"220 h ESMTP\r\n");
    harness.pass(1);
    harness
}

#[test]
fn each_client_says_what_it_speaks() {
    let pane = |keys: &'static str| {
        move |width, height| {
            let mut harness = speaking(width, height);
            harness.keys(keys);
            harness
        }
    };
    check_screen("protocols", pane("1"));
    check_screen("protocol_of_a_stream", pane("2"));
}

#[test]
fn nothing_secret_is_in_a_detail() {
    let mut harness = speaking(200, 60);
    harness.keys("1z");
    harness.sees(
        "recognised as HTTP/1: GET, HTTP/1.1, host example.org, curl/8.1, by request line GET ... HTTP/1.1",
    );
    harness.sees_not("secret-token");
}

#[test]
fn what_is_not_sure_is_said_so() {
    let mut harness = speaking(120, 40);
    harness.sees("memcached?");
    harness.keys("1Gkk");
    harness.sees("perhaps memcached: text, version");
}

#[test]
fn a_filter_finds_protocols() {
    for (filter, rows) in [
        ("protocol:http", &[1][..]),
        ("protocol:smtp", &[6]),
        ("protocol:proxyv1", &[6]),
        ("protocol:unknown", &[3, 4, 7]),
        ("protocol:binary", &[3]),
        ("!protocol:unknown", &[1, 2, 5, 6]),
        ("resp", &[2]),
    ] {
        let mut harness = speaking(120, 40);
        harness.keys(&format!("1/{filter}"));
        let listed: Vec<u64> = harness.app.clients().listed().iter().map(|id| id.0).collect();
        assert_eq!(listed, rows, "{filter}");
    }
}

#[test]
fn the_table_is_sorted_by_protocol() {
    let mut harness = speaking(120, 40);
    harness.keys("1sss");
    let listed = |harness: &Harness| harness.app.clients().listed().iter().map(|id| id.0).collect::<Vec<_>>();
    harness.sees("protocol▲");
    assert_eq!(listed(&harness), [1, 5, 2, 6, 3, 4, 7], "HTTP/1, memcached, RESP, SMTP, and without a name");
    harness.keys("S");
    assert_eq!(listed(&harness), [7, 4, 3, 6, 2, 5, 1]);
}

#[test]
fn without_protocols_there_is_no_column() {
    let mut harness = Harness::with_clients(120, 40);
    harness.pass(1);
    harness.sees_not("protocol");
    harness.keys("1sss");
    harness.sees("protocol▲");
}

#[test]
fn silence_says_which_clients_wait() {
    check_screen("silence", |width, height| {
        let mut harness = Harness::new(width, height);
        harness.open(1);
        harness.keys("2");
        harness.pass(2);
        harness.sees("Nothing received or sent yet");
        harness.sees_not("--greet");
        harness.pass(1);
        harness.sees("Nothing received or sent for 3s.");
        harness.sees("--greet TEXT greets each client");
        harness
    });
    for (width, height) in SIZES {
        let mut harness = Harness::new(width, height);
        harness.open(1);
        harness.keys("2");
        harness.pass(3);
        harness.sees("Nothing received or sent for 3s.");
        harness.bytes(1, Direction::Received, b"\n");
        harness.sees_not("Nothing received");
    }
}

#[test]
fn a_relay_or_a_closed_connection_is_not_told_to_greet() {
    let mut harness = Harness::new(120, 40);
    harness.open(1);
    harness.close(1, CloseReason::PeerFinished);
    harness.pass(5);
    harness.sees_not("--greet");
    let mut relay =
        Harness::relaying(&["redis:6379"], LOOPBACK, Size { width: 120, height: 40 }, Clipboard::Terminal);
    relay.event(Event::Connection(
        ConnectionId(1),
        ConnectionEvent::Opened {
            peer: std::net::SocketAddr::from(([127, 0, 0, 1], 50_001)).into(),
            local: LOOPBACK.into(),
            backend: bytewatch::event::BackendKind::Async,
            upstream: Some("redis:6379".into()),
        },
    ));
    relay.pass(5);
    relay.sees_not("--greet");
}

/// Whether the line with this text has anything in the colour of what is bad.
fn is_red(harness: &Harness, text: &str) -> bool {
    let (buffer, screen) = (harness.buffer(), harness.screen());
    let row = screen.lines().position(|line| line.contains(text)).unwrap() as u16;
    let bad = harness.themes.get(harness.app.palette().number()).style(Role::Bad).fg;
    (0..buffer.area.width).any(|x| Some(buffer[(x, row)].fg) == bad)
}

fn reset(harness: &mut Harness, failed_call: Option<Call>) {
    let event = ConnectionEvent::Closed {
        reason: CloseReason::PeerReset,
        detail: None,
        failed_call,
        received: 0,
        sent: 0,
    };
    harness.event(Event::Connection(ConnectionId(1), event));
}

#[test]
fn a_reset_after_everything_was_answered_is_calm() {
    let mut served = Harness::new(120, 40);
    served.keys("1");
    served.open(1);
    served.bytes(1, Direction::Received, b"first");
    served.bytes(1, Direction::Sent, b"first");
    served.bytes(1, Direction::Received, b"second");
    served.bytes(1, Direction::Sent, b"second");
    let mut left = served;
    reset(&mut left, Some(Call::Read));
    left.sees("closed by the client with a reset, after it had sent everything");
    left.sees("the last 6 bytes sent to it may be unread");
    left.sees("○ RST");
    assert!(!is_red(&left, "closed by the client with a reset"));

    let mut nothing = Harness::new(120, 40);
    nothing.keys("1");
    nothing.open(1);
    reset(&mut nothing, Some(Call::Read));
    nothing.sees("closed by the client with a reset; it had sent nothing");
    nothing.sees("○ RST");
    assert!(!is_red(&nothing, "closed by the client with a reset"));
}

#[test]
fn a_reset_before_the_answer_or_while_writing_is_an_error() {
    for (answered, call) in [(false, Call::Read), (true, Call::Write)] {
        let mut harness = Harness::new(120, 40);
        harness.keys("1");
        harness.open(1);
        harness.bytes(1, Direction::Received, b"first");
        harness.bytes(1, Direction::Sent, b"first");
        harness.bytes(1, Direction::Received, b"second");
        if answered {
            harness.bytes(1, Direction::Sent, b"second");
        }
        reset(&mut harness, Some(call));
        harness.sees("✕ RST");
        assert!(is_red(&harness, "reset by the client (RST)"), "{answered} {call:?}");
    }
}
