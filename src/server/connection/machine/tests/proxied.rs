//! PROXY headers: the one that a client has to send first, cut at every byte, and the one that the upstream is sent.

use super::tls_peers::{Peers, SideTls};
use super::*;
use crate::bytes::protocol::proxy_header::{Addresses, ProxyHeader, Version, written};
use crate::event::{ConnectionEvent, Origin};
use crate::server::connection::proxying::Proxying;
use crate::server::service::ServiceConfig;
use crate::server::service::factory::ServiceFactory;
use crate::server::service::template::Template;

const PEER: &str = "192.0.2.1:5000";
const LOCAL: &str = "192.0.2.2:7777";

fn address(text: &str) -> Address {
    text.parse::<SocketAddr>().unwrap().into()
}

fn addresses(source: &str, destination: &str) -> Option<Addresses> {
    Some(Addresses::of_one_family(source.parse().unwrap(), destination.parse().unwrap()))
}

/// Headers as proxies send them: of both versions and families, with a field, and without addresses.
fn headers() -> Vec<Vec<u8>> {
    let inet = addresses("203.0.113.7:56324", "198.51.100.1:443");
    let inet6 = addresses("[2001:db8::7]:56324", "[2001:db8::1]:443");
    let mut with_field = written(Version::V2, inet);
    with_field[15] += 5;
    with_field.extend([1, 0, 2, b'h', b'2']);
    let mut all = vec![with_field];
    for version in [Version::V1, Version::V2] {
        all.extend([inet, inet6, None].map(|addresses| written(version, addresses)));
    }
    all
}

fn proxied(mut world: World, sends: Option<Version>) -> World {
    world.machine.set_proxying(Proxying::new(true, sends, &address(PEER), &address(LOCAL)));
    world
}

fn header_event(side: Side, data: &[u8]) -> ConnectionEvent {
    ConnectionEvent::ProxyHeader { side, data: data.to_vec().into() }
}

/// The pieces of a header and what follows it: cut at each place, and byte by byte.
fn cuts(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let at = |place| vec![bytes[..place].to_vec(), bytes[place..].to_vec()];
    let mut all: Vec<_> = (1..bytes.len()).map(at).collect();
    all.push(vec![bytes.to_vec()]);
    all.push(bytes.iter().map(|byte| vec![*byte]).collect());
    all
}

#[test]
fn the_header_is_taken_off_however_it_is_cut() {
    for header in headers() {
        for pieces in cuts(&[&header[..], b"hello"].concat()) {
            for is_relayed in [false, true] {
                let mut world = proxied(world(is_relayed), None);
                if is_relayed {
                    world = connected(world);
                }
                for piece in &pieces {
                    world.incoming(Side::Client, [Input::Bytes(piece.clone())]);
                    assert_eq!(world.run(), None);
                }
                world.incoming(Side::Client, [Input::Fin]);
                let to = if is_relayed { Side::Upstream } else { Side::Client };
                let reason = world.run();
                assert_eq!(reason.is_none(), is_relayed, "{reason:?}");
                assert_eq!(world.sockets[to].written, b"hello", "{pieces:?}");
                let told = world.told();
                assert!(told.events.contains(&header_event(Side::Client, &header)), "{:?}", told.events);
                assert_eq!(told.bytes(Side::Client, Direction::Received, false), b"hello");
                assert_eq!(told.of(Side::Client, Direction::Received).next().unwrap().offset, 0);
            }
        }
    }
}

#[test]
fn nothing_else_goes_on_before_the_header() {
    let mut world = connected(proxied(world(true), None));
    world.incoming(Side::Upstream, [Input::Bytes(b"220 ready".to_vec())]);
    world.send(Side::Client, b"injected");
    assert_eq!(world.run(), None);
    let Next::Await(wants) = world.machine.next() else { panic!("it waits") };
    assert!(!wants.read.contains(Side::Upstream) && !wants.write.contains(Side::Client));
    assert!(wants.watch.contains(Side::Upstream), "a reset of the upstream is noticed");
    assert_eq!(world.sockets.client.written, b"");
    world.incoming(Side::Client, [Input::Bytes(b"PROXY UNKNOWN\r\n".to_vec())]);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, b"injected220 ready");
}

/// What follows the header in the same read waits until what comes before it has gone out.
#[test]
fn a_greeting_precedes_the_answer_to_what_follows_the_header() {
    let template = Template::parse("hi {peer}\n").unwrap();
    let mut world = proxied(world(false), None);
    let services = ServiceFactory::new(ServiceConfig::Echo, Some(template));
    world.machine.service = services.start(PEER, ConnectionId(1));
    world.machine.greet();
    world.sockets.client.room = 4;
    world.incoming(Side::Client, [Input::Bytes(b"PROXY UNKNOWN\r\nhello".to_vec()), Input::Fin]);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, b"hi 1");
    world.sockets.client.room = usize::MAX;
    assert_eq!(world.run(), Some(CloseReason::PeerFinished));
    assert_eq!(world.sockets.client.written, b"hi 192.0.2.1:5000\nhello");
}

