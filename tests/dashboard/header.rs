//! The first line: warnings appear and disappear, and every other field stays in place.

use std::net::SocketAddr;

use bytewatch::model::event::Fact;
use bytewatch::model::{BackendKind, ConnectionId, Direction};

use crate::stage::Stage;

const SIZES: [(u16, u16); 5] = [(80, 24), (100, 24), (110, 30), (120, 40), (200, 60)];

fn header(stage: &Stage) -> String {
    stage.screen().lines().next().unwrap_or_default().to_owned()
}

/// Returns the place of each word that is in the header with and without warnings.
fn places(header: &str) -> Vec<Option<usize>> {
    let words = ["bytewatch", "127.0.0.1:7777", "echo", "async", "threads", "3 live"];
    words.map(|word| header.find(word).map(|at| header[..at].chars().count())).into()
}

fn blocked(stage: &mut Stage, micros: u64) {
    let connection = Some(ConnectionId(3));
    stage.fact(Fact::Blocked { connection, micros: 100_000 });
    stage.fact(Fact::Unblocked { connection, micros });
}

#[test]
fn a_block_that_comes_and_goes_moves_no_other_field() {
    for (width, height) in SIZES {
        let mut stage = Stage::with_clients(width, height);
        stage.pass(1);
        let before = header(&stage);
        assert!(places(&before).iter().skip(1).all(Option::is_some), "{width}: {before}");
        let mut seen_at = None;
        for _ in 0..6 {
            stage.fact(Fact::Blocked { connection: Some(ConnectionId(3)), micros: 100_000 });
            let now = header(&stage);
            let at = now.find("BLOCKED").map(|at| now[..at].chars().count());
            assert!(at.is_some(), "{width}: {now}");
            assert_eq!(*seen_at.get_or_insert(at), at, "{width}: {now}");
            assert_eq!(places(&now), places(&before), "{width}:\n{before}\n{now}");
            stage.now += 200_000;
            stage.fact(Fact::Unblocked { connection: Some(ConnectionId(3)), micros: 200_000 });
            assert_eq!(header(&stage).find("BLOCKED"), now.find("BLOCKED"), "{width}: it is held");
            assert_eq!(places(&header(&stage)), places(&before), "{width}");
            stage.now += 100_000;
        }
        stage.pass(1);
        assert!(header(&stage).contains("BLOCKED"), "{width}: for two seconds");
        stage.pass(1);
        assert_eq!(header(&stage), before, "{width}: then it is over");
    }
}

#[test]
fn a_frozen_view_and_other_warnings_move_no_other_field() {
    for (width, height) in SIZES {
        let mut stage = Stage::with_clients(width, height);
        let before = header(&stage);
        stage.keys(" ");
        let frozen = header(&stage);
        assert!(frozen.contains("‖ FROZEN"), "{frozen}");
        stage.bytes(2, Direction::Received, &[b'x'; 20_000]);
        blocked(&mut stage, 203_000);
        let (from, to) = (BackendKind::Async, BackendKind::Threads);
        stage.fact(Fact::Switching { from, to, connections: 3 });
        let all = header(&stage);
        assert!(all.contains("BLOCKED") && all.contains('‖'), "{width}: {all}");
        assert_eq!((places(&frozen), places(&all)), (places(&before), places(&before)), "{width}:\n{all}");
    }
}

#[test]
fn what_matters_most_is_shown_first_and_at_length_where_there_is_room() {
    let mut stage = Stage::with_clients(200, 60);
    blocked(&mut stage, 203_000);
    stage.keys(" ");
    let wide = header(&stage);
    assert!(wide.contains(" BLOCKED by #3 for 203 ms  ‖ FROZEN +0 B "), "{wide}");
    stage.resize(80, 24);
    let narrow = header(&stage);
    assert!(narrow.contains(" BLOCKED 203 ms  ‖ FROZEN "), "{narrow}");
    // There is no spare room: the warning takes the place of the address, and what stands behind it stays.
    stage.resize(40, 10);
    let least = header(&stage);
    assert!(least.starts_with(" BLOCKED") && !least.contains("127.0.0.1"), "{least}");
    stage.keys(" ");
    stage.pass(2);
    let after = header(&stage);
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
            let mut stage = Stage::listening_on(address, width, height);
            stage.fact(Fact::Blocked { connection: None, micros: 100_000 });
            let header = header(&stage);
            assert_eq!(header.contains("PUBLIC"), public, "{address} in {width}: {header}");
        }
        let header = header(&Stage::listening_on(address, 200, 60));
        assert_eq!(header.contains("other machines can connect"), public, "{header}");
    }
}
