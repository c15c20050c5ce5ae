//! Handshakes while the backend changes ten times a second: none fails.
//!
//! `BYTEWATCH_TLS_HANDSHAKES=5000` is what a release is tested with. The default is small enough for every run of the
//! tests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::harness::{Program, of_kind};
use crate::modes::Mode;
use crate::peers::{Certificate, ONLY_TLS12, ONLY_TLS13, Offers, exchange, payload};

/// The number of clients at once.
const AT_ONCE: u64 = 16;

#[test]
fn handshakes_survive_a_switch_every_100_ms() {
    let wanted = std::env::var("BYTEWATCH_TLS_HANDSHAKES").map_or(200, |number| number.parse().unwrap());
    let certificate = Certificate::new("handshakes");
    let options = certificate.options();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let program =
        Program::start(Mode::Async, &[&["serve", "--switch-every", "100ms"], &options[..]].concat());
    let begun = AtomicU64::new(0);
    thread::scope(|scope| {
        for client in 0..AT_ONCE {
            let (program, certificate, begun) = (&program, &certificate, &begun);
            scope.spawn(move || {
                let versions = if client % 2 == 0 { ONLY_TLS12 } else { ONLY_TLS13 };
                let sent = payload(1, 1_000);
                // However fast this machine is, the backend changes meanwhile.
                while begun.fetch_add(1, Ordering::Relaxed) < wanted || program.switches() < 5 {
                    let offers = Offers { versions, ..Offers::default() };
                    let client = certificate.client(program.connect(), &offers);
                    assert!(exchange(client, &sent, sent.len()) == sent);
                }
            });
        }
    });
    let events = program.stop();
    let made = of_kind(&events, "handshake").count() as u64;
    assert!(made >= wanted, "only {made} handshakes");
    assert_eq!(of_kind(&events, "closed").count() as u64, made);
    for closed in of_kind(&events, "closed") {
        assert_eq!(closed["reason"], "peer-finished", "{closed}");
    }
    let moved = of_kind(&events, "switched").filter_map(|event| event["connections"].as_u64());
    assert!(moved.sum::<u64>() > 0, "no connection was handed over");
}
