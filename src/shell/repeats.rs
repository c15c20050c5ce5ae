//! Commands that are given again and again.

use std::time::{Duration, Instant};

use crate::event::Command;
use crate::shell::timers::Interval;

/// The commands that are repeated, if any are.
#[derive(Debug, Default)]
pub(crate) struct Repeats(Option<Repeat>);

#[derive(Debug)]
struct Repeat {
    commands: Vec<Command>,
    interval: Interval,
}

impl Repeats {
    /// Repeats these commands, the first time at once, instead of others.
    pub(crate) fn start(&mut self, commands: Vec<Command>, every: Duration) {
        self.0 = Some(Repeat { commands, interval: Interval::new(every) });
    }

    /// Repeats nothing any more.
    pub(crate) fn end(&mut self) {
        self.0 = None;
    }

    /// When the commands are due next.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.0.as_ref().map(|repeat| repeat.interval.next())
    }

    /// The commands, if they are due.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Command> {
        let Some(repeat) = &mut self.0 else { return Vec::new() };
        if repeat.interval.has_elapsed(now) { repeat.commands.clone() } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ConnectionCommand, ConnectionId, Side};

    #[test]
    fn commands_come_again_after_their_time_until_they_are_ended() {
        let bytes = b"PING"[..].into();
        let send = Command::Connection(ConnectionId(1), ConnectionCommand::Send { to: Side::Client, bytes });
        let mut repeats = Repeats::default();
        assert_eq!(repeats.next(), None);
        let every = Duration::from_secs(2);
        repeats.start(vec![send.clone()], every);
        let first = repeats.next().unwrap();
        assert_eq!(repeats.due(first), std::slice::from_ref(&send), "at once");
        assert_eq!(repeats.next(), Some(first + every));
        assert_eq!(repeats.due(first + every / 2), []);
        // A late turn is not made good.
        assert_eq!(repeats.due(first + 5 * every), [send]);
        assert_eq!(repeats.next(), Some(first + 6 * every));
        repeats.end();
        assert_eq!((repeats.next(), repeats.due(first + 9 * every)), (None, vec![]));
    }
}
