//! The interface of a service, and the services `echo` and `discard`.

use std::io::Write as _;

use crate::bytes::utf8::{Decoder, Lossy};
use crate::event::Side;
use crate::server::service::template::{Part, Template};

/// The service that the user chose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceConfig {
    /// Every byte comes back.
    Echo,
    /// Nothing comes back.
    Discard,
    /// The server answers each read with this template; see [`Reply`].
    Reply(Template),
    /// Every byte goes on to the upstream of the listener, and what comes back to the client.
    Relay,
}

impl ServiceConfig {
    /// The name of the service, on screen, on the command line and in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Discard => "discard",
            Self::Reply(_) => "reply",
            Self::Relay => "relay",
        }
    }

    /// Creates the state of this service for a new connection.
    #[must_use]
    pub fn start(&self, peer: &str, connection: u64) -> Box<dyn Service> {
        match self {
            Self::Echo => Box::new(Echo),
            Self::Discard => Box::new(Discard),
            Self::Reply(template) => Box::new(Reply::new(template, peer, connection)),
            Self::Relay => Box::new(Relay),
        }
    }
}

/// The answer of a service to one read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// The bytes of the read to this side, unchanged: they need not be copied.
    Same(Side),
    /// These bytes to this side.
    Bytes(Side, Vec<u8>),
}

/// The most digits of the length of a read.
const MAX_DIGITS: usize = 20;

/// The most bytes of the answer to one read, provided that the answer to a read of one byte fits: a client that does
/// not read must not make the server hold more.
const MAX_ANSWER: usize = 512 * 1024;

/// The service of one connection. It moves with the connection, so its state survives a switch.
pub trait Service: Send {
    /// The service that this one wraps, which decides what this one does not decide itself.
    fn wrapped(&mut self) -> Option<&mut dyn Service> {
        None
    }

    /// What is sent to the client before anything was read from it; empty for nothing. Called once.
    fn opened(&mut self) -> Vec<u8> {
        self.wrapped().map_or_else(Vec::new, |service| service.opened())
    }

    /// The most bytes that one read may take, so that its answer has at most 512 KiB. At least 1.
    fn max_read(&mut self) -> usize {
        self.wrapped().map_or(usize::MAX, |service| service.max_read())
    }

    /// Answers one read of a side. `input` is never empty.
    fn received(&mut self, from: Side, input: &[u8]) -> Answer;

    /// Decides what follows when the peer of a side has ended its stream: the side whose stream we end, after its
    /// pending bytes.
    fn ended(&mut self, from: Side) -> Option<Side> {
        self.wrapped().map_or(Some(from), |service| service.ended(from))
    }
}

/// Every byte comes back (RFC 862).
#[derive(Clone, Copy, Debug)]
pub struct Echo;

impl Service for Echo {
    fn max_read(&mut self) -> usize {
        MAX_ANSWER
    }

    fn received(&mut self, from: Side, _input: &[u8]) -> Answer {
        Answer::Same(from)
    }
}

/// Nothing comes back (RFC 863).
#[derive(Clone, Copy, Debug)]
pub struct Discard;

impl Service for Discard {
    fn received(&mut self, _from: Side, _input: &[u8]) -> Answer {
        Answer::Nothing
    }
}

/// Every byte goes to the other side.
#[derive(Clone, Copy, Debug)]
pub struct Relay;

impl Service for Relay {
    fn received(&mut self, from: Side, _input: &[u8]) -> Answer {
        Answer::Same(from.other())
    }

    fn ended(&mut self, from: Side) -> Option<Side> {
        Some(from.other())
    }
}

/// The service that answers each read with a template. `{text}` becomes the characters that the read completed, in
/// UTF-8, `{bytes}` its length, `{peer}` the client's address, `{connection}` the number of the connection; the rest
/// stays as it is.
#[derive(Clone, Debug)]
pub struct Reply {
    parts: Vec<Part>,
    decoder: Decoder,
    max_read: usize,
}

impl Reply {
    /// Creates the service of one connection, with its fixed placeholders filled in.
    #[must_use]
    pub fn new(template: &Template, peer: &str, connection: u64) -> Self {
        let parts = template.fill(peer, connection);
        let max_read = max_read(&parts);
        Self { parts, decoder: Decoder::new(), max_read }
    }
}

/// The most bytes that may be read for an answer of at most [`MAX_ANSWER`] bytes.
fn max_read(parts: &[Part]) -> usize {
    let replacement = char::REPLACEMENT_CHARACTER.len_utf8();
    // The length without the bytes of this read. The rest of a character from an earlier read becomes one U+FFFD.
    let rest = parts.iter().map(|part| match part {
        Part::Fixed(text) => text.len(),
        Part::Text => replacement,
        Part::Bytes => MAX_DIGITS,
        Part::Peer | Part::Connection => 0,
    });
    let texts = parts.iter().filter(|part| **part == Part::Text).count();
    let most = MAX_ANSWER.saturating_sub(rest.sum()).checked_div(texts * replacement);
    most.unwrap_or(MAX_ANSWER).max(1)
}

