//! Actions that watchers ask for.

use std::time::{Duration, Instant};

use tracing::{info, warn};

use crate::bytes::safe;
use crate::event::{CloseMode, Command, ConnectionCommand, ConnectionId};
use crate::fleet::bus::publish::shared::Shared;
use crate::fleet::wire::{Order, Outcome, Text};

/// Allows so much in a second.
pub(super) struct Limit {
    most: u32,
    since: Option<Instant>,
    count: u32,
}

impl Limit {
    pub(super) const fn per_second(most: u32) -> Self {
        Self { most, since: None, count: 0 }
    }

    pub(super) fn allows(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            (self.since, self.count) = (Some(now), 0);
        }
        self.count = self.count.saturating_add(1);
        self.count <= self.most
    }
}

/// Passes an action on to the server, if it is allowed and meant for this run. The name of who asks is only a claim, so
/// the log has the inbox, too.
pub(super) fn obey(shared: &Shared, order: &Order, reply: &str) -> Outcome {
    let refusal = if shared.is_clash() {
        Some(Outcome::Refused { why: Text::new("two programs have this name") })
    } else {
        shared.publication.lock().refusal(order)
    };
    let who = safe::line(order.who().as_str());
    let reply = safe::line(reply);
    let what = match order {
        Order::Switch { to, .. } => {
            format!("switch to {}", crate::event::BackendKind::from(*to).word())
        }
        Order::Close { connection, .. } => format!("close #{connection}"),
        Order::Reset { connection, .. } => format!("reset #{connection}"),
    };
    if let Some(refusal) = refusal {
        warn!(target: "bytewatch::bus", "not obeyed: {what}, asked for by \"{who}\" ({reply})");
        return refusal;
    }
    info!(target: "bytewatch::bus", "{what}, asked for by \"{who}\" ({reply})");
    let close =
        |connection: u64, how| Command::Connection(ConnectionId(connection), ConnectionCommand::Close(how));
    (shared.role.act)(match *order {
        Order::Switch { to, .. } => Command::Switch(to.into()),
        Order::Close { connection, .. } => close(connection, CloseMode::Finish),
        Order::Reset { connection, .. } => close(connection, CloseMode::Reset),
    });
    Outcome::Accepted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_much_is_allowed_in_a_second() {
        let (mut limit, begin) = (Limit::per_second(3), Instant::now());
        let allowed = |limit: &mut Limit, at| (0..5).filter(|_| limit.allows(begin + at)).count();
        assert_eq!(allowed(&mut limit, Duration::ZERO), 3);
        assert_eq!(allowed(&mut limit, Duration::from_millis(999)), 0);
        assert_eq!(allowed(&mut limit, Duration::from_secs(1)), 3);
    }
}
