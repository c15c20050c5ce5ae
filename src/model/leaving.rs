//! Whether a client that sent RST had been served before.

use crate::event::{Call, CloseReason, Direction, Side};
use crate::model::connection::{CloseRecord, Connection};

impl CloseRecord {
    /// Whether the connection ended with an error. A reset by a client that had been served is none.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        self.reason.is_error() && self.unread.is_none()
    }
}

/// For a client that sent RST after all that it had sent was read and answered: the number of bytes that were sent to it
/// behind its last ones. How many of them it has read is not known, as the system forgets what was acknowledged.
///
/// Programs send RST instead of FIN when they close a socket with unread bytes, or when they are asked to.
pub(super) fn unread(known: &Connection, closed: &CloseRecord) -> Option<u64> {
    let by_client = closed.reason == CloseReason::PeerReset && closed.failed_call != Some(Call::Write);
    let is_stuck = known.is_slow(Side::Client) || Side::ALL.into_iter().any(|side| has_held(known, side));
    let answer = known.stream(Direction::Sent).total().saturating_sub(known.sent_before_last);
    // A service that answers nothing owes no answer; an upstream may.
    let is_mute = known.sent.total() == 0 && known.upstream.is_none();
    let is_answered = answer > 0 || is_mute || known.received.total() == 0;
    (by_client && !is_stuck && is_answered).then_some(answer)
}

fn has_held(known: &Connection, side: Side) -> bool {
    known.held(side).is_some_and(|held| !held.bytes.is_empty())
}
