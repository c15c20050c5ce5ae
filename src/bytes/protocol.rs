//! Recognition of protocols: what is spoken, by the beginnings of both directions.
//!
//! [`recognise`] is a pure function of the first bytes, at most [`ENOUGH`] of each direction, however they were cut into
//! reads. Of a longer beginning the answer is the same or says more: [`Recognition::Undecided`] may become anything,
//! what is unknown may be recognised once the other direction speaks, and a name stays.
//!
//! Each protocol has a *check*, which reads from the front and stops at the first byte that contradicts it. Many begin
//! with the same bytes, such as a length, so the checks are all asked, in a fixed order: an answer counts once all
//! checks before it have found a contradiction. Those which the first byte alone contradicts are passed over; for each
//! byte, that is found out once. What does not have enough structure is not named: a single line of text may be WHOIS,
//! Finger, Gopher or somebody who types.
//!
//! A beginning that grows is looked at again with [`conclude`], which asks only the checks that are left, and says when
//! more bytes change nothing.
//!
//! Secrets and private data that a protocol carries in clear (passwords, tokens, cookies, names of users, paths)
//! are in no detail and in no evidence.

mod checks;
mod checksum;
mod content;
mod databases;
mod devices;
mod directory;
mod found;
mod greetings;
mod http;
mod lines;
mod magic;
mod memcached;
mod names;
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
pub use self::names::{NAMES, SERVER_SPEAKS_FIRST};

use self::checks::{ByFirstByte, CLIENT, SERVER};
use self::found::View;
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

/// How far the checks of a beginning that grows have come. A check that has found a contradiction is not asked again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// The number of checks of what the first speaker says that have found a contradiction.
    first: usize,
    /// The same of what the other side says.
    second: usize,
}

/// What the beginning of a connection is, and whether that stays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conclusion {
    /// What it is.
    pub recognition: Recognition,
    /// Whether more bytes of either direction change nothing.
    pub is_final: bool,
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

/// Of bytes that are of no protocol, this number says whether they are text.
const SAMPLE: usize = 64;

/// Recognises the protocol of a connection.
#[must_use]
pub fn recognise(beginning: Beginning<'_>) -> Recognition {
    conclude(beginning, &mut Progress::default()).recognition
}

/// Recognises the protocol of a connection whose beginning grows. `progress` is that of the same connection with fewer
/// bytes, and of no other one.
#[must_use]
pub fn conclude(beginning: Beginning<'_>, progress: &mut Progress) -> Conclusion {
    let cut = |bytes| <[u8]>::get(bytes, ..ENOUGH).unwrap_or(bytes);
    let view = View { client: cut(beginning.received), server: cut(beginning.sent) };
    let said = match beginning.first {
        Speaker::Client => view.client,
        Speaker::Server => view.server,
    };
    if said.is_empty() {
        return Conclusion { recognition: Recognition::Undecided, is_final: false };
    }
    let full = view.client.len() >= ENOUGH && view.server.len() >= ENOUGH;
    let coming = Coming { first: beginning.more && said.len() < ENOUGH, any: beginning.more && !full };
    match decide(view, beginning.first, coming, progress) {
        Answer::Found(found) => {
            Conclusion { is_final: found.complete, recognition: Recognition::Recognised(found) }
        }
        Answer::Open => Conclusion { recognition: Recognition::Undecided, is_final: false },
        Answer::None => {
            let is_final = !coming.any || progress.is_at_end() && said.len() >= SAMPLE;
            let recognition =
                if content::is_text(said) { Recognition::UnknownText } else { Recognition::UnknownBinary };
            Conclusion { recognition, is_final }
        }
    }
}

impl Progress {
    /// Whether what the first speaker says is of no protocol, so that only a few of its bytes matter: beside a greeting,
    /// they tell protocols apart that greet alike.
    #[must_use]
    pub const fn is_first_done(self) -> bool {
        self.first == DONE
    }

    /// Whether all checks have found a contradiction.
    const fn is_at_end(self) -> bool {
        self.first == DONE && self.second == DONE
    }
}

/// The progress of a direction whose checks have all found a contradiction.
const DONE: usize = usize::MAX;

/// Asks about who spoke first, and if that is of no protocol, about the other one.
fn decide(view: View<'_>, first: Speaker, coming: Coming, progress: &mut Progress) -> Answer {
    let client = (&CLIENT, view.client);
    let server = (&SERVER, view.server);
    let [(first, begun), (second, replied)] = match first {
        Speaker::Client => [client, server],
        Speaker::Server => [server, client],
    };
    match ask(first, begun, view, coming.first, &mut progress.first) {
        Answer::Found(found) => return Answer::Found(settled(found, view, coming)),
        Answer::Open => return Answer::Open,
        Answer::None => {}
    }
    match ask(second, replied, view, true, &mut progress.second) {
        // An echo says nothing about the server.
        Answer::Found(found) if !is_echo(view) => Answer::Found(settled(found, view, coming)),
        Answer::Found(_) | Answer::Open | Answer::None => Answer::None,
    }
}

fn is_echo(view: View<'_>) -> bool {
    view.client.iter().zip(view.server).all(|(received, sent)| received == sent)
}

/// The first check that does not find a contradiction decides. Those before it are not asked again. `said` is
/// what the side says whose checks `by_byte` has.
fn ask(by_byte: &ByFirstByte, said: &[u8], view: View<'_>, more: bool, progress: &mut usize) -> Answer {
    let Some(&byte) = said.first() else { return if more { Answer::Open } else { Answer::None } };
    let mut contradicted = true;
    for (place, check) in by_byte.of(byte).iter().enumerate().skip(*progress) {
        match check(view) {
            Ok(found) => return Answer::Found(found),
            Err(Stop::More) if more => return Answer::Open,
            Err(Stop::More) => contradicted = false,
            Err(Stop::Not) if contradicted => *progress = place + 1,
            Err(Stop::Not) => {}
        }
    }
    if contradicted {
        *progress = DONE;
    }
    Answer::None
}

/// With the protocol that is carried, and complete if no more bytes come.
fn settled(mut found: Recognised, view: View<'_>, coming: Coming) -> Recognised {
    if let Some(from) = found.carried_from {
        let inner = View { client: view.client.get(from..).unwrap_or_default(), server: view.server };
        let mut progress = Progress::default();
        match decide(inner, Speaker::Client, coming, &mut progress) {
            Answer::Found(inner) => {
                found.complete &= inner.complete;
                found.within = Some(Box::new(inner));
            }
            Answer::Open => found.complete = false,
            Answer::None => found.complete &= progress.is_at_end() && !inner.client.is_empty(),
        }
    }
    found.complete |= !coming.any;
    found
}
