//! The first message of what is held.

use crate::event::{Direction, HeldBytes, Side};
use crate::model::Connection;
use crate::model::message_index::{End, MessageIndex};
use crate::model::user_actions::Held;

/// The messages of what is received from this side, if they are told apart.
pub(super) fn messages(known: &Connection, side: Side) -> Option<&MessageIndex> {
    known.messages(match side {
        Side::Client => Direction::Received,
        Side::Upstream => Direction::Sent,
    })
}

/// How many held bytes of this side belong to the first message, or why that is not known.
pub(super) fn bytes_of_first(known: &Connection, side: Side, held: &HeldBytes) -> Result<u64, &'static str> {
    let messages = messages(known, side).ok_or("No rule tells its messages apart")?;
    if held.is_empty() {
        return Err("Nothing is held");
    }
    if messages.stopped().is_some() {
        return Err("Behind a fault, no messages are told apart");
    }
    match side {
        // The messages of a client are told apart as they are received.
        Side::Client => {
            let Some(first) = held.first_received() else { return Ok(held.len() as u64) };
            let message = messages.at(first).filter(|message| message.end == End::Arrived);
            Ok(held.count_before(message.ok_or(UNFINISHED)?.range.end))
        }
        // Those of an upstream are told apart once they are sent to the client.
        Side::Upstream if held.start() == messages.next() => {
            messages.end_among(held.bytes()).ok_or(UNFINISHED)
        }
        Side::Upstream => {
            Err("What was let go on is not sent yet, or you sent something: the borders are not known")
        }
    }
}

/// How many of the held bytes belong to the message that had begun before.
pub(super) enum Begun {
    /// So many, and it ends with them: 0 if there is no such message.
    Ends(u64),
    /// So many, and more may follow.
    GoesOn(u64),
    /// That is known later.
    NotKnown,
}

/// How many of the held bytes of this side belong to the message in which the hold began, or why that is not known.
pub(super) fn begun(known: &Connection, side: Side, held: &Held) -> Result<Begun, &'static str> {
    let messages = messages(known, side).ok_or("No rule tells its messages apart")?;
    if messages.stopped().is_some() {
        return Err("Behind a fault, no messages are told apart");
    }
    if known.is_framing_behind() {
        return Ok(Begun::NotKnown);
    }
    // The message of the byte before this offset, if it has not ended there.
    let unfinished = |offset: u64| {
        let before = offset.checked_sub(1).and_then(|before| messages.at(before))?;
        Some(before).filter(|message| message.end != End::Arrived || message.range.end > offset)
    };
    let bytes = &held.bytes;
    Ok(match side {
        Side::Client => match unfinished(held.from) {
            None => Begun::Ends(0),
            Some(begun) if begun.end == End::Arrived && begun.range.end <= held.received => {
                Begun::Ends(bytes.count_before(begun.range.end))
            }
            Some(_) => Begun::GoesOn(bytes.len() as u64),
        },
        // What was let go on is told apart once it is sent.
        Side::Upstream if messages.next() < bytes.start() => Begun::NotKnown,
        Side::Upstream if messages.next() > bytes.start() => {
            return Err("You sent something: the borders are not known");
        }
        Side::Upstream if unfinished(messages.next()).is_none() => Begun::Ends(0),
        Side::Upstream => match messages.end_among(bytes.bytes()) {
            Some(end) => Begun::Ends(end),
            None => Begun::GoesOn(bytes.len() as u64),
        },
    })
}

/// Why nothing goes on.
const UNFINISHED: &str = "The message has not come as a whole";
