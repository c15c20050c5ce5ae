//! The controller: switches backends, closes connections, stops the server. It runs on a thread of its own, with an
//! inbox.

mod handover;

use std::collections::VecDeque;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use self::handover::{End, Moved, Movement, OnRefusal};
use super::backend::Backend;
use super::control::{Control, Request};
use super::event_loop::EventLoop;
use super::idle_sweeper::IdleSweeper;
use super::shared::{Mail, Shared};
use super::threads::Threads;
use crate::model::event::{Fact, Outage};
use crate::model::{BackendKind, Closing, ConnectionId};

/// A connection that has not acknowledged a request is woken again after this time: a signal can arrive just before
/// its thread blocks. Waking every 2 ms instead cost 5 s of CPU time with 10,000 threads.
const WAKE_AGAIN: Duration = Duration::from_millis(20);
/// When the server stops, connections have this time to take their pending bytes.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Starts a backend, which does not accept yet.
pub(super) fn start_backend(kind: BackendKind, shared: &Arc<Shared>) -> io::Result<Box<dyn Backend>> {
    Ok(match kind {
        BackendKind::Async => Box::new(EventLoop::start(shared)?),
        BackendKind::Threads => Box::new(Threads::start(shared)?),
    })
}

/// Clones the descriptors of the listening sockets, for one more backend.
pub(super) fn share(listeners: &[TcpListener]) -> io::Result<Vec<TcpListener>> {
    listeners.iter().map(TcpListener::try_clone).collect()
}

/// Owns the listeners, the current backend, and the inbox.
pub(super) struct Switchboard {
    pub(super) shared: Arc<Shared>,
    pub(super) listeners: Vec<TcpListener>,
    pub(super) kind: BackendKind,
    pub(super) backend: Box<dyn Backend>,
    pub(super) mailbox: Receiver<Mail>,
    /// Commands that arrived during a switch.
    pub(super) waiting: VecDeque<Mail>,
    /// Closes idle connections, if there is an idle timeout.
    pub(super) _idle_sweeper: Option<IdleSweeper>,
    /// Requests that may not be acknowledged yet.
    pub(super) unheard: Vec<Unheard>,
}

/// A request that may not be acknowledged yet, and the connection that it was sent to.
pub(super) struct Unheard {
    request: Request,
    control: Arc<Control>,
}

impl Switchboard {
    /// Handles messages until the server stops.
    pub(super) fn run(mut self) {
        loop {
            match self.next_order() {
                None => self.wake_again(),
                Some(Mail::Switch(to)) if to != self.kind => self.switch(to),
                Some(Mail::Close(id, how)) => self.close(id, how),
                Some(Mail::Stop) => return self.stop(),
                // No handover is going on: such a message comes too late.
                Some(_) => {}
            }
        }
    }

    /// The next message, or `None` when it is time to wake connections again.
    fn next_order(&mut self) -> Option<Mail> {
        if let Some(order) = self.waiting.pop_front() {
            return Some(order);
        }
        if self.unheard.is_empty() {
            return self.mailbox.recv().ok();
        }
        self.mailbox.recv_timeout(WAKE_AGAIN).ok()
    }

    fn wake_again(&mut self) {
        self.unheard.retain(|unheard| unheard.control.awaits(unheard.request));
        self.unheard.iter().for_each(|unheard| unheard.control.wake());
        self.shared.hub.nudge();
    }

    fn close(&mut self, id: ConnectionId, how: Closing) {
        let Some(control) = self.shared.registry.get(id) else { return };
        let request = match how {
            Closing::Finish => Request::Finish,
            Closing::Reset => Request::Reset,
        };
        if control.ask(request).is_ok() {
            self.unheard.push(Unheard { request, control });
            self.shared.hub.nudge();
        }
    }

    /// Switches to the other backend: it accepts before the old one stops; then the connections move.
    fn switch(&mut self, to: BackendKind) {
        let (from, started) = (self.kind, Instant::now());
        let connections = self.shared.registry.len() as u64;
        tracing::info!(target: "bytewatch::switch", "{from} → {to}: to hand over: {connections}");
        self.shared.hub.fact(Fact::Switching { from, to, connections });
        match self.move_to(to) {
            Ok(Moved { over: connections, out, .. }) => {
                let outage = Outage::of(out);
                let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
                tracing::info!(target: "bytewatch::switch", "{from} → {to}: {connections} handed over in {micros} µs");
                self.shared.hub.fact(Fact::Switched { from, to, connections, micros, outage });
            }
            Err(Failed { moved_back, why }) => {
                let detail = why.to_string();
                tracing::warn!(target: "bytewatch::switch", "{from} → {to} failed, {moved_back} moved back: {detail}");
                self.shared.hub.fact(Fact::SwitchFailed { from, to, moved_back, detail });
            }
        }
    }