#[test]
fn a_wrong_header_resets_the_client() {
    let long = [&headers()[4][..14], &[0xff, 0xff], &vec![0; 17_000]].concat();
    let whole = [&headers()[4][..14], &[0x3f, 0xff], &vec![0; 0x3fff]].concat();
    for (bytes, words) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], "the signature is missing; the first bytes are GET / HTTP"),
        (b"PUT / HTTP/1.1\r\n", "it does not begin with PROXY; the first bytes are PUT / HTTP"),
        (b"\x16\x03\x01", "the signature is missing; the first bytes are 16 03 01"),
        (&long, "it is longer than 16 KiB; the first bytes are 0d 0a 0d 0a 00 0d 0a 51 55 49"),
        (&whole, "it is longer than 16 KiB; the first bytes are 0d 0a 0d 0a 00 0d 0a 51 55 49"),
    ] {
        for is_relayed in [false, true] {
            let mut world = proxied(world(is_relayed), Some(Version::V1));
            if is_relayed {
                world = connected(world);
            }
            world.incoming(Side::Client, [Input::Bytes(bytes.to_vec())]);
            assert_eq!(world.run(), Some(CloseReason::ProxyFailed));
            assert_eq!(world.detail.as_deref(), Some(words));
            assert!(world.machine.resets());
            assert_eq!(world.sockets.upstream.written, b"");
        }
    }
}

#[test]
fn a_header_that_does_not_come_to_an_end_is_given_up() {
    for (bytes, words) in [
        (&b""[..], "it was not complete after 10 s; nothing was received"),
        (b"PROXY TCP4", "it was not complete after 10 s; the first bytes are PROXY TCP4"),
    ] {
        let mut world = proxied(world(false), None);
        assert_eq!(world.run(), None);
        if !bytes.is_empty() {
            world.incoming(Side::Client, [Input::Bytes(bytes.to_vec())]);
        }
        assert_eq!(world.pass(Duration::from_millis(9_900)), None);
        let Next::Await(wants) = world.machine.next() else { panic!("it is open") };
        assert_eq!(wants.deadline, Some(world.now + Duration::from_millis(100)));
        assert_eq!(world.pass(Duration::from_millis(100)), Some(CloseReason::ProxyFailed));
        assert_eq!(world.detail.as_deref(), Some(words));
    }
}

#[test]
fn the_time_of_the_header_is_over_with_it() {
    let mut world = proxied(world(false), None);
    world.incoming(Side::Client, [Input::Bytes(b"PROXY UNKNOWN\r\n".to_vec())]);
    assert_eq!(world.run(), None);
    let Next::Await(wants) = world.machine.next() else { panic!("it is open") };
    assert_eq!(wants.deadline, None, "an idle connection waits for ever");
    assert_eq!(world.pass(Duration::from_secs(60)), None);
}

#[test]
fn a_client_that_ends_before_its_header_is_complete_is_told_apart_from_one_that_only_looks() {
    let mut world = proxied(world(false), None);
    world.incoming(Side::Client, [Input::Bytes(b"PROXY".to_vec()), Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::ProxyFailed));
    let words = "the client ended its stream before it was complete; the first bytes are PROXY";
    assert_eq!(world.detail.as_deref(), Some(words));
    let mut world = proxied(self::world(true), Some(Version::V2));
    world = connected(world);
    world.incoming(Side::Client, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::PeerFinished));
    assert!(!world.machine.resets());
    let mut world = connected(proxied(self::world(true), Some(Version::V2)));
    world.incoming(Side::Client, [Input::Bytes(b"PROXY".to_vec()), Input::Reset]);
    assert_eq!(world.run(), Some(CloseReason::PeerReset));
}

#[test]
fn the_upstream_is_sent_the_header_before_anything_else() {
    for version in [Version::V1, Version::V2] {
        for room in [1, 7, usize::MAX] {
            let mut world = world(true);
            let (peer, local) = (address(PEER), address(LOCAL));
            world.machine.set_proxying(Proxying::new(false, Some(version), &peer, &local));
            let mut world = connected(world);
            world.incoming(Side::Client, [Input::Bytes(b"hello".to_vec())]);
            world.send(Side::Upstream, b"injected");
            for _ in 0..100 {
                world.sockets.upstream.room = room;
                assert_eq!(world.run(), None);
            }
            let header = written(version, addresses(PEER, LOCAL));
            assert_eq!(world.sockets.upstream.written, [&header[..], b"injectedhello"].concat());
            let told = world.told();
            assert!(told.events.contains(&header_event(Side::Upstream, &header)), "{:?}", told.events);
            let injected = told.of(Side::Upstream, Direction::Sent).next().unwrap();
            assert_eq!((injected.offset, injected.origin), (0, Origin::User), "the header is no part of it");
        }
    }
}

