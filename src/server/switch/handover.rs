//! Hands connections over from one backend to another, a few at a time, while the others are still being served.
//!
//! Releasing all at once would make each connection wait for about as long as the whole handover takes. With a window
//! of connections in flight, a connection waits for its own turn only; the next one is requested when one has been
//! adopted.
//!
//! The longest outage is mostly a wait for a CPU. Measured over 40 switches of 50 connections in a closed loop, on
//! two CPUs that this program, its clients and others kept busy: the longest outage of a switch was 1 to 10 ms, but
//! in two of the 40 it was 37 and 76 ms. Starting the other backend and its accepting took under 1 ms, unless there
//! was no CPU for that either. A handover ran for 0.4 to 1.5 ms on this thread; the longest lasted 89 ms, of which
//! this thread was runnable and got no CPU for 69 ms (`schedstat`), while released connections were in its inbox.
//! From there, a connection is adopted within 0.4 ms, and served again 0 to 5 ms later, when its thread or the loop
//! gets a CPU. So nothing here blocks, and only a higher priority would shorten the worst case, which takes a
//! privilege.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::event::{BackendKind, ConnectionId};
use crate::server::backend::shared::{ControlMessage, Shared};
use crate::server::backend::{Backend, NotAdopted};
use crate::server::connection::Connection;
use crate::server::control::registry::HandoverEvent;
use crate::server::control::{Control, Request};

/// A connection that has not acknowledged a request is woken again after this time: a signal can arrive just before
/// its thread blocks. Waking every 2 ms instead cost 5 s of CPU time with 10,000 threads.
pub(super) const WAKE_INTERVAL: Duration = Duration::from_millis(20);

/// The most connections in flight at once. More make each connection wait longer for its turn, fewer make the whole
/// handover slower where the loop is busy. Measured with 10,000: 16 threads at a time start within 2 ms, and more do
/// not start sooner; the loop adopts 64 within 17 ms, in two thirds of the time that it takes for 16 at a time.
const fn window(to: BackendKind) -> usize {
    match to {
        BackendKind::Threads => 16,
        BackendKind::Async => 64,
    }
}

/// A backend and its kind.
pub(crate) struct BackendRef<'a> {
    kind: BackendKind,
    backend: &'a mut dyn Backend,
}

impl<'a> BackendRef<'a> {
    pub(crate) fn new(kind: BackendKind, backend: &'a mut dyn Backend) -> Self {
        Self { kind, backend }
    }
}

/// A connection in flight.
struct InFlight {
    control: Arc<Control>,
    /// The backend that it goes to.
    to: BackendKind,
}

/// What to do when a backend cannot adopt a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OnFailure {
    /// Return the connection to its old backend, and stop the handover.
    Return,
    /// Retry until the backend can: it has served this connection before, and there is no other backend.
    Retry,
}

/// The result of a handover.
#[derive(Debug, Default)]
pub(crate) struct HandoverReport {
    /// The number of connections that the new backend has adopted.
    pub(crate) adopted: u64,
    /// The number of connections that were in flight and returned to the old backend.
    pub(crate) returned: u64,
    /// The outage of each adopted connection, in microseconds: the time between the two backends.
    pub(crate) outages: Vec<u64>,
    /// Why the handover is incomplete.
    pub(crate) failure: Option<io::Error>,
}

/// One handover of all connections from a backend to another.
pub(crate) struct Handover<'a> {
    shared: &'a Arc<Shared>,
    inbox: &'a Receiver<ControlMessage>,
    /// User commands that arrive in the meantime, deferred.
    deferred: &'a mut VecDeque<ControlMessage>,
    /// Connections that were requested and not yet adopted, with the backend that they go to.
    in_flight: HashMap<ConnectionId, InFlight>,
    /// Connections in flight that no backend could adopt yet; retried after a while.
    retry_queue: Vec<Connection>,
    last_wake: Instant,
    report: HandoverReport,
}

impl<'a> Handover<'a> {
    pub(crate) fn new(
        shared: &'a Arc<Shared>,
        inbox: &'a Receiver<ControlMessage>,
        deferred: &'a mut VecDeque<ControlMessage>,
    ) -> Self {
        let (in_flight, retry_queue, report) = (HashMap::new(), Vec::new(), HandoverReport::default());
        Self { shared, inbox, deferred, in_flight, retry_queue, last_wake: Instant::now(), report }
    }

