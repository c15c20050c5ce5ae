//! A rule as data.

use crate::bytes::frame::length::Length;
use crate::bytes::frame::literal::Literal;

/// The limit of the length of a message, unless the rule has its own.
pub const DEFAULT_LIMIT: u64 = 16 * 1024 * 1024;

/// How the messages of one direction of a stream are told apart.
///
/// A rule is parsed from its text, and written as it, so that the text that is written gives the same rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What the first messages are, in this order. One that has beginnings is there only if the stream has one of them.
    pub(super) first: Vec<Special>,
    /// Rules for messages that begin in a certain way.
    pub(super) choices: Vec<Special>,
    /// The rule for all other messages.
    pub(super) rest: Simple,
    /// The longest message, in bytes.
    pub(super) limit: u64,
}

/// A rule for messages that begin with one of these, or for any if there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Special {
    pub(super) beginnings: Vec<Literal>,
    pub(super) rule: Simple,
}

/// How one message ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Simple {
    /// After a number of bytes that its beginning says.
    Sized(Sized),
    /// By lines of text that say what follows.
    Lines(Lines),
    /// Behind these bytes.
    Delimiter(Literal),
    /// Behind this byte, which may also stand before the message.
    Flag(u8),
    /// Behind an end that follows a start.
    StartEnd(StartEnd),
    /// Behind the first silence of this many milliseconds.
    Idle(u64),
    /// Commands of Telnet, and lines between them.
    Telnet,
    /// Packets of GDB's remote protocol.
    Gdb,
}

/// A message whose first bytes say how long it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Sized {
    Length(Length),
    /// A tag and a length as BER has them.
    Ber,
    Fixed(u64),
    /// A frame of WebSocket.
    WebSocket,
    /// A frame of ZMTP.
    Zmtp,
    /// A message of FIX.
    Fix,
}

/// A message of lines, some of which say how many bytes follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lines {
    /// A head of HTTP, SIP or RTSP, with its body.
    Http,
    /// A value of RESP, the protocol of Redis.
    Resp,
    /// A line of NATS, with its payload.
    Nats,
    /// A line of memcached, with its value.
    Memcached,
    /// A frame of STOMP.
    Stomp,
    /// A line of IMAP, with its literals.
    Imap,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct StartEnd {
    pub(super) start: Literal,
    pub(super) end: Literal,
    /// The byte behind this one is data, whatever it is, unless both are the end.
    pub(super) escape: Option<u8>,
}

impl Rule {
    /// The longest message, in bytes.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// Whether borders depend on when bytes arrive, rather than on the bytes.
    #[must_use]
    pub const fn needs_time(&self) -> bool {
        matches!(self.rest, Simple::Idle(_))
    }
}

impl Simple {
    /// Whether the next border can be found from anywhere in a message.
    pub(super) const fn resynchronises(&self) -> bool {
        !matches!(self, Self::Sized(_) | Self::Lines(_))
    }

    /// Whether this may be the rule of a message among others: it ends by its own bytes, and needs no byte of the next.
    pub(super) const fn stands_alone(&self) -> bool {
        !matches!(self, Self::Idle(_) | Self::Telnet)
    }
}