    fn move_to(&mut self, to: BackendKind) -> Result<Moved, Failed> {
        let nothing_moved = |why| Failed { moved_back: 0, why };
        self.check_limits(to).map_err(nothing_moved)?;
        let mut new = start_backend(to, &self.shared).map_err(nothing_moved)?;
        let listeners = share(&self.listeners).map_err(nothing_moved)?;
        new.start_accepting(listeners).map_err(nothing_moved)?;
        self.backend.stop_accepting();
        let from = self.kind;
        let movement = Movement::new(&self.shared, &self.mailbox, &mut self.waiting);
        let (mut old_end, mut new_end) = (End::new(from, &mut *self.backend), End::new(to, &mut *new));
        let there = movement.run(&mut old_end, &mut new_end, OnRefusal::GiveBack);
        let Some(why) = there.failure else {
            self.backend = new;
            self.kind = to;
            return Ok(there);
        };
        self.take_up_accepting_again();
        new.stop_accepting();
        let movement = Movement::new(&self.shared, &self.mailbox, &mut self.waiting);
        let (mut new_end, mut old_end) = (End::new(to, &mut *new), End::new(from, &mut *self.backend));
        let back = movement.run(&mut new_end, &mut old_end, OnRefusal::Insist);
        Err(Failed { moved_back: there.back + back.over, why })
    }

    /// Checks the limits first: a switch that would exceed one of them spares all connections the way there and back.
    fn check_limits(&self, to: BackendKind) -> io::Result<()> {
        let (limit, connections) = (&self.shared.limits.threads, self.shared.registry.len());
        if to == BackendKind::Threads && connections > limit.connections {
            return Err(io::Error::other(format!(
                "thread limit: {} allows {}, live: {connections}",
                limit.set_by, limit.connections
            )));
        }
        Ok(())
    }

    /// Makes the old backend accept again. It has accepted before, so this fails only when the system has no
    /// resources left at all: then it is retried until it works, or until the program ends. In the meantime the other
    /// backend accepts.
    fn take_up_accepting_again(&mut self) {
        while let Err(error) = share(&self.listeners).and_then(|shared| self.backend.start_accepting(shared))
        {
            tracing::error!(target: "bytewatch::switch", "cannot accept on {} again yet: {error}", self.kind);
            std::thread::sleep(WAKE_AGAIN);
            self.waiting.extend(self.mailbox.try_iter());
            if self.is_to_stop() {
                return;
            }
        }
    }

    fn is_to_stop(&self) -> bool {
        self.waiting.iter().any(|order| matches!(order, Mail::Stop))
    }

    /// Closes the listeners, then the connections: each client gets its pending bytes, as far as it takes them in
    /// time.
    fn stop(mut self) {
        self.backend.stop_accepting();
        self.listeners.clear();
        self.ask_all(Request::Leave);
        // The second `Stop` arrived during a switch.
        let mut limit = Instant::now() + if self.is_to_stop() { Duration::ZERO } else { STOP_LIMIT };
        while self.shared.registry.len() > 0 {
            match self.mailbox.recv_timeout(WAKE_AGAIN) {
                Ok(Mail::Stop) => limit = Instant::now(),
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= limit {
                self.ask_all(Request::Reset);
            } else {
                let controls = self.shared.registry.all();
                // Not the connections that have acknowledged: a signal would interrupt their wait for the client, and
                // the wait would start anew.
                let unheard = controls.iter().filter(|control| control.awaits(Request::Leave));
                unheard.for_each(|control| control.wake());
            }
            self.shared.hub.nudge();
        }
        drop(self.backend);
        self.shared.hub.fact(Fact::Stopped);
    }

    fn ask_all(&self, request: Request) {
        for control in self.shared.registry.all() {
            // A closed connection needs no request.
            let _ = control.ask(request);
        }
        self.shared.hub.nudge();
    }
}

/// Why a switch failed.
struct Failed {
    moved_back: u64,
    why: io::Error,
}
