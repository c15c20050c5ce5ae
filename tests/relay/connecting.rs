//! The time in which the connect to the upstream is under way, and connects that fail.

use std::io::{ErrorKind, Write as _};
use std::net::{Shutdown, TcpStream};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Refusing, Relay, Upstream, of_kind};
use crate::modes::Mode;
use crate::proc_net::{Ports, connects_under_way, wait_until, wait_until_acknowledged, wait_until_gone};
use crate::stream::{Ending, assert_received, expect, pattern, read_all, reset, send_and_finish};

/// The close reason of a client whose upstream refused, is not known, or did not answer in time.
const UNREACHABLE: &str = "upstream-unreachable";

fn a_connected_upstream_is_reported(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    let pair = relay.pair(&upstream);
    let [opened, connected] = ["opened", "connected"].map(|kind| relay.event(kind, 1));
    let address = Value::from(upstream.address.to_string());
    assert_eq!((&opened["upstream"], &connected["upstream"]), (&address, &address));
    assert!(connected["micros"].is_u64(), "{connected}");
    assert_eq!(opened["peer"], pair.client.local_addr().unwrap().to_string());
    assert_eq!(opened["local"], relay.listening[0]);
    drop(pair);
    relay.event("closed", 1);
    relay.stop();
}

fn a_refused_connect_is_a_reset_for_the_client(mode: Mode) {
    let upstream = Refusing::new();
    let relay = Relay::to(mode, upstream.address());
    let silent = relay.connect();
    assert_received(&read_all(&silent), b"", Ending::Reset);
    let mut talking = relay.connect();
    // If the RST is faster than the bytes, the write meets it.
    match talking.write_all(b"is anybody there?") {
        Ok(()) => assert_eq!(read_all(&talking).ending, Ending::Reset),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    for number in [1, 2] {
        let closed = relay.event("closed", number);
        assert_eq!(closed["reason"], UNREACHABLE);
        assert!(closed["detail"].as_str().unwrap().contains("refused"), "{closed}");
    }
    let events = relay.stop();
    assert_eq!(of_kind(&events, "connected").count(), 0);
}

fn a_host_that_is_not_known_is_a_reset_for_the_client(mode: Mode) {
    let relay = Relay::to(mode, "no-such-host.invalid:80");
    assert_received(&read_all(relay.connect()), b"", Ending::Reset);
    let closed = relay.event("closed", 1);
    assert_eq!(closed["reason"], UNREACHABLE);
    assert!(closed["detail"].as_str().unwrap().contains("no-such-host.invalid"), "{closed}");
    relay.stop();
}

/// The SYN to a listener with a full backlog is dropped, so nothing but a timeout ends the connect.
fn a_connect_that_hangs_times_out(mode: Mode) {
    let (upstream, _filler) = Upstream::full();
    let options = ["-l", "127.0.0.1:0", "--connect-timeout", "300ms"];
    let relay = Relay::start(mode, upstream.address, &options);
    assert_received(&read_all(relay.connect()), b"", Ending::Reset);
    let closed = relay.event("closed", 1);
    assert_eq!(closed["reason"], UNREACHABLE);
    assert!(closed["detail"].as_str().unwrap().contains("no answer in time"), "{closed}");
    wait_until("the connect is given up", || connects_under_way(upstream.address.port()) == 0);
    relay.stop();
}

/// Connects clients until one of them has a connect to the upstream that hangs, and returns it.
fn connect_hanging(relay: &Relay, upstream: &Upstream) -> TcpStream {
    let client = relay.connect();
    let port = upstream.address.port();
    wait_until("the connect hangs", || connects_under_way(port) == 1);
    client
}

fn bytes_and_fin_during_the_connect_arrive(mode: Mode) {
    let (upstream, _filler) = Upstream::full();
    let options = ["-l", "127.0.0.1:0", "--connect-timeout", "30s"];
    let relay = Relay::start(mode, upstream.address, &options);
    let client = connect_hanging(&relay, &upstream);
    let bytes = pattern(5, 0, 100_000);
    send_and_finish(&client, bytes.clone());
    // The client whose connection filled the backlog makes room.
    drop(upstream.accept());
    let upstream = upstream.accept();
    assert_received(&read_all(&upstream), &bytes, Ending::Fin);
    let answer = pattern(6, 0, 100_000);
    send_and_finish(&upstream, answer.clone());
    assert_received(&read_all(&client), &answer, Ending::Fin);
    assert_eq!(relay.close_reason(1), "peer-finished");
    relay.stop();
}

/// A FIN without any bytes is not the end of the client: the upstream may speak first.
fn a_fin_during_the_connect_is_a_half_close(mode: Mode) {
    let (upstream, _filler) = Upstream::full();
    let options = ["-l", "127.0.0.1:0", "--connect-timeout", "30s"];
    let relay = Relay::start(mode, upstream.address, &options);
    let client = connect_hanging(&relay, &upstream);
    client.shutdown(Shutdown::Write).unwrap();
    drop(upstream.accept());
    let upstream = upstream.accept();
    send_and_finish(&upstream, b"220 ready\r\n".to_vec());
    assert_received(&read_all(&client), b"220 ready\r\n", Ending::Fin);
    assert_received(&read_all(&upstream), b"", Ending::Fin);
    relay.event("closed", 1);
    relay.stop();
}

fn a_client_that_resets_during_the_connect_ends_it(mode: Mode) {
    for sent in [&b""[..], b"bytes that nobody will read"] {
        let (upstream, _filler) = Upstream::full();
        let options = ["-l", "127.0.0.1:0", "--connect-timeout", "50s"];
        let relay = Relay::start(mode, upstream.address, &options);
        let mut client = connect_hanging(&relay, &upstream);
        client.write_all(sent).unwrap();
        reset(client);
        assert_eq!(relay.close_reason(1), "peer-reset");
        assert_eq!(connects_under_way(upstream.address.port()), 0);
        relay.stop();
    }
}

/// The RST is there before the relay has looked whether it is connected.
fn what_came_before_a_reset_behind_the_connect_arrives(mode: Mode) {
    let (upstream, _filler) = Upstream::full();
    let options = ["-l", "127.0.0.1:0", "--connect-timeout", "50s"];
    let relay = Relay::start(mode, upstream.address, &options);
    let client = connect_hanging(&relay, &upstream);
    relay.signal(Signal::SIGSTOP);
    drop(upstream.accept());
    let mut upstream = upstream.accept();
    upstream.write_all(b"220 busy\r\n").unwrap();
    wait_until_acknowledged(&upstream);
    let ports = Ports::of(&upstream);
    reset(upstream);
    wait_until_gone(ports);
    relay.signal(Signal::SIGCONT);
    assert_received(&read_all(&client), b"220 busy\r\n", Ending::Reset);
    assert_eq!(relay.close_reason(1), "upstream-reset");
    let events = relay.stop();
    let told = events.iter().filter(|event| event["connection"] == 1);
    let kinds: Vec<_> = told.map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["opened", "connected", "closed"], "a reset is no FIN");
}

