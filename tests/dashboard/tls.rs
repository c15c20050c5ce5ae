//! The dashboard of a server with TLS: what the header, the welcome and the details of a connection say.

use std::net::SocketAddr;

use bytewatch::app::Clipboard;
use bytewatch::event::{
    BackendKind, CloseReason, ConnectionEvent, ConnectionId, Encryption, Event, Handshake, ServerEvent, Side,
    Verification,
};
use ratatui::layout::Size;

use crate::harness::{Harness, LOOPBACK};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];
const FINGERPRINT: &str = "bd2c6fbd8d2fe42b7fa6a9edf4ac291929cf8f8a387f88a7a18cf16412fac9ed";

fn listen(harness: &mut Harness, upstream: Option<Verification>) {
    harness.event(Event::Server(ServerEvent::Listening {
        address: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
        backend: BackendKind::Async,
        service: "echo".into(),
        encryption: Encryption { fingerprint: Some(FINGERPRINT.into()), upstream },
    }));
}

fn tell(harness: &mut Harness, event: ConnectionEvent) {
    harness.event(Event::Connection(ConnectionId(1), event));
}

fn shake_hands(harness: &mut Harness, side: Side) {
    let handshake = Handshake {
        version: "TLSv1.3".into(),
        sni: Some("example.org".into()),
        alpn: Some("h2".into()),
        certificate: (side == Side::Upstream).then(|| "CN=\u{1b}[2Jexample.org".into()),
    };
    tell(harness, ConnectionEvent::Handshake { side, handshake: Box::new(handshake) });
}

#[test]
fn the_first_line_and_the_welcome_say_that_clients_use_tls() {
    for (width, height) in SIZES {
        let mut harness = Harness::new(width, height);
        harness.sees_not("TLS");
        listen(&mut harness, None);
        let screen = harness.screen();
        let first = screen.lines().next().unwrap_or_default();
        assert!(first.contains("TLS") && !first.contains("UNVERIFIED"), "{first}");
        assert_eq!(first.contains("sha256:bd2c6fbd"), width >= 160, "{first}");
        harness.sees("openssl s_client -quiet -connect 127.0.0.1:7777");
        harness.sees("https://127.0.0.1:7777/");
        harness.sees(FINGERPRINT);
    }
}

#[test]
fn the_calls_of_threads_are_those_of_sockets_that_do_not_block() {
    for (keys, blocking, encrypted) in [
        ("", ["recv blocks", "send blocks"], ["ppoll, recv", "send, ppoll"]),
        ("3z", ["blocking recv", "blocking send"], ["ppoll, recv, decrypt", "encrypt, send, ppoll, send"]),
    ] {
        let mut harness = Harness::new(200, 60);
        harness.keys(keys);
        blocking.iter().for_each(|words| harness.sees(words));
        listen(&mut harness, None);
        encrypted.iter().for_each(|words| harness.sees(words));
        blocking.iter().for_each(|words| harness.sees_not(words));
    }
}

#[test]
fn an_upstream_that_is_not_verified_is_on_screen_all_the_time() {
    for (width, height) in SIZES {
        let size = Size { width, height };
        let mut harness = Harness::relaying(&["db.example:6379"], LOOPBACK, size, Clipboard::Terminal);
        harness.sees_not("UNVERIFIED");
        listen(&mut harness, Some(Verification::Unverified));
        let words = if width >= 160 { "upstream certificate not verified" } else { "UNVERIFIED" };
        for keys in ["", "2", "3", "4", "1"] {
            harness.keys(keys);
            let screen = harness.screen();
            let first = screen.lines().next().unwrap_or_default();
            assert!(first.contains(words), "{keys}: {first}");
        }
    }
}

#[test]
fn the_selected_connection_says_what_was_agreed_on() {
    for (width, height) in SIZES {
        let mut harness = Harness::new(width, height);
        listen(&mut harness, None);
        harness.open(1);
        harness.sees_not("TLSv1.3");
        shake_hands(&mut harness, Side::Client);
        harness.sees("#1 client TLSv1.3, SNI example.org, ALPN h2");
        tell(&mut harness, ConnectionEvent::Truncated { side: Side::Client });
        harness.sees("client ended without close_notify: perhaps cut short");
    }
}

#[test]
fn a_relay_says_it_of_both_sides() {
    let size = Size { width: 200, height: 60 };
    let mut harness = Harness::relaying(&["db.example:6379"], LOOPBACK, size, Clipboard::Terminal);
    tell(
        &mut harness,
        ConnectionEvent::Opened {
            peer: SocketAddr::from(([127, 0, 0, 1], 50_001)).into(),
            local: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
            backend: BackendKind::Async,
            upstream: Some("db.example:6379".to_owned()),
        },
    );
    let upstream = SocketAddr::from(([10, 0, 0, 5], 6379)).into();
    tell(&mut harness, ConnectionEvent::Connected { upstream, micros: 311 });
    shake_hands(&mut harness, Side::Upstream);
    shake_hands(&mut harness, Side::Client);
    harness.sees("client TLSv1.3, SNI example.org, ALPN h2");
    harness.sees("upstream TLSv1.3, SNI example.org, ALPN h2, certificate CN=");
    harness.sees_not("\u{1b}");
}

#[test]
fn a_handshake_that_fails_is_on_screen_with_its_reason() {
    for (width, height) in SIZES {
        let mut harness = Harness::new(width, height);
        listen(&mut harness, None);
        harness.open(1);
        let detail = Some("this is no TLS: the first bytes are GET / HTTP".to_owned());
        let reason = CloseReason::TlsFailed;
        tell(
            &mut harness,
            ConnectionEvent::Closed { reason, detail, failed_call: None, received: 0, sent: 0 },
        );
        harness.sees("TLS failed: this is no TLS: the first bytes are GET / HTTP");
    }
}
