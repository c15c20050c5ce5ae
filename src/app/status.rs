//! Messages in the last line.

use crate::app::format;
use crate::bytes::safe;
use crate::event::{ConnectionEvent, ConnectionId, Event, ServerEvent, SwitchEvent, Timestamp};

/// How long a message stays if no key is pressed, in microseconds.
const STAYS: u64 = 4_000_000;

/// The severity of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Information.
    Info,
    /// Success.
    Success,
    /// An error.
    Error,
}

/// A message that has not got its time yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// The severity of the message.
    pub severity: Severity,
    /// The text.
    pub text: String,
    /// The message disappears when this connection closes.
    pub about: Option<ConnectionId>,
}

/// A message in the last line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// The severity of the message.
    pub severity: Severity,
    /// The text; safe to print.
    pub text: String,
    /// When the message disappears.
    pub until: Timestamp,
    /// The message disappears when this connection closes.
    pub about: Option<ConnectionId>,
}

impl Status {
    pub(crate) fn new(message: &Message, now: Timestamp) -> Self {
        let Message { severity, ref text, about } = *message;
        Self { severity, text: safe::line(text), until: now.plus_micros(STAYS), about }
    }

    /// Returns the message about an event, if it has one.
    pub(crate) fn of(event: &Event, now: Timestamp) -> Option<Self> {
        let (severity, text) = match event {
            Event::Switch(SwitchEvent::Completed { to, connections, micros, .. }) => {
                let (connections, time) =
                    (format::plural(*connections, "connection"), format::duration(*micros));
                (Severity::Success, format!("switched to {to}: {connections} in {time}"))
            }
            Event::Switch(SwitchEvent::Failed { to, detail, .. }) => {
                (Severity::Error, format!("switch to {to} failed: {detail}"))
            }
            Event::Connection(id, ConnectionEvent::Declined { side, detail }) => {
                (Severity::Error, format!("{id}, {side}: not done: {detail}"))
            }
            Event::Server(ServerEvent::Refused { clients: 1, detail }) => {
                (Severity::Error, format!("a client was turned away: {detail}"))
            }
            Event::Server(ServerEvent::Refused { clients, detail }) => {
                (Severity::Error, format!("{} clients were turned away: {detail}", format::count(*clients)))
            }
            Event::Server(ServerEvent::Failed { detail }) => (Severity::Error, detail.clone()),
            &Event::Server(ServerEvent::ClockStepped { micros, .. }) => {
                let way = if micros < 0 { "back" } else { "forward" };
                let by = match micros.unsigned_abs() {
                    short @ ..60_000_000 => format::duration(short),
                    long => format::age(long),
                };
                (Severity::Info, format!("the wall clock was set {way} by {by}"))
            }
            Event::Server(ServerEvent::Stopped) => (Severity::Info, "the server has ended".to_owned()),
            _ => return None,
        };
        Some(Self::new(&Message { severity, text, about: None }, now))
    }
}
