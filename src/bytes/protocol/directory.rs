//! Names and directories, by what their clients send first.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, is_printable, shown};

/// A query of DNS over TCP: its length, its header, and the first question.
pub(super) fn dns(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be16()?;
    // Queries are short; the greeting of SOCKS begins with 04 or 05.
    ensure((12 + 5..1024).contains(&length))?;
    reader.be16()?;
    let flags = reader.be16()?;
    // A query, not an answer; not authoritative, not truncated; no error.
    ensure(flags & 0b1000_0110_1100_1111 == 0 && flags >> 11 <= 5)?;
    // One question, no answers, and at most a few records beside it; of an update one zone, conditions and changes.
    reader.expect(&[0, 1])?;
    let [answers, authorities, additional] = [reader.be16()?, reader.be16()?, reader.be16()?];
    let is_update = flags >> 11 == 5;
    ensure(if is_update { answers <= 64 && authorities <= 64 } else { answers == 0 && authorities <= 1 })?;
    ensure(additional <= 3)?;
    let mut name = String::new();
    loop {
        let label = reader.u8()?;
        if label == 0 {
            break;
        }
        ensure(label <= 63 && name.len() + usize::from(label) <= 254)?;
        // Services have names with spaces (RFC 6763), and others have wildcards and slashes.
        let label = reader.all(label.into(), is_printable)?;
        name.push_str(&shown(label));
        name.push('.');
    }
    let [kind, class] = [reader.be16()?, reader.be16()?];
    ensure((1..=300).contains(&kind) && matches!(class, 1 | 3 | 254 | 255))?;
    let (read, length) = (reader.at() - 2, usize::from(length));
    ensure(if answers + authorities + additional == 0 { read == length } else { read < length })?;
    let name = name.strip_suffix('.').filter(|name| !name.is_empty()).unwrap_or(".");
    let form = if is_update { "update" } else { "query" };
    let evidence = format!("length {length}, flags {flags:04x}, 1 question of class {class}");
    Ok(Recognised::new("DNS", evidence).detail(format!("{form}, {name} {}", record_type(kind))))
}

fn record_type(kind: u16) -> String {
    let name = match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        43 => "DS",
        48 => "DNSKEY",
        64 => "SVCB",
        65 => "HTTPS",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        other => return format!("type {other}"),
    };
    name.to_owned()
}

/// A request of LDAP in BER. Names and passwords are not copied.
pub(super) fn ldap(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0x30])?;
    let length = reader.ber_length()?;
    let begin = reader.at();
    reader.expect(&[2])?;
    let number = reader.u8()?;
    ensure((1..=4).contains(&number))?;
    reader.take(number.into())?;
    let operation = reader.u8()?;
    let inner = reader.ber_length()?;
    ensure(reader.at() - begin + inner <= length)?;
    // Some only say good-bye.
    if operation == 0x42 {
        ensure(inner == 0 && reader.at() - begin == length)?;
        let evidence = format!("30, length {length}, number, tag 42, length 0");
        return Ok(Recognised::new("LDAP", evidence).detail("unbind"));
    }
    ensure(inner > 0)?;
    let detail = match operation {
        // The version, then a name.
        0x60 => {
            reader.expect(&[2, 1])?;
            let version = reader.u8()?;
            ensure(matches!(version, 2 | 3))?;
            reader.expect(&[4])?;
            format!("bind, version {version}")
        }
        // A name, then the scope, an enumeration of three.
        0x63 => {
            reader.expect(&[4])?;
            let name = reader.ber_length()?;
            ensure(name < inner)?;
            reader.take(name)?;
            reader.expect(&[0x0a, 1])?;
            ensure(reader.u8()? <= 3)?;
            reader.expect(&[0x0a, 1])?;
            "search".to_owned()
        }
        // The number of an extended operation, as text.
        0x77 => {
            reader.expect(&[0x80])?;
            let length = reader.ber_length()?;
            ensure((3..=inner).contains(&length))?;
            let oid = reader.all(length, |byte| byte.is_ascii_digit() || *byte == b'.')?;
            let start_tls = oid == b"1.3.6.1.4.1.1466.20037";
            if start_tls { "StartTLS".to_owned() } else { "extended request".to_owned() }
        }
        _ => return Err(Stop::Not),
    };
    let evidence = format!("30, length {length}, number, tag {operation:02x}, length {inner}");
    Ok(Recognised::new("LDAP", evidence).detail(detail))
}

/// The request with which a client of Z39.50 begins, in BER with tags of its own.
pub(super) fn z39_50(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0xb4])?;
    let length = reader.ber_length()?;
    ensure((10..=4096).contains(&length))?;
    if view.client.get(reader.at()) == Some(&0x82) {
        // The number that the client gives to the request.
        reader.expect(&[0x82])?;
        let number = reader.ber_length()?;
        ensure((1..=16).contains(&number))?;
        reader.take(number)?;
    }
    // The versions, the options, the sizes of messages.
    reader.expect(&[0x83])?;
    for next in [0x84, 0x85] {
        let bits = reader.ber_length()?;
        ensure((2..=6).contains(&bits))?;
        reader.take(bits)?;
        reader.expect(&[next])?;
    }
    Ok(Recognised::new("Z39.50", format!("b4, length {length}, tags 83, 84, 85")).detail("initialisation"))
}
