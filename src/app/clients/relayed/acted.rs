//! What the dashboard says about what the user has done to a connection.

use crate::app::format;
use crate::event::{Direction, Side};
use crate::model::Connection;

/// One fact in two wordings.
pub(super) struct ActedWords {
    pub(super) long: String,
    pub(super) short: String,
}

/// Returns what the user has done to each side, with the counts that add up to what was sent there.
pub(super) fn words(known: &Connection) -> Vec<ActedWords> {
    let mut all = Vec::new();
    for side in Side::ALL {
        let Some(user) = known.user(side) else { continue };
        if user.injected > 0 {
            let injected = format::count(user.injected);
            let of = match side {
                Side::Client => format!("of {} B sent", format::count(known.stream(Direction::Sent).total())),
                Side::Upstream => "beside those of the client".to_owned(),
            };
            all.push(ActedWords {
                long: format!("{injected} B of the user to the {side}, {of}"),
                short: format!("user {injected} B to {side}"),
            });
        }
        if user.is_paused && known.closed.is_none() {
            all.push(ActedWords {
                long: format!("reads from the {side} are paused"),
                short: format!("{side} paused"),
            });
        }
        if let Some(held) = user.hold.as_ref().filter(|held| known.closed.is_none() || !held.bytes.is_empty())
        {
            let bytes = format::count(held.bytes.len() as u64);
            let when = if known.closed.is_some() { "were held at the end" } else { "are held" };
            all.push(ActedWords {
                long: format!("{bytes} B of the {side} {when}, from offset {}", format::count(held.from)),
                short: format!("{bytes} B of {side} held"),
            });
        }
        if user.dropped > 0 {
            let dropped = format::count(user.dropped);
            all.push(ActedWords {
                long: format!("the user dropped {dropped} B of the {side}"),
                short: format!("dropped {dropped} B of {side}"),
            });
        }
        if user.is_half_closed {
            all.push(ActedWords {
                long: format!("the user ended what is sent to the {side} (FIN)"),
                short: format!("FIN to {side}"),
            });
        }
    }
    all
}
