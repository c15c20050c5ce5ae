//! Clients that have to send a PROXY header first.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use bytewatch::event::{BackendKind, CloseReason, ConnectionEvent, ConnectionId, Event, Side};
use bytewatch::server::{Config, Template};

use crate::harness::{Running, config, echo, in_full, model};

on_both_backends!(
    the_header_is_taken_off,
    a_switch_in_the_middle_of_a_header_loses_nothing,
    what_follows_a_header_can_wait_for_ever,
    a_client_without_a_header_is_reset,
);

const LINE: &[u8] = b"PROXY TCP4 203.0.113.7 198.51.100.1 56324 443\r\n";

fn proxied(backend: BackendKind) -> Config {
    Config { proxy_protocol: true, ..in_full(backend) }
}

fn received(mut client: &TcpStream, length: usize) -> Vec<u8> {
    let mut back = vec![0; length];
    client.read_exact(&mut back).unwrap();
    back
}

fn wait_for_headers(running: &Running, count: usize) {
    running.wait_for("headers", count, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::ProxyHeader { side: Side::Client, data }) if data == LINE)
    });
}

fn the_header_is_taken_off(backend: BackendKind) {
    let greeting = Some(Template::parse("hi\n").unwrap());
    let running = Running::start(Config { greeting, ..proxied(backend) });
    let mut client = running.connect();
    client.write_all(&[LINE, b"hello"].concat()).unwrap();
    assert_eq!(received(&client, 8), b"hi\nhello");
    echo(&client, 1, 100_000);
    drop(client);
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, 100_005, 100_008));
    wait_for_headers(&running, 1);
    let model = model(&running.stop());
    let known = model.connection(ConnectionId(1)).unwrap();
    assert_eq!(known.client_behind_proxy(), Some("203.0.113.7:56324".parse().unwrap()));
}

fn a_switch_in_the_middle_of_a_header_loses_nothing(backend: BackendKind) {
    let running = Running::start(proxied(backend));
    let clients: Vec<_> = (0..LINE.len()).map(|_| running.connect()).collect();
    for (cut, mut client) in clients.iter().enumerate() {
        client.write_all(&LINE[..cut]).unwrap();
    }
    running.wait_for("all clients", clients.len(), |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
    running.switch(backend.other());
    for (cut, mut client) in clients.iter().enumerate() {
        client.write_all(&LINE[cut..LINE.len() - 1]).unwrap();
    }
    running.switch(backend);
    for mut client in &clients {
        client.write_all(b"\nhello").unwrap();
    }
    for client in &clients {
        assert_eq!(received(client, 5), b"hello");
        echo(client, 2, 1000);
    }
    wait_for_headers(&running, clients.len());
    running.stop();
}

/// The time limit of the header is not one of the reads behind it.
fn what_follows_a_header_can_wait_for_ever(backend: BackendKind) {
    let running = Running::start(proxied(backend));
    let mut client = running.connect();
    client.write_all(LINE).unwrap();
    wait_for_headers(&running, 1);
    echo(&client, 3, 1000);
    echo(&client, 4, 1000);
    running.stop();
}

fn a_client_without_a_header_is_reset(backend: BackendKind) {
    let running = Running::start(Config { proxy_protocol: true, ..config(backend) });
    let mut client = running.connect();
    client.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert!(client.read(&mut [0; 10]).is_err());
    assert_eq!(running.wait_for_close(1), (CloseReason::ProxyFailed, 0, 0));
    running.stop();
}
