//! FIN is passed on at once and in both directions, behind all bytes that were sent before it, and the other direction
//! goes on.

use std::io::Write as _;
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use crate::harness::{Pair, Relay, Upstream};
use crate::modes::Mode;
use crate::proc_net::wait_until_readable;
use crate::stream::{Ending, assert_received, expect, pattern, read_all, send_and_finish};

/// A relay that limits the time of a half-closed connection reaches its limit meanwhile, and one that switches hands the
/// connection over.
const LATE: Duration = Duration::from_millis(700);

fn the_answer_to_a_client_that_has_finished_arrives(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    let Pair { mut client, upstream } = relay.pair(&upstream);
    client.write_all(b"question").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_received(&read_all(&upstream), b"question", Ending::Fin);
    thread::sleep(LATE);
    let answer = pattern(1, 0, 300_000);
    send_and_finish(&upstream, answer.clone());
    assert_received(&read_all(&client), &answer, Ending::Fin);
    let closed = relay.event("closed", 1);
    let expected = (&"peer-finished".into(), &8.into(), &300_000.into());
    assert_eq!((&closed["reason"], &closed["received"], &closed["sent"]), expected);
    relay.stop();
}

fn what_a_client_sends_after_the_upstream_has_finished_arrives(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    let Pair { client, mut upstream } = relay.pair(&upstream);
    upstream.write_all(b"greeting").unwrap();
    upstream.shutdown(Shutdown::Write).unwrap();
    assert_received(&read_all(&client), b"greeting", Ending::Fin);
    thread::sleep(LATE);
    let upload = pattern(2, 0, 300_000);
    send_and_finish(&client, upload.clone());
    assert_received(&read_all(&upstream), &upload, Ending::Fin);
    assert_eq!(relay.close_reason(1), "upstream-finished");
    relay.stop();
}

/// Nothing is sent before the FIN, and much later single bytes still pass the other way.
fn a_fin_alone_passes_at_once(mode: Mode) {
    for client_first in [true, false] {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let Pair { client, upstream } = relay.pair(&upstream);
        let [first, mut second] = if client_first { [&client, &upstream] } else { [&upstream, &client] };
        first.shutdown(Shutdown::Write).unwrap();
        assert_received(&read_all(second), b"", Ending::Fin);
        for byte in b"later" {
            second.write_all(&[*byte]).unwrap();
            expect(first, &[*byte]);
        }
        second.shutdown(Shutdown::Write).unwrap();
        assert_received(&read_all(first), b"", Ending::Fin);
        let reason = if client_first { "peer-finished" } else { "upstream-finished" };
        assert_eq!(relay.close_reason(1), reason);
        relay.stop();
    }
}

/// 3 MB are more than the sockets hold, so that the relay waits for the reader while FIN is already there.
fn all_bytes_before_a_fin_arrive_at_a_late_reader(mode: Mode) {
    for from_client in [true, false] {
        let upstream = Upstream::new();
        let relay = Relay::to(mode, upstream.address);
        let Pair { client, upstream } = relay.pair(&upstream);
        let [from, to] = if from_client { [&client, &upstream] } else { [&upstream, &client] };
        let bytes = pattern(3, 0, 3_000_000);
        let sender = send_and_finish(from, bytes.clone());
        wait_until_readable(to);
        thread::sleep(LATE);
        assert_received(&read_all(to), &bytes, Ending::Fin);
        sender.join().unwrap();
        to.shutdown(Shutdown::Write).unwrap();
        assert_received(&read_all(from), b"", Ending::Fin);
        relay.event("closed", 1);
        relay.stop();
    }
}

fn both_ends_may_finish_at_the_same_time(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    for number in 1..=8 {
        let Pair { client, upstream } = relay.pair(&upstream);
        let [up, down] = [pattern(number, 0, 500_000), pattern(number + 100, 0, 700_000)];
        let senders = [send_and_finish(&client, up.clone()), send_and_finish(&upstream, down.clone())];
        thread::scope(|scope| {
            scope.spawn(|| assert_received(&read_all(&upstream), &up, Ending::Fin));
            assert_received(&read_all(&client), &down, Ending::Fin);
        });
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        let reason = relay.close_reason(number);
        assert!(matches!(reason.as_str(), "peer-finished" | "upstream-finished"), "{reason}");
    }
    relay.stop();
}

/// The FIN comes with the last bytes, often before the connection to the upstream is there.
fn bytes_of_a_client_that_closes_at_once_arrive(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    for number in 1..=50 {
        let mut client = relay.connect();
        client.write_all(format!("line {number}").as_bytes()).unwrap();
        drop(client);
        let upstream = upstream.accept();
        assert_received(&read_all(&upstream), format!("line {number}").as_bytes(), Ending::Fin);
        drop(upstream);
        assert_eq!(relay.close_reason(number), "peer-finished");
    }
    relay.stop();
}

in_each_mode!(
    the_answer_to_a_client_that_has_finished_arrives,
    what_a_client_sends_after_the_upstream_has_finished_arrives,
    a_fin_alone_passes_at_once,
    all_bytes_before_a_fin_arrive_at_a_late_reader,
    both_ends_may_finish_at_the_same_time,
    bytes_of_a_client_that_closes_at_once_arrive,
);
