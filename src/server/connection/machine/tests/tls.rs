//! Encrypted sides: the peers are ends of the same library, in memory. What they send arrives in small pieces, and
//! there is a handover at every step, so also in the middle of a handshake and of a record.

use rustls::version;

use super::tls_peers::{Peers, SideTls, side_tls};
use super::*;
use crate::event::{ConnectionEvent, Event, Handshake};

/// What the machine has told, without bytes and handovers.
fn told(world: &mut World) -> Vec<ConnectionEvent> {
    let mut events = Vec::new();
    world.feed.drain(&mut events);
    let events = events.into_iter().filter_map(|stamped| match stamped.event {
        Event::Connection(_, ConnectionEvent::HandedOver { .. } | ConnectionEvent::Opened { .. }) => None,
        Event::Connection(_, event) => Some(event),
        _ => None,
    });
    events.collect()
}

fn handshake(side: Side, version: &str, sni: Option<&str>, alpn: Option<&str>) -> ConnectionEvent {
    let certificate = (side == Side::Upstream).then(|| "CN=bytewatch".to_owned());
    let [sni, alpn] = [sni, alpn].map(|text| text.map(ToOwned::to_owned));
    let handshake = Box::new(Handshake { version: version.to_owned(), sni, alpn, certificate });
    ConnectionEvent::Handshake { side, handshake }
}

#[test]
fn an_echo_is_encrypted_and_ends_by_halves() {
    for (version, name) in [(&version::TLS12, "TLSv1.2"), (&version::TLS13, "TLSv1.3")] {
        for (piece, room) in [(1, 1), (7, 100), (10_000, usize::MAX)] {
            let tls = side_tls(&[version]);
            let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
            let mut peers = Peers::client(tls.client(&[]));
            peers.get(Side::Client).send(&text(40_000));
            assert_eq!(peers.settle(&mut world, piece, room), None);
            assert!(peers.get(Side::Client).received == text(40_000), "{name} in pieces of {piece}");
            let Next::Await(wants) = world.machine.next() else { panic!("it is open") };
            assert_eq!(wants.deadline, None, "an idle connection waits for ever");
            peers.get(Side::Client).send(b"the last");
            peers.get(Side::Client).close(&mut world.sockets.client);
            assert_eq!(peers.settle(&mut world, piece, room), Some(CloseReason::PeerFinished));
            assert!(peers.get(Side::Client).received.ends_with(b"the last"));
            assert!(peers.get(Side::Client).has_closed && world.sockets.client.finished);
            let ended = ConnectionEvent::InputEnded { side: Side::Client };
            assert_eq!(told(&mut world), [handshake(Side::Client, name, Some("localhost"), None), ended]);
        }
    }
}

#[test]
fn a_stream_that_is_cut_short_is_told_and_carried_on() {
    let tls = SideTls::new();
    let mut world = connected(encrypted_world(true, PerSide { client: Some(&tls), upstream: None }));
    let mut peers = Peers::client(tls.client(&[]));
    peers.get(Side::Client).send(&text(1_000));
    assert_eq!(peers.settle(&mut world, 100, usize::MAX), None);
    world.incoming(Side::Client, [Input::Fin]);
    assert_eq!(peers.settle(&mut world, 100, usize::MAX), None);
    assert!(world.sockets.upstream.finished);
    assert_eq!(world.sockets.upstream.written, text(1_000));
    let side = Side::Client;
    let [.., truncated, ended] = &told(&mut world)[..] else { panic!("too few events") };
    assert_eq!(truncated, &ConnectionEvent::Truncated { side });
    assert_eq!(ended, &ConnectionEvent::InputEnded { side });
    world.incoming(Side::Upstream, [Input::Bytes(text(500)), Input::Fin]);
    assert_eq!(peers.settle(&mut world, 100, usize::MAX), Some(CloseReason::PeerFinished));
    assert_eq!(peers.get(Side::Client).received, text(500));
}

#[test]
fn a_client_that_has_left_need_not_take_the_end() {
    let tls = SideTls::new();
    let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
    let mut peers = Peers::client(tls.client(&[]));
    assert_eq!(peers.settle(&mut world, 100, usize::MAX), None);
    peers.get(Side::Client).close(&mut world.sockets.client);
    world.sockets.client.is_reset = true;
    assert_eq!(world.run(), Some(CloseReason::PeerFinished), "it has ended and is owed nothing");
    assert!(!world.machine.resets());
}

