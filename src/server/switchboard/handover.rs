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

use super::WAKE_AGAIN;
use crate::model::{BackendKind, ConnectionId};
use crate::server::backend::{Backend, NotAdopted};
use crate::server::connection::Connection;
use crate::server::control::{Control, Request};
use crate::server::registry::Notice;
use crate::server::shared::{Mail, Shared};

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
pub(super) struct End<'a> {
    kind: BackendKind,
    backend: &'a mut dyn Backend,
}

impl<'a> End<'a> {
    pub(super) fn new(kind: BackendKind, backend: &'a mut dyn Backend) -> Self {
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
pub(super) enum OnRefusal {
    /// Return the connection to its old backend, and stop the handover.
    GiveBack,
    /// Retry until the backend can: it has served this connection before, and there is no other backend.
    Insist,
}

/// The result of a handover.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// The number of connections that the new backend has adopted.
    pub(super) over: u64,
    /// The number of connections that were in flight and returned to the old backend.
    pub(super) back: u64,
    /// The outage of each adopted connection, in microseconds: the time between the two backends.
    pub(super) out: Vec<u64>,
    /// Why the handover is incomplete.
    pub(super) failure: Option<io::Error>,
}

/// One handover of all connections from a backend to another.
pub(super) struct Movement<'a> {
    shared: &'a Arc<Shared>,
    mailbox: &'a Receiver<Mail>,
    /// User commands that arrive in the meantime, deferred.
    waiting: &'a mut VecDeque<Mail>,
    /// Connections that were requested and not yet adopted, with the backend that they go to.
    on_the_way: HashMap<ConnectionId, InFlight>,
    /// Connections in flight that no backend could adopt yet; retried after a while.
    parked: Vec<Connection>,
    woken: Instant,
    moved: Moved,
}

impl<'a> Movement<'a> {
    pub(super) fn new(
        shared: &'a Arc<Shared>,
        mailbox: &'a Receiver<Mail>,
        waiting: &'a mut VecDeque<Mail>,
    ) -> Self {
        let (on_the_way, parked, moved) = (HashMap::new(), Vec::new(), Moved::default());
        Self { shared, mailbox, waiting, on_the_way, parked, woken: Instant::now(), moved }
    }

    /// Hands over all connections that `from` serves; it must not accept any more. When this returns, no connection
    /// is in flight. When the user stops the server, connections that no backend can adopt are dropped.
    pub(super) fn run<'e>(mut self, from: &mut End<'e>, to: &mut End<'e>, on_refusal: OnRefusal) -> Moved {
        let mut left = VecDeque::from(self.shared.registry.served_by(from.kind));
        loop {
            self.ask(&mut left, to.kind);
            if self.on_the_way.is_empty() {
                return self.moved;
            }
            if self.waiting.iter().any(|order| matches!(order, Mail::Stop)) {
                self.parked.clear();
            }
            let refused = match self.next_mail() {
                Some(Mail::Released(connection)) => self.offer(connection, from, to).err(),
                Some(Mail::NotAdopted(connection, why)) => Some(NotAdopted { connection, why }),
                Some(Mail::Notice(Notice::Arrived(id, out))) => {
                    self.arrived(id, out, to.kind);
                    None
                }
                Some(Mail::Notice(Notice::Gone(id))) => {
                    self.on_the_way.remove(&id);
                    None
                }
                Some(order) => {
                    self.waiting.push_back(order);
                    None
                }
                None => {
                    self.offer_parked(from, to);
                    None
                }
            };
            if let Some(NotAdopted { connection, why }) = refused {
                if on_refusal == OnRefusal::GiveBack {
                    self.moved.failure.get_or_insert(why);
                }
                self.parked.push(*connection);
            }
        }
    }

    /// Requests connections until the window is full, unless something has failed.
    fn ask(&mut self, left: &mut VecDeque<(ConnectionId, Arc<Control>)>, to: BackendKind) {
        let mut asked = 0;
        while self.moved.failure.is_none() && self.on_the_way.len() < window(to) {
            let Some((id, control)) = left.pop_front() else { break };
            if control.ask(Request::HandOver).is_ok() {
                self.on_the_way.insert(id, InFlight { control, to });
                asked += 1;
            }
        }
        if asked > 0 {
            self.shared.hub.nudge();
        }
    }

    /// Waits for a message. Returns `None` when it is time to retry; connections that have not acknowledged are woken
    /// then.
    fn next_mail(&mut self) -> Option<Mail> {
        let patience = (self.woken + WAKE_AGAIN).saturating_duration_since(Instant::now());
        if !patience.is_zero()
            && let Ok(mail) = self.mailbox.recv_timeout(patience)
        {
            return Some(mail);
        }
        self.woken = Instant::now();
        self.on_the_way.values().for_each(|connection| connection.control.wake());
        self.shared.hub.nudge();
        None
    }

    /// Lets the new backend adopt the connection, or the old one once something has failed.
    fn offer<'e>(
        &mut self,
        mut connection: Box<Connection>,
        from: &mut End<'e>,
        to: &mut End<'e>,
    ) -> Result<(), NotAdopted> {
        let target = if self.moved.failure.is_some() { from } else { to };
        connection.redirect(target.kind);
        if let Some(in_flight) = self.on_the_way.get_mut(&connection.membership.id()) {
            in_flight.to = target.kind;
        }
        target.backend.adopt(connection)
    }

    fn offer_parked<'e>(&mut self, from: &mut End<'e>, to: &mut End<'e>) {
        for connection in std::mem::take(&mut self.parked) {
            if let Err(refused) = self.offer(Box::new(connection), from, to) {
                self.parked.push(*refused.connection);
            }
        }
    }

    fn arrived(&mut self, id: ConnectionId, out: Duration, to: BackendKind) {
        match self.on_the_way.remove(&id) {
            Some(connection) if connection.to == to => {
                self.moved.over += 1;
                self.moved.out.push(u64::try_from(out.as_micros()).unwrap_or(u64::MAX));
            }
            Some(_) => self.moved.back += 1,
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