fn a_connect_that_hangs_delays_no_other(mode: Mode) {
    let ((hanging, _filler), upstream) = (Upstream::full(), Upstream::new());
    let other = format!("127.0.0.1:0={}", upstream.address);
    let options = ["-l", "127.0.0.1:0", "--listen", &other, "--connect-timeout", "50s"];
    let relay = Relay::start(mode, hanging.address, &options);
    let waiting: Vec<_> = (0..5).map(|_| relay.connect()).collect();
    let port = hanging.address.port();
    wait_until("all connects hang", || connects_under_way(port) == waiting.len());
    let mut client = TcpStream::connect(&relay.listening[1]).unwrap();
    client.write_all(b"served").unwrap();
    expect(upstream.accept(), b"served");
    relay.stop();
}

fn ending_the_relay_ends_connects_that_hang(mode: Mode) {
    let (upstream, _filler) = Upstream::full();
    let relay = Relay::to(mode, upstream.address);
    let client = connect_hanging(&relay, &upstream);
    let events = relay.stop();
    let closed = of_kind(&events, "closed").next().unwrap();
    assert!(closed["reason"].as_str().unwrap().starts_with("we-"), "{closed}");
    read_all(client);
}

/// The upstream is away at first, and each client tries it anew.
fn an_upstream_that_returns_serves_later_clients(mode: Mode) {
    let refusing = Refusing::new();
    let relay = Relay::to(mode, refusing.address());
    assert_eq!(read_all(relay.connect()).ending, Ending::Reset);
    let upstream = refusing.listen();
    let pair = relay.pair(&upstream);
    send_and_finish(&pair.client, b"at last".to_vec());
    assert_received(&read_all(&pair.upstream), b"at last", Ending::Fin);
    drop(pair);
    relay.event("closed", 2);
    relay.stop();
}

in_each_mode!(
    a_connected_upstream_is_reported,
    a_refused_connect_is_a_reset_for_the_client,
    a_host_that_is_not_known_is_a_reset_for_the_client,
    a_connect_that_hangs_times_out,
    bytes_and_fin_during_the_connect_arrive,
    a_fin_during_the_connect_is_a_half_close,
    a_client_that_resets_during_the_connect_ends_it,
    what_came_before_a_reset_behind_the_connect_arrives,
    a_connect_that_hangs_delays_no_other,
    ending_the_relay_ends_connects_that_hang,
    an_upstream_that_returns_serves_later_clients,
);