    /// Hands over all connections that `from` serves; it must not accept any more. When this returns, no connection
    /// is in flight. When the user stops the server, connections that no backend can adopt are dropped.
    pub(crate) fn run<'e>(
        mut self,
        from: &mut BackendRef<'e>,
        to: &mut BackendRef<'e>,
        on_failure: OnFailure,
    ) -> HandoverReport {
        let mut left = VecDeque::from(self.shared.registry.served_by(from.kind));
        loop {
            self.request_more(&mut left, to.kind);
            if self.in_flight.is_empty() {
                return self.report;
            }
            if self.deferred.iter().any(|message| matches!(message, ControlMessage::Stop)) {
                self.retry_queue.clear();
            }
            let refused = match self.next_message() {
                Some(ControlMessage::Released(connection)) => self.adopt(connection, from, to).err(),
                Some(ControlMessage::NotAdopted(connection, why)) => Some(NotAdopted { connection, why }),
                Some(ControlMessage::Handover(HandoverEvent::Adopted(id, outage))) => {
                    self.on_adopted(id, outage, to.kind);
                    None
                }
                Some(ControlMessage::Handover(HandoverEvent::Closed(id))) => {
                    self.in_flight.remove(&id);
                    None
                }
                Some(message) => {
                    self.deferred.push_back(message);
                    None
                }
                None => {
                    self.retry_adoptions(from, to);
                    None
                }
            };
            if let Some(NotAdopted { connection, why }) = refused {
                if on_failure == OnFailure::Return {
                    self.report.failure.get_or_insert(why);
                }
                self.retry_queue.push(*connection);
            }
        }
    }

    /// Requests connections until the window is full, unless something has failed.
    fn request_more(&mut self, left: &mut VecDeque<(ConnectionId, Arc<Control>)>, to: BackendKind) {
        let mut requested = 0;
        while self.report.failure.is_none() && self.in_flight.len() < window(to) {
            let Some((id, control)) = left.pop_front() else { break };
            if control.request(Request::HandOver).is_ok() {
                self.in_flight.insert(id, InFlight { control, to });
                requested += 1;
            }
        }
        if requested > 0 {
            self.shared.event_queue.room().wake_threads();
        }
    }

    /// Waits for a message. Returns `None` when it is time to retry; connections that have not acknowledged are woken
    /// then.
    fn next_message(&mut self) -> Option<ControlMessage> {
        let limit = (self.last_wake + WAKE_INTERVAL).saturating_duration_since(Instant::now());
        if !limit.is_zero()
            && let Ok(message) = self.inbox.recv_timeout(limit)
        {
            return Some(message);
        }
        self.last_wake = Instant::now();
        self.in_flight.values().for_each(|connection| connection.control.wake());
        self.shared.event_queue.room().wake_threads();
        None
    }

    /// Lets the new backend adopt the connection, or the old one once something has failed.
    fn adopt<'e>(
        &mut self,
        mut connection: Box<Connection>,
        from: &mut BackendRef<'e>,
        to: &mut BackendRef<'e>,
    ) -> Result<(), NotAdopted> {
        let target = if self.report.failure.is_some() { from } else { to };
        connection.reassign(target.kind);
        if let Some(in_flight) = self.in_flight.get_mut(&connection.registration.id()) {
            in_flight.to = target.kind;
        }
        target.backend.adopt(connection)
    }

    fn retry_adoptions<'e>(&mut self, from: &mut BackendRef<'e>, to: &mut BackendRef<'e>) {
        for connection in std::mem::take(&mut self.retry_queue) {
            if let Err(refused) = self.adopt(Box::new(connection), from, to) {
                self.retry_queue.push(*refused.connection);
            }
        }
    }

    fn on_adopted(&mut self, id: ConnectionId, outage: Duration, to: BackendKind) {
        match self.in_flight.remove(&id) {
            Some(connection) if connection.to == to => {
                self.report.adopted += 1;
                self.report.outages.push(u64::try_from(outage.as_micros()).unwrap_or(u64::MAX));
            }
            Some(_) => self.report.returned += 1,
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
