//! What a message is to the others.

use crate::bytes::protocol::Speaker;

/// What a message is to the others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// Neither a request nor the end of an answer.
    Other,
    /// A request that is answered by this.
    Request(Key, Kind),
    /// An answer.
    Answer(Key),
    /// An answer behind which nothing is known any more, and why.
    LastAnswer(Key, &'static str),
    /// From here on, nothing is known any more, and why.
    Ends(&'static str),
}

/// How an answer is found to its request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Key {
    /// It answers the oldest request.
    Order,
    /// It answers the request with these bytes.
    Id(Vec<u8>),
}

/// What the answer to a request depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Plain,
    /// An answer of several messages.
    Several,
    /// Figures of a server, one on each line.
    Figures,
    /// CONNECT, behind which bytes of others follow.
    Connect,
    /// A change to TLS.
    Tls,
    /// A question that a single letter answers.
    Letter,
}

/// What is known of a conversation.
#[derive(Clone, Debug, Default)]
pub(super) struct Dialog {
    /// The oldest request without an answer, for protocols in order.
    pub(super) oldest: Option<Kind>,
    /// How many messages came before from the side that speaks.
    pub(super) before: u64,
    /// Whether the greeting is over.
    pub(super) is_greeted: bool,
    /// Whether lines are contents rather than commands or replies.
    pub(super) is_within: bool,
    /// The code of a reply of several lines that has not ended.
    pub(super) code: Option<[u8; 3]>,
    /// Whether an error may belong to a request that asks for no answer.
    pub(super) is_quiet: bool,
}

/// Says what a message is that begins like this.
pub(super) type Reader = fn(&mut Dialog, Speaker, &[u8]) -> Role;

/// Why nothing is known after an unsolicited answer.
pub(super) const UNASKED: &str = "an answer that nobody asked for";
/// Why nothing is known behind a record of TLS.
pub(super) const TLS: &str = "TLS follows";
/// Why nothing is known behind another protocol.
pub(super) const OTHER: &str = "another protocol follows";

impl Role {
    /// A request that is answered in order.
    pub(super) const fn in_order(kind: Kind) -> Self {
        Self::Request(Key::Order, kind)
    }

    /// A request or an answer with these bytes as its id, if they are there.
    pub(super) fn with_id(beginning: &[u8], at: usize, width: usize, is_request: bool) -> Self {
        match beginning.get(at..at + width).map(<[u8]>::to_vec).map(Key::Id) {
            None => Self::Other,
            Some(key) if is_request => Self::Request(key, Kind::Plain),
            Some(key) => Self::Answer(key),
        }
    }
}

/// Whether a message is a record of TLS.
pub(super) fn is_tls(beginning: &[u8]) -> bool {
    matches!(beginning, [0x14..=0x17, 3, ..])
}

/// The words of the first line.
pub(super) fn words(beginning: &[u8]) -> impl Iterator<Item = &[u8]> {
    let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// Whether a word is one of these, in whatever case.
pub(super) fn is_one_of(word: &[u8], all: &[&str]) -> bool {
    all.iter().any(|one| word.eq_ignore_ascii_case(one.as_bytes()))
}
