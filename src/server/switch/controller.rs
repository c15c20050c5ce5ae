//! The controller: switches backends, closes connections, stops the server. It runs on a thread of its own, with an
//! inbox.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::event::{BackendKind, Event, FaultPlan, ListenerId, Outage, ServerEvent, SwitchEvent};
use crate::server::backend::Backend;
use crate::server::backend::event_loop::EventLoop;
use crate::server::backend::shared::{Answer, ControlMessage, Shared, Unacknowledged};
use crate::server::backend::threads::Threads;
use crate::server::control::Request;
use crate::server::control::idle_sweeper::IdleSweeper;
use crate::server::net::route::Entrance;
use crate::server::switch::handover::{BackendRef, Handover, HandoverReport, OnFailure, WAKE_INTERVAL};

/// When the server stops, connections have this time to take their pending bytes.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Starts a backend, which does not accept yet.
pub(in crate::server) fn start_backend(
    kind: BackendKind,
    shared: &Arc<Shared>,
) -> io::Result<Box<dyn Backend>> {
    Ok(match kind {
        BackendKind::Async => Box::new(EventLoop::start(shared)?),
        BackendKind::Threads => Box::new(Threads::start(shared)?),
    })
}

/// Clones the descriptors of the listening sockets, for one more backend.
pub(in crate::server) fn clone_listeners(entrances: &[Entrance]) -> io::Result<Vec<Entrance>> {
    entrances.iter().map(Entrance::try_clone).collect()
}

/// Owns the listeners, the current backend, and the inbox.
pub(in crate::server) struct Controller {
    pub(in crate::server) shared: Arc<Shared>,
    pub(in crate::server) entrances: Vec<Entrance>,
    pub(in crate::server) kind: BackendKind,
    pub(in crate::server) backend: Box<dyn Backend>,
    pub(in crate::server) inbox: Receiver<ControlMessage>,
    /// Commands that arrived during a switch.
    pub(in crate::server) deferred: VecDeque<ControlMessage>,
    /// Closes idle connections, if there is an idle timeout.
    pub(in crate::server) _idle_sweeper: Option<IdleSweeper>,
    /// Requests that may not be acknowledged yet.
    pub(in crate::server) unacknowledged: Vec<Unacknowledged>,
}

impl Controller {
    /// Handles messages until the server stops.
    pub(in crate::server) fn run(mut self) {
        loop {
            match self.next_message() {
                None => self.wake_unacknowledged(),
                Some(ControlMessage::Switch(to)) if to != self.kind => self.switch(to),
                Some(ControlMessage::Requested(request)) => self.unacknowledged.push(request),
                Some(ControlMessage::AddListener(entrance, answer)) => self.add_listener(entrance, answer),
                Some(ControlMessage::CloseListener(id, answer)) => self.close_listener(id, answer),
                Some(ControlMessage::Stop) => return self.stop(),
                // No handover is going on: such a message comes too late.
                Some(_) => {}
            }
        }
    }

    /// The next message, or `None` when it is time to wake connections again.
    fn next_message(&mut self) -> Option<ControlMessage> {
        if let Some(message) = self.deferred.pop_front() {
            return Some(message);
        }
        if self.unacknowledged.is_empty() {
            return self.inbox.recv().ok();
        }
        self.inbox.recv_timeout(WAKE_INTERVAL).ok()
    }

    fn wake_unacknowledged(&mut self) {
        self.unacknowledged
            .retain(|unacknowledged| unacknowledged.control.is_pending(unacknowledged.request));
        self.unacknowledged.iter().for_each(|unacknowledged| unacknowledged.control.wake());
        self.shared.event_queue.room().wake_threads();
    }

    /// Accepts from one more listener, beside the others.
    fn add_listener(&mut self, entrance: Entrance, answer: Answer) {
        let route = Arc::clone(&entrance.route);
        // First, so that a change of its faults misses no connection.
        self.shared.add_route(Arc::clone(&route));
        let clone = entrance.try_clone();
        let added = clone.and_then(|clone| self.backend.start_accepting(vec![clone]));
        if added.is_ok() {
            self.entrances.push(entrance);
            self.shared.tell_listening_on(&route, self.kind);
            self.shared.tell_plan(&route, &FaultPlan::default(), &route.plan.lock());
        } else {
            self.shared.remove_route(route.id);
        }
        // The receiver is gone if the answer is not waited for.
        let _ = answer.send(added);
    }

    /// Closes a listener. Those that stay keep their clients waiting for a moment, and refuse none.
    fn close_listener(&mut self, id: ListenerId, answer: Answer) {
        let place = self.entrances.iter().position(|entrance| entrance.route.id == id);
        let closed = match place {
            None => Err(io::ErrorKind::NotFound.into()),
            Some(place) => {
                self.backend.stop_accepting();
                let Entrance { route, .. } = self.entrances.remove(place);
                self.resume_accepting();
                self.shared.remove_route(id);
                let address = route.address.clone();
                self.shared.event_queue.emit(Event::Server(ServerEvent::ListenerClosed { address }));
                Ok(())
            }
        };
        // The receiver is gone if the answer is not waited for.
        let _ = answer.send(closed);
    }

