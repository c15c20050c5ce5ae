//! TLS, by its ClientHello.
//!
//! A library for this (`tls-parser`) was not taken: of the hello, four fields are read, and these must be read from
//! hellos that are cut, or in several records. `rustls` reads whole hellos only.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, hex, is_name};

/// The type of a record that carries a handshake.
const HANDSHAKE: u8 = 22;

/// The largest record, with the room that encryption may take.
const LARGEST_RECORD: u16 = (1 << 14) + 256;

/// The smallest ClientHello: version, random, no session, one cipher suite, one compression method.
const SMALLEST_HELLO: u32 = 41;

/// A ClientHello in a record.
pub(super) fn client_hello(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[HANDSHAKE, 3])?;
    let minor = reader.u8()?;
    ensure(minor <= 4)?;
    let record = reader.be16()?;
    ensure((4..=LARGEST_RECORD).contains(&record))?;
    reader.expect(&[1])?;
    let hello = reader.be24()?;
    // A hello longer than its record goes on in the next one; nothing else is in the record of a shorter one.
    ensure(hello >= SMALLEST_HELLO && hello + 4 >= u32::from(record))?;
    reader.expect(&[3])?;
    let version = reader.u8()?;
    ensure(version <= 4)?;
    let evidence = format!("16 03 {minor:02x}, length {record}, ClientHello of {hello} bytes");
    let detail = handshake(view.client, hello).and_then(|hello| describe(&hello, version));
    Ok(Recognised::new("TLS", evidence).detail("ClientHello").fuller(detail))
}

/// A ClientHello in the form of SSL 2, which may ask for a newer version.
pub(super) fn ssl2_hello(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let [high, low, kind] = reader.array()?;
    ensure(matches!(high, 0x80 | 0x81) && kind == 1)?;
    let (major, minor) = (reader.u8()?, reader.u8()?);
    ensure(matches!((major, minor), (0, 2) | (3, 0..=3)))?;
    let [ciphers, session, challenge] = [reader.be16()?, reader.be16()?, reader.be16()?];
    let length = u32::from(u16::from_be_bytes([high & 0x7f, low]));
    let parts = [9, ciphers, session, challenge].map(u32::from).iter().sum::<u32>();
    ensure(ciphers > 0 && ciphers % 3 == 0 && matches!(session, 0 | 16) && (16..=32).contains(&challenge))?;
    ensure(length == parts)?;
    let evidence =
        format!("{}, lengths {ciphers} + {session} + {challenge} + 9 = {length}", hex(&[high, low, kind]));
    let (protocol, asked) =
        if major == 0 { ("SSL 2", "SSL 2".to_owned()) } else { ("TLS", version_name(minor)) };
    Ok(Recognised::new(protocol, evidence).detail(format!("{asked} ClientHello in the form of SSL 2")))
}

/// The body of the hello, joined from the records that it is in.
fn handshake(bytes: &[u8], length: u32) -> Step<Vec<u8>> {
    let length = usize::try_from(length).map_err(|_| Stop::Not)? + 4;
    let mut reader = Reader::new(bytes);
    let mut joined = Vec::new();
    while joined.len() < length {
        reader.expect(&[HANDSHAKE, 3])?;
        ensure(reader.u8()? <= 4)?;
        let record = reader.be16()?;
        ensure((1..=LARGEST_RECORD).contains(&record))?;
        joined.extend_from_slice(reader.take(record.into())?);
    }
    joined.truncate(length);
    Ok(joined.split_off(4))
}

/// What a ClientHello asks for: `TLS 1.3 ClientHello, SNI example.org, ALPN h2`. A hello that is not as it should be
/// has no detail.
fn describe(hello: &[u8], legacy: u8) -> Step<String> {
    // All of the hello is here: a field that is not within it is a contradiction.
    parse(hello, legacy).map_err(|_| Stop::Not)
}

fn parse(hello: &[u8], legacy: u8) -> Step<String> {
    let mut reader = Reader::new(hello);
    reader.take(2 + 32)?;
    let session = reader.u8()?;
    reader.take(session.into())?;
    let ciphers = reader.be16()?;
    reader.take(ciphers.into())?;
    let compressions = reader.u8()?;
    reader.take(compressions.into())?;
    let mut asked = Asked { version: legacy, ..Asked::default() };
    if !reader.rest().is_empty() {
        let length = reader.be16()?;
        let mut extensions = Reader::new(reader.take(length.into())?);
        while !extensions.rest().is_empty() {
            let kind = extensions.be16()?;
            let length = extensions.be16()?;
            asked.extension(kind, extensions.take(length.into())?)?;
        }
    }
    let mut text = format!("{} ClientHello", version_name(asked.version));
    if let Some(name) = asked.server_name {
        text.push_str(", SNI ");
        text.push_str(&name);
    }
    if !asked.protocols.is_empty() {
        text.push_str(", ALPN ");
        text.push_str(&asked.protocols.join(" "));
    }
    Ok(text)
}

/// What extensions ask for.
#[derive(Default)]
struct Asked {
    /// The newest version, as the second of its two bytes.
    version: u8,
    server_name: Option<String>,
    protocols: Vec<String>,
}

impl Asked {
    fn extension(&mut self, kind: u16, bytes: &[u8]) -> Step<()> {
        let mut reader = Reader::new(bytes);
        match kind {
            // server_name: a list, of which only names of hosts exist.
            0 => {
                reader.be16()?;
                reader.expect(&[0])?;
                let length = reader.be16()?;
                self.server_name = Some(name(reader.take(length.into())?));
            }
            // application_layer_protocol_negotiation
            16 => {
                reader.be16()?;
                while !reader.rest().is_empty() {
                    let length = reader.u8()?;
                    let protocol = reader.take(length.into())?;
                    // Of GREASE (RFC 8701), which is random, nothing is told.
                    if protocol.iter().all(u8::is_ascii) {
                        self.protocols.push(name(protocol));
                    }
                }
            }
            // supported_versions
            43 => {
                let length = reader.u8()?;
                let (versions, _) = reader.take(length.into())?.as_chunks::<2>();
                let known = versions.iter().filter(|[major, minor]| *major == 3 && *minor <= 4);
                self.version = known.map(|[_, minor]| *minor).max().unwrap_or(self.version);
            }
            _ => {}
        }
        Ok(())
    }
}

/// A name of a host or a protocol, with everything that is in no such name as `?`.
fn name(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if is_name(byte) { char::from(*byte) } else { '?' }).collect()
}

fn version_name(minor: u8) -> String {
    match minor {
        0 => "SSL 3".to_owned(),
        newer => format!("TLS 1.{}", newer - 1),
    }
}
