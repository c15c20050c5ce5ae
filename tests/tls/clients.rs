//! Clients of a server with TLS.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Program, of_kind};
use crate::modes::Mode;
use crate::peers::{Certificate, End as _, ONLY_TLS12, ONLY_TLS13, Offers, exchange, payload};

fn start(mode: Mode, service: &str, certificate: &Certificate) -> Program {
    let options = certificate.options();
    let options: Vec<&str> =
        ["serve", "-s", service].into_iter().chain(options.iter().map(String::as_str)).collect();
    Program::start(mode, &options)
}

fn echo_over_both_versions(mode: Mode) {
    let certificate = Certificate::new(&format!("echo-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    for (number, versions, name) in [(1, ONLY_TLS12, "TLSv1.2"), (2, ONLY_TLS13, "TLSv1.3")] {
        let offers = Offers { versions, protocols: &["h2"] };
        let client = certificate.client(program.connect(), &offers);
        let sent = payload(number, 200_000);
        assert!(exchange(client, &sent, sent.len()) == sent);
        let handshake = program.handshake(number.into(), "client");
        assert_eq!((&handshake["version"], &handshake["sni"]), (&name.into(), &"localhost".into()));
        assert!(handshake["alpn"].is_null(), "an echo speaks no protocol: {handshake}");
        let closed = program.event("closed", number.into());
        assert_eq!((&closed["reason"], &closed["received"]), (&"peer-finished".into(), &200_000.into()));
    }
    let events = program.stop();
    assert_eq!(of_kind(&events, "truncated").next(), None);
}

fn many_clients_at_once(mode: Mode) {
    let certificate = Certificate::new(&format!("many-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    thread::scope(|scope| {
        for number in 0..40 {
            let (program, certificate) = (&program, &certificate);
            scope.spawn(move || {
                let client = certificate.client(program.connect(), &Offers::default());
                let sent = payload(number, 150_000);
                assert!(exchange(client, &sent, sent.len()) == sent, "client {number}");
            });
        }
    });
    let events = program.stop();
    assert_eq!(of_kind(&events, "handshake").count(), 40);
    for closed in of_kind(&events, "closed") {
        assert_eq!(closed["reason"], "peer-finished", "{closed}");
    }
}

/// Clients come and go until the backend has been switched many times, so that some are in every state then.
fn clients_that_come_and_go(mode: Mode) {
    let certificate = Certificate::new(&format!("storm-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    thread::scope(|scope| {
        for number in 0..8 {
            let (program, certificate) = (&program, &certificate);
            scope.spawn(move || {
                let sent = payload(number, 60_000);
                for round in 0_u32.. {
                    let client = certificate.client(program.connect(), &Offers::default());
                    assert!(exchange(client, &sent, sent.len()) == sent, "client {number}");
                    if program.switches() >= 30 || mode != Mode::Switching && round >= 20 {
                        return;
                    }
                }
            });
        }
    });
    let events = program.stop();
    let clients = of_kind(&events, "opened").count();
    assert!(clients >= 8);
    assert_eq!(of_kind(&events, "handshake").count(), clients);
    for closed in of_kind(&events, "closed") {
        assert_eq!(closed["reason"], "peer-finished", "{closed}");
    }
}

fn a_handshake_in_pieces(mode: Mode) {
    let certificate = Certificate::new(&format!("pieces-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    let mut client = certificate.client(program.connect(), &Offers::default());
    let mut hello = Vec::new();
    client.conn.write_tls(&mut hello).unwrap();
    for piece in hello.chunks(hello.len() / 4) {
        client.sock.write_all(piece).unwrap();
        program.wait_for_a_switch(mode);
    }
    while client.conn.is_handshaking() {
        client.conn.read_tls(&mut client.sock).unwrap();
        client.conn.process_new_packets().unwrap();
    }
    let mut rest = Vec::new();
    while client.conn.wants_write() {
        client.conn.write_tls(&mut rest).unwrap();
    }
    for piece in rest.chunks(rest.len() / 2) {
        program.wait_for_a_switch(mode);
        client.sock.write_all(piece).unwrap();
    }
    // A record in pieces, too.
    client.conn.writer().write_all(b"hello").unwrap();
    let mut record = Vec::new();
    client.conn.write_tls(&mut record).unwrap();
    for piece in record.chunks(7) {
        client.sock.write_all(piece).unwrap();
        program.wait_for_a_switch(mode);
    }
    let mut answer = [0; 5];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"hello");
    assert_eq!(exchange(client, b"", 0), b"");
    program.stop();
}

fn a_stream_without_its_end(mode: Mode) {
    let certificate = Certificate::new(&format!("truncated-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    let mut client = certificate.client(program.connect(), &Offers::default());
    client.write_all(b"hello").unwrap();
    client.flush().unwrap();
    client.sock.shutdown(Shutdown::Write).unwrap();
    let mut received = Vec::new();
    client.read_to_end(&mut received).unwrap();
    assert_eq!(received, b"hello");
    assert_eq!(program.event("closed", 1)["reason"], "peer-finished");
    let kinds: Vec<_> = program.stop().into_iter().filter(|event| event["connection"] == 1).collect();
    let kinds: Vec<_> = kinds.iter().map(|event| event["event"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["opened", "handshake", "truncated", "input-ended", "closed"]);
}

fn plain_text_on_the_port(mode: Mode) {
    let certificate = Certificate::new(&format!("plain-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    let mut client = program.connect();
    client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"\x15\x03\x03\x00\x02\x02\x32", "an alert: decode_error");
    drop(client);
    let closed = program.event("closed", 1);
    assert_eq!(closed["reason"], "tls-failed");
    assert_eq!(closed["detail"], "this is no TLS: the first bytes are GET / HTTP");
    program.stop();
}

fn a_client_that_does_not_trust_the_certificate(mode: Mode) {
    let certificate = Certificate::new(&format!("trust-{mode:?}"));
    let other = Certificate::new(&format!("trust-other-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    let mut client = other.client(program.connect(), &Offers::default());
    assert!(client.write_all(b"hello").is_err());
    drop(client);
    let closed = program.event("closed", 1);
    assert_eq!(closed["reason"], "tls-failed");
    assert!(closed["detail"].as_str().unwrap().starts_with("received fatal alert: "), "{closed}");
    program.stop();
}

fn a_client_that_says_nothing(mode: Mode) {
    let certificate = Certificate::new(&format!("silent-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    let began = Instant::now();
    let mut client = program.connect();
    assert_eq!(client.read(&mut [0; 10]).unwrap(), 0);
    let time = began.elapsed();
    assert!((Duration::from_secs(9)..Duration::from_secs(20)).contains(&time), "{time:?}");
    drop(client);
    let closed = program.event("closed", 1);
    assert_eq!(closed["reason"], "tls-failed");
    assert_eq!(closed["detail"], "the handshake was not complete after 10 s");
    program.stop();
}

/// The tickets of TLS 1.3 would lie unread in the client, whose system would discard what it has not sent.
fn an_upload_by_a_client_that_reads_nothing(mode: Mode) {
    let certificate = Certificate::new(&format!("upload-{mode:?}"));
    let program = start(mode, "discard", &certificate);
    for (number, is_ended) in [(1, true), (2, false)] {
        let mut client = certificate.client(program.connect(), &Offers::default());
        client.write_all(&payload(1, 400_000)).unwrap();
        client.flush().unwrap();
        if is_ended {
            client.finish();
        }
        drop(client);
        let closed = program.event("closed", number);
        assert_eq!((&closed["reason"], &closed["received"]), (&"peer-finished".into(), &400_000.into()));
    }
    let events = program.stop();
    assert_eq!(of_kind(&events, "truncated").count(), 1);
}

fn a_certificate_of_our_own(mode: Mode) {
    let program = Program::start(mode, &["serve", "--tls"]);
    let listening = program.listening_event();
    let digits = listening["sha256"].as_str().unwrap();
    assert!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digits}");
    program.stop();
}

fn the_end_of_the_program(mode: Mode) {
    let certificate = Certificate::new(&format!("stop-{mode:?}"));
    let program = start(mode, "echo", &certificate);
    let mut client = certificate.client(program.connect(), &Offers::default());
    client.write_all(b"hello").unwrap();
    let mut answer = [0; 5];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"hello");
    let silent = program.connect();
    program.handshake(1, "client");
    program.event("opened", 2);
    let reader = thread::spawn(move || {
        let mut received = Vec::new();
        client.read_to_end(&mut received).map(|_| received)
    });
    let events = program.stop();
    assert_eq!(reader.join().unwrap().unwrap(), b"", "an end with close_notify is no error");
    drop(silent);
    for closed in of_kind(&events, "closed") {
        assert_eq!(closed["reason"], "we-finished", "{closed}");
    }
}

in_each_mode!(
    echo_over_both_versions,
    many_clients_at_once,
    clients_that_come_and_go,
    a_handshake_in_pieces,
    a_stream_without_its_end,
    plain_text_on_the_port,
    a_client_that_does_not_trust_the_certificate,
    a_client_that_says_nothing,
    an_upload_by_a_client_that_reads_nothing,
    a_certificate_of_our_own,
    the_end_of_the_program,
);
