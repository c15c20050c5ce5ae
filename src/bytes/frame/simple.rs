//! Simple rules from their name and their arguments.

use crate::bytes::frame::length::{Counts, FURTHEST, Field, LONGEST_END, Length, Radix};
use crate::bytes::frame::literal::Literal;
use crate::bytes::frame::rule::{Lines, Simple, Sized, StartEnd};
use crate::bytes::quantity;
use crate::bytes::suggestion::nearest;

/// The names of all simple rules.
pub(super) const NAMES: &[&str] = &[
    "lf",
    "crlf",
    "nul",
    "delimiter",
    "length",
    "varint",
    "decimal",
    "hex",
    "ber",
    "fixed",
    "flag",
    "start-end",
    "idle",
    "slip",
    "hdlc",
    "mllp",
    "telnet",
    "gdb",
    "http",
    "websocket",
    "zmtp",
    "fix",
    "resp",
    "nats",
    "memcached-text",
    "stomp",
    "imap-lines",
];

/// The rule of this name. `None` if there is none.
pub(super) fn parse_simple(name: &str, arguments: &[&str]) -> Result<Option<Simple>, String> {
    let mut arguments = Arguments { rule: name, left: arguments.to_vec() };
    let rule = match name {
        "lf" => Simple::delimiter(b"\n"),
        "crlf" => Simple::delimiter(b"\r\n"),
        "nul" => Simple::delimiter(&[0]),
        "slip" => Simple::Flag(0xc0),
        "hdlc" => Simple::Flag(0x7e),
        "mllp" => Simple::mllp(),
        "ber" => Simple::Sized(Sized::Ber),
        "websocket" => Simple::Sized(Sized::WebSocket),
        "zmtp" => Simple::Sized(Sized::Zmtp),
        "fix" => Simple::Sized(Sized::Fix),
        "telnet" => Simple::Telnet,
        "gdb" => Simple::Gdb,
        "http" => Simple::Lines(Lines::Http),
        "resp" => Simple::Lines(Lines::Resp),
        "nats" => Simple::Lines(Lines::Nats),
        "memcached-text" => Simple::Lines(Lines::Memcached),
        "stomp" => Simple::Lines(Lines::Stomp),
        "imap-lines" => Simple::Lines(Lines::Imap),
        "delimiter" => Simple::Delimiter(arguments.literal("delimiter:0d0a")?),
        "flag" => Simple::Flag(arguments.byte("flag:7e")?),
        "fixed" => Simple::fixed(arguments.size("fixed:16")?),
        "idle" => Simple::Idle(arguments.time("idle:200ms")?),
        "start-end" => start_end(&mut arguments)?,
        "length" => length(&mut arguments)?,
        "varint" => counted(&mut arguments, Field::Varint)?,
        "decimal" => digits(&mut arguments, Radix::Decimal)?,
        "hex" => digits(&mut arguments, Radix::Hex)?,
        _ => return Ok(None),
    };
    arguments.none_left()?;
    Ok(Some(rule))
}

impl Simple {
    pub(super) const fn fixed(length: u64) -> Self {
        Self::Sized(Sized::Fixed(length))
    }

    fn delimiter(bytes: &[u8]) -> Self {
        Self::Delimiter(Literal::of(bytes))
    }

    pub(super) fn mllp() -> Self {
        let [start, end] = [Literal::of(b"\x0b"), Literal::of(b"\x1c\r")];
        Self::StartEnd(StartEnd { start, end, escape: None })
    }
}

/// The arguments of a rule that were not read yet.
struct Arguments<'a> {
    rule: &'a str,
    left: Vec<&'a str>,
}

