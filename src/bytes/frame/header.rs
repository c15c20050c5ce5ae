//! Messages whose first bytes say how long they are.

use crate::bytes::frame::mark::Reason;
use crate::bytes::frame::rule::Sized;
use crate::bytes::frame::step::{Size, Step, offset};

/// No message needs more bytes to say how long it is.
const MOST: usize = 96;

/// What has arrived of the first bytes of a message.
#[derive(Clone, Debug)]
pub(super) struct Header {
    kept: [u8; MOST],
    length: usize,
}

impl Header {
    pub(super) const fn new() -> Self {
        Self { kept: [0; MOST], length: 0 }
    }

    pub(super) fn step(&mut self, rule: &Sized, bytes: &[u8]) -> Step {
        let before = self.length;
        let size = if before == 0 {
            size(rule, bytes.get(..MOST).unwrap_or(bytes))
        } else {
            self.keep(bytes);
            size(rule, &self.kept[..self.length])
        };
        match size {
            Size::More => {
                if before == 0 {
                    self.keep(bytes);
                }
                Step::More
            }
            Size::Total { length, field } => {
                self.length = 0;
                let length = length.saturating_sub(before as u64);
                Step::Ends { length, field: offset(field) - offset(before), shown: 0 }
            }
            Size::Fault { field, reason } => {
                Step::Fault { at: offset(field) - offset(before), resume: 0, reason, stops: true }
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let free = &mut self.kept[self.length..];
        let count = free.len().min(bytes.len());
        free[..count].copy_from_slice(&bytes[..count]);
        self.length += count;
    }
}

/// How long the message is that begins like this.
fn size(rule: &Sized, beginning: &[u8]) -> Size {
    let length = match rule {
        Sized::Length(length) => return length.size(beginning),
        Sized::Fixed(length) => return Size::Total { length: *length, field: 0 },
        Sized::Ber => ber(beginning),
        Sized::WebSocket => web_socket(beginning),
        Sized::Zmtp => zmtp(beginning),
        Sized::Fix => fix(beginning),
    };
    match length {
        Ok(Some((length, field))) => Size::Total { length, field },
        Ok(None) => Size::More,
        Err((field, reason)) => Size::Fault { field, reason },
    }
}

/// The length of a message and where its field is, once it is known.
type Known = Result<Option<(u64, usize)>, (usize, Reason)>;

/// The number that these bytes are, the highest first, and where the message ends that has that many bytes behind them.
fn behind(beginning: &[u8], at: usize, width: usize, more: u64) -> Option<u64> {
    let field = beginning.get(at..at + width)?;
    let number = field.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    Some(number.saturating_add((at + width) as u64 + more))
}

fn ber(beginning: &[u8]) -> Known {
    // A tag of several bytes has all low bits of its first byte set, and the high bit of all but the last byte.
    let Some(tag) = beginning.first() else { return Ok(None) };
    let mut at = 1;
    if tag & 0x1f == 0x1f {
        loop {
            match beginning.get(at) {
                Some(_) if at > 4 => return Err((0, Reason::TooWide)),
                Some(0x80..) => at += 1,
                Some(_) => break,
                None => return Ok(None),
            }
        }
        at += 1;
    }
    let length = match beginning.get(at) {
        None => None,
        Some(short @ ..0x80) => Some(u64::from(*short) + at as u64 + 1),
        Some(0x80) => return Err((at, Reason::Indefinite)),
        Some(0x89..) => return Err((at, Reason::TooWide)),
        Some(width) => behind(beginning, at + 1, usize::from(width - 0x80), 0),
    };
    Ok(length.map(|length| (length, at)))
}

fn web_socket(beginning: &[u8]) -> Known {
    let Some(second) = beginning.get(1) else { return Ok(None) };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let length = match second & 0x7f {
        126 => behind(beginning, 2, 2, mask),
        127 => behind(beginning, 2, 8, mask),
        short => Some(u64::from(short) + 2 + mask),
    };
    Ok(length.map(|length| (length, 1)))
}

fn zmtp(beginning: &[u8]) -> Known {
    // More follows, the length has 8 bytes, it is a command.
    let length = match beginning.first() {
        None => None,
        Some(flags @ 0..=7) if flags & 2 == 0 => behind(beginning, 1, 1, 0),
        Some(0..=7) => behind(beginning, 1, 8, 0),
        Some(other) => return Err((0, Reason::NoStart(*other))),
    };
    Ok(length.map(|length| (length, 1)))
}

/// The version, the length of what lies between its own field and the sum, and the sum: `8=FIX.4.4|9=65|...10=128|`.
fn fix(beginning: &[u8]) -> Known {
    const SOH: u8 = 1;
    const SUM: u64 = 7;
    if let Some(wrong) = beginning.iter().zip(b"8=FIX").position(|(byte, wanted)| byte != wanted) {
        return Err((wrong, Reason::NoStart(beginning[wrong])));
    }
    let Some(version) = beginning.iter().take(16).position(|byte| *byte == SOH) else {
        let long = beginning.len() >= 16;
        return if long { Err((0, Reason::Malformed("the version of FIX does not end"))) } else { Ok(None) };
    };
    let field = version + 1;
    let rest = &beginning[field..];
    if rest.iter().zip(b"9=").any(|(byte, wanted)| byte != wanted) {
        return Err((field, Reason::Malformed("behind the version of FIX, 9= has the length")));
    }
    let mut length = 0_u64;
    for (place, byte) in rest.iter().enumerate().skip(2) {
        match byte {
            b'0'..=b'9' if place < 12 => length = length * 10 + u64::from(byte - b'0'),
            b'0'..=b'9' => return Err((field, Reason::TooWide)),
            &SOH if place > 2 => return Ok(Some((length + (field + place + 1) as u64 + SUM, field))),
            other => return Err((field + place, Reason::NoDigit(*other))),
        }
    }
    Ok(None)
}
