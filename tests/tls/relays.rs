//! Relays with TLS on either side, or on both.

use std::io::{Read as _, Write as _};
use std::thread;

use serde_json::Value;

use crate::harness::{Program, of_kind};
use crate::modes::Mode;
use crate::peers::{Certificate, End, Listener, Offers, exchange, payload};

/// Which sides of a relay have TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sides {
    client: bool,
    upstream: bool,
}

pub(crate) const SIDES: [Sides; 3] = [
    Sides { client: true, upstream: false },
    Sides { client: false, upstream: true },
    Sides { client: true, upstream: true },
];

/// A relay to an upstream that the test plays. Both sides have the same certificate.
pub(crate) struct Relay {
    pub(crate) program: Program,
    listener: Listener,
    certificate: Certificate,
    sides: Sides,
}

impl Relay {
    pub(crate) fn start(mode: Mode, test: &str, sides: Sides, more: &[&str]) -> Self {
        let certificate = Certificate::new(&format!("{test}-{mode:?}-{}-{}", sides.client, sides.upstream));
        let listener = Listener::new();
        let (upstream, own, file) = (listener.address.to_string(), certificate.options(), certificate.file());
        let mut options = vec!["relay", &upstream];
        if sides.client {
            options.extend(own.iter().map(String::as_str));
        }
        if sides.upstream {
            options.extend(["--upstream-tls", "--upstream-ca", &file]);
        }
        let program = Program::start(mode, &[&options, more].concat());
        Self { program, listener, certificate, sides }
    }

    /// A client of the relay.
    pub(crate) fn client(&self) -> Box<dyn End> {
        let socket = self.program.connect();
        match self.sides.client {
            true => Box::new(self.certificate.client(socket, &Offers::default())),
            false => Box::new(socket),
        }
    }

    /// The upstream's end of the next connection.
    pub(crate) fn accept(&self) -> Box<dyn End> {
        let socket = self.listener.accept();
        match self.sides.upstream {
            true => Box::new(self.certificate.server(socket, &[])),
            false => Box::new(socket),
        }
    }
}

fn both_directions(mode: Mode) {
    for sides in SIDES {
        let relay = Relay::start(mode, "both", sides, &[]);
        thread::scope(|scope| {
            for number in 0..12 {
                let client = relay.client();
                let upstream = relay.accept();
                let [request, answer] = [number, number + 1_000].map(|seed| payload(seed, 150_000));
                let (expected_request, expected_answer) = (request.clone(), answer.clone());
                scope.spawn(move || assert!(exchange(client, &request, 0) == expected_answer, "{sides:?}"));
                scope.spawn(move || assert!(exchange(upstream, &answer, 0) == expected_request, "{sides:?}"));
            }
        });
        let events = relay.program.stop();
        let handshakes = 12 * (usize::from(sides.client) + usize::from(sides.upstream));
        assert_eq!(of_kind(&events, "handshake").count(), handshakes, "{sides:?}");
        assert_eq!(of_kind(&events, "truncated").next(), None, "{sides:?}");
        for closed in of_kind(&events, "closed") {
            let reason = closed["reason"].as_str().unwrap();
            assert!(["peer-finished", "upstream-finished"].contains(&reason), "{sides:?}: {closed}");
            assert_eq!((&closed["received"], &closed["sent"]), (&150_000.into(), &150_000.into()));
        }
    }
}

fn the_end_of_one_half(mode: Mode) {
    for sides in SIDES {
        for is_client_first in [true, false] {
            let relay = Relay::start(mode, "half", sides, &[]);
            let (client, upstream) = (relay.client(), relay.accept());
            let (mut first, mut second) =
                if is_client_first { (client, upstream) } else { (upstream, client) };
            // A handshake needs both ends.
            let first = thread::spawn(move || {
                first.write_all(b"question").unwrap();
                first.flush().unwrap();
                first.finish();
                let mut received = Vec::new();
                first.read_to_end(&mut received).map(|_| received)
            });
            let mut received = Vec::new();
            second.read_to_end(&mut received).unwrap();
            assert_eq!(received, b"question", "{sides:?}");
            relay.program.wait_for_a_switch(mode);
            let answer = payload(3, 300_000);
            second.write_all(&answer).unwrap();
            second.flush().unwrap();
            second.finish();
            assert!(first.join().unwrap().unwrap() == answer, "{sides:?}");
            let reason = if is_client_first { "peer-finished" } else { "upstream-finished" };
            assert_eq!(relay.program.event("closed", 1)["reason"], reason, "{sides:?}");
            relay.program.stop();
        }
    }
}

