//! What the dashboard says about the protocol of a connection.

use std::borrow::Cow;

use crate::app::format;
use crate::bytes::protocol::{NAMES, Recognised, Recognition, SERVER_SPEAKS_FIRST};
use crate::bytes::safe;
use crate::event::Timestamp;
use crate::model::Connection;

/// Once nobody has spoken for this number of microseconds, it is said which clients wait.
const SILENCE: u64 = 3_000_000;

/// Returns what stands in the column of the protocol: the name of what the client and the server speak in the end, with a
/// question mark if others may begin like this too.
#[must_use]
pub fn label(known: &Connection) -> Cow<'static, str> {
    match known.opening.recognition() {
        Recognition::Recognised(found) if is_sure(found) => found.innermost().into(),
        Recognition::Recognised(found) => format!("{}?", found.innermost()).into(),
        Recognition::UnknownText => "text".into(),
        Recognition::UnknownBinary => "binary".into(),
        Recognition::Undecided => "".into(),
    }
}

/// Whether what is spoken is sure, and that in which it is carried.
fn is_sure(found: &Recognised) -> bool {
    found.sure && found.within.as_ref().is_none_or(|within| is_sure(within))
}

/// Returns the width that the column needs for this connection. Text of no protocol alone needs no column.
pub(super) fn width(known: &Connection) -> u16 {
    match known.opening.recognition() {
        Recognition::Recognised(_) | Recognition::UnknownBinary => format::width(&label(known)),
        Recognition::UnknownText | Recognition::Undecided => 0,
    }
}

/// Returns the place of a connection among others that are sorted by protocol: by name, and those without a name last.
pub(super) fn rank(known: &Connection) -> u64 {
    let behind = NAMES.len() as u64;
    match known.opening.recognition() {
        Recognition::Recognised(found) => {
            let name = found.innermost();
            NAMES.iter().position(|other| *other == name).map_or(behind, |place| place as u64)
        }
        Recognition::UnknownBinary => behind + 1,
        Recognition::UnknownText => behind + 2,
        Recognition::Undecided => behind + 3,
    }
}

/// Returns the names for the title of the stream, from the outside; `None` if there is none.
#[must_use]
pub fn title(known: &Connection) -> Option<String> {
    let found = known.opening.protocol()?;
    let mark = if is_sure(found) { "" } else { "?" };
    Some(format!("{}{mark}", found.names().collect::<Vec<_>>().join(" > ")))
}

/// What is said about a protocol in two wordings; safe to print.
pub(super) struct SpokenWords {
    pub(super) long: String,
    pub(super) short: String,
}

/// Returns what is known of the protocol of a connection: the name, what the beginning says beyond it, and why.
pub(super) fn words(known: &Connection) -> Option<SpokenWords> {
    let found = known.opening.protocol()?;
    let (detail, evidence) = (safe::line(&found.full_detail()), safe::line(&found.evidence));
    let colon = if detail.is_empty() { "" } else { ": " };
    let (sure, mark) = if is_sure(found) { ("recognised as", "") } else { ("perhaps", "?") };
    let name = found.protocol;
    let by = if evidence.is_empty() { String::new() } else { format!(", by {evidence}") };
    Some(SpokenWords {
        long: format!("{sure} {name}{colon}{detail}{by}"),
        short: format!("{name}{mark}{colon}{detail}"),
    })
}

/// Returns what to say of a connection on which nobody has spoken for a while, though this program serves it.
#[must_use]
pub fn silence(known: &Connection, now: Timestamp, send: &str) -> Option<String> {
    let bytes = known.received.total() + known.sent.total();
    let silent = now.micros_since(known.opened);
    if bytes > 0 || silent < SILENCE || known.closed.is_some() || known.upstream.is_some() {
        return None;
    }
    let [others @ .., last] = SERVER_SPEAKS_FIRST;
    // The names come last: a small pane cuts them.
    Some(format!(
        "Nothing received or sent for {}. --greet TEXT greets each client, {send} sends something now. \
         Clients of {} and {last} wait until the server speaks.",
        format::age(silent),
        others.join(", "),
    ))
}
