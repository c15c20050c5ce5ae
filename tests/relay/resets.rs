//! RST is passed on as RST, in both directions, and only behind the bytes that were sent before it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use crate::harness::{Pair, Relay, Upstream};
use crate::modes::Mode;
use crate::proc_net::{Ports, open_files, wait_until, wait_until_acknowledged, wait_until_gone};
use crate::stream::{Ending, assert_received, expect, fill, pattern, read_all, reset};

/// The side that sends RST.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Client,
    Upstream,
}

impl Side {
    /// The sender of RST, and the other one.
    fn order(self, pair: Pair) -> [TcpStream; 2] {
        match self {
            Self::Client => [pair.client, pair.upstream],
            Self::Upstream => [pair.upstream, pair.client],
        }
    }

    const fn reason(self) -> &'static str {
        match self {
            Self::Client => "peer-reset",
            Self::Upstream => "upstream-reset",
        }
    }
}

const BOTH: [Side; 2] = [Side::Client, Side::Upstream];

fn a_reset_passes_as_a_reset(mode: Mode) {
    for side in BOTH {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let [mut sender, receiver] = side.order(relay.pair(&upstream));
        sender.write_all(b"hello").unwrap();
        expect(&receiver, b"hello");
        reset(sender);
        assert_received(&read_all(&receiver), b"", Ending::Reset);
        assert_eq!(relay.close_reason(1), side.reason());
        relay.stop();
    }
}

/// Bytes that the kernel of the relay had before the RST are not lost, though the receiver reads them only later.
fn what_was_sent_before_a_reset_arrives_first(mode: Mode) {
    for side in BOTH {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let [mut sender, receiver] = side.order(relay.pair(&upstream));
        let (bytes, ports) = (pattern(4, 0, 200_000), Ports::of(&sender));
        sender.write_all(&bytes).unwrap();
        wait_until_acknowledged(&sender);
        reset(sender);
        wait_until_gone(ports);
        // A relay that passes RST on too early has the time to do it.
        thread::sleep(Duration::from_millis(300));
        assert_received(&read_all(&receiver), &bytes, Ending::Reset);
        assert_eq!(relay.close_reason(1), side.reason());
        relay.stop();
    }
}

fn a_reset_ends_a_half_closed_connection(mode: Mode) {
    for side in BOTH {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let [sender, receiver] = side.order(relay.pair(&upstream));
        receiver.shutdown(Shutdown::Write).unwrap();
        assert_received(&read_all(&sender), b"", Ending::Fin);
        reset(sender);
        assert_received(&read_all(&receiver), b"", Ending::Reset);
        assert_eq!(relay.close_reason(1), side.reason());
        relay.stop();
    }
}

/// The kernel sends RST for a socket that is closed while bytes of it are unread.
fn closing_with_unread_bytes_is_a_reset(mode: Mode) {
    for side in BOTH {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let [sender, mut receiver] = side.order(relay.pair(&upstream));
        receiver.write_all(b"never read").unwrap();
        sender.peek(&mut [0; 10]).unwrap();
        drop(sender);
        assert_received(&read_all(&receiver), b"", Ending::Reset);
        assert_eq!(relay.close_reason(1), side.reason());
        relay.stop();
    }
}

/// The receiver reads nothing, so the relay owes it bytes when RST comes. The connection ends all the same.
fn a_sender_that_was_held_back_can_reset(mode: Mode) {
    for side in BOTH {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let [sender, receiver] = side.order(relay.pair(&upstream));
        fill(&sender, 64 << 20);
        reset(sender);
        assert_eq!(relay.close_reason(1), side.reason());
        assert_eq!(read_all(&receiver).ending, Ending::Reset);
        relay.stop();
    }
}

/// The receiver of a stalled stream sends RST: the sender is told, whatever it wrote before.
fn a_reader_that_never_read_can_reset(mode: Mode) {
    for side in BOTH {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let [stalled, mut writer] = side.order(relay.pair(&upstream));
        fill(&writer, 64 << 20);
        reset(stalled);
        assert_eq!(relay.close_reason(1), side.reason());
        let told = writer.read(&mut [0]).map_err(|error| error.kind());
        assert_eq!(told, Err(ErrorKind::ConnectionReset));
        relay.stop();
    }
}

fn many_resets_leave_nothing_behind(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    let before = open_files(relay.pid());
    for number in 1..=60 {
        let side = BOTH[number as usize % 2];
        let [mut sender, receiver] = side.order(relay.pair(&upstream));
        sender.write_all(b"x").unwrap();
        expect(&receiver, b"x");
        reset(sender);
        assert_received(&read_all(&receiver), b"", Ending::Reset);
        assert_eq!(relay.close_reason(number), side.reason());
    }
    // A backend that was switched to may keep some of its own.
    wait_until("all sockets are closed", || open_files(relay.pid()) < before + 10);
    relay.stop();
}

in_each_mode!(
    a_reset_passes_as_a_reset,
    what_was_sent_before_a_reset_arrives_first,
    a_reset_ends_a_half_closed_connection,
    closing_with_unread_bytes_is_a_reset,
    a_sender_that_was_held_back_can_reset,
    a_reader_that_never_read_can_reset,
    many_resets_leave_nothing_behind,
);
