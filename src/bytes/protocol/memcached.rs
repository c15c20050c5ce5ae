//! Requests of memcached: lines of text, and binary packets. The keys are not copied.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, shown};

/// The commands of the text protocol that have a structure.
pub(super) fn memcached(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let verb = reader.until(b' ', 7, u8::is_ascii_lowercase)?;
    let asks = Asks::of(verb).ok_or(Stop::Not)?;
    let arguments = reader.until(b'\r', 300, |byte| byte.is_ascii_graphic() || *byte == b' ')?;
    reader.expect(b"\n")?;
    let words: Vec<&[u8]> = arguments.split(|byte| *byte == b' ').collect();
    ensure(words.iter().all(|word| (1..=250).contains(&word.len())))?;
    let found = Recognised::new("memcached", format!("line with {} and its arguments, CR LF", shown(verb)));
    let found = found.detail(format!("text, {}", shown(verb)));
    let numbers = |from: usize, count: usize| {
        let numbers = words.get(from..from + count).ok_or(Stop::Not)?;
        ensure(numbers.iter().all(|word| word.iter().all(u8::is_ascii_digit)))
    };
    match asks {
        Asks::ToStore(count) => {
            numbers(1, count)?;
            ensure(words.len() <= count + 2)?;
            Ok(found)
        }
        Asks::ForValues => {
            // Somebody who types may begin with `get`: the answer says what it is.
            let answer = answered(view.server, &[b"VALUE ", b"END\r\n"]);
            if words.len() > 1 {
                answer?;
            }
            Ok(found.sure_if(answer))
        }
        Asks::For(answers, count) => {
            numbers(1, count)?;
            answered(view.server, answers)?;
            Ok(found)
        }
    }
}

/// What a command asks for.
enum Asks {
    /// To store a value, by a key and this number of numbers.
    ToStore(usize),
    /// For values, by their keys.
    ForValues,
    /// For one of these answers, with this number of numbers behind the key. The line alone may be of many protocols.
    For(&'static [&'static [u8]], usize),
}

impl Asks {
    fn of(verb: &[u8]) -> Option<Self> {
        Some(match verb {
            b"set" | b"add" | b"replace" | b"append" | b"prepend" => Self::ToStore(3),
            b"cas" => Self::ToStore(4),
            b"get" | b"gets" => Self::ForValues,
            b"gat" | b"gats" => Self::For(&[b"VALUE ", b"END\r\n"], 0),
            b"delete" => Self::For(&[b"DELETED\r\n", b"NOT_FOUND\r\n"], 0),
            b"touch" => Self::For(&[b"TOUCHED\r\n", b"NOT_FOUND\r\n"], 1),
            b"incr" | b"decr" => Self::For(&[b"NOT_FOUND\r\n"], 1),
            b"mg" => Self::For(&[b"VA ", b"EN\r\n", b"HD"], 0),
            _ => return None,
        })
    }
}

/// Whether a server answers with one of these.
fn answered(server: &[u8], answers: &[&[u8]]) -> Step<()> {
    let mut result = Err(Stop::Not);
    for answer in answers {
        match Reader::new(server).expect(answer) {
            Ok(()) => return Ok(()),
            Err(Stop::More) => result = Err(Stop::More),
            Err(Stop::Not) => {}
        }
    }
    result
}

/// A request of the binary protocol: a header of 24 bytes whose lengths fit its command.
pub(super) fn memcached_binary(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0x80])?;
    let command = reader.u8()?;
    let key = reader.be16()?;
    let extras = reader.u8()?;
    // The type of data, and the part of the keys that is not used.
    reader.expect(&[0, 0, 0])?;
    let length = reader.be32()?;
    let value = length.checked_sub(u32::from(key) + u32::from(extras)).ok_or(Stop::Not)?;
    let (name, fits) = match (command, extras) {
        (0x00 | 0x09 | 0x0c | 0x0d, 0) => ("get", key > 0 && value == 0),
        (0x01..=0x03 | 0x11..=0x13, 8) => ("set", key > 0),
        (0x04 | 0x14, 0) => ("delete", key > 0 && value == 0),
        (0x05 | 0x15, 20) => ("incr", key > 0 && value == 0),
        (0x06 | 0x16, 20) => ("decr", key > 0 && value == 0),
        (0x07 | 0x17, 0) => ("quit", length == 0),
        (0x0a, 0) => ("noop", length == 0),
        (0x0b, 0) => ("version", length == 0),
        (0x20, 0) => ("sasl", length == 0),
        (0x08 | 0x18, 0 | 4) => ("flush", key == 0 && value == 0),
        (0x0e | 0x0f | 0x19 | 0x1a, 0) => ("append", key > 0),
        (0x10, 0) => ("stat", value == 0),
        (0x1c..=0x1e, 4) => ("touch", key > 0 && value == 0),
        (0x21 | 0x22, 0) => ("sasl", key > 0),
        _ => return Err(Stop::Not),
    };
    ensure(fits && key <= 250 && length <= 1 << 24)?;
    // The number of the request, and that of the value.
    reader.be32()?;
    reader.be64()?;
    let evidence = format!("80 {command:02x}, key {key}, extras {extras}, length {length}");
    Ok(Recognised::new("memcached", evidence).detail(format!("binary, {name}")))
}
