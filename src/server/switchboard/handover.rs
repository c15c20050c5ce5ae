//! Moves connections from one backend to another, a few at a time, the rest being served meanwhile.
//!
//! Releasing all at once would make each connection wait for about as long as the whole takes. With a window of those that
//! are on the way, one waits for its own turn only; the next is asked when one has arrived.
//!
//! The longest outage is mostly a wait for a core. Measured over 40 switches of 50 connections in a closed loop, on two
//! cores that this program, its clients and others kept busy: the longest outage of a switch was 1 to 10 ms, but in two
//! of the 40 it was 37 and 76 ms. To start the other backend and its accepting took under 1 ms, unless there was no core
//! for that either. A movement ran for 0.4 to 1.5 ms on this thread; the longest lasted 89 ms, of which this thread was
//! ready to run and got no core for 69 ms (`schedstat`), while connections that were let go lay in its mailbox. From
//! there, a connection is adopted within 0.4 ms, and served again 0 to 5 ms later, when its thread or the loop gets a core.
//! So nothing here blocks, and what would make the worst case shorter is a higher priority, which takes a privilege.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::WAKE_AGAIN;
use crate::model::{BackendKind, ConnectionId};
use crate::server::backend::{Backend, NotAdopted};
use crate::server::connection::Connection;
use crate::server::control::{Control, Heard, Request};
use crate::server::registry::Notice;
use crate::server::shared::{Mail, Shared};

/// The most connections that are on the way at once. More make each wait longer for its turn, fewer make the whole slower where
/// the loop is busy. Measured with 10,000: 16 threads at a time begin within 2 ms, and more are not begun sooner; the loop
/// takes in 64 within 17 ms, in two thirds of the time that it takes for 16 at a time.
const fn window(to: BackendKind) -> usize {
    match to {
        BackendKind::Threads => 16,
        BackendKind::Async => 64,
    }
}

/// A backend, by name.
pub(super) type End<'a> = (BackendKind, &'a mut dyn Backend);

/// What to do when a backend cannot take a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OnRefusal {
    /// Give it back to where it came from, and stop moving.
    GiveBack,
    /// Ask again until it can: it has served this connection before, and there is nowhere else to go.
    Insist,
}

/// What came of moving.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// Connections that are served by the new backend.
    pub(super) over: u64,
    /// Connections that were on the way and are served by the old one again.
    pub(super) back: u64,
    /// For how long nobody served each of those that went over, in microseconds.
    pub(super) out: Vec<u64>,
    /// Why not all of them went over.
    pub(super) failure: Option<io::Error>,
}

/// One movement of all connections of a backend to another.
pub(super) struct Movement<'a> {
    shared: &'a Arc<Shared>,
    mailbox: &'a Receiver<Mail>,
    /// Orders of the user that come meanwhile, for later.
    waiting: &'a mut VecDeque<Mail>,
    /// Asked to be handed over and not yet served again, with where they go.
    on_the_way: HashMap<ConnectionId, (Arc<Control>, BackendKind)>,
    /// Those of them that nobody could take yet: offered again after a while.
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

    /// Moves all that `from` serves; it must not accept any more. When this returns, nobody is on the way. When the user
    /// wants the program to end, those that nobody can take are given up.
    pub(super) fn run(mut self, mut from: End<'_>, mut to: End<'_>, on_refusal: OnRefusal) -> Moved {
        let mut left = VecDeque::from(self.shared.registry.served_by(from.0));
        loop {
            self.ask(&mut left, to.0);
            if self.on_the_way.is_empty() {
                return self.moved;
            }
            if self.waiting.iter().any(|order| matches!(order, Mail::Stop)) {
                self.parked.clear();
            }
            let refused = match self.next_mail() {
                Some(Mail::Released(connection)) => self.offer(connection, &mut from, &mut to).err(),
                Some(Mail::NotAdopted(connection, why)) => Some(NotAdopted { connection, why }),
                Some(Mail::Notice(Notice::Arrived(id, out))) => {
                    self.arrived(id, out, to.0);
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
                    self.offer_parked(&mut from, &mut to);
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

    /// Keeps the window full, unless something has failed.
    fn ask(&mut self, left: &mut VecDeque<(ConnectionId, Arc<Control>)>, to: BackendKind) {
        let mut asked = 0;
        while self.moved.failure.is_none() && self.on_the_way.len() < window(to) {
            let Some((id, control)) = left.pop_front() else { break };
            if control.ask(Request::HandOver) == Heard::Soon {
                self.on_the_way.insert(id, (control, to));
                asked += 1;
            }
        }
        if asked > 0 {
            self.shared.hub.nudge();
        }
    }

    /// Waits for a letter. Nothing comes back when it is time to look after those that are parked; those who have not
    /// heard are woken then.
    fn next_mail(&mut self) -> Option<Mail> {
        let patience = (self.woken + WAKE_AGAIN).saturating_duration_since(Instant::now());
        if !patience.is_zero()
            && let Ok(mail) = self.mailbox.recv_timeout(patience)
        {
            return Some(mail);
        }
        self.woken = Instant::now();
        self.on_the_way.values().for_each(|(control, _)| control.wake());
        self.shared.hub.nudge();
        None
    }

    /// Where it was to go, or back where it came from once something has failed.
    fn offer(
        &mut self,
        mut connection: Box<Connection>,
        from: &mut End<'_>,
        to: &mut End<'_>,
    ) -> Result<(), NotAdopted> {
        let failed = self.moved.failure.is_some();
        let kind = if failed { from.0 } else { to.0 };
        connection.redirect(kind);
        if let Some((_, goes_to)) = self.on_the_way.get_mut(&connection.membership.id()) {
            *goes_to = kind;
        }
        if failed { from.1.adopt(connection) } else { to.1.adopt(connection) }
    }

    fn offer_parked(&mut self, from: &mut End<'_>, to: &mut End<'_>) {
        for connection in std::mem::take(&mut self.parked) {
            if let Err(refused) = self.offer(Box::new(connection), from, to) {
                self.parked.push(*refused.connection);
            }
        }
    }

    fn arrived(&mut self, id: ConnectionId, out: Duration, to: BackendKind) {
        match self.on_the_way.remove(&id) {
            Some((_, went_to)) if went_to == to => {
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