fn a_certificate_that_is_not_valid(mode: Mode) {
    let sides = Sides { client: false, upstream: true };
    let failure = |relay: &Relay, other: Option<&Certificate>| -> Value {
        let mut client = relay.program.connect();
        client.write_all(b"secret").unwrap();
        let mut upstream = other.unwrap_or(&relay.certificate).server(relay.listener.accept(), &[]);
        let mut received = Vec::new();
        let error = upstream.read_to_end(&mut received).unwrap_err();
        assert!(error.to_string().contains("fatal alert"), "{error}");
        assert_eq!(received, b"");
        drop(upstream);
        assert!(client.read(&mut [0; 10]).is_err(), "it is reset");
        relay.program.event("closed", 1)
    };
    let other = Certificate::new(&format!("other-{mode:?}"));
    let relay = Relay::start(mode, "unknown", sides, &[]);
    let closed = failure(&relay, Some(&other));
    assert_eq!(closed["reason"], "tls-failed");
    let detail = closed["detail"].as_str().unwrap();
    assert!(detail.starts_with("upstream: invalid peer certificate: "), "{detail}");
    relay.program.stop();
    let relay = Relay::start(mode, "name", sides, &["--upstream-name", "example.org"]);
    let detail = failure(&relay, None)["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("example.org"), "{detail}");
    relay.program.stop();
}

fn every_certificate_if_told_so(mode: Mode) {
    let (certificate, listener) = (Certificate::new(&format!("insecure-{mode:?}")), Listener::new());
    let upstream = listener.address.to_string();
    let program = Program::start(mode, &["relay", &upstream, "--upstream-insecure"]);
    assert_eq!(program.listening_event()["upstream_certificate"], "unverified");
    let client = program.connect();
    let upstream = certificate.server(listener.accept(), &[]);
    let upstream = thread::spawn(move || exchange(upstream, b"answer", 0));
    assert_eq!(exchange(client, b"question", 0), b"answer");
    assert_eq!(upstream.join().unwrap(), b"question");
    assert_eq!(program.handshake(1, "upstream")["certificate"], "CN=of a test");
    program.stop();
}

fn the_application_protocol(mode: Mode) {
    let sides = Sides { client: true, upstream: true };
    let relay = Relay::start(mode, "alpn", sides, &["--upstream-name", "localhost"]);
    for (number, protocols, chosen) in
        [(1, &["h2"][..], Some("h2")), (2, &["http/1.1", "h2"], Some("http/1.1")), (3, &[], None)]
    {
        let offers = Offers { protocols: &["h2", "http/1.1"], ..Offers::default() };
        let client = relay.certificate.client(relay.program.connect(), &offers);
        let upstream = relay.certificate.server(relay.listener.accept(), protocols);
        let upstream = thread::spawn(move || exchange(upstream, b"answer", 0));
        assert_eq!(exchange(client, b"question", 0), b"answer");
        assert_eq!(upstream.join().unwrap(), b"question");
        for side in ["client", "upstream"] {
            let handshake = relay.program.handshake(number, side);
            assert_eq!(handshake["alpn"].as_str(), chosen, "{handshake}");
            assert_eq!(handshake["sni"], "localhost");
        }
    }
    relay.program.stop();
}

fn an_upstream_that_is_no_tls(mode: Mode) {
    let relay = Relay::start(mode, "ssh", Sides { client: false, upstream: true }, &[]);
    let mut client = relay.program.connect();
    let mut upstream = relay.listener.accept();
    upstream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap();
    let mut received = Vec::new();
    upstream.read_to_end(&mut received).unwrap();
    drop(upstream);
    assert!(client.read(&mut [0; 10]).is_err(), "it is reset");
    let closed = relay.program.event("closed", 1);
    assert_eq!(closed["reason"], "tls-failed");
    assert_eq!(closed["detail"], "upstream: this is no TLS: the first bytes are SSH-2.0-Op");
    relay.program.stop();
}

/// Faults come before the encryption: no byte of the plaintext is lost, and a slice is a record.
fn faults_of_what_is_encrypted(mode: Mode) {
    for sides in SIDES {
        let faults = ["--fault", "latency=10ms,jitter=5ms", "--fault", "slice=30000,every=1ms"];
        let relay = Relay::start(mode, "faults", sides, &faults);
        thread::scope(|scope| {
            for number in 0..3 {
                let client = relay.client();
                let upstream = relay.accept();
                let [request, answer] = [number, number + 1_000].map(|seed| payload(seed, 150_000));
                let (expected_request, expected_answer) = (request.clone(), answer.clone());
                scope.spawn(move || assert!(exchange(client, &request, 0) == expected_answer, "{sides:?}"));
                scope.spawn(move || assert!(exchange(upstream, &answer, 0) == expected_request, "{sides:?}"));
            }
        });
        let events = relay.program.stop();
        for closed in of_kind(&events, "closed") {
            assert_eq!((&closed["received"], &closed["sent"]), (&150_000.into(), &150_000.into()));
        }
    }
}

in_each_mode!(
    both_directions,
    the_end_of_one_half,
    a_certificate_that_is_not_valid,
    every_certificate_if_told_so,
    the_application_protocol,
    an_upstream_that_is_no_tls,
    faults_of_what_is_encrypted,
);