#[test]
fn an_upstream_that_gets_nothing_but_the_header_gets_it_before_the_end() {
    let mut world = world(true);
    let (peer, local) = (address("[2001:db8::7]:1"), address("[2001:db8::1]:2"));
    world.machine.set_proxying(Proxying::new(false, Some(Version::V1), &peer, &local));
    let mut world = connected(world);
    world.sockets.upstream.room = 3;
    world.incoming(Side::Client, [Input::Fin]);
    assert_eq!(world.run(), None);
    assert!(!world.sockets.upstream.finished);
    world.sockets.upstream.room = usize::MAX;
    assert_eq!(world.run(), None);
    assert!(world.sockets.upstream.finished);
    assert_eq!(world.sockets.upstream.written, b"PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n");
}

#[test]
fn what_was_received_is_sent_on() {
    for received in headers() {
        for version in [Version::V1, Version::V2] {
            let mut world = connected(proxied(world(true), Some(version)));
            for byte in [&received[..], b"hello"].concat() {
                world.incoming(Side::Client, [Input::Bytes(vec![byte])]);
                assert_eq!(world.run(), None);
            }
            // The first one has a field, for which version 1 has no room.
            let header = match version {
                Version::V2 if received == headers()[0] => received.clone(),
                _ => written(version, ProxyHeader::parse(&received).unwrap().addresses),
            };
            assert_eq!(world.sockets.upstream.written, [&header[..], b"hello"].concat());
        }
    }
}

#[test]
fn a_client_without_an_address_has_none_in_the_header() {
    let unix = Address::Unix(crate::event::UnixAddress::Unnamed(None));
    for (version, header) in
        [(Version::V1, &b"PROXY UNKNOWN\r\n"[..]), (Version::V2, b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0")]
    {
        let mut world = world(true);
        world.machine.set_proxying(Proxying::new(false, Some(version), &unix, &unix));
        let mut world = connected(world);
        assert_eq!(world.run(), None);
        assert_eq!(world.sockets.upstream.written, header);
    }
}

#[test]
fn headers_lie_outside_of_tls() {
    for piece in [1, 7, 1_000] {
        let tls = SideTls::new();
        let world = encrypted_world(true, PerSide { client: Some(&tls), upstream: Some(&tls) });
        let mut world = connected(proxied(world, Some(Version::V1)));
        let received = &headers()[0];
        for bytes in received.chunks(piece) {
            world.incoming(Side::Client, [Input::Bytes(bytes.to_vec())]);
        }
        let mut client = tls.client(&["h2"]);
        client.send(b"hello");
        client.begin(&mut world.sockets.client);
        world.sockets.upstream.room = piece;
        while world.sockets.upstream.written.len() < 60 && world.run().is_none() {
            world.sockets.upstream.room = piece;
        }
        let line = b"PROXY TCP4 203.0.113.7 198.51.100.1 56324 443\r\n";
        assert_eq!(&world.sockets.upstream.written[..line.len()], line);
        world.sockets.upstream.written.drain(..line.len());
        let mut peers = Peers::both(client, tls.server(&["h2"]));
        assert_eq!(peers.settle(&mut world, piece, piece), None);
        assert_eq!(peers.get(Side::Upstream).received, b"hello");
        let told = world.told();
        let kinds: Vec<_> = told
            .events
            .iter()
            .filter_map(|event| match event {
                ConnectionEvent::ProxyHeader { side, .. } => Some(("header", *side)),
                ConnectionEvent::Handshake { side, .. } => Some(("handshake", *side)),
                _ => None,
            })
            .collect();
        let [up, down] = [Side::Upstream, Side::Client];
        assert_eq!(kinds, [("header", down), ("header", up), ("handshake", up), ("handshake", down)]);
    }
}

#[test]
fn a_connection_whose_header_is_awaited_can_be_closed() {
    let mut world = connected(proxied(world(true), Some(Version::V2)));
    world.incoming(Side::Client, [Input::Bytes(b"PROXY".to_vec())]);
    assert_eq!(world.run(), None);
    world.machine.finish(CloseTimeouts::CLOSE, world.now);
    assert_eq!(world.run(), None);
    assert!(world.sockets.client.finished && world.sockets.upstream.finished);
    for side in Side::ALL {
        world.incoming(side, [Input::Fin]);
    }
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    assert_eq!(world.sockets.upstream.written, b"");
}
