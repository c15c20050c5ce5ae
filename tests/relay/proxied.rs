//! PROXY headers through the relay: taken off the client's stream, and sent to the upstream.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use crate::harness::{Relay, Upstream, of_kind};
use crate::modes::Mode;
use crate::stream::{Ending, assert_received, expect, pattern, read_all, send_and_finish};

const EVENTS: &str = "listening,opened,connected,proxy-header,bytes,closed,switched,missed,ended";
const LINE: &[u8] = b"PROXY TCP4 203.0.113.7 198.51.100.1 56324 443\r\n";
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A relay with these options.
fn relay(mode: Mode, upstream: &Upstream, options: &[&str]) -> Relay {
    let upstream = upstream.address.to_string();
    let others = ["relay", &upstream, "-l", "127.0.0.1:0", "--events", EVENTS];
    let mut command = std::process::Command::new(crate::harness::PROGRAM);
    Relay::run(&mut command, mode, &[&others[..], options].concat())
}

fn read(mut socket: &TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    socket.read_exact(&mut bytes).unwrap();
    bytes
}

fn the_peers_address_is_sent(mode: Mode) {
    for version in ["v1", "v2"] {
        let upstream = Upstream::new();
        let relay = relay(mode, &upstream, &["--send-proxy", version]);
        let client = relay.connect();
        let socket = upstream.accept();
        let [from, to] = [client.local_addr().unwrap(), client.peer_addr().unwrap()];
        // The header needs no byte of the client.
        if version == "v1" {
            let line = format!("PROXY TCP4 127.0.0.1 127.0.0.1 {} {}\r\n", from.port(), to.port());
            expect(&socket, line.as_bytes());
        } else {
            let ports = [from.port().to_be_bytes(), to.port().to_be_bytes()].concat();
            let ends = [127, 0, 0, 1, 127, 0, 0, 1];
            expect(&socket, &[SIGNATURE, &[0x21, 0x11, 0, 12], &ends, &ports].concat());
        }
        let bytes = pattern(1, 0, 300_000);
        send_and_finish(&client, bytes.clone());
        assert_received(&read_all(&socket), &bytes, Ending::Fin);
        socket.shutdown(Shutdown::Write).unwrap();
        let closed = relay.event("closed", 1);
        assert_eq!((&closed["received"], &closed["sent"]), (&bytes.len().into(), &0.into()));
        let events = relay.stop();
        let header = of_kind(&events, "proxy-header").next().unwrap();
        assert_eq!(header["side"], "upstream");
        assert_eq!(header["source"], from.to_string());
        assert_eq!(header["destination"], to.to_string());
        assert!(of_kind(&events, "bytes").all(|event| event["direction"] == "received"));
    }
}

/// Every cut, and the switches of the mode between.
fn a_header_is_taken_off_and_sent_on(mode: Mode) {
    let upstream = Upstream::new();
    let relay = relay(mode, &upstream, &["--proxy-protocol", "--send-proxy", "v2"]);
    let ends = [203, 0, 113, 7, 198, 51, 100, 1, 0xdc, 0x04, 0x01, 0xbb];
    let sent_on = [SIGNATURE, &[0x21, 0x11, 0, 12], &ends].concat();
    for cut in 1..=LINE.len() {
        let (mut client, socket) = (relay.connect(), upstream.accept());
        client.write_all(&LINE[..cut]).unwrap();
        if cut % 8 == 0 && mode == Mode::Switching {
            relay.wait_for_switches(cut / 8);
        }
        client.write_all(&[&LINE[cut..], b"hello"].concat()).unwrap();
        assert_eq!(read(&socket, sent_on.len() + 5), [&sent_on[..], b"hello"].concat(), "{cut}");
        (&socket).write_all(b"answer").unwrap();
        expect(&client, b"answer");
    }
    let events = relay.stop();
    let headers: Vec<_> = of_kind(&events, "proxy-header").collect();
    assert_eq!(headers.len(), 2 * LINE.len());
    for header in headers {
        assert_eq!(header["source"], "203.0.113.7:56324");
        assert_eq!(header["version"], if header["side"] == "client" { 1 } else { 2 });
    }
    let mut received = of_kind(&events, "bytes").filter(|event| event["direction"] == "received");
    assert!(received.all(|event| event["offset"] == 0 && event["hex"] == "68656c6c6f"));
}

