//! What both sides of each connection did, in the order in which it was recorded.

use std::collections::HashMap;
use std::ops::Range;

use bytes::Bytes;

use crate::event::{
    CloseReason, ConnectionEvent, ConnectionId, Direction, Event, ServerEvent, Side, Stamped, StreamEvent,
    StreamId, Timestamp,
};

/// The largest number of bytes that are kept of a recording, with those that are missing in it.
const LARGEST: u64 = 1 << 30;

/// A side of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Party {
    /// The side that opened the connection.
    Client,
    /// The side that accepted it.
    Server,
}

impl Party {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// What a side did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// It sent these bytes.
    Bytes(Bytes),
    /// It sent this number of bytes, which are missing in the recording.
    Missing(u64),
    /// It sent FIN.
    Finish,
    /// It sent RST.
    Reset,
}

/// One step of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// When it was recorded.
    pub at: Timestamp,
    /// Who did it.
    pub by: Party,
    /// What was done.
    pub action: Action,
}

/// The steps of one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    /// Its number in the recording.
    pub connection: ConnectionId,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was closed, if that was recorded.
    pub closed: Option<Timestamp>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

/// The stream that a side is expected to send.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Expected {
    /// Its bytes, with zeros for those that are missing in the recording.
    pub bytes: Vec<u8>,
    /// Where bytes are missing.
    pub unknown: Vec<Range<usize>>,
}

impl Script {
    const fn new(connection: ConnectionId, opened: Timestamp) -> Self {
        Self { connection, opened, closed: None, steps: Vec::new() }
    }

    /// The number of bytes that are missing in the recording.
    #[must_use]
    pub fn missing(&self) -> u64 {
        let missing = self.steps.iter().map(|step| match step.action {
            Action::Missing(bytes) => bytes,
            Action::Bytes(_) | Action::Finish | Action::Reset => 0,
        });
        missing.sum()
    }

    /// Whether this side sent any byte that was recorded.
    #[must_use]
    pub fn has_bytes_of(&self, party: Party) -> bool {
        self.steps.iter().any(|step| step.by == party && matches!(step.action, Action::Bytes(_)))
    }

    /// The stream of a side.
    #[must_use]
    pub fn expected_of(&self, party: Party) -> Expected {
        let mut expected = Expected::default();
        for step in self.steps.iter().filter(|step| step.by == party) {
            let start = expected.bytes.len();
            match &step.action {
                Action::Bytes(bytes) => expected.bytes.extend_from_slice(bytes),
                // The sum over a recording is limited.
                Action::Missing(bytes) => {
                    expected.bytes.resize(start + *bytes as usize, 0);
                    expected.unknown.push(start..expected.bytes.len());
                }
                Action::Finish | Action::Reset => {}
            }
        }
        expected
    }

    fn push(&mut self, at: Timestamp, by: Party, action: Action) {
        self.steps.push(Step { at, by, action });
    }

    fn has_finished(&self, party: Party) -> bool {
        self.steps.iter().any(|step| step.by == party && step.action == Action::Finish)
    }

    fn finish(&mut self, at: Timestamp, by: Party) {
        if !self.has_finished(by) {
            self.push(at, by, Action::Finish);
        }
    }

    /// The server finishes, before the client does. Its FIN is not among the events: it comes as late as it can.
    fn finish_server_first(&mut self, at: Timestamp) {
        if self.has_finished(Party::Server) {
            return;
        }
        let last = self.steps.pop_if(|step| step.by == Party::Client && step.action == Action::Finish);
        self.push(last.as_ref().map_or(at, |last| last.at), Party::Server, Action::Finish);
        self.steps.extend(last);
    }

    fn close(&mut self, at: Timestamp, reason: CloseReason) {
        self.closed = Some(at);
        match reason {
            CloseReason::PeerFinished => {
                self.finish(at, Party::Client);
                self.finish(at, Party::Server);
            }
            CloseReason::WeFinished | CloseReason::IdleTimeout | CloseReason::UpstreamFinished => {
                self.finish_server_first(at);
                self.finish(at, Party::Client);
            }
            CloseReason::PeerReset => self.push(at, Party::Client, Action::Reset),
            CloseReason::WeReset
            | CloseReason::UpstreamReset
            | CloseReason::UpstreamUnreachable
            | CloseReason::ProxyFailed
            | CloseReason::Refused => self.push(at, Party::Server, Action::Reset),
            // How these ended for the other side was not recorded.
            CloseReason::Timeout | CloseReason::TlsFailed | CloseReason::Error | CloseReason::Unseen => {}
        }
    }
}

