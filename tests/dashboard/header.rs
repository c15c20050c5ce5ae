//! The first line: warnings appear and disappear, and every other field stays in place.

use std::net::SocketAddr;

use bytewatch::event::{BackendKind, ConnectionId, Direction};
use bytewatch::event::{Event, ServerEvent, SwitchEvent};

use crate::harness::Harness;

const SIZES: [(u16, u16); 5] = [(80, 24), (100, 24), (110, 30), (120, 40), (200, 60)];

fn header(harness: &Harness) -> String {
    harness.screen().lines().next().unwrap_or_default().to_owned()
}

/// Returns the place of each word that is in the header with and without warnings.
fn places(header: &str) -> Vec<Option<usize>> {
    let words = ["bytewatch", "127.0.0.1:7777", "echo", "async", "threads", "3 live"];
    words.map(|word| header.find(word).map(|at| header[..at].chars().count())).into()
}

fn blocked(harness: &mut Harness, micros: u64) {
    let connection = Some(ConnectionId(3));
    harness.event(Event::Server(ServerEvent::Blocked { connection, micros: 100_000 }));
    harness.event(Event::Server(ServerEvent::Unblocked { connection, micros }));
}

#[test]
fn a_block_that_comes_and_goes_moves_no_other_field() {
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        // Until the rates are 0, as they are at the end.
        harness.pass(3);
        let before = header(&harness);
        assert!(places(&before).iter().skip(1).all(Option::is_some), "{width}: {before}");
        let mut seen_at = None;
        for _ in 0..6 {
            harness.event(Event::Server(ServerEvent::Blocked {
                connection: Some(ConnectionId(3)),
                micros: 100_000,
            }));
            let now = header(&harness);
            let at = now.find("BLOCKED").map(|at| now[..at].chars().count());
            assert!(at.is_some(), "{width}: {now}");
            assert_eq!(*seen_at.get_or_insert(at), at, "{width}: {now}");
            assert_eq!(places(&now), places(&before), "{width}:\n{before}\n{now}");
            harness.now += 200_000;
            harness.event(Event::Server(ServerEvent::Unblocked {
                connection: Some(ConnectionId(3)),
                micros: 200_000,
            }));
            assert_eq!(header(&harness).find("BLOCKED"), now.find("BLOCKED"), "{width}: it is held");
            assert_eq!(places(&header(&harness)), places(&before), "{width}");
            harness.now += 100_000;
        }
        harness.pass(1);
        assert!(header(&harness).contains("BLOCKED"), "{width}: for two seconds");
        harness.pass(1);
        assert_eq!(header(&harness), before, "{width}: then it is over");
    }
}

#[test]
fn a_frozen_view_and_other_warnings_move_no_other_field() {
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        let before = header(&harness);
        harness.keys(" ");
        let frozen = header(&harness);
        assert!(frozen.contains("‖ FROZEN"), "{frozen}");
        harness.bytes(2, Direction::Received, &[b'x'; 20_000]);
        blocked(&mut harness, 203_000);
        let (from, to) = (BackendKind::Async, BackendKind::Threads);
        harness.event(Event::Switch(SwitchEvent::Started { from, to, connections: 3 }));
        let all = header(&harness);
        assert!(all.contains("BLOCKED") && all.contains('‖'), "{width}: {all}");
        assert_eq!((places(&frozen), places(&all)), (places(&before), places(&before)), "{width}:\n{all}");
    }
}

#[test]
fn what_matters_most_is_shown_first_and_at_length_where_there_is_room() {
    let mut harness = Harness::with_clients(200, 60);
    blocked(&mut harness, 203_000);
    harness.keys(" ");
    let wide = header(&harness);
    assert!(wide.contains(" BLOCKED by #3 for 203 ms  ‖ FROZEN +0 B "), "{wide}");
    harness.resize(80, 24);
    let narrow = header(&harness);
    assert!(narrow.contains(" BLOCKED 203 ms  ‖ FROZEN "), "{narrow}");
    // There is no spare room: the warning takes the place of the address, and what stands behind it stays.
    harness.resize(40, 10);
    let least = header(&harness);
    assert!(least.starts_with(" BLOCKED") && !least.contains("127.0.0.1"), "{least}");
    harness.keys(" ");
    harness.pass(2);
    let after = header(&harness);
    assert!(after.starts_with("● 127.0.0.1:7777"), "{after}");
    assert_eq!(least.find("[async]").map(|at| least[..at].chars().count()), Some(18), "{least}");
    assert_eq!(after.find("[async]").map(|at| after[..at].chars().count()), Some(18), "{after}");
}

#[test]
fn an_address_that_other_machines_reach_is_called_public() {
    for (address, public) in [
        ("127.0.0.1:7777", false),
        ("127.9.9.9:7777", false),
        ("[::1]:7777", false),
        ("[::ffff:127.0.0.1]:7777", false),
        ("0.0.0.0:7777", true),
        ("[::]:7777", true),
        ("192.168.1.2:7777", true),
    ] {
        let address: SocketAddr = address.parse().unwrap();
        for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
            let mut harness = Harness::listening_on(address, width, height);
            harness.event(Event::Server(ServerEvent::Blocked { connection: None, micros: 100_000 }));
            let header = header(&harness);
            assert_eq!(header.contains("PUBLIC"), public, "{address} in {width}: {header}");
        }
        let header = header(&Harness::listening_on(address, 200, 60));
        assert_eq!(header.contains("other machines can connect"), public, "{header}");
    }
}

#[test]
fn refused_clients_are_counted_with_the_newest_reason() {
    let refused =
        |clients, detail: &str| Event::Server(ServerEvent::Refused { clients, detail: detail.to_owned() });
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        let before = header(&harness);
        harness.event(refused(1, "10.1.2.3 is denied by --deny 10.0.0.0/8"));
        let one = header(&harness);
        harness.event(refused(2_000, "not in --allow ::1\u{1b}[2J"));
        let many = header(&harness);
        assert!(one.contains("refused 1") && many.contains("refused 2,001"), "{width}:\n{one}\n{many}");
        assert!(!many.contains('\u{1b}'));
        assert_eq!((places(&one), places(&many)), (places(&before), places(&before)), "{width}:\n{many}");
        if width == 200 {
            assert!(one.contains("refused 1: 10.1.2.3 is denied by --deny 10.0.0.0/8"), "{one}");
            assert!(many.contains("refused 2,001, last: not in --allow ::1"), "{many}");
        }
    }
}

#[test]
fn an_api_that_other_machines_reach_is_called_public() {
    for (address, public) in [("127.0.0.1:8474", false), ("0.0.0.0:8474", true)] {
        let address: SocketAddr = address.parse().unwrap();
        for width in [80, 200] {
            let mut harness = Harness::new(width, 40);
            assert!(!header(&harness).contains("PUBLIC"));
            harness.event(Event::Server(ServerEvent::ApiListening { address: address.into() }));
            let header = header(&harness);
            assert_eq!(header.contains("PUBLIC API"), public, "{width}: {header}");
        }
    }
}
