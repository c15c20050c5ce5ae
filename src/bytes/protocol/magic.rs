//! Protocols that begin with the same bytes each time, or with one of a few forms of them.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, hex, is_printable};

/// A beginning that stands for a protocol.
struct Magic {
    bytes: &'static [u8],
    protocol: &'static str,
    detail: &'static str,
    sure: bool,
}

const fn magic(bytes: &'static [u8], protocol: &'static str, detail: &'static str) -> Magic {
    Magic { bytes, protocol, detail, sure: true }
}

/// A beginning that other protocols, or somebody who types, may have too.
const fn maybe(bytes: &'static [u8], protocol: &'static str, detail: &'static str) -> Magic {
    Magic { bytes, protocol, detail, sure: false }
}

/// What clients send first. No row begins with the bytes of another one.
const CLIENT: [Magic; 19] = [
    magic(b"AMQP\x00\x00\x09\x01", "AMQP", "version 0-9-1"),
    magic(b"AMQP\x00\x01\x00\x00", "AMQP", "version 1.0"),
    magic(b"AMQP\x03\x01\x00\x00", "AMQP", "version 1.0, SASL"),
    magic(b"BEGIN AUTH REQUEST\n", "CVS", "pserver, authentication"),
    magic(b"BEGIN VERIFICATION REQUEST\n", "CVS", "pserver, verification"),
    magic(b"DIST00000001ARGC", "distcc", "version 1"),
    magic(b"DIST00000002ARGC", "distcc", "version 2, LZO"),
    magic(b"DIST00000003ARGC", "distcc", "version 3, pump"),
    magic(b"JDWP-Handshake", "JDWP", ""),
    magic(b"?WATCH={", "gpsd", "WATCH"),
    magic(b"?WATCH;", "gpsd", "WATCH"),
    magic(b"*IDN?\n", "SCPI", "*IDN?"),
    magic(b"*IDN?\r\n", "SCPI", "*IDN?"),
    magic(b"\xc3\xbd\xc2\x34{\"", "RethinkDB", "version 1.0"),
    maybe(b"version\r\n", "memcached", "text, version"),
    maybe(b"stats\r\n", "memcached", "text, stats"),
    maybe(b"flush_all\r\n", "memcached", "text, flush_all"),
    maybe(b"status\r\n", "Gearman", "text, status"),
    maybe(b"workers\r\n", "Gearman", "text, workers"),
];

/// What servers send first.
const SERVER: [Magic; 8] = [
    magic(b"RFB 003.003\n", "VNC", "RFB 3.3"),
    magic(b"RFB 003.007\n", "VNC", "RFB 3.7"),
    magic(b"RFB 003.008\n", "VNC", "RFB 3.8"),
    magic(b"NBDMAGICIHAVEOPT", "NBD", "newstyle"),
    magic(b"NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53", "NBD", "oldstyle"),
    magic(b"( success ( ", "Subversion", ""),
    magic(b"{\"class\":\"VERSION\",\"release\":\"", "gpsd", "VERSION"),
    magic(b"INFO {\"server_", "NATS", ""),
];

/// What a client sends first.
pub(super) fn client(view: View<'_>) -> Step<Recognised> {
    search(&CLIENT, view.client)
}

/// What a server sends first.
pub(super) fn server(view: View<'_>) -> Step<Recognised> {
    search(&SERVER, view.server)
}

fn search(rows: &[Magic], bytes: &[u8]) -> Step<Recognised> {
    let mut stop = Stop::Not;
    for row in rows {
        match Reader::new(bytes).expect(row.bytes) {
            Ok(()) => {
                let found = Recognised::new(row.protocol, evidence(row.bytes)).detail(row.detail);
                return Ok(if row.sure { found } else { found.unsure() });
            }
            Err(Stop::More) => stop = Stop::More,
            Err(Stop::Not) => {}
        }
    }
    Err(stop)
}

/// A fixed text as it is, and anything else in hexadecimal digits.
fn evidence(bytes: &[u8]) -> String {
    let line = bytes.trim_ascii_end();
    match str::from_utf8(line) {
        Ok(text) if line.iter().all(is_printable) => format!("begins with {text}"),
        _ => format!("begins with {}", hex(bytes)),
    }
}
