//! The messages that a service receives, whose reads cut them by chance.

use crate::bytes::frame::{Beginnings, Framer, Framing, Mark};
use crate::bytes::protocol::{Beginning, ENOUGH, Progress, Recognition, Speaker, conclude};

/// No border is further before the read that shows it.
pub(super) const LOOKBACK: usize = 256;

/// Tells the messages of one client apart.
#[derive(Debug)]
pub(super) struct ReceivedMessages {
    framing: State,
    beginnings: Beginnings,
}

#[derive(Debug)]
enum State {
    /// More bytes may say which protocol it is.
    Undecided(Box<Undecided>),
    Framed(Box<Framer>),
    /// Nothing tells messages apart.
    None,
}

/// What was exchanged before the protocol is recognised.
#[derive(Debug)]
struct Undecided {
    received: Vec<u8>,
    sent: Vec<u8>,
    progress: Progress,
}

/// A message that was received.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct ReceivedMessage {
    /// Its first bytes, as many as are kept.
    pub(super) beginning: Vec<u8>,
    /// How many it has.
    pub(super) length: u64,
}

impl ReceivedMessages {
    /// Tells messages apart in this way, behind a greeting that was sent. Of each, at most `most` bytes are kept.
    pub(super) fn new(framing: &Framing, greeting: &[u8], most: usize) -> Self {
        let framing = match framing {
            Framing::Auto => State::Undecided(Box::new(Undecided {
                received: Vec::new(),
                sent: greeting.to_vec(),
                progress: Progress::default(),
            })),
            Framing::None => State::None,
            Framing::Protocol(_) | Framing::Rule(_) => {
                let rule = framing.rule(None, Speaker::Client);
                rule.map_or(State::None, |rule| State::Framed(Box::new(Framer::new(&rule))))
            }
        };
        Self { framing, beginnings: Beginnings::new(most) }
    }

    /// Reads the next bytes, and returns the messages that they end.
    pub(super) fn read(&mut self, input: &[u8]) -> Vec<ReceivedMessage> {
        match &mut self.framing {
            State::Undecided(undecided) => {
                undecided.received.extend_from_slice(input);
                let Some(decided) = undecided.decide() else { return Vec::new() };
                let State::Undecided(before) = std::mem::replace(&mut self.framing, decided) else {
                    return Vec::new();
                };
                self.frame(&before.received)
            }
            State::Framed(_) => self.frame(input),
            State::None => Vec::new(),
        }
    }

    fn frame(&mut self, input: &[u8]) -> Vec<ReceivedMessage> {
        let State::Framed(framer) = &mut self.framing else { return Vec::new() };
        let was_stopped = framer.stopped().is_some();
        let mut messages = Vec::new();
        self.beginnings.push(framer, None, input, &mut |mark, beginning| {
            if let Mark::Message { end } = mark {
                let length = end - beginning.start;
                messages.push(ReceivedMessage { beginning: beginning.bytes.to_vec(), length });
            }
        });
        if let Some(fault) = framer.stopped().filter(|_| !was_stopped) {
            tracing::info!(target: "bytewatch::service", "no further message is answered: at offset {}, {}", fault.at, fault.reason);
        }
        messages
    }
}

impl Undecided {
    /// What tells messages apart, once that is known.
    fn decide(&mut self) -> Option<State> {
        let first = if self.sent.is_empty() { Speaker::Client } else { Speaker::Server };
        let beginning = Beginning { received: &self.received, sent: &self.sent, first, more: true };
        let found = conclude(beginning, &mut self.progress);
        if let Recognition::Recognised(recognised) = &found.recognition
            && let Some(rule) = Framing::Auto.rule(Some(recognised), Speaker::Client)
        {
            return Some(State::Framed(Box::new(Framer::new(&rule))));
        }
        if !found.is_final && self.received.len() < ENOUGH {
            return None;
        }
        tracing::info!(target: "bytewatch::service", "no message is answered: what the client speaks has no rule that tells its messages apart");
        Some(State::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages of these reads: how they begin, and how long they are.
    fn read(framing: &str, reads: &[&[u8]], most: usize) -> Vec<(String, u64)> {
        let mut messages = ReceivedMessages::new(&framing.parse().unwrap(), b"", most);
        let all = reads.iter().flat_map(|bytes| messages.read(bytes)).collect::<Vec<_>>();
        all.into_iter()
            .map(|message| (String::from_utf8(message.beginning).unwrap(), message.length))
            .collect()
    }

    #[test]
    fn every_cut_gives_the_same_messages() {
        let conversations: [(&str, &[u8]); 6] = [
            ("lf", b"one\n\ntwo\nrest"),
            ("length:width=2", b"\0\x03abc\0\0\0\x02de\0"),
            ("auto", b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"),
            ("auto", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET"),
            ("start-end:start=02,end=0d0a", b"noise\x02a\r\n\x02b\r\n"),
            ("delimiter:\"\\r\\n.\\r\\n\"", b"a\r\n.\r\r\n.\r\nb\r\n.\r\n"),
        ];
        for (framing, bytes) in conversations {
            let whole = read(framing, &[bytes], 9);
            assert!(whole.len() >= 2, "{framing}: {whole:?}");
            assert!(whole.iter().all(|(text, length)| text.len() as u64 == (*length).min(9)), "{whole:?}");
            for size in 1..bytes.len() {
                let reads: Vec<_> = bytes.chunks(size).collect();
                assert_eq!(read(framing, &reads, 9), whole, "{framing} in reads of {size}");
                assert_eq!(read(framing, &[&bytes[..size], &bytes[size..]], 9), whole, "{framing} at {size}");
            }
        }
    }

    #[test]
    fn what_is_not_recognised_has_no_messages() {
        assert_eq!(read("auto", &[b"some words\n", b"more\n"], 9), []);
        assert_eq!(read("none", &[b"GET / HTTP/1.1\r\n\r\n"], 9), []);
        let mut messages = ReceivedMessages::new(&Framing::Auto, b"", 9);
        messages.read(&b"x".repeat(ENOUGH));
        assert!(matches!(messages.framing, State::None), "nothing more is kept");
    }

    #[test]
    fn behind_a_greeting_the_first_line_says_what_is_spoken() {
        let mut messages = ReceivedMessages::new(&Framing::Auto, b"220 mail.example.org ESMTP\r\n", 99);
        let found = messages.read(b"EHLO a\r\nMAIL FROM:<b>\r\n");
        assert_eq!(found.iter().map(|message| message.length).collect::<Vec<_>>(), [8, 15]);
    }
}