#[test]
fn plain_text_is_recognised_and_answered_with_an_alert() {
    let tls = SideTls::new();
    for (bytes, words) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], "this is no TLS: the first bytes are GET / HTTP"),
        (b"hi\n", "this is no TLS: the first bytes are hi"),
        (b"\x05\x01\x00", "this is no TLS: the first bytes are 05 01 00"),
    ] {
        let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
        world.incoming(Side::Client, [Input::Bytes(bytes.to_vec())]);
        assert_eq!(world.run(), None, "it waits until the client has read the alert");
        assert_eq!(world.sockets.client.written, b"\x15\x03\x03\x00\x02\x02\x32");
        assert!(world.sockets.client.finished);
        world.incoming(Side::Client, [Input::Bytes(bytes.to_vec()), Input::Fin]);
        assert_eq!(world.run(), Some(CloseReason::TlsFailed));
        assert_eq!(world.detail.as_deref(), Some(words));
    }
    // Also if it comes from the upstream.
    let mut world = connected(encrypted_world(true, PerSide { client: None, upstream: Some(&tls) }));
    assert_eq!(world.run(), None);
    world.incoming(Side::Upstream, [Input::Bytes(b"SSH-2.0-x\r\n".to_vec()), Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::TlsFailed));
    assert_eq!(world.detail.as_deref(), Some("upstream: this is no TLS: the first bytes are SSH-2.0-x"));
    let alerts = world.sockets.upstream.written.windows(5).filter(|start| start == b"\x15\x03\x03\x00\x02");
    assert_eq!(alerts.count(), 1);
    assert!(world.machine.resets());
}

#[test]
fn a_handshake_that_does_not_come_to_an_end_is_given_up() {
    let tls = SideTls::new();
    for is_begun in [false, true] {
        let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
        assert_eq!(world.run(), None);
        if is_begun {
            world.incoming(Side::Client, [Input::Bytes(vec![0x16, 3, 1])]);
        }
        assert_eq!(world.pass(Duration::from_millis(9_900)), None);
        let Next::Await(wants) = world.machine.next() else { panic!("it is open") };
        assert_eq!(wants.deadline, Some(world.now + Duration::from_millis(100)));
        assert_eq!(world.pass(Duration::from_millis(100)), None, "a client that has sent something may read");
        assert!(world.sockets.client.finished);
        assert_eq!(world.pass(Duration::from_secs(2)), Some(CloseReason::TlsFailed));
        assert_eq!(world.detail.as_deref(), Some("the handshake was not complete after 10 s"));
    }
}

#[test]
fn a_relay_passes_the_application_protocol_on() {
    for (offered, known, chosen) in [
        (&["h2", "http/1.1"][..], &["http/1.1"][..], Some("http/1.1")),
        (&["h2", "http/1.1"], &["http/1.1", "h2"], Some("http/1.1")),
        (&["h2"], &[], None),
        (&[], &["h2"], None),
    ] {
        let tls = SideTls::new();
        let mut world =
            connected(encrypted_world(true, PerSide { client: Some(&tls), upstream: Some(&tls) }));
        let (client, upstream) = (tls.client(offered), tls.server(known));
        let mut peers = Peers::both(client, upstream);
        peers.get(Side::Client).send(b"request");
        peers.get(Side::Upstream).send(b"greeting");
        assert_eq!(peers.settle(&mut world, 3, 50), None);
        for side in Side::ALL {
            let protocol = peers.get(side).connection.alpn_protocol();
            assert_eq!(protocol, chosen.map(str::as_bytes), "{side}: {offered:?}, {known:?}");
        }
        assert_eq!(peers.get(Side::Upstream).received, b"request");
        assert_eq!(peers.get(Side::Client).received, b"greeting");
        let told = told(&mut world);
        let [.., upstream, client] = &told[..] else { panic!("{told:?}") };
        assert_eq!(upstream, &handshake(Side::Upstream, "TLSv1.3", Some("localhost"), chosen));
        assert_eq!(client, &handshake(Side::Client, "TLSv1.3", Some("localhost"), chosen));
    }
}

