//! Clients that ask for TLS before they begin it, as those of PostgreSQL do. There is a handover at every step, so also
//! within a request and between a request and its answer.

use super::tls_peers::{Peers, SideTls};
use super::*;

const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f];
const GSS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x30];

/// Lets bytes arrive one by one, and expects that the connection stays open.
fn arrive(world: &mut World, side: Side, bytes: &[u8]) {
    for byte in bytes {
        world.incoming(side, [Input::Bytes(vec![*byte])]);
        assert_eq!(world.run(), None);
    }
}

fn written(world: &mut World, side: Side) -> Vec<u8> {
    std::mem::take(&mut world.sockets[side].written)
}

/// What both peers send arrives, and the connection ends in order.
fn speak(world: &mut World, peers: &mut Peers) {
    peers.get(Side::Client).send(&text(3_000));
    peers.get(Side::Upstream).send(&text(2_000));
    assert_eq!(peers.settle(world, 3, 50), None);
    assert_eq!(peers.get(Side::Upstream).received, text(3_000));
    assert_eq!(peers.get(Side::Client).received, text(2_000));
    for side in Side::ALL {
        peers.get(side).close(&mut world.sockets[side]);
    }
    assert!(matches!(
        peers.settle(world, 3, 50),
        Some(CloseReason::PeerFinished | CloseReason::UpstreamFinished)
    ));
}

#[test]
fn a_client_that_asks_gets_an_answer_and_begins() {
    let tls = SideTls::new();
    for is_gss_first in [false, true] {
        let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
        if is_gss_first {
            arrive(&mut world, Side::Client, &GSS_REQUEST);
            assert_eq!(written(&mut world, Side::Client), b"N");
        }
        arrive(&mut world, Side::Client, &TLS_REQUEST[..7]);
        assert_eq!(written(&mut world, Side::Client), b"");
        arrive(&mut world, Side::Client, &TLS_REQUEST[7..]);
        assert_eq!(written(&mut world, Side::Client), b"S");
        let mut peers = Peers::client(tls.client(&[]));
        peers.get(Side::Client).send(&text(3_000));
        assert_eq!(peers.settle(&mut world, 7, 100), None);
        assert_eq!(peers.get(Side::Client).received, text(3_000));
    }
}

#[test]
fn an_upstream_is_asked_before_the_client_is_answered() {
    let tls = SideTls::new();
    let mut world = connected(encrypted_world(true, PerSide { client: Some(&tls), upstream: Some(&tls) }));
    world.sockets.upstream.room = 3;
    arrive(&mut world, Side::Client, &TLS_REQUEST);
    assert_eq!(written(&mut world, Side::Upstream), TLS_REQUEST[..3]);
    world.sockets.upstream.room = usize::MAX;
    assert_eq!(world.run(), None);
    assert_eq!(written(&mut world, Side::Upstream), TLS_REQUEST[3..]);
    assert_eq!(written(&mut world, Side::Client), b"", "the upstream has not answered");
    arrive(&mut world, Side::Upstream, b"S");
    assert_eq!(written(&mut world, Side::Client), b"S");
    assert_eq!(written(&mut world, Side::Upstream), b"", "the client has not begun");
    speak(&mut world, &mut Peers::both(tls.client(&["postgresql"]), tls.server(&["postgresql"])));
}

#[test]
fn an_upstream_without_tls_resets_the_client() {
    let tls = SideTls::new();
    for (answer, words) in [
        (&b"N"[..], "upstream: it has no TLS: it answers the request for it (SSLRequest) with N"),
        (b"E", "upstream: it answers the request for TLS (SSLRequest) with 45"),
    ] {
        let mut world =
            connected(encrypted_world(true, PerSide { client: Some(&tls), upstream: Some(&tls) }));
        arrive(&mut world, Side::Client, &TLS_REQUEST);
        world.incoming(Side::Upstream, [Input::Bytes(answer.to_vec()), Input::Fin]);
        assert_eq!(world.run(), Some(CloseReason::TlsFailed));
        assert_eq!(world.detail.as_deref(), Some(words));
        assert!(world.machine.resets());
        assert_eq!(written(&mut world, Side::Client), b"");
    }
}

#[test]
fn an_upstream_that_does_not_answer_is_given_up() {
    let tls = SideTls::new();
    let mut world = connected(encrypted_world(true, PerSide { client: Some(&tls), upstream: Some(&tls) }));
    arrive(&mut world, Side::Client, &TLS_REQUEST);
    assert_eq!(world.pass(Duration::from_millis(9_900)), None);
    assert_eq!(world.pass(Duration::from_millis(200)), None, "what it has sent before may be read");
    assert_eq!(world.pass(Duration::from_secs(2)), Some(CloseReason::TlsFailed));
    assert_eq!(world.detail.as_deref(), Some("upstream: the handshake was not complete after 10 s"));
}

#[test]
fn what_comes_with_a_request_is_the_beginning_of_tls() {
    let tls = SideTls::new();
    let mut world = connected(encrypted_world(true, PerSide { client: Some(&tls), upstream: Some(&tls) }));
    world.incoming(Side::Client, [Input::Bytes(TLS_REQUEST.to_vec())]);
    let mut peers = Peers::both(tls.client(&[]), tls.server(&[]));
    peers.get(Side::Client).begin(&mut world.sockets.client);
    assert_eq!(world.run(), None);
    assert_eq!(written(&mut world, Side::Upstream), TLS_REQUEST);
    arrive(&mut world, Side::Upstream, b"S");
    assert_eq!(world.sockets.client.written.split_off(1), b"");
    assert_eq!(written(&mut world, Side::Client), b"S");
    speak(&mut world, &mut peers);
}

#[test]
fn what_is_no_request_is_no_tls() {
    let tls = SideTls::new();
    for (bytes, words) in [
        ([&TLS_REQUEST[..7], b"?"].concat(), "this is no TLS: the first bytes are 00 00 00 08 04 d2 16 3f"),
        ([TLS_REQUEST, TLS_REQUEST].concat(), "this is no TLS: the first bytes are 00"),
    ] {
        let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
        for byte in bytes {
            world.incoming(Side::Client, [Input::Bytes(vec![byte])]);
            assert_eq!(world.run(), None);
        }
        world.incoming(Side::Client, [Input::Fin]);
        assert_eq!(world.run(), Some(CloseReason::TlsFailed));
        assert_eq!(world.detail.as_deref(), Some(words));
    }
}
