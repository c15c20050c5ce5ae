//! The packets at the end of a conversation. They follow from the reason for which the connection was closed.

use super::conversation::{Conversation, Packets};
use crate::event::{CloseReason, Direction, PerDirection, Timestamp};

/// How a conversation ends on one side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    /// Both ends finish, this one first.
    Finished(Direction),
    /// This end resets the connection.
    Reset(Direction),
}

impl Ending {
    /// How the conversation with the client ends.
    const fn with_client(reason: CloseReason) -> Self {
        match reason {
            CloseReason::PeerFinished => Self::Finished(Direction::Received),
            CloseReason::WeFinished
            | CloseReason::IdleTimeout
            | CloseReason::UpstreamFinished
            | CloseReason::TlsFailed => Self::Finished(Direction::Sent),
            CloseReason::PeerReset => Self::Reset(Direction::Received),
            CloseReason::WeReset
            | CloseReason::Timeout
            | CloseReason::Refused
            | CloseReason::UpstreamReset
            | CloseReason::UpstreamUnreachable
            | CloseReason::ProxyFailed
            | CloseReason::Error
            | CloseReason::Unseen => Self::Reset(Direction::Sent),
        }
    }

    /// How the conversation with an upstream ends.
    const fn with_upstream(reason: CloseReason) -> Self {
        match reason {
            CloseReason::UpstreamFinished => Self::Finished(Direction::Received),
            CloseReason::PeerFinished
            | CloseReason::WeFinished
            | CloseReason::IdleTimeout
            | CloseReason::TlsFailed => Self::Finished(Direction::Sent),
            CloseReason::UpstreamReset => Self::Reset(Direction::Received),
            CloseReason::PeerReset
            | CloseReason::WeReset
            | CloseReason::Timeout
            | CloseReason::Refused
            | CloseReason::UpstreamUnreachable
            | CloseReason::ProxyFailed
            | CloseReason::Error
            | CloseReason::Unseen => Self::Reset(Direction::Sent),
        }
    }
}

/// Ends the conversation with an upstream.
pub(super) fn close_upstream(
    conversation: &mut Conversation,
    packets: &mut Packets,
    at: Timestamp,
    reason: CloseReason,
) {
    conversation.remark(at, &format!("closed: {}", reason.word()));
    end(conversation, packets, at, Ending::with_upstream(reason));
}

/// Ends the conversation with a client, whose streams have these lengths. The reason stands at the first packet.
pub(super) fn close(
    conversation: &mut Conversation,
    packets: &mut Packets,
    at: Timestamp,
    reason: CloseReason,
    detail: Option<&str>,
    lengths: PerDirection<u64>,
) {
    for (direction, &length) in lengths.iter() {
        fill(conversation, packets, at, direction, length);
    }
    let detail = detail.map_or_else(String::new, |detail| format!(": {detail}"));
    conversation.remark(at, &format!("closed: {}{detail}", reason.word()));
    end(conversation, packets, at, Ending::with_client(reason));
}

fn end(conversation: &mut Conversation, packets: &mut Packets, at: Timestamp, ending: Ending) {
    match ending {
        Ending::Reset(from) => conversation.reset(packets, at, from),
        Ending::Finished(first) => {
            let last = if conversation.is_finished(first.other()) { first } else { first.other() };
            conversation.finish(packets, at, first);
            conversation.finish(packets, at, first.other());
            conversation.acknowledge(packets, at, last.other());
        }
    }
}

/// Leaves a gap for what is missing at the end of a stream, and shows it: nothing may acknowledge what no packet reached.
fn fill(
    conversation: &mut Conversation,
    packets: &mut Packets,
    at: Timestamp,
    direction: Direction,
    length: u64,
) {
    match conversation.missing(direction, length) {
        0 => {}
        missing if conversation.is_finished(direction) => {
            conversation.remark(at, &format!("the last {missing} bytes before a FIN are not recorded"));
        }
        _ => {
            conversation.skip(packets, at, direction, length);
            conversation.acknowledge(packets, at, direction);
        }
    }
}