#[test]
fn an_upstream_whose_certificate_is_not_valid_resets_the_client() {
    let (tls, other) = (SideTls::new(), SideTls::new());
    for is_client_encrypted in [false, true] {
        let client_tls = Some(&tls).filter(|_| is_client_encrypted);
        let mut world =
            connected(encrypted_world(true, PerSide { client: client_tls, upstream: Some(&tls) }));
        let client = is_client_encrypted.then(|| tls.client(&[]));
        let mut peers = Peers(PerSide { client, upstream: Some(other.server(&[])) });
        if !is_client_encrypted {
            world.incoming(Side::Client, [Input::Bytes(b"secret".to_vec())]);
        }
        assert_eq!(peers.settle(&mut world, 100, usize::MAX), None);
        let alert = peers.get(Side::Upstream).error.clone();
        assert!(matches!(alert, Some(rustls::Error::AlertReceived(_))), "{alert:?}");
        assert_eq!(peers.get(Side::Upstream).received, b"", "it gets nothing of the client");
        world.incoming(Side::Upstream, [Input::Fin]);
        assert_eq!(world.run(), Some(CloseReason::TlsFailed));
        let detail = world.detail.as_deref().unwrap();
        assert!(detail.starts_with("upstream: invalid peer certificate: "), "{detail}");
        assert!(world.machine.resets());
    }
}

#[test]
fn a_close_in_the_middle_of_a_handshake_does_not_wait_for_it() {
    let tls = SideTls::new();
    let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
    world.incoming(Side::Client, [Input::Bytes(vec![0x16, 3, 1])]);
    assert_eq!(world.run(), None);
    world.machine.finish(CloseTimeouts::CLOSE, world.now);
    assert_eq!(world.run(), None);
    assert!(world.sockets.client.finished);
    world.incoming(Side::Client, [Input::Bytes(b"whatever".to_vec()), Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
}

#[test]
fn a_client_that_is_closed_gets_what_it_is_owed_and_the_end() {
    let tls = SideTls::new();
    let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
    let mut peers = Peers::client(tls.client(&[]));
    assert_eq!(peers.settle(&mut world, 100, usize::MAX), None);
    peers.get(Side::Client).send(&text(60));
    peers.get(Side::Client).exchange(&mut world.sockets.client, 1_000);
    world.sockets.client.room = 20;
    assert_eq!(world.run(), None);
    assert!(world.machine.resets(), "a part of a record is of no use");
    world.machine.finish(CloseTimeouts::CLOSE, world.now);
    assert_eq!(peers.settle(&mut world, 100, 20), None);
    assert_eq!(peers.get(Side::Client).received.len() % 60, 0);
    assert!(peers.get(Side::Client).has_closed && world.sockets.client.finished);
    // What comes now is discarded, and no error of TLS any more.
    world.incoming(Side::Client, [Input::Bytes(b"nonsense".to_vec()), Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
}

#[test]
fn whatever_encrypted_peers_do_every_byte_comes_in_order() {
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let tls = side_tls(&[[&version::TLS12, &version::TLS13][random.usize(..2)]]);
        // Either side or both.
        let kind = random.u8(..3);
        let [client, upstream] =
            [kind != 0, kind != 1].map(|is_encrypted| Some(&tls).filter(|_| is_encrypted));
        let mut world = connected(encrypted_world(true, PerSide { client, upstream }));
        let mut peers = Peers(PerSide {
            client: client.map(|tls| tls.client(&[])),
            upstream: upstream.map(|tls| tls.server(&[])),
        });
        let mut sent = PerSide::from_fn(|_| Vec::<u8>::new());
        for _ in 0..50 {
            let side = Side::ALL[random.usize(..2)];
            let bytes = text(random.usize(1..3_000));
            sent[side].extend(&bytes);
            match &mut peers.0[side] {
                Some(peer) => peer.send(&bytes),
                None => world.incoming(side, [Input::Bytes(bytes)]),
            }
            world.sockets[side].room = random.usize(..2_000);
            assert_eq!(world.run(), None, "seed {seed}");
            for side in Side::ALL {
                if let Some(peer) = &mut peers.0[side] {
                    peer.exchange(&mut world.sockets[side], random.usize(1..500));
                }
            }
        }
        assert_eq!(peers.settle(&mut world, 100, 1_000), None, "seed {seed}");
        for side in Side::ALL {
            match &mut peers.0[side] {
                Some(peer) => peer.close(&mut world.sockets[side]),
                None => world.incoming(side, [Input::Fin]),
            }
        }
        let reason = peers.settle(&mut world, 100, 1_000);
        assert!(
            matches!(reason, Some(CloseReason::PeerFinished | CloseReason::UpstreamFinished)),
            "seed {seed}: {reason:?}"
        );
        for side in Side::ALL {
            let to = side.other();
            let received = match &peers.0[to] {
                Some(peer) => &peer.received,
                None => &world.sockets[to].written,
            };
            assert!(*received == sent[side], "seed {seed}, from {side}");
        }
    }
}
