//! Listeners with upstreams of their own, host names, IPv6, and command lines that are refused.

use std::io::{Read as _, Write as _};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;

use serde_json::Value;

use crate::harness::{PROGRAM, Relay, Upstream, limited};
use crate::modes::Mode;
use crate::stream::{Ending, assert_received, read_all};

/// An upstream that sends its name and closes.
fn named(name: &'static str) -> SocketAddr {
    Upstream::new().serve(move |stream| greet(&stream, name))
}

fn greet(mut stream: &TcpStream, name: &str) {
    stream.write_all(name.as_bytes()).unwrap();
}

fn each_listener_has_its_upstream(mode: Mode) {
    let [first, second, third] = ["first", "second", "third"].map(named);
    let own = [second, third].map(|upstream| format!("127.0.0.1:0={upstream}"));
    let options = ["-l", "127.0.0.1:0", "--listen", &own[0], "--listen", &own[1], "-l", "127.0.0.1:0"];
    let relay = Relay::start(mode, first, &options);
    let expected = [("first", first), ("second", second), ("third", third), ("first", first)];
    let found = relay.listening.iter().map(|address| {
        let received = read_all(limited(TcpStream::connect(address).unwrap()));
        String::from_utf8(received.bytes).unwrap()
    });
    let found: Vec<_> = found.collect();
    assert_eq!(found, expected.map(|(name, _)| name));
    for (number, (_, upstream)) in (1..).zip(expected) {
        let opened = relay.event("opened", number);
        assert_eq!(opened["upstream"], upstream.to_string());
        assert_eq!(opened["local"], relay.listening[number as usize - 1]);
    }
    relay.stop();
}

fn a_host_name_is_looked_up(mode: Mode) {
    let address = named("by name");
    let relay = Relay::to(mode, format!("localhost:{}", address.port()));
    for _ in 0..3 {
        assert_received(&read_all(relay.connect()), b"by name", Ending::Fin);
    }
    let connected = relay.event("connected", 1);
    assert!(
        connected["upstream"].as_str().unwrap().ends_with(&format!(":{}", address.port())),
        "{connected}"
    );
    relay.stop();
}

fn both_sides_may_have_addresses_of_ipv6(mode: Mode) {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return;
    }
    let upstream = Upstream::at(SocketAddr::from((Ipv6Addr::LOCALHOST, 0)), 16);
    let address = upstream.serve(|stream| greet(&stream, "six"));
    let relay = Relay::start(mode, address, &["-l", "[::1]:0"]);
    assert!(relay.listening[0].starts_with("[::1]:"), "{:?}", relay.listening);
    assert_received(&read_all(relay.connect()), b"six", Ending::Fin);
    let opened = relay.event("opened", 1);
    assert_eq!(opened["upstream"], address.to_string());
    relay.stop();
}

fn a_relay_of_a_relay_is_transparent(mode: Mode) {
    let address = Upstream::new().serve(|mut stream| {
        let mut question = Vec::new();
        stream.read_to_end(&mut question).unwrap();
        question.reverse();
        stream.write_all(&question).unwrap();
    });
    let inner = Relay::to(mode, address);
    let outer = Relay::to(mode, &inner.listening[0]);
    let mut client = outer.connect();
    client.write_all(b"desrever").unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    assert_received(&read_all(client), b"reversed", Ending::Fin);
    outer.event("closed", 1);
    inner.event("closed", 1);
    outer.stop();
    inner.stop();
}

in_each_mode!(
    each_listener_has_its_upstream,
    a_host_name_is_looked_up,
    both_sides_may_have_addresses_of_ipv6,
    a_relay_of_a_relay_is_transparent,
);

/// Runs the program to its end; returns its status and what it wrote on standard error.
fn refused(words: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(PROGRAM).args(words).output().unwrap();
    assert!(output.stdout.is_empty(), "{words:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn command_lines_that_mean_nothing_are_refused() {
    let lines: [&[&str]; 7] = [
        &["relay"],
        &["relay", "no port here"],
        &["relay", "127.0.0.1:99999"],
        &["relay", "unix:"],
        &["relay", "127.0.0.1:1", "--connect-timeout", "soon"],
        &["relay", "127.0.0.1:1", "--listen", "0="],
        &["relay", "127.0.0.1:1", "127.0.0.1:2"],
    ];
    for line in lines {
        let (status, said) = refused(&[line, &["--headless"]].concat());
        assert_eq!(status, Some(2), "{line:?}: {said}");
        assert!(!said.is_empty(), "{line:?}");
    }
}

#[test]
fn an_address_in_use_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (status, said) = refused(&["relay", "127.0.0.1:1", "--headless", "-l", &address]);
    assert_eq!((status, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains(&address), "{said}");
}

#[test]
fn the_first_line_names_the_service() {
    let relay = Relay::to(Mode::Async, named("x"));
    let events = relay.stop();
    let first = &events[0];
    assert_eq!((&first["event"], &first["backend"]), (&Value::from("listening"), &Value::from("async")));
    assert!(first["service"].as_str().unwrap().starts_with("relay"), "{first}");
}
