//! Protocols of lines in which the client speaks first.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, is_printable, shown};

/// A message of syslog: a priority, then a version or a date. Some put the number of bytes before it.
pub(super) fn syslog(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let counted = view.client.first().is_some_and(u8::is_ascii_digit);
    if counted {
        let length = reader.decimal(b' ', 5)?;
        ensure(length >= 16)?;
    }
    reader.expect(b"<")?;
    let priority = reader.decimal(b'>', 3)?;
    ensure(priority <= 191)?;
    let form = match reader.u8()? {
        b'1' => {
            reader.expect(b" ")?;
            if reader.rest().first() == Some(&b'-') {
                reader.expect(b"- ")?;
            } else {
                iso_date(&mut reader)?;
            }
            "RFC 5424"
        }
        b'2' => {
            reader.all(3, u8::is_ascii_digit)?;
            month_and_day(&mut reader)?;
            "RFC 3164 with a date of RFC 3339"
        }
        month @ (b'A' | b'D' | b'F' | b'J' | b'M' | b'N' | b'O' | b'S') => {
            bsd_date(&mut reader, month)?;
            "RFC 3164"
        }
        _ => return Err(Stop::Not),
    };
    let count = if counted { ", with byte counts" } else { "" };
    let evidence = format!("<{priority}>, then what {form} has after it{count}");
    Ok(Recognised::new("syslog", evidence).detail(format!("{form}{count}")))
}

/// `2026-11-29T`
fn iso_date(reader: &mut Reader<'_>) -> Step<()> {
    reader.all(4, u8::is_ascii_digit)?;
    month_and_day(reader)
}

/// `-11-29T`
fn month_and_day(reader: &mut Reader<'_>) -> Step<()> {
    for _ in 0..2 {
        reader.expect(b"-")?;
        reader.all(2, u8::is_ascii_digit)?;
    }
    reader.expect(b"T")
}

/// `ov 29 02:23:11 `, of which the first letter was read.
fn bsd_date(reader: &mut Reader<'_>, first: u8) -> Step<()> {
    const MONTHS: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let [second, third] = reader.array()?;
    ensure(MONTHS.contains(&&[first, second, third]))?;
    reader.expect(b" ")?;
    reader.all(2, |byte| byte.is_ascii_digit() || *byte == b' ')?;
    for before in [b" ", b":", b":"] {
        reader.expect(before)?;
        reader.all(2, u8::is_ascii_digit)?;
    }
    reader.expect(b" ")
}

/// The lines with which a client of IRC registers. Names and the password are not copied.
pub(super) fn irc(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let mut verbs: Vec<&[u8]> = Vec::new();
    for _ in 0..5 {
        let verb = reader.until(b' ', 4, u8::is_ascii_uppercase)?;
        ensure(matches!(verb, b"CAP" | b"NICK" | b"USER" | b"PASS"))?;
        let parameters = reader.line(400)?;
        ensure(!parameters.is_empty())?;
        // `CAP LS` is of IRC alone. `USER` of FTP and POP3 has one parameter, that of IRC has four.
        let registers = match verb {
            b"CAP" => parameters.starts_with(b"LS"),
            b"USER" => {
                ensure(parameters.split(|byte| *byte == b' ').count() >= 4)?;
                verbs.contains(&b"NICK".as_slice())
            }
            b"NICK" => verbs.contains(&b"USER".as_slice()),
            _ => false,
        };
        verbs.push(verb);
        if registers {
            let verbs = verbs.into_iter().map(shown).collect::<Vec<_>>().join(", ");
            let evidence = format!("lines with {verbs}");
            return Ok(Recognised::new("IRC", evidence).detail("registration"));
        }
    }
    Err(Stop::Not)
}

/// The lines with which a client of DICT begins: its own name, then what it looks for.
pub(super) fn dict(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"CLIENT ")?;
    let program = reader.line(200)?;
    let verb = reader.until(b' ', 6, u8::is_ascii_uppercase)?;
    ensure(matches!(verb, b"DEFINE" | b"MATCH" | b"SHOW"))?;
    let evidence = format!("lines with CLIENT and {}", shown(verb));
    let program = if program.iter().all(is_printable) { shown(program) } else { "a client".to_owned() };
    Ok(Recognised::new("DICT", evidence).detail(format!("{program}, {}", shown(verb))))
}
