//! What is answered: the protocol, without I/O, so that both backends run the same code.

use std::fmt::Write as _;

use crate::bytes::utf8::{Decoder, Lossy};

/// Which service, as the user chose it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceConfig {
    /// Every byte comes back.
    Echo,
    /// Nothing comes back.
    Discard,
    /// Each read is answered with this text; see [`Reply`].
    Reply(String),
}

impl ServiceConfig {
    /// The word for it, on screen, on the command line and in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Discard => "discard",
            Self::Reply(_) => "reply",
        }
    }

    /// The state of this service for one more connection.
    #[must_use]
    pub fn begin(&self, peer: &str, connection: u64) -> Box<dyn Service> {
        match self {
            Self::Echo => Box::new(Echo),
            Self::Discard => Box::new(Discard),
            Self::Reply(template) => Box::new(Reply::new(template, peer, connection)),
        }
    }
}

/// What a service wants to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// What was just read, as it is: it need not be copied.
    Same,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// What is answered on one connection. It moves with the connection, so what it remembers survives a switch.
pub trait Service: Send {
    /// Answers one read. `input` is never empty.
    fn answer(&mut self, input: &[u8]) -> Answer;
}

/// Every byte comes back (RFC 862).
#[derive(Clone, Copy, Debug)]
pub struct Echo;

impl Service for Echo {
    fn answer(&mut self, _input: &[u8]) -> Answer {
        Answer::Same
    }
}

/// Nothing comes back (RFC 863).
#[derive(Clone, Copy, Debug)]
pub struct Discard;

impl Service for Discard {
    fn answer(&mut self, _input: &[u8]) -> Answer {
        Answer::Nothing
    }
}

/// Each read is answered with a text, in UTF-8. `{text}` becomes the characters that the read completed, `{bytes}` its
/// length, `{peer}` the client's address, `{connection}` the number of the connection; all else stays as it is.
#[derive(Clone, Debug)]
pub struct Reply {
    parts: Vec<Part>,
    decoder: Decoder,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Fixed(String),
    Text,
    Bytes,
}

impl Reply {
    /// Takes the template apart and fills in what does not change.
    #[must_use]
    pub fn new(template: &str, peer: &str, connection: u64) -> Self {
        let (mut parts, mut fixed, mut rest) = (Vec::new(), String::new(), template);
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            fixed.push_str(before);
            let known = from.find('}').map(|close| from.split_at(close + 1));
            rest = match known {
                Some(("{peer}", after)) => {
                    fixed.push_str(peer);
                    after
                }
                Some(("{connection}", after)) => {
                    let _infallible = write!(fixed, "{connection}");
                    after
                }
                Some((name @ ("{text}" | "{bytes}"), after)) => {
                    parts.push(Part::Fixed(std::mem::take(&mut fixed)));
                    parts.push(if name == "{text}" { Part::Text } else { Part::Bytes });
                    after
                }
                _ => {
                    fixed.push('{');
                    &from[1..]
                }
            };
        }
        fixed.push_str(rest);
        parts.push(Part::Fixed(fixed));
        Self { parts, decoder: Decoder::new() }
    }
}

impl Service for Reply {
    fn answer(&mut self, input: &[u8]) -> Answer {
        let mut read = Lossy::default();
        self.decoder.decode(input, &mut read);
        let mut answer = String::new();
        for part in &self.parts {
            match part {
                Part::Fixed(text) => answer.push_str(text),
                Part::Text => answer.push_str(&read.text),
                Part::Bytes => {
                    let _infallible = write!(answer, "{}", input.len());
                }
            }
        }
        if answer.is_empty() { Answer::Nothing } else { Answer::Bytes(answer.into_bytes()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(template: &str, reads: &[&[u8]]) -> Vec<String> {
        let mut service = Reply::new(template, "127.0.0.1:5000", 7);
        let text = |answer| match answer {
            Answer::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
            Answer::Nothing => String::new(),
            Answer::Same => panic!("a reply is never the same"),
        };
        reads.iter().map(|read| text(service.answer(read))).collect()
    }

    #[test]
    fn the_template_is_filled_in() {
        let template = "#{connection} {peer}: {bytes} bytes, «{text}»\n";
        assert_eq!(reply(template, &[b"hi"]), ["#7 127.0.0.1:5000: 2 bytes, «hi»\n"]);
    }

    #[test]
    fn what_is_no_placeholder_stays() {
        assert_eq!(reply("{ {} {texts} {text", &[b"x"]), ["{ {} {texts} {text"]);
        assert_eq!(reply("{{text}}", &[b"x"]), ["{x}"]);
        assert_eq!(reply("", &[b"x"]), [""]);
    }

    #[test]
    fn a_character_cut_by_a_read_is_answered_once_it_is_whole() {
        assert_eq!(reply("[{text}]", &[b"a\xe2", b"\x82\xac", b"\xff"]), ["[a]", "[€]", "[\u{fffd}]"]);
    }

    #[test]
    fn what_was_read_cannot_add_placeholders() {
        assert_eq!(reply("{text}", &[b"{peer}"]), ["{peer}"]);
    }
}
