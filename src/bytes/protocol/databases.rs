//! Databases and caches, by what their clients send first.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, hex, is_printable, shown};

/// RESP of Redis: an array of bulk strings, the first of which is the name of a command.
pub(super) fn resp(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    if view.client.first().is_some_and(|byte| matches!(byte, b'P' | b'p')) {
        return ping(view);
    }
    reader.expect(b"*")?;
    let parts = reader.decimal(b'\r', 4)?;
    ensure(parts > 0)?;
    reader.expect(b"\n$")?;
    let length = reader.decimal(b'\r', 4)?;
    reader.expect(b"\n")?;
    let evidence = format!("*{parts} and ${length}, each with CR LF");
    let detail = command(&mut reader, length);
    Ok(Recognised::new("RESP", evidence).fuller(detail))
}

/// A command as a line, as people and scripts write it; the answer tells that of Redis from others.
fn ping(view: View<'_>) -> Step<Recognised> {
    let line = Reader::new(view.client).line(6)?;
    ensure(line.trim_ascii_end().eq_ignore_ascii_case(b"PING"))?;
    Reader::new(view.server).expect(b"+PONG\r\n")?;
    Ok(Recognised::new("RESP", "PING as a line, answered with +PONG").detail("PING"))
}

/// The name of the command. Its arguments may have a password.
fn command(reader: &mut Reader<'_>, length: u64) -> Step<String> {
    let length = usize::try_from(length).ok().filter(|length| (1..=20).contains(length)).ok_or(Stop::Not)?;
    let name = reader.all(length, |byte| byte.is_ascii_alphabetic() || *byte == b'.')?;
    Ok(shown(name))
}

/// The packets with which a client of PostgreSQL begins: a length that counts itself, then a code.
pub(super) fn postgresql(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(8..=10_000)?;
    let code = reader.be32()?;
    let evidence = format!("length {length}, code {code}");
    let found = Recognised::new("PostgreSQL", evidence);
    match code {
        80_877_103 => {
            ensure(length == 8)?;
            Ok(found.detail("SSLRequest"))
        }
        80_877_104 => {
            ensure(length == 8)?;
            Ok(found.detail("GSSENCRequest"))
        }
        80_877_102 => {
            ensure(length == 16)?;
            Ok(found.detail("CancelRequest"))
        }
        0x0003_0000 | 0x0003_0002 => {
            reader.expect(b"user\0")?;
            Ok(found.detail(format!("StartupMessage, version 3.{}", code & 0xffff)))
        }
        _ => Err(Stop::Not),
    }
}

/// The first message of MongoDB: the header, then the command as BSON, or the older form of a query.
pub(super) fn mongodb(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.le32_in(26..=4095)?;
    reader.le32()?;
    reader.expect(&[0; 4])?;
    let operation = reader.le32()?;
    match operation {
        2013 => {
            // The flags, and a section with one document.
            reader.le16()?;
            reader.le16()?;
            reader.expect(&[0])?;
            let document = reader.le32()?;
            ensure((5..=length - 21).contains(&document))?;
        }
        2004 => {
            reader.le32()?;
            reader.expect(b"admin.$cmd\0")?;
        }
        _ => return Err(Stop::Not),
    }
    let kind = if operation == 2013 { "OP_MSG" } else { "OP_QUERY" };
    let evidence = format!("length {length}, response to 0, code {operation}");
    let name = if operation == 2013 { first_element(&mut reader) } else { Err(Stop::Not) };
    Ok(Recognised::new("MongoDB", evidence).detail(kind).fuller(name.map(|name| format!("{kind} {name}"))))
}

/// The name of the first element of a document, which is that of the command.
fn first_element(reader: &mut Reader<'_>) -> Step<String> {
    reader.u8()?;
    reader.until(0, 40, u8::is_ascii_alphanumeric).map(shown)
}

/// The first frame of CQL (Cassandra): OPTIONS, which has no body, or STARTUP.
pub(super) fn cql(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let version = reader.u8()?;
    // 0x41 and 0x42 are versions of DSE.
    ensure(matches!(version, 3..=5 | 0x41 | 0x42))?;
    let flags = reader.u8()?;
    ensure(flags <= 1)?;
    let stream = reader.be16()?;
    let operation = reader.u8()?;
    ensure(matches!(operation, 1 | 5))?;
    let length = reader.be32()?;
    let detail =
        format!("version {}, {}", version & 0x3f, if operation == 5 { "OPTIONS" } else { "STARTUP" });
    let evidence = format!("{version:02x}, stream {stream}, operation {operation}, length {length}");
    let found = Recognised::new("CQL", evidence).detail(detail);
    if operation == 1 {
        ensure((22..=1000).contains(&length))?;
        reader.be16()?;
        reader.expect(b"\x00\x0bCQL_VERSION")?;
        return Ok(found);
    }
    ensure(length == 0 && flags == 0)?;
    // Two small numbers in another byte order look the same: the answer says what it is.
    let answer = answered(view.server, version, stream);
    if version < 0x40 {
        answer?;
    }
    Ok(found.sure_if(answer))
}

