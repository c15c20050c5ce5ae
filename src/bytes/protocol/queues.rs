//! Queues, brokers and message protocols, by what their clients send first.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, is_name, is_printable, shown};

/// CONNECT of MQTT. The name of the client, the user and the password are not copied.
pub(super) fn mqtt(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0x10])?;
    let length = reader.varint()?;
    ensure(length >= 12)?;
    let name = reader.be16()?;
    let (name, level) = match name {
        4 => (reader.expect(b"MQTT").map(|()| "MQTT")?, reader.u8()?),
        6 => (reader.expect(b"MQIsdp").map(|()| "MQIsdp")?, reader.u8()?),
        _ => return Err(Stop::Not),
    };
    let version = match level & 0x7f {
        3 => "3.1",
        4 => "3.1.1",
        5 => "5",
        _ => return Err(Stop::Not),
    };
    let evidence = format!("10, length {length}, name {name}, level {level}");
    let rest = reader.u8().and_then(|flags| Ok((flags, reader.be16()?))).map(|(flags, seconds)| {
        let sign = |bit: u8, text: &'static str| if flags & bit == 0 { "" } else { text };
        let (user, password) = (sign(0x80, ", with a user"), sign(0x40, ", with a password"));
        let will = sign(4, ", with a will");
        format!("CONNECT, version {version}, keep alive {seconds} s{will}{user}{password}")
    });
    Ok(Recognised::new("MQTT", evidence).detail(format!("CONNECT, version {version}")).fuller(rest))
}

/// The frame with which a client of STOMP begins.
pub(super) fn stomp(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let verb = if view.client.first() == Some(&b'S') { "STOMP" } else { "CONNECT" };
    reader.expect(verb.as_bytes())?;
    line_end(&mut reader)?;
    let header = reader.until(b':', 14, |byte| byte.is_ascii_lowercase() || *byte == b'-')?;
    ensure(matches!(header, b"accept-version" | b"host" | b"login" | b"passcode" | b"heart-beat"))?;
    let evidence = format!("line {verb}, then the header {}", shown(header));
    let versions = if header == b"accept-version" { reader.line(40) } else { Err(Stop::Not) };
    let detail = versions.and_then(|versions| {
        ensure(versions.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')))?;
        Ok(format!("{verb}, versions {}", shown(versions)))
    });
    Ok(Recognised::new("STOMP", evidence).detail(verb).fuller(detail))
}

fn line_end(reader: &mut Reader<'_>) -> Step<()> {
    match reader.u8()? {
        b'\n' => Ok(()),
        b'\r' => reader.expect(b"\n"),
        _ => Err(Stop::Not),
    }
}

/// The first request of Kafka: what the broker can do, the topics, or how to log in.
pub(super) fn kafka(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(11..=4096)?;
    let key = reader.be16()?;
    let request = match key {
        3 => "Metadata",
        17 => "SaslHandshake",
        18 => "ApiVersions",
        _ => return Err(Stop::Not),
    };
    let version = reader.be16()?;
    ensure(version <= 20)?;
    reader.be32()?;
    let client = reader.be16()?;
    ensure((1..=200).contains(&client) && u32::from(client) + 10 <= length)?;
    let client = reader.all(client.into(), is_printable)?;
    let evidence = format!("length {length}, key {key}, version {version}, client of {} bytes", client.len());
    let program = if client.iter().all(is_name) { format!(", {}", shown(client)) } else { String::new() };
    Ok(Recognised::new("Kafka", evidence).detail(format!("{request} version {version}{program}")))
}

/// The request with which a client of ZooKeeper begins. Its last field is a password.
pub(super) fn zookeeper(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(44..=45)?;
    reader.expect(&[0; 4])?;
    reader.be64()?;
    let milliseconds = reader.be32()?;
    ensure((1..=86_400_000).contains(&milliseconds))?;
    let session = reader.be64()?;
    reader.expect(&[0, 0, 0, 16])?;
    let evidence = format!("length {length}, version 0, 16 bytes at offset 32");
    let kind = if session == 0 { "new session" } else { "session again" };
    Ok(Recognised::new("ZooKeeper", evidence).detail(format!("{kind}, timeout {milliseconds} ms")))
}

/// A bind of SMPP: three texts and four numbers that fill the packet exactly. The texts are a user and a password.
pub(super) fn smpp(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(23..=128)?;
    let kind = match reader.be32()? {
        1 => "bind_receiver",
        2 => "bind_transmitter",
        9 => "bind_transceiver",
        _ => return Err(Stop::Not),
    };
    reader.expect(&[0; 4])?;
    let sequence = reader.be32()?;
    ensure((1..=0x7fff_ffff).contains(&sequence))?;
    for most in [15, 8, 12] {
        reader.until(0, most, is_printable)?;
    }
    let version = reader.u8()?;
    reader.take(2)?;
    reader.until(0, 40, is_printable)?;
    ensure(u32::try_from(reader.at()) == Ok(length))?;
    let evidence = format!("length {length}, {kind}, status 0, texts that end with the packet");
    let version = format!("{}.{}", version >> 4, version & 0xf);
    Ok(Recognised::new("SMPP", evidence).detail(format!("{kind}, version {version}")))
}

/// The first message of FIX: its version, its length and its type.
pub(super) fn fix(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"8=FIX")?;
    let version = reader.until(1, 5, |byte| byte.is_ascii_alphanumeric() || *byte == b'.')?;
    ensure(matches!(version, b".4.0" | b".4.1" | b".4.2" | b".4.3" | b".4.4" | b"T.1.1"))?;
    reader.expect(b"9=")?;
    let length = reader.decimal(1, 6)?;
    let kind = reader.expect(b"35=").and_then(|()| reader.until(1, 4, u8::is_ascii_alphanumeric));
    let version = shown(version);
    let detail = kind.map(|kind| match kind {
        b"A" => format!("FIX{version}, Logon"),
        other => format!("FIX{version}, type {}", shown(other)),
    });
    let evidence = format!("8=FIX{version}, 9={length}");
    Ok(Recognised::new("FIX", evidence).detail(format!("FIX{version}")).fuller(detail))
}

