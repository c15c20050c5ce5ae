//! Packets of GDB's remote protocol, and the bytes between them that are messages of their own.

use memchr::{memchr, memchr2};

use crate::bytes::frame::mark::Reason;
use crate::bytes::frame::step::{Kind, Step, offset};

/// Where in a message of GDB's remote protocol the bytes are.
#[derive(Clone, Copy, Default, Debug)]
pub(super) enum Gdb {
    #[default]
    Start,
    /// Among bytes that no message begins with.
    Outside,
    /// Behind `$` or `%`. What would end a packet is escaped within it.
    Packet,
    /// Before this many digits of the sum.
    Sum(usize),
}

/// Asks a program to stop.
const INTERRUPT: u8 = 3;

impl Gdb {
    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            match *self {
                Self::Start => {
                    at += 1;
                    match byte {
                        b'+' | b'-' | INTERRUPT => return Step::message(at),
                        b'$' | b'%' => *self = Self::Packet,
                        other => {
                            *self = Self::Outside;
                            let (reason, resume) = (Reason::NoStart(other), at);
                            return Step::Fault { at: offset(at) - 1, resume, reason, stops: false };
                        }
                    }
                }
                Self::Outside => {
                    let Some(place) = memchr2(b'$', b'%', &bytes[at..]) else { return Step::More };
                    *self = Self::Start;
                    let end = at + place;
                    return Step::Border { kind: Kind::Outside, at: offset(end), resume: end };
                }
                Self::Packet => {
                    let Some(place) = memchr(b'#', &bytes[at..]) else { return Step::More };
                    at += place + 1;
                    *self = Self::Sum(2);
                }
                Self::Sum(digits) => {
                    at += 1;
                    *self = Self::Sum(digits - 1);
                    if digits == 1 {
                        *self = Self::Start;
                        return Step::message(at);
                    }
                }
            }
        }
        Step::More
    }
}
