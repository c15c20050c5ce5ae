//! Recognition of protocols: what is spoken, by the beginnings of both directions.
//!
//! [`recognise`] is a pure function of the first bytes, at most [`ENOUGH`] of each direction, however they were cut into
//! reads. Of a longer beginning the answer is the same or says more: [`Recognition::Undecided`] may become anything,
//! what is unknown may be recognised once the other direction speaks, and a name stays.
//!
//! Each protocol has a *check*, which reads from the front and stops at the first byte that contradicts it. Many begin
//! with the same bytes, such as a length, so the checks are all asked, in a fixed order: an answer counts once all
//! checks before it have found a contradiction. What does not have enough structure is not named: a single line of text
//! may be WHOIS, Finger, Gopher or somebody who types.
//!
//! Secrets and private data that a protocol carries in clear (passwords, tokens, cookies, names of users, paths)
//! are in no detail and in no evidence.

mod checks;
mod content;
mod databases;
mod devices;
mod directory;
mod found;
mod greetings;
mod http;
mod lines;
mod magic;
mod proxy;
pub mod proxy_header;
mod queues;
mod reader;
mod remote;
#[cfg(test)]
mod tests;
mod tls;
mod tools;

pub use self::found::Recognised;

use self::checks::{CLIENT, SERVER};
use self::found::{Check, View};
use self::reader::Stop;

/// The number of bytes of each direction that are looked at.
pub const ENOUGH: usize = 4096;

/// The first bytes of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beginning<'a> {
    /// What was received from the client.
    pub received: &'a [u8],
    /// What was sent to the client.
    pub sent: &'a [u8],
    /// Who sent the first byte.
    pub first: Speaker,
    /// Whether more bytes may come in either direction.
    pub more: bool,
}

/// A side of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaker {
    /// The client.
    Client,
    /// The server.
    Server,
}

/// What the beginning of a connection is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recognition {
    /// Nothing was sent yet, or more bytes are needed.
    Undecided,
    /// A protocol.
    Recognised(Recognised),
    /// Text of no protocol that is known.
    UnknownText,
    /// Something else of no protocol that is known.
    UnknownBinary,
}

/// What of the beginning is not there yet.
#[derive(Clone, Copy)]
struct Coming {
    /// More of what the first speaker says.
    first: bool,
    /// More of either direction.
    any: bool,
}

/// What one direction is, as far as its checks say.
enum Answer {
    Found(Recognised),
    /// More bytes are needed.
    Open,
    None,
}

/// Recognises the protocol of a connection.
#[must_use]
pub fn recognise(beginning: Beginning<'_>) -> Recognition {
    let cut = |bytes| <[u8]>::get(bytes, ..ENOUGH).unwrap_or(bytes);
    let view = View { client: cut(beginning.received), server: cut(beginning.sent) };
    let said = match beginning.first {
        Speaker::Client => view.client,
        Speaker::Server => view.server,
    };
    if said.is_empty() {
        return Recognition::Undecided;
    }
    let full = view.client.len() >= ENOUGH && view.server.len() >= ENOUGH;
    let coming = Coming { first: beginning.more && said.len() < ENOUGH, any: beginning.more && !full };
    match decide(view, beginning.first, coming) {
        Answer::Found(found) => Recognition::Recognised(found),
        Answer::Open => Recognition::Undecided,
        Answer::None if content::is_text(said) => Recognition::UnknownText,
        Answer::None => Recognition::UnknownBinary,
    }
}

/// Asks about who spoke first, and if that is of no protocol, about the other one.
fn decide(view: View<'_>, first: Speaker, coming: Coming) -> Answer {
    let [first, second] = match first {
        Speaker::Client => [CLIENT, SERVER],
        Speaker::Server => [SERVER, CLIENT],
    };
    match ask(first, view, coming.first) {
        Answer::Found(found) => return Answer::Found(settled(found, view, coming)),
        Answer::Open => return Answer::Open,
        Answer::None => {}
    }
    // An echo says nothing about the server.
    let echo = view.client.iter().zip(view.server).all(|(received, sent)| received == sent);
    match ask(second, view, true) {
        Answer::Found(found) if !echo => Answer::Found(settled(found, view, coming)),
        Answer::Found(_) | Answer::Open | Answer::None => Answer::None,
    }
}

/// The first check that does not find a contradiction decides.
fn ask(checks: &[Check], view: View<'_>, more: bool) -> Answer {
    for check in checks {
        match check(view) {
            Ok(found) => return Answer::Found(found),
            Err(Stop::More) if more => return Answer::Open,
            Err(Stop::More | Stop::Not) => {}
        }
    }
    Answer::None
}

/// With the protocol that is carried, and complete if no more bytes come.
fn settled(mut found: Recognised, view: View<'_>, coming: Coming) -> Recognised {
    if let Some(from) = found.carried_from {
        let inner = View { client: view.client.get(from..).unwrap_or_default(), server: view.server };
        match decide(inner, Speaker::Client, coming) {
            Answer::Found(inner) => {
                found.complete &= inner.complete;
                found.within = Some(Box::new(inner));
            }
            Answer::Open | Answer::None => found.complete = false,
        }
    }
    found.complete |= !coming.any;
    found
}
