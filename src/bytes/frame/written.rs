//! The text of a rule.

use std::fmt;

use crate::bytes::frame::length::{Counts, Field, Length, Radix};
use crate::bytes::frame::literal::Literal;
use crate::bytes::frame::rule::{DEFAULT_LIMIT, Lines, Rule, Simple, Sized, Special, StartEnd};

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Special { beginnings, rule } in &self.first {
            match &beginnings[..] {
                [] => write!(f, "{rule} then ")?,
                [literal] if *rule == Simple::fixed(literal.bytes().len() as u64) => {
                    write!(f, "{} then ", literal.quoted())?;
                }
                _ => write!(f, "if {} {rule} then ", Beginnings(beginnings))?,
            }
        }
        for Special { beginnings, rule } in &self.choices {
            write!(f, "if {} {rule} else ", Beginnings(beginnings))?;
        }
        write!(f, "{}", self.rest)?;
        if self.limit != DEFAULT_LIMIT {
            write!(f, " limit={}", size_text(self.limit))?;
        }
        Ok(())
    }
}

/// A size in the largest unit that it is a multiple of.
fn size_text(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let fits = units.into_iter().find(|(shift, _)| bytes.is_multiple_of(1 << shift));
    fits.map_or_else(|| bytes.to_string(), |(shift, unit)| format!("{}{unit}", bytes >> shift))
}

struct Beginnings<'a>(&'a [Literal]);

impl fmt::Display for Beginnings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(place, literal)| {
            let bar = if place == 0 { "" } else { "|" };
            write!(f, "{bar}{literal}")
        })
    }
}

impl fmt::Display for Simple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sized(sized) => sized.fmt(f),
            Self::Lines(lines) => f.write_str(match lines {
                Lines::Http => "http",
                Lines::Resp => "resp",
                Lines::Nats => "nats",
                Lines::Memcached => "memcached-text",
                Lines::Stomp => "stomp",
                Lines::Imap => "imap-lines",
            }),
            Self::Delimiter(literal) => match literal.bytes() {
                b"\n" => f.write_str("lf"),
                b"\r\n" => f.write_str("crlf"),
                [0] => f.write_str("nul"),
                _ => write!(f, "delimiter:{literal}"),
            },
            Self::Flag(0xc0) => f.write_str("slip"),
            Self::Flag(0x7e) => f.write_str("hdlc"),
            Self::Flag(byte) => write!(f, "flag:{byte:02x}"),
            Self::StartEnd(_) if *self == Self::mllp() => f.write_str("mllp"),
            Self::StartEnd(StartEnd { start, end, escape }) => {
                write!(f, "start-end:start={start},end={end}")?;
                escape.map_or(Ok(()), |escape| write!(f, ",escape={escape:02x}"))
            }
            Self::Idle(millis) => write!(f, "idle:{millis}ms"),
            Self::Telnet => f.write_str("telnet"),
            Self::Gdb => f.write_str("gdb"),
        }
    }
}

impl fmt::Display for Sized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(length) => length.fmt(f),
            Self::Ber => f.write_str("ber"),
            Self::Fixed(length) => write!(f, "fixed:{length}"),
            Self::WebSocket => f.write_str("websocket"),
            Self::Zmtp => f.write_str("zmtp"),
            Self::Fix => f.write_str("fix"),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arguments = Vec::new();
        if self.offset > 0 {
            arguments.push(format!("offset={}", self.offset));
        }
        let name = |radix: &Radix| match radix {
            Radix::Decimal => "decimal",
            Radix::Hex => "hex",
        };
        let name = match &self.field {
            Field::Big(width) => {
                arguments.push(format!("width={width}"));
                "length"
            }
            Field::Little(width) => {
                arguments.extend([format!("width={width}"), "le".to_owned()]);
                "length"
            }
            Field::Varint => "varint",
            Field::Digits(radix, width) => {
                arguments.push(format!("width={width}"));
                name(radix)
            }
            Field::DigitsUntil(radix, ends) => {
                arguments.push(format!("ends={ends}"));
                name(radix)
            }
        };
        match self.counts {
            Counts::Rest => {}
            Counts::Itself => arguments.push("counts=itself".to_owned()),
            Counts::Message => arguments.push("counts=message".to_owned()),
        }
        if self.add != 0 {
            arguments.push(format!("add={}", self.add));
        }
        if self.clamp {
            arguments.push("clamp".to_owned());
        }
        let colon = if arguments.is_empty() { "" } else { ":" };
        write!(f, "{name}{colon}{}", arguments.join(","))
    }
}