/// The greeting of ZeroMQ.
pub(super) fn zmtp(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0xff, 0, 0, 0, 0, 0, 0])?;
    reader.be16()?;
    reader.expect(&[0x7f])?;
    let rest = reader.array::<2>().and_then(|[major, minor]| {
        let mechanism = reader.all(20, |byte| byte.is_ascii_uppercase() || *byte == 0)?;
        Ok(format!(
            "version {major}.{minor}, {}",
            shown(mechanism.split(|byte| *byte == 0).next().unwrap_or(b""))
        ))
    });
    Ok(Recognised::new("ZMTP", "ff, 8 bytes, 7f").fuller(rest))
}

/// The greeting of nanomsg and nng.
pub(super) fn scalability_protocols(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"\0SP\0")?;
    let kind = reader.be16()?;
    reader.expect(&[0, 0])?;
    let detail = match kind {
        0x10 => "pair",
        0x11 => "pair, version 1",
        0x20 => "pub",
        0x21 => "sub",
        0x30 => "req",
        0x31 => "rep",
        0x50 => "push",
        0x51 => "pull",
        0x62 => "surveyor",
        0x63 => "respondent",
        0x70 => "bus",
        _ => return Err(Stop::Not),
    };
    Ok(Recognised::new("nanomsg", format!("00 53 50 00, protocol {kind:x}, 00 00")).detail(detail))
}

/// A request of Gearman in its binary form.
pub(super) fn gearman(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"\0REQ")?;
    let (kind, length) = (reader.be32()?, reader.be32()?);
    ensure((1..=42).contains(&kind))?;
    Ok(Recognised::new("Gearman", format!("00 52 45 51, type {kind}, length {length}")).detail("binary"))
}
