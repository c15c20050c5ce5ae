//! Finds the request of each answer.

use std::collections::{HashMap, VecDeque};

use crate::bytes::answers::role::{Dialog, Key, Kind, Reader, Role, UNASKED};
use crate::bytes::answers::table::{Paired, TABLE};
use crate::bytes::frame::Named;
use crate::bytes::protocol::Speaker;

/// How many first bytes of a message are looked at.
pub const BEGINNING: usize = 512;

/// The most requests without an answer.
pub(super) const MOST: usize = 4_096;

/// Why nothing is said behind too many of them.
const TOO_MANY: &str = "more than 4096 requests have no answer";

/// A message, as far as it is needed to find its answer.
#[derive(Clone, Copy, Debug)]
pub struct PairedMessage<'a> {
    /// Its number in its direction.
    pub number: u64,
    /// When its first byte came, in microseconds.
    pub begun: Option<u64>,
    /// When its last byte came.
    pub ended: u64,
    /// Its first bytes: at least [`BEGINNING`] of them, or all if it is shorter.
    pub beginning: &'a [u8],
}

/// What is known of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// The message that it answers.
    pub answers: Option<Answered>,
    /// Whether an answer is to be expected.
    pub asks: bool,
    /// Why nothing is known of what follows.
    pub ends: Option<&'static str>,
}

/// The request of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answered {
    /// Its number in the other direction.
    pub number: u64,
    /// The microseconds from its last byte to the first byte of the answer.
    pub after: Option<u64>,
}

/// A request without an answer.
#[derive(Clone, Copy, Debug)]
struct Asked {
    number: u64,
    ended: u64,
    kind: Kind,
}

/// What one side has asked for.
#[derive(Clone, Debug, Default)]
struct Open {
    in_order: VecDeque<Asked>,
    /// With the number of requests that have this id: of two with the same, none is known to be answered.
    by_id: HashMap<Vec<u8>, (Asked, usize)>,
    messages: u64,
}

/// Finds the request of each answer of one connection.
#[derive(Clone, Debug)]
pub struct Pairer {
    read: Reader,
    is_in_order: bool,
    dialog: Dialog,
    client: Open,
    server: Open,
    has_ended: bool,
}

impl Pairer {
    /// A pairer for a protocol, if its messages say what they answer.
    #[must_use]
    pub fn of(protocol: &Named) -> Option<Self> {
        Self::named(protocol.name)
    }

    /// A pairer for the protocol with the rule of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let &Paired { read, is_in_order, .. } = TABLE.iter().find(|paired| paired.name == name)?;
        let (client, server) = (Open::default(), Open::default());
        Some(Self { read, is_in_order, dialog: Dialog::default(), client, server, has_ended: false })
    }

    /// Whether nothing is said of what follows.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Takes notice of bytes that were not observed, or that contradict the rule. Whether messages are told further on does
    /// not help if they are counted.
    pub const fn lose(&mut self, stops: bool) {
        self.has_ended |= stops || self.is_in_order;
    }

    /// The memory that it takes beyond its own size, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        let cost = |open: &Open| {
            open.in_order.capacity() * size_of::<Asked>()
                + open.by_id.capacity() * (size_of::<(Vec<u8>, Asked, usize)>() + 8)
        };
        cost(&self.client) + cost(&self.server)
    }

    /// Takes notice of a message that has ended, and says what it answers.
    pub fn message(&mut self, from: Speaker, message: &PairedMessage<'_>) -> Said {
        if self.has_ended {
            return Said::default();
        }
        let (own, others) = match from {
            Speaker::Client => (&mut self.client, &mut self.server),
            Speaker::Server => (&mut self.server, &mut self.client),
        };
        self.dialog.oldest = others.in_order.front().map(|asked| asked.kind);
        self.dialog.before = own.messages;
        let is_header = own.messages == 0 && from == Speaker::Client && is_proxy_header(message.beginning);
        if is_header {
            return Said::default();
        }
        own.messages += 1;
        let said = match (self.read)(&mut self.dialog, from, message.beginning) {
            Role::Other => Said::default(),
            Role::Request(key, kind) => own.ask(key, kind, message),
            Role::Answer(key) => others.answer(key, message),
            Role::LastAnswer(key, why) => Said { ends: Some(why), ..others.answer(key, message) },
            Role::Ends(why) => Said { ends: Some(why), ..Said::default() },
        };
        self.has_ended = said.ends.is_some();
        said
    }
}

impl Open {
    fn ask(&mut self, key: Key, kind: Kind, message: &PairedMessage<'_>) -> Said {
        if self.in_order.len() + self.by_id.len() >= MOST {
            return Said { ends: Some(TOO_MANY), ..Said::default() };
        }
        let asked = Asked { number: message.number, ended: message.ended, kind };
        match key {
            Key::Order => self.in_order.push_back(asked),
            Key::Id(id) => self.by_id.entry(id).or_insert((asked, 0)).1 += 1,
        }
        Said { asks: true, ..Said::default() }
    }

    fn answer(&mut self, key: Key, message: &PairedMessage<'_>) -> Said {
        let asked = match key {
            Key::Order => match self.in_order.pop_front() {
                Some(asked) => asked,
                None => return Said { ends: Some(UNASKED), ..Said::default() },
            },
            Key::Id(id) => match self.by_id.remove(&id) {
                Some((asked, 1)) => asked,
                // Several have the same id. Once only one is left, that may be any of them.
                Some((asked, _)) => {
                    self.by_id.insert(id, (asked, usize::MAX));
                    return Said::default();
                }
                None => return Said::default(),
            },
        };
        let after = message.begun.map(|begun| begun.saturating_sub(asked.ended));
        Said { answers: Some(Answered { number: asked.number, after }), ..Said::default() }
    }
}

/// Whether a first message is the header of a proxy.
fn is_proxy_header(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PROXY ") || beginning.starts_with(b"\r\n\r\n\0\r\nQUIT\n")
}
