//! Commands of Telnet, and lines of text between them.

use memchr::{memchr, memchr3};

use crate::bytes::frame::step::{Kind, Step, offset};

const IAC: u8 = 0xff;
const WILL: u8 = 0xfb;
const DONT: u8 = 0xfe;
const DO: u8 = 0xfd;
const SUBNEGOTIATION: u8 = 0xfa;
const END_OF_SUBNEGOTIATION: u8 = 0xf0;
const GO_AHEAD: u8 = 0xf9;
const END_OF_RECORD: u8 = 0xef;
/// The option under which records end with [`END_OF_RECORD`]: those of TN3270.
const RECORDS: u8 = 25;

/// Where in a message of Telnet the bytes are.
///
/// A message is a command, or text up to LF, CR NUL, a go-ahead, an end of record, or the next command. Once records
/// were agreed upon, text is only what ends with a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Telnet {
    place: Place,
    /// Whether the message has text.
    text: bool,
    /// Whether the last byte was CR.
    carriage_return: bool,
    /// Whether records are ended by a command.
    records: bool,
}

#[derive(Clone, Copy, Default, Debug)]
enum Place {
    #[default]
    Text,
    /// Behind IAC.
    Command,
    /// Behind IAC and WILL, WON'T, DO or DON'T.
    Option(u8),
    Subnegotiation,
    /// Behind IAC within a subnegotiation.
    SubnegotiationCommand,
}

impl Telnet {
    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            match self.place {
                Place::Text => match self.text(&bytes[at..]) {
                    Some((end, true)) => return self.message(at + end),
                    Some((behind, false)) => at += behind,
                    None => return Step::More,
                },
                Place::Command => match byte {
                    IAC => {
                        (self.place, self.text) = (Place::Text, true);
                        at += 1;
                    }
                    // These end text.
                    GO_AHEAD | END_OF_RECORD => return self.message(at + 1),
                    _ if self.text => {
                        self.text = false;
                        let border = offset(at) - 1;
                        return Step::Border { kind: Kind::Message, at: border, resume: at };
                    }
                    WILL..=DONT => {
                        self.place = Place::Option(byte);
                        at += 1;
                    }
                    SUBNEGOTIATION => {
                        self.place = Place::Subnegotiation;
                        at += 1;
                    }
                    _ => return self.message(at + 1),
                },
                Place::Option(verb) => {
                    self.records |= byte == RECORDS && matches!(verb, WILL | DO);
                    return self.message(at + 1);
                }
                Place::Subnegotiation => match memchr(IAC, &bytes[at..]) {
                    Some(place) => {
                        self.place = Place::SubnegotiationCommand;
                        at += place + 1;
                    }
                    None => return Step::More,
                },
                Place::SubnegotiationCommand if byte == END_OF_SUBNEGOTIATION => {
                    return self.message(at + 1);
                }
                Place::SubnegotiationCommand => {
                    self.place = Place::Subnegotiation;
                    at += 1;
                }
            }
        }
        Step::More
    }

    /// Reads text: where it ends (`true`), or the place behind an IAC (`false`).
    fn text(&mut self, bytes: &[u8]) -> Option<(usize, bool)> {
        let mut from = 0;
        while let Some(place) = memchr3(IAC, b'\n', 0, &bytes[from..]) {
            let at = from + place;
            let carriage_return = if at == 0 { self.carriage_return } else { bytes[at - 1] == b'\r' };
            match bytes[at] {
                IAC => {
                    self.text |= at > 0;
                    self.carriage_return = false;
                    self.place = Place::Command;
                    return Some((at + 1, false));
                }
                b'\n' if !self.records => return Some((at + 1, true)),
                0 if carriage_return && !self.records => return Some((at + 1, true)),
                _ => from = at + 1,
            }
        }
        self.text = true;
        self.carriage_return = bytes.last() == Some(&b'\r');
        None
    }

    fn message(&mut self, at: usize) -> Step {
        (self.place, self.text, self.carriage_return) = (Place::Text, false, false);
        Step::message(at)
    }
}
