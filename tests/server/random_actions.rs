//! Random sequences of actions: clients connect, write, read, half-close, close, reset, and the backend is switched,
//! in an order that a seed determines. The invariants of all events are checked at the end.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use bytewatch::event::{BackendKind, Command};
use bytewatch::event::{ConnectionEvent, Event, SwitchEvent};
use socket2::SockRef;

use crate::harness::{Running, in_full, pattern};

on_both_backends!(any_order_of_actions_keeps_the_books);

struct Random(u64);

impl Random {
    /// A number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

fn any_order_of_actions_keeps_the_books(backend: BackendKind) {
    for seed in [23, 99, 4711] {
        walk(backend, seed);
    }
}

fn walk(backend: BackendKind, seed: u64) {
    let running = Running::start(in_full(backend));
    let (mut random, mut clients, mut connects, mut to) = (Random(seed), Vec::new(), 0, backend);
    for _ in 0..300 {
        let one = random.below(clients.len().max(1) as u64) as usize;
        match random.below(16) {
            0..4 => {
                let client = running.connect();
                client.set_nonblocking(true).unwrap();
                clients.push(client);
                connects += 1;
            }
            // A refused write or read counts as an action, too.
            4..9 => drop(
                clients
                    .get_mut(one)
                    .map(|client: &mut TcpStream| client.write(&pattern(seed, 0, 1 << random.below(17)))),
            ),
            9..12 => drop(clients.get_mut(one).map(|client| client.read(&mut [0; 1 << 16]))),
            12 => drop(clients.get(one).map(|client| client.shutdown(Shutdown::Write))),
            13 if one < clients.len() => drop(clients.swap_remove(one)),
            14 if one < clients.len() => {
                let client = clients.swap_remove(one);
                SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
            }
            15 => {
                to = to.other();
                running.server.command(Command::Switch(to));
            }
            _ => {}
        }
    }
    drop(clients);
    running.wait_for("all ends", connects, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Closed { .. }))
    });
    let events = running.stop();
    let opened = events
        .iter()
        .filter(|stamped| matches!(stamped.event, Event::Connection(_, ConnectionEvent::Opened { .. })))
        .count();
    assert_eq!(opened, connects, "seed {seed}");
    assert!(
        !events.iter().any(|stamped| matches!(stamped.event, Event::Switch(SwitchEvent::Failed { .. }))),
        "seed {seed}"
    );
}
