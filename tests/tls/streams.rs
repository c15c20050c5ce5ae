//! Streams through relays with TLS whose bytes are all compared: long ones in both directions at once, and readers that
//! are slower than what is sent, so that much is under way whenever the backend changes.

use std::io::{Read as _, Write as _};
use std::thread;

use crate::harness::of_kind;
use crate::modes::Mode;
use crate::peers::{End, exchange, payload};
use crate::relays::{Relay, SIDES};

/// The number of connections at once.
const AT_ONCE: u32 = 6;
/// More than the system keeps for a reader that does not read.
const LONG: usize = 8 << 20;

/// The number of switches that a test lasts, if the backend is switched at all.
const fn switches(mode: Mode) -> usize {
    match mode {
        Mode::Switching => 20,
        Mode::Async | Mode::Threads => 0,
    }
}

fn both_directions_at_once(mode: Mode) {
    for sides in SIDES {
        let relay = Relay::start(mode, "duplex", sides, &[]);
        let mut connections = 0;
        while connections == 0 || relay.program.switches() < switches(mode) {
            thread::scope(|scope| {
                for number in 0..AT_ONCE {
                    let (client, upstream) = (relay.client(), relay.accept());
                    let [request, answer] = [number, number + 1_000].map(|seed| payload(seed, 700_001));
                    let (sent, back) = (request.clone(), answer.clone());
                    scope.spawn(move || assert!(exchange(client, &sent, back.len()) == back, "{sides:?}"));
                    let length = request.len();
                    scope.spawn(move || assert!(exchange(upstream, &answer, length) == request, "{sides:?}"));
                }
            });
            connections += AT_ONCE;
        }
        let events = relay.program.stop();
        assert_eq!(of_kind(&events, "closed").count(), connections as usize, "{sides:?}");
        for closed in of_kind(&events, "closed") {
            assert_eq!((&closed["received"], &closed["sent"]), (&700_001.into(), &700_001.into()));
        }
    }
}

/// Each end is slow once, and the other half goes on behind the end of the first.
fn a_reader_that_is_slow(mode: Mode) {
    for sides in SIDES {
        let relay = Relay::start(mode, "slow", sides, &[]);
        for is_client_slow in [true, false] {
            let (client, upstream) = (relay.client(), relay.accept());
            let (slow, fast) = if is_client_slow { (client, upstream) } else { (upstream, client) };
            let (sent, answer) = (payload(7, LONG), payload(8, 300_000));
            thread::scope(|scope| {
                let writer = scope.spawn(|| send_and_receive(fast, &sent));
                let (received, written) = receive_slowly(slow, &answer, || {
                    relay.program.wait_for_a_switch(mode);
                });
                assert!(received == sent, "{sides:?}, the client is slow: {is_client_slow}");
                assert!(writer.join().unwrap() == answer, "{sides:?}, the client is slow: {is_client_slow}");
                drop(written);
            });
        }
        let events = relay.program.stop();
        assert_eq!(of_kind(&events, "closed").count(), 2, "{sides:?}");
        assert_eq!(of_kind(&events, "truncated").next(), None, "{sides:?}");
        for closed in of_kind(&events, "closed") {
            let reason = closed["reason"].as_str().unwrap();
            assert!(["peer-finished", "upstream-finished"].contains(&reason), "{sides:?}: {closed}");
        }
    }
}

/// Sends everything, ends its stream, and reads to the end.
fn send_and_receive(mut end: Box<dyn End>, sent: &[u8]) -> Vec<u8> {
    end.write_all(sent).unwrap();
    end.flush().unwrap();
    end.finish();
    let mut received = Vec::new();
    end.read_to_end(&mut received).unwrap();
    received
}

/// Reads to the end, and waits now and then; then sends an answer. Returns the end as well, which is still open.
fn receive_slowly(mut end: Box<dyn End>, answer: &[u8], wait: impl Fn()) -> (Vec<u8>, Box<dyn End>) {
    let (mut received, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    for number in 0_u32.. {
        let length = end.read(&mut piece).unwrap();
        received.extend(&piece[..length]);
        if length == 0 {
            break;
        }
        if number.is_multiple_of(32) {
            wait();
        }
    }
    end.write_all(answer).unwrap();
    end.flush().unwrap();
    end.finish();
    (received, end)
}

in_each_mode!(both_directions_at_once, a_reader_that_is_slow);