/// Why a recording cannot be played.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScriptError {
    /// It does not fit into the memory that is meant for it.
    #[error("more than 1GiB is to be played: choose one connection with --connection")]
    TooLarge,
}

/// The connections of a recording, made from its events.
#[derive(Clone, Debug, Default)]
pub struct Scripts {
    all: Vec<Script>,
    /// Where the newest connection with a number is, and how much each side has sent.
    known: HashMap<ConnectionId, Known>,
    bytes: u64,
    unseen: u64,
}

#[derive(Clone, Debug)]
struct Known {
    index: usize,
    client: u64,
    server: u64,
}

impl Scripts {
    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// When the recording is too large.
    pub fn take(&mut self, stamped: &Stamped) -> Result<(), ScriptError> {
        let at = stamped.at;
        match &stamped.event {
            Event::Connection(id, ConnectionEvent::Opened { .. }) => {
                self.begin(*id, at);
            }
            Event::Connection(id, ConnectionEvent::InputEnded { side: Side::Client }) => {
                self.script(*id, at).finish(at, Party::Client);
            }
            Event::Connection(id, ConnectionEvent::HalfClosed { side: Side::Client }) => {
                self.script(*id, at).finish(at, Party::Server);
            }
            Event::Connection(id, ConnectionEvent::Closed { reason, .. }) => {
                self.script(*id, at).close(at, *reason);
            }
            Event::Stream(id, event) if id.side == Side::Client => return self.stream(*id, event, at),
            Event::Server(ServerEvent::Missed { bytes, .. }) => self.unseen += bytes,
            Event::Connection(..) | Event::Stream(..) | Event::Server(_) | Event::Switch(_) => {}
        }
        Ok(())
    }

    /// The connections, in the order in which they were opened.
    #[must_use]
    pub fn finish(mut self) -> Vec<Script> {
        self.all.sort_by_key(|script| script.opened);
        self.all
    }

    /// The number of missing bytes whose connection is not known.
    #[must_use]
    pub const fn unseen(&self) -> u64 {
        self.unseen
    }

    fn begin(&mut self, id: ConnectionId, at: Timestamp) -> usize {
        let index = self.all.len();
        self.known.insert(id, Known { index, client: 0, server: 0 });
        self.all.push(Script::new(id, at));
        index
    }

    fn script(&mut self, id: ConnectionId, at: Timestamp) -> &mut Script {
        let index = match self.known.get(&id) {
            Some(known) => known.index,
            None => self.begin(id, at),
        };
        &mut self.all[index]
    }

    fn stream(&mut self, id: StreamId, event: &StreamEvent, at: Timestamp) -> Result<(), ScriptError> {
        self.script(id.connection, at);
        let Some(known) = self.known.get_mut(&id.connection) else { return Ok(()) };
        let script = &mut self.all[known.index];
        let (by, length) = match id.direction {
            Direction::Received => (Party::Client, &mut known.client),
            Direction::Sent => (Party::Server, &mut known.server),
        };
        let (until, data) = match event {
            StreamEvent::Bytes { offset, data, .. } => (*offset, data.clone()),
            StreamEvent::Trimmed { offset, bytes, .. } => (offset.saturating_add(*bytes), Bytes::new()),
            StreamEvent::Missed { bytes, .. } => (length.saturating_add(*bytes), Bytes::new()),
        };
        let missing = until.saturating_sub(*length);
        self.bytes = self.bytes.saturating_add(missing).saturating_add(data.len() as u64);
        if self.bytes > LARGEST {
            return Err(ScriptError::TooLarge);
        }
        *length += missing + data.len() as u64;
        // The user may end a direction while bytes are pending in it: the end follows them.
        let end = script.steps.iter().rposition(|step| step.by == by && step.action == Action::Finish);
        let end = end.map(|index| script.steps.remove(index));
        if missing > 0 {
            script.push(at, by, Action::Missing(missing));
        }
        if !data.is_empty() {
            script.push(at, by, Action::Bytes(data));
        }
        script.steps.extend(end);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
