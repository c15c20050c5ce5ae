//! The first message of what is held.

use crate::event::{Direction, HeldBytes, Side};
use crate::model::Connection;
use crate::model::message_index::{End, MessageIndex};

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

/// Why nothing goes on.
const UNFINISHED: &str = "The message has not come as a whole";