/// A header of version 2 as HAProxy sends it for a client that it speaks TLS with: a checksum, a unique id, the TLS.
fn header_with_tlvs(checksum: [u8; 4]) -> Vec<u8> {
    let ends = [127, 0, 0, 1, 127, 0, 0, 1, 0xe3, 0xee, 0x6d, 0x6b];
    let others = b"\x05\0\x08id-23874\x20\0\x05\0\0\0\0\0";
    [SIGNATURE, &[0x21, 0x11, 0, 38], &ends, &[3, 0, 4], &checksum, others].concat()
}

const CHECKSUM: [u8; 4] = [0x26, 0xdc, 0x2b, 0x60];

fn the_fields_of_a_header_are_sent_on(mode: Mode) {
    let header = header_with_tlvs(CHECKSUM);
    for version in ["v2", "v1"] {
        let upstream = Upstream::new();
        let relay = relay(mode, &upstream, &["--proxy-protocol", "--send-proxy", version]);
        let line = b"PROXY TCP4 127.0.0.1 127.0.0.1 58350 28011\r\n";
        let sent_on = if version == "v2" { &header[..] } else { line };
        let cuts = (1..=header.len()).step_by(7);
        let connections = cuts.clone().count();
        for (nth, cut) in cuts.enumerate() {
            let (mut client, socket) = (relay.connect(), upstream.accept());
            client.write_all(&header[..cut]).unwrap();
            if mode == Mode::Switching {
                relay.wait_for_switches(nth / 2 + 1);
            }
            client.write_all(&[&header[cut..], b"hello"].concat()).unwrap();
            assert_eq!(read(&socket, sent_on.len() + 5), [sent_on, b"hello"].concat(), "{cut}");
        }
        let events = relay.stop();
        let of_side = |side: &str| {
            let headers = of_kind(&events, "proxy-header").filter(move |event| event["side"] == side);
            headers.map(|event| event["tlvs"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(of_side("client"), vec![3; connections]);
        let told = if version == "v2" { 3.into() } else { serde_json::Value::Null };
        assert_eq!(of_side("upstream"), vec![told; connections]);
    }
}

fn a_damaged_header_reaches_no_upstream(mode: Mode) {
    let upstream = Upstream::new();
    let relay = relay(mode, &upstream, &["--proxy-protocol", "--send-proxy", "v2"]);
    let (mut client, mut socket) = (relay.connect(), upstream.accept());
    client.write_all(&header_with_tlvs([0x26, 0xdc, 0x2b, 0x61])).unwrap();
    assert!(client.read(&mut [0; 10]).is_err());
    assert!(!matches!(socket.read(&mut [0; 10]), Ok(1..)), "it gets no byte");
    let detail = relay.event("closed", 1)["detail"].to_string();
    assert!(detail.starts_with("\"its checksum is wrong; "), "{detail}");
    relay.stop();
}

fn a_wrong_header_reaches_no_upstream(mode: Mode) {
    let upstream = Upstream::new();
    let relay = relay(mode, &upstream, &["--proxy-protocol", "--send-proxy", "v1"]);
    let (mut client, mut socket) = (relay.connect(), upstream.accept());
    client.write_all(b"SSH-2.0-x\r\n").unwrap();
    assert!(client.read(&mut [0; 10]).is_err());
    assert!(!matches!(socket.read(&mut [0; 10]), Ok(1..)), "it gets no byte");
    let closed = relay.event("closed", 1);
    assert_eq!(closed["reason"], "proxy-failed");
    assert_eq!(closed["detail"], "the signature is missing; the first bytes are SSH-2.0-x");
    relay.stop();
}

in_each_mode!(
    the_peers_address_is_sent,
    a_header_is_taken_off_and_sent_on,
    the_fields_of_a_header_are_sent_on,
    a_damaged_header_reaches_no_upstream,
    a_wrong_header_reaches_no_upstream
);