/// An answer of the same version and stream: SUPPORTED.
fn answered(server: &[u8], version: u8, stream: u16) -> Step<()> {
    let mut reader = Reader::new(server);
    reader.expect(&[version | 0x80])?;
    reader.u8()?;
    reader.expect(&stream.to_be_bytes())?;
    reader.expect(&[6])
}

/// The handshake of Bolt (Neo4j): its magic, and the four versions that the client takes.
pub(super) fn bolt(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0x60, 0x60, 0xb0, 0x17])?;
    let versions = (0..4).map(|_| reader.array::<4>()).collect::<Step<Vec<_>>>().map(|asked| {
        let name = |[_, range, minor, major]: &[u8; 4]| match (*range, *minor, *major) {
            (_, 0, 0) => None,
            (_, 1, 0xff) => Some("manifest".to_owned()),
            (0, minor, major) => Some(format!("{major}.{minor}")),
            (range, minor, major) => {
                Some(format!("{major}.{} to {major}.{minor}", minor.saturating_sub(range)))
            }
        };
        format!("versions {}", asked.iter().filter_map(name).collect::<Vec<_>>().join(", "))
    });
    Ok(Recognised::new("Bolt", "60 60 b0 17, then four versions").fuller(versions))
}

/// The hello of ClickHouse's own protocol: its type, and the name of the client.
pub(super) fn clickhouse(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0])?;
    let length = reader.u8()?;
    ensure((10..0x80).contains(&length))?;
    reader.expect(b"ClickHouse")?;
    let name = reader.all(usize::from(length) - 10, is_printable).and_then(|name| {
        let (major, minor) = (reader.varint()?, reader.varint()?);
        Ok(format!("ClickHouse{}, version {major}.{minor}", shown(name)))
    });
    Ok(Recognised::new("ClickHouse", format!("00, length {length}, ClickHouse")).fuller(name))
}

/// The first frames of Hazelcast: its magic, then a frame of the authentication.
pub(super) fn hazelcast(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"CP2")?;
    let length = reader.le32_in(6..=4096)?;
    let flags = reader.le16()?;
    let kind = reader.le32()?;
    ensure(matches!(kind, 0x100 | 0x200))?;
    let evidence = format!("CP2, frame of {length} bytes, flags {flags:04x}, type {kind:x}");
    Ok(Recognised::new("Hazelcast", evidence).detail("authentication"))
}

/// The packet with which a client of SQL Server begins, or the login of an older client. Names and passwords are not
/// copied.
pub(super) fn tds(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let kind = reader.u8()?;
    let status = reader.u8()?;
    let limits = match (kind, status) {
        (0x12, 1) => 8 + 12..=4096,
        (0x10, 1) => 8 + 86..=4096,
        (2, 0) => 512..=512,
        _ => return Err(Stop::Not),
    };
    let length = reader.be16()?;
    ensure(limits.contains(&length))?;
    // The number of the process; the number of the packet, which some leave at 0; the window.
    reader.be16()?;
    ensure(reader.u8()? <= 1)?;
    reader.expect(&[0])?;
    match kind {
        0x12 => {
            reader.expect(&[0])?;
            let offset = reader.be16()?;
            ensure(offset < length)?;
            reader.expect(&[0, 6])?;
            let evidence = format!("12 01, length {length}, option 0 of 6 bytes at {offset}");
            Ok(Recognised::new("TDS", evidence).detail("PRELOGIN"))
        }
        0x10 => {
            ensure(reader.le32()? == u32::from(length) - 8)?;
            let version = reader.le32()?;
            ensure(matches!(version >> 24, 0x70..=0x74))?;
            let evidence = format!("10 01, length {length} twice, version {version:08x}");
            Ok(Recognised::new("TDS", evidence).detail("LOGIN7"))
        }
        _ => {
            // The host, the user, the password, the process: 30 bytes each, filled up with zeros, and a length.
            for _ in 0..4 {
                let text = reader.take(30)?;
                let length = usize::from(reader.u8()?);
                ensure(length <= 30)?;
                let (text, rest) = text.split_at(length);
                ensure(text.iter().all(is_printable) && rest.iter().all(|byte| *byte == 0))?;
            }
            let evidence = "02 00, length 512, four texts of 30 bytes with their lengths";
            Ok(Recognised::new("TDS", evidence).detail("login, version 5.0"))
        }
    }
}

/// The packet with which a client of Oracle begins.
pub(super) fn tns(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be16()?;
    ensure((34..=4096).contains(&length))?;
    reader.expect(&[0, 0, 1])?;
    let flags = reader.u8()?;
    reader.expect(&[0, 0])?;
    let [version, compatible] = [reader.be16()?, reader.be16()?];
    ensure((300..=340).contains(&version) && (300..=version).contains(&compatible))?;
    let evidence = format!("length {length}, CONNECT, flags {}, version {version}", hex(&[flags]));
    Ok(Recognised::new("TNS", evidence).detail(format!("CONNECT, version {version}, at least {compatible}")))
}