impl Service for Reply {
    fn max_read(&mut self) -> usize {
        self.max_read
    }

    fn received(&mut self, from: Side, input: &[u8]) -> Answer {
        let mut read = Lossy::default();
        self.decoder.decode(input, &mut read);
        // Allocated at once: growing step by step could take twice the memory.
        let length = self.parts.iter().map(|part| match part {
            Part::Fixed(text) => text.len(),
            Part::Text => read.text.len(),
            Part::Bytes => MAX_DIGITS,
            Part::Peer | Part::Connection => 0,
        });
        let mut answer = Vec::with_capacity(length.sum());
        for part in &self.parts {
            match part {
                Part::Fixed(bytes) => answer.extend_from_slice(bytes),
                Part::Text => answer.extend_from_slice(read.text.as_bytes()),
                Part::Bytes => {
                    // Writing to a `Vec` cannot fail.
                    let _ = write!(answer, "{}", input.len());
                }
                // These were filled in when the connection was opened.
                Part::Peer | Part::Connection => {}
            }
        }
        if answer.is_empty() { Answer::Nothing } else { Answer::Bytes(from, answer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(template: &str, reads: &[&[u8]]) -> Vec<Vec<u8>> {
        let template = Template::parse(template).unwrap();
        let mut service = Reply::new(&template, "127.0.0.1:5000", 7);
        let bytes = |answer| match answer {
            Answer::Bytes(Side::Client, bytes) => bytes,
            Answer::Nothing => Vec::new(),
            other => panic!("{other:?}"),
        };
        reads.iter().map(|read| bytes(service.received(Side::Client, read))).collect()
    }

    fn reply(template: &str, reads: &[&[u8]]) -> Vec<String> {
        answers(template, reads).into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
    }

    #[test]
    fn the_template_is_filled_in() {
        let template = "#{connection} {peer}: {bytes} bytes, «{text}»\n";
        assert_eq!(reply(template, &[b"hi"]), ["#7 127.0.0.1:5000: 2 bytes, «hi»\n"]);
    }

    #[test]
    fn what_is_not_a_placeholder_stays() {
        assert_eq!(reply("{ {} {texts} {text", &[b"x"]), ["{ {} {texts} {text"]);
        assert_eq!(reply("{{text}}", &[b"x"]), ["{x}"]);
        assert_eq!(reply("", &[b"x"]), [""]);
    }

    #[test]
    fn escapes_are_their_bytes() {
        let template = r#"OK\r\n\t\\\"\x06\xff\u{20ac} {bytes}"#;
        assert_eq!(answers(template, &[b"x"]), [b"OK\r\n\t\\\"\x06\xff\xe2\x82\xac 1"]);
        assert_eq!(reply(r"{text}\n", &[b"a"]), ["a\n"]);
        // A brace that is written as an escape begins no name, and braces of an escape are its own.
        assert_eq!(reply(r"\x7btext} \u{7b}bytes} \u{41}", &[b"a"]), ["{text} {bytes} A"]);
    }

    #[test]
    fn what_was_typed_before_there_were_escapes_stays_the_same() {
        let json = r#"{"ok":true,"n":{"a":[{}]}}"#;
        assert_eq!(reply(json, &[b"x"]), [json]);
        assert_eq!(reply("{nosuch} {Text}", &[b"x"]), ["{nosuch} {Text}"]);
    }

    #[test]
    fn a_wrong_escape_is_refused() {
        for wrong in [r"\q", r"a\", r"\x0", r"\u{110000}", r"\{text}"] {
            let message = Template::parse(wrong).expect_err(wrong);
            assert!(!message.contains('\n'), "{wrong}: {message}");
        }
    }

    #[test]
    fn a_character_cut_by_a_read_is_answered_once_it_is_whole() {
        assert_eq!(reply("[{text}]", &[b"a\xe2", b"\x82\xac", b"\xff"]), ["[a]", "[€]", "[\u{fffd}]"]);
    }

    #[test]
    fn what_was_read_cannot_add_placeholders() {
        assert_eq!(reply("{text}", &[b"{peer}"]), ["{peer}"]);
    }

    #[test]
    fn an_answer_is_bounded_whatever_is_read() {
        for template in
            ["{text}".repeat(1000), "x{bytes}{text}".repeat(500), "{text}".into(), "{peer}\n".repeat(9000)]
        {
            let mut service = Reply::new(&Template::parse(&template).unwrap(), "127.0.0.1:5000", 7);
            let read = service.max_read().min(16 << 20);
            for input in [b"\xf0\x9f\x92".to_vec(), vec![0xff; read], vec![b'a'; read], vec![0xe2; read]] {
                let input = &input[..input.len().min(read)];
                if let Answer::Bytes(_, bytes) = service.received(Side::Client, input) {
                    assert!(bytes.capacity() <= MAX_ANSWER, "{}", bytes.capacity());
                }
            }
        }
        let mut longest = Reply::new(&Template::parse(&"{text}".repeat(200_000)).unwrap(), "", 7);
        assert_eq!(longest.max_read(), 1, "whatever the template");
    }
}
