//! Messages in the last line.

use super::strip::Tone;
use crate::bytes::safe;
use crate::model::event::Fact;
use crate::model::{ConnectionId, Moment};

use super::human;

/// How long a message stays if no key is pressed, in microseconds.
const STAYS: u64 = 4_000_000;

/// A message in the last line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// The severity of the message.
    pub tone: Tone,
    /// The text; safe to print.
    pub text: String,
    /// When the message disappears.
    pub until: Moment,
    /// The message disappears when this connection closes.
    pub about: Option<ConnectionId>,
}

impl Status {
    pub(super) fn new(tone: Tone, text: &str, now: Moment) -> Self {
        Self { tone, text: safe::line(text), until: now.plus_micros(STAYS), about: None }
    }

    /// Lets the message disappear when this connection closes.
    pub(super) fn about(self, id: ConnectionId) -> Self {
        Self { about: Some(id), ..self }
    }

    /// Returns the message about a fact, if it has one.
    pub(super) fn of(fact: &Fact, now: Moment) -> Option<Self> {
        let (tone, text) = match fact {
            Fact::Switched { to, connections, micros, .. } => {
                let (connections, time) =
                    (human::counted(*connections, "connection"), human::duration(*micros));
                (Tone::Good, format!("switched to {to}: {connections} in {time}"))
            }
            Fact::SwitchFailed { to, detail, .. } => (Tone::Bad, format!("switch to {to} failed: {detail}")),
            Fact::Refused { clients: 1, detail } => {
                (Tone::Bad, format!("a client was turned away: {detail}"))
            }
            Fact::Refused { clients, detail } => {
                (Tone::Bad, format!("{} clients were turned away: {detail}", human::count(*clients)))
            }
            Fact::Failed { detail } => (Tone::Bad, detail.clone()),
            &Fact::ClockStepped { micros, .. } => {
                let way = if micros < 0 { "back" } else { "forward" };
                let by = match micros.unsigned_abs() {
                    short @ ..60_000_000 => human::duration(short),
                    long => human::age(long),
                };
                (Tone::Plain, format!("the wall clock was set {way} by {by}"))
            }
            Fact::Stopped => (Tone::Plain, "the server has ended".to_owned()),
            _ => return None,
        };
        Some(Self::new(tone, &text, now))
    }
}
