//! Moves connections from one backend to another, a few at a time, the rest being served meanwhile.
//!
//! Releasing all at once would make each connection wait for about as long as the whole takes. With a window of those that
//! are on the way, one waits for its own turn only; the next is asked when one has arrived.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Instant;

use super::WAKE_AGAIN;
use crate::model::{BackendKind, ConnectionId};
use crate::server::backend::{Backend, NotAdopted};
use crate::server::connection::Connection;
use crate::server::control::{Control, Heard, Request};
use crate::server::registry::Notice;
use crate::server::shared::{Mail, Shared};

/// So many connections are on the way at once (measured: 64 gives an outage of a few milliseconds at 10,000).
const WINDOW: usize = 64;

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
    woken: Instant,
    moved: Moved,
}

impl<'a> Movement<'a> {
    pub(super) fn new(
        shared: &'a Arc<Shared>,
        mailbox: &'a Receiver<Mail>,
        waiting: &'a mut VecDeque<Mail>,
    ) -> Self {
        let (on_the_way, moved) = (HashMap::new(), Moved::default());
        Self { shared, mailbox, waiting, on_the_way, woken: Instant::now(), moved }
    }

    /// Moves all that `from` serves; it must not accept any more. When this returns, nobody is on the way.
    pub(super) fn run(mut self, mut from: End<'_>, mut to: End<'_>, on_refusal: OnRefusal) -> Moved {
        let mut left = VecDeque::from(self.shared.registry.served_by(from.0));
        loop {
            while self.moved.failure.is_none() && self.on_the_way.len() < WINDOW {
                let Some((id, control)) = left.pop_front() else { break };
                if control.ask(Request::HandOver) == Heard::Soon {
                    self.on_the_way.insert(id, (control, to.0));
                }
            }
            if self.on_the_way.is_empty() {
                return self.moved;
            }
            let refused = match self.next_mail() {
                None => continue,
                Some(Mail::Released(connection)) if self.moved.failure.is_some() => {
                    self.insist(connection, &mut from);
                    continue;
                }
                Some(Mail::Released(connection)) => match self.offer(connection, &mut to) {
                    Ok(()) => continue,
                    Err(refused) => refused,
                },
                Some(Mail::NotAdopted(connection, why)) => NotAdopted { connection, why },
                Some(Mail::Notice(Notice::Arrived(id))) => {
                    self.arrived(id, to.0);
                    continue;
                }
                Some(Mail::Notice(Notice::Gone(id))) => {
                    self.on_the_way.remove(&id);
                    continue;
                }
                Some(order) => {
                    self.waiting.push_back(order);
                    continue;
                }
            };
            match on_refusal {
                OnRefusal::GiveBack => {
                    self.moved.failure.get_or_insert(refused.why);
                    self.insist(refused.connection, &mut from);
                }
                OnRefusal::Insist => self.insist(refused.connection, &mut to),
            }
        }
    }

    /// Waits for a letter; wakes those who have not heard meanwhile.
    fn next_mail(&mut self) -> Option<Mail> {
        if self.woken.elapsed() >= WAKE_AGAIN {
            self.woken = Instant::now();
            self.on_the_way.values().for_each(|(control, _)| control.wake());
        }
        self.mailbox.recv_timeout(WAKE_AGAIN).ok()
    }

    fn offer(&mut self, connection: Box<Connection>, to: &mut End<'_>) -> Result<(), NotAdopted> {
        connection.redirect(to.0);
        if let Some((_, goes_to)) = self.on_the_way.get_mut(&connection.membership.id()) {
            *goes_to = to.0;
        }
        to.1.adopt(connection)
    }

    fn insist(&mut self, mut connection: Box<Connection>, to: &mut End<'_>) {
        while let Err(refused) = self.offer(connection, to) {
            connection = refused.connection;
            thread::sleep(WAKE_AGAIN);
        }
    }

    fn arrived(&mut self, id: ConnectionId, to: BackendKind) {
        match self.on_the_way.remove(&id) {
            Some((_, went_to)) if went_to == to => self.moved.over += 1,
            Some(_) => self.moved.back += 1,
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