    /// Switches to the other backend: it accepts before the old one stops; then the connections move.
    fn switch(&mut self, to: BackendKind) {
        let (from, started) = (self.kind, Instant::now());
        let connections = self.shared.registry.len() as u64;
        tracing::info!(target: "bytewatch::switch", "{from} → {to}: to hand over: {connections}");
        self.shared.event_queue.emit(Event::Switch(SwitchEvent::Started { from, to, connections }));
        match self.hand_over_to(to) {
            Ok(HandoverReport { adopted: connections, outages, .. }) => {
                let outage = Outage::of(outages);
                let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
                tracing::info!(target: "bytewatch::switch", "{from} → {to}: {connections} handed over in {micros} µs");
                self.shared.event_queue.emit(Event::Switch(SwitchEvent::Completed {
                    from,
                    to,
                    connections,
                    micros,
                    outage,
                }));
            }
            Err(SwitchFailure { moved_back, why }) => {
                let detail = why.to_string();
                tracing::warn!(target: "bytewatch::switch", "{from} → {to} failed, {moved_back} moved back: {detail}");
                self.shared.event_queue.emit(Event::Switch(SwitchEvent::Failed {
                    from,
                    to,
                    moved_back,
                    detail,
                }));
            }
        }
    }

    fn hand_over_to(&mut self, to: BackendKind) -> Result<HandoverReport, SwitchFailure> {
        let nothing_moved = |why| SwitchFailure { moved_back: 0, why };
        self.check_limits(to).map_err(nothing_moved)?;
        let mut new = start_backend(to, &self.shared).map_err(nothing_moved)?;
        let entrances = clone_listeners(&self.entrances).map_err(nothing_moved)?;
        new.start_accepting(entrances).map_err(nothing_moved)?;
        self.backend.stop_accepting();
        let from = self.kind;
        let handover = Handover::new(&self.shared, &self.inbox, &mut self.deferred);
        let (mut old_ref, mut new_ref) =
            (BackendRef::new(from, &mut *self.backend), BackendRef::new(to, &mut *new));
        let there = handover.run(&mut old_ref, &mut new_ref, OnFailure::Return);
        let Some(why) = there.failure else {
            self.backend = new;
            self.kind = to;
            return Ok(there);
        };
        self.resume_accepting();
        new.stop_accepting();
        let handover = Handover::new(&self.shared, &self.inbox, &mut self.deferred);
        let (mut new_ref, mut old_ref) =
            (BackendRef::new(to, &mut *new), BackendRef::new(from, &mut *self.backend));
        let back = handover.run(&mut new_ref, &mut old_ref, OnFailure::Retry);
        Err(SwitchFailure { moved_back: there.returned + back.adopted, why })
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
    fn resume_accepting(&mut self) {
        while let Err(error) =
            clone_listeners(&self.entrances).and_then(|shared| self.backend.start_accepting(shared))
        {
            tracing::error!(target: "bytewatch::switch", "cannot accept on {} again yet: {error}", self.kind);
            std::thread::sleep(WAKE_INTERVAL);
            self.deferred.extend(self.inbox.try_iter());
            if self.stop_requested() {
                return;
            }
        }
    }

    fn stop_requested(&self) -> bool {
        self.deferred.iter().any(|message| matches!(message, ControlMessage::Stop))
    }

    /// Closes the listeners, then the connections: each client gets its pending bytes, as far as it takes them in
    /// time.
    fn stop(mut self) {
        self.backend.stop_accepting();
        self.entrances.clear();
        self.request_all(Request::Shutdown);
        // The second `Stop` arrived during a switch.
        let mut limit = Instant::now() + if self.stop_requested() { Duration::ZERO } else { STOP_LIMIT };
        while self.shared.registry.len() > 0 {
            match self.inbox.recv_timeout(WAKE_INTERVAL) {
                Ok(ControlMessage::Stop) => limit = Instant::now(),
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= limit {
                self.request_all(Request::Reset);
            } else {
                let controls = self.shared.registry.all();
                // Not the connections that have acknowledged: a signal would interrupt their wait for the client, and
                // the wait would start anew.
                let unacknowledged = controls.iter().filter(|control| control.is_pending(Request::Shutdown));
                unacknowledged.for_each(|control| control.wake());
            }
            self.shared.event_queue.room().wake_threads();
        }
        drop(self.backend);
        self.shared.event_queue.emit(Event::Server(ServerEvent::Stopped));
    }

    fn request_all(&self, request: Request) {
        for control in self.shared.registry.all() {
            // A closed connection needs no request.
            let _ = control.request(request);
        }
        self.shared.event_queue.room().wake_threads();
    }
}

/// Why a switch failed.
struct SwitchFailure {
    moved_back: u64,
    why: io::Error,
}
