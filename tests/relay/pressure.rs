//! Receivers that do not read: what is sent to them waits in the sender, and nothing else does.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::thread;

use socket2::SockRef;

use crate::harness::{Pair, Relay, Upstream};
use crate::modes::Mode;
use crate::stream::{Ending, assert_received, expect, fill, pattern, read_all, send_and_finish};

/// More than the buffers of four sockets hold, whatever the kernel makes of them.
const MORE_THAN_ALL_BUFFERS: usize = 128 << 20;

fn a_stalled_direction_does_not_stop_the_other(mode: Mode) {
    for upload_stalls in [true, false] {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let Pair { client, upstream } = relay.pair(&upstream);
        let [stalled, other] = if upload_stalls { [&client, &upstream] } else { [&upstream, &client] };
        let taken = fill(stalled, MORE_THAN_ALL_BUFFERS);
        assert!(taken < MORE_THAN_ALL_BUFFERS, "nothing holds the sender back");
        let bytes = pattern(7, 0, 8_000_000);
        send_and_finish(other, bytes.clone());
        assert_received(&read_all(stalled), &bytes, Ending::Fin);
        // What was held back arrives as soon as it is read.
        stalled.shutdown(Shutdown::Write).unwrap();
        let late = read_all(other);
        assert_eq!((late.bytes.len(), late.ending), (taken, Ending::Fin));
        relay.event("closed", 1);
        relay.stop();
    }
}

/// The byte that TCP marks as urgent stays where it is in the stream, and is not lost.
fn urgent_bytes_are_passed_on_in_line(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    let Pair { client, upstream } = relay.pair(&upstream);
    for (mut from, to) in [(&client, &upstream), (&upstream, &client)] {
        for round in 0..20 {
            from.write_all(b"abc").unwrap();
            SockRef::from(from).send_out_of_band(b"!").unwrap();
            from.write_all(b"def").unwrap();
            // The next urgent byte would otherwise replace one that is under way.
            expect(to, b"abc!def");
            let back = format!("round {round}");
            let (mut to, from) = (to, from);
            to.write_all(back.as_bytes()).unwrap();
            expect(from, back.as_bytes());
        }
    }
    drop((client, upstream));
    relay.event("closed", 1);
    relay.stop();
}

/// Small socket buffers make the relay keep bytes that a write did not take.
fn small_buffers_lose_nothing(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    let pairs: Vec<_> = (0..8).map(|_| relay.pair(&upstream)).collect();
    thread::scope(|scope| {
        for (seed, Pair { client, upstream }) in pairs.iter().enumerate() {
            scope.spawn(move || {
                for stream in [client, upstream] {
                    SockRef::from(stream).set_recv_buffer_size(4_096).unwrap();
                    SockRef::from(stream).set_send_buffer_size(4_096).unwrap();
                }
                both_ways(client, upstream, seed as u64);
            });
        }
    });
    drop(pairs);
    relay.stop();
}

fn both_ways(client: &TcpStream, upstream: &TcpStream, seed: u64) {
    let [up, down] = [pattern(seed, 0, 400_000), pattern(seed + 50, 0, 400_000)];
    send_and_finish(client, up.clone());
    send_and_finish(upstream, down.clone());
    thread::scope(|scope| {
        scope.spawn(|| assert_received(&read_all(upstream), &up, Ending::Fin));
        assert_received(&read_all(client), &down, Ending::Fin);
    });
}

in_each_mode!(
    a_stalled_direction_does_not_stop_the_other,
    urgent_bytes_are_passed_on_in_line,
    small_buffers_lose_nothing,
);