impl<'a> Arguments<'a> {
    /// The value of `key=value`.
    fn value(&mut self, key: &str) -> Option<&'a str> {
        let mut values = self.left.iter().map(|argument| argument.strip_prefix(key)?.strip_prefix('='));
        let place = values.position(|value| value.is_some())?;
        self.left.remove(place).split_once('=').map(|(_, value)| value)
    }

    fn word(&mut self, word: &str) -> bool {
        let place = self.left.iter().position(|argument| *argument == word);
        place.map(|place| self.left.remove(place)).is_some()
    }

    /// The only argument, which has no key.
    fn only(&mut self, example: &str) -> Result<&'a str, String> {
        match self.left[..] {
            [only] => {
                self.left.clear();
                Ok(only)
            }
            _ => Err(format!("{} has one value, as in {example}", self.rule)),
        }
    }

    fn literal(&mut self, example: &str) -> Result<Literal, String> {
        Literal::parse(self.rule, self.only(example)?)
    }

    fn byte(&mut self, example: &str) -> Result<u8, String> {
        match self.literal(example)?.bytes() {
            [byte] => Ok(*byte),
            _ => Err(format!("{} is a single byte, as in {example}", self.rule)),
        }
    }

    fn size(&mut self, example: &str) -> Result<u64, String> {
        quantity::size(self.only(example)?).map_err(|why| format!("{}: {why}", self.rule))
    }

    fn time(&mut self, example: &str) -> Result<u64, String> {
        quantity::millis(self.only(example)?).map_err(|why| format!("{}: {why}", self.rule))
    }

    /// A number from `least` to `most`.
    fn number(&mut self, key: &str, least: u64, most: u64) -> Result<Option<usize>, String> {
        let Some(text) = self.value(key) else { return Ok(None) };
        match text.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(usize::try_from(number).ok()),
            _ => Err(format!("{key} is a number from {least} to {most}, not '{text}'")),
        }
    }

    /// Says what is missing, or, if there is an argument that no length has, that one.
    fn missing(&self, what: String) -> String {
        const KEYS: [&str; 6] = ["offset", "width", "ends", "counts", "add", "clamp"];
        let strange = |argument: &&str| {
            let key = argument.split_once('=').map_or(*argument, |(key, _)| key);
            !KEYS.contains(&key)
        };
        let Some(strange) = self.left.iter().find(|argument| strange(argument)) else { return what };
        match nearest(strange.split('=').next().unwrap_or_default(), KEYS) {
            Some(key) => format!("{} does not take '{strange}'; did you mean {key}?", self.rule),
            None => format!("{} does not take '{strange}'; {what}", self.rule),
        }
    }

    fn none_left(&self) -> Result<(), String> {
        let Some(first) = self.left.first() else { return Ok(()) };
        let takes = match self.rule {
            "length" => "offset=N, width=1 to 8, be or le, counts=rest, itself or message, add=N, clamp",
            "varint" => "offset=N, counts=rest, itself or message, add=N, clamp",
            "decimal" | "hex" => {
                "offset=N, width=N or ends=BYTES, counts=rest, itself or message, add=N, clamp"
            }
            "start-end" => "start=BYTES, end=BYTES, escape=BYTE",
            rule => return Err(format!("{rule} takes nothing like '{first}'")),
        };
        Err(format!("{} does not take '{first}' there; it takes {takes}", self.rule))
    }
}

fn start_end(arguments: &mut Arguments<'_>) -> Result<Simple, String> {
    let (start, end) = (arguments.value("start"), arguments.value("end"));
    let (Some(start), Some(end)) = (start, end) else {
        return Err("start-end needs both, as in start-end:start=02,end=03,escape=10".to_owned());
    };
    let (start, end) = (Literal::parse("start", start)?, Literal::parse("end", end)?);
    let escape = match arguments.value("escape") {
        None => None,
        Some(text) => match Literal::parse("escape", text)?.bytes() {
            [byte] => Some(*byte),
            _ => return Err("escape is a single byte, as in escape=10".to_owned()),
        },
    };
    let fine = match (escape, end.bytes()) {
        (None, _) => true,
        (Some(escape), [end]) => escape != *end,
        (Some(escape), [first, second]) => escape == *first && escape != *second,
        (Some(_), _) => false,
    };
    if !fine {
        return Err("with an escape, the end is another byte, or the escape and another byte".to_owned());
    }
    Ok(Simple::StartEnd(StartEnd { start, end, escape }))
}

fn length(arguments: &mut Arguments<'_>) -> Result<Simple, String> {
    let width = arguments.number("width", 1, 8)?;
    let needed = || arguments.missing("length needs a width in bytes, as in length:width=4".to_owned());
    let width = width.ok_or_else(needed)?;
    let little = arguments.word("le");
    if arguments.word("be") && little {
        return Err("a length is either be, with its high byte first, or le".to_owned());
    }
    counted(arguments, if little { Field::Little(width) } else { Field::Big(width) })
}

fn digits(arguments: &mut Arguments<'_>, radix: Radix) -> Result<Simple, String> {
    let width = arguments.number("width", 1, 20)?;
    let field = match (width, arguments.value("ends")) {
        (Some(width), None) => Field::Digits(radix, width),
        (None, Some(ends)) => {
            let ends = Literal::parse("ends", ends)?;
            let digit = char::from(ends.bytes()[0]).is_digit(radix.base());
            if digit || ends.bytes().len() > LONGEST_END {
                return Err(format!("ends has 1 to {LONGEST_END} bytes and does not begin with a digit"));
            }
            Field::DigitsUntil(radix, ends)
        }
        _ => {
            let rule = arguments.rule;
            return Err(arguments.missing(format!(
                "{rule} needs either a width, as in {rule}:width=4, or an end, as in {rule}:ends=20"
            )));
        }
    };
    counted(arguments, field)
}

/// What all lengths have in common.
fn counted(arguments: &mut Arguments<'_>, field: Field) -> Result<Simple, String> {
    let offset = arguments.number("offset", 0, FURTHEST)?.unwrap_or(0);
    let counts = match arguments.value("counts") {
        None | Some("rest") => Counts::Rest,
        Some("itself") => Counts::Itself,
        Some("message") => Counts::Message,
        Some(other) => return Err(format!("counts is rest, itself or message, not '{other}'")),
    };
    let add = match arguments.value("add") {
        None => 0,
        Some(text) => match text.parse::<i64>() {
            Ok(add) if add.unsigned_abs() <= MOST_ADDED => add,
            _ => return Err(format!("add is a number from -{MOST_ADDED} to {MOST_ADDED}, not '{text}'")),
        },
    };
    let clamp = arguments.word("clamp");
    Ok(Simple::Sized(Sized::Length(Length { offset, field, counts, add, clamp })))
}

/// The largest constant that a length may have beside it.
const MOST_ADDED: u64 = 1 << 32;
