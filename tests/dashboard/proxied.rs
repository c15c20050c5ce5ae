//! Clients behind a proxy: their address beside the peer's, and the headers that are no part of the streams.

use bytewatch::event::{CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Side};

use crate::harness::Harness;
use crate::sizes::check_screen;

const LINE: &[u8] = b"PROXY TCP4 203.0.113.7 198.51.100.1 56324 443\r\n";

/// A client whose header was taken off, one whose header is a part of its stream, one that sent none, and one without a
/// proxy.
fn proxied(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    (1..=4).for_each(|id| harness.open(id));
    for side in Side::ALL {
        let event = ConnectionEvent::ProxyHeader { side, data: LINE.into() };
        harness.event(Event::Connection(ConnectionId(1), event));
    }
    harness.bytes(1, Direction::Received, b"hello\n");
    harness.bytes(2, Direction::Received, &[LINE, b"hello\n"].concat());
    harness.event(Event::Connection(
        ConnectionId(3),
        ConnectionEvent::Closed {
            reason: CloseReason::ProxyFailed,
            detail: Some("the signature is missing; the first bytes are \u{1b}[2J".to_owned()),
            failed_call: None,
            received: 0,
            sent: 0,
        },
    ));
    harness.pass(1);
    harness.keys("1");
    harness
}

#[test]
fn the_client_behind_a_proxy_is_beside_the_peer() {
    check_screen("proxied", proxied);
    let mut harness = proxied(260, 60);
    harness.keys("z");
    harness.sees("203.0.113.7:56324 via 127.0.0.1:50001");
    harness.sees("203.0.113.7:56324 via 127.0.0.1:50002");
    harness.sees("PROXY v1 header of 47 bytes taken off: 203.0.113.7:56324 to 198.51.100.1:443");
    harness.sees("PROXY v1 header of 47 bytes sent to the upstream: 203.0.113.7:56324 to 198.51.100.1:443");
    harness.sees("through 127.0.0.1:50001");
    harness.keys("G");
    harness.sees("no PROXY header: the signature is missing; the first bytes are ");
    harness.sees_not("\u{1b}");
}

/// Fields of version 2 are counted, and it is said if they are not sent on.
#[test]
fn further_fields_are_counted() {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14".to_vec();
    header.extend([203, 0, 113, 7, 198, 51, 100, 1, 0xdc, 0x04, 0x01, 0xbb]);
    header.extend(b"\x01\0\x02h2\x04\0\0");
    for (sent, shown) in [
        (&header[..], "PROXY v2 header of 36 bytes with 2 TLVs sent to the upstream: 203.0.113.7:56324 to"),
        (LINE, "PROXY v1 header of 47 bytes sent to the upstream, without the TLVs: 203.0.113.7:56324 to"),
    ] {
        let mut harness = Harness::new(260, 60);
        harness.open(1);
        for (side, data) in [(Side::Client, &header[..]), (Side::Upstream, sent)] {
            let event = ConnectionEvent::ProxyHeader { side, data: data.to_vec().into() };
            harness.event(Event::Connection(ConnectionId(1), event));
        }
        harness.keys("1z");
        harness
            .sees("PROXY v2 header of 36 bytes with 2 TLVs taken off: 203.0.113.7:56324 to 198.51.100.1:443");
        harness.sees(shown);
    }
}

#[test]
fn the_filter_finds_either_address() {
    let rows = |filter: &str| {
        let mut harness = proxied(120, 40);
        harness.keys(&format!("/{filter}\n"));
        harness.app.clients().listed().iter().map(|id| id.0).collect::<Vec<_>>()
    };
    assert_eq!(rows("peer:203."), [1, 2]);
    assert_eq!(rows("peer:127."), [1, 2, 4, 3]);
    assert_eq!(rows("203.0.113.7:56324"), [1, 2]);
    assert_eq!(rows("reason:proxy"), [3]);
}

/// A PROXY header of each health check has another port.
#[test]
fn like_clients_behind_a_proxy_share_a_row() {
    let mut harness = proxied(120, 40);
    for id in 10..20 {
        harness.open(id);
        let line = format!("PROXY TCP4 203.0.113.7 198.51.100.1 {} 443\r\nhello\n", 50_000 + id);
        harness.bytes(id, Direction::Received, line.as_bytes());
        harness.close(id, CloseReason::PeerFinished);
    }
    harness.keys("o");
    harness.sees("203.0.113.7 via 127.0.… ×10");
}
