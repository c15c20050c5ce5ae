//! Connects to an upstream, without waiting: a plain struct that either backend polls, and that moves between them.
//!
//! The name of a host is resolved on another thread. Its addresses are tried in the order of the system, each with an
//! equal share of the time that is left, so that one that does not answer leaves time for the others. A backend polls
//! when the resolver notifies it, when [`Connect::socket`] is writable, and at the time that [`ConnectState::Waiting`]
//! names; to poll more often does no harm.
//!
//! An event loop registers the descriptor of [`Connect::socket`] and drops this registration before it polls: a poll
//! may close the socket and open one for the next address.

mod attempt;
mod error;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::event::Address;
use crate::server::net::connect::attempt::{Begun, Checked, Target, begin, check};
pub(in crate::server) use crate::server::net::connect::error::{ConnectError, FailedAttempt};
use crate::server::net::resolver::{Notify, Resolution, Resolver};
use crate::server::net::socket::Socket;
use crate::server::net::upstream::{HostAndPort, Upstream};

/// A connect to a full backlog of the Unix domain is tried again after a pause, which doubles from the first value to
/// the last one: such a connect has not begun, and no event tells when there is room.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LAST_PAUSE: Duration = Duration::from_millis(100);

/// A connect that is under way.
pub(in crate::server) struct Connect {
    began: Instant,
    deadline: Instant,
    phase: ConnectPhase,
    /// The addresses that are not tried yet.
    left: VecDeque<Target>,
    failures: Vec<FailedAttempt>,
}

enum ConnectPhase {
    /// No address is being tried: the next one of `left` is.
    Idle,
    Resolving(HostAndPort, Resolution),
    /// A connect has begun.
    Connecting {
        target: Target,
        socket: Socket,
        until: Instant,
    },
    /// The backlog was full.
    Pausing {
        target: Target,
        until: Instant,
        pause: Duration,
    },
}

/// What has become of a connect.
#[derive(Debug)]
pub(in crate::server) enum ConnectState {
    /// The connect is under way: poll again at this time, unless something happens before.
    Waiting { until: Instant },
    /// The connect is complete.
    Connected(ConnectedSocket),
    /// No address could be connected to. Further polls say the same.
    Failed(ConnectError),
}

/// A connection to an upstream.
#[derive(Debug)]
pub(in crate::server) struct ConnectedSocket {
    /// The socket, which does not block.
    pub(in crate::server) socket: Socket,
    /// The address that it is connected to.
    pub(in crate::server) address: Address,
    /// Whether the peer has reset the connection since. The socket tells that only once, and has done so: what the
    /// peer sent before can be read, and then the end of the stream.
    pub(in crate::server) is_reset: bool,
    /// When the connect began, with the resolution of the name.
    pub(in crate::server) began: Instant,
}

impl ConnectedSocket {
    /// The time that the connect took until now, in microseconds.
    pub(in crate::server) fn micros(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.began).as_micros()).unwrap_or(u64::MAX)
    }
}

/// How a step of a connect ended.
enum ConnectStep {
    Connected { socket: Socket, address: Address, is_reset: bool },
    Wait(ConnectPhase),
    Failed(FailedAttempt),
}

impl Connect {
    /// Prepares a connect, which has to be complete at the deadline; the first poll begins it. `notify` is called on
    /// another thread when the name is resolved, and wakes the thread or task that polls.
    pub(in crate::server) fn new(
        upstream: &Upstream,
        now: Instant,
        deadline: Instant,
        resolver: &Resolver,
        notify: Notify,
    ) -> Self {
        let (phase, left) = match upstream {
            Upstream::Inet(address) => (ConnectPhase::Idle, VecDeque::from([Target::Inet(*address)])),
            Upstream::Unix(name) => (ConnectPhase::Idle, VecDeque::from([Target::Unix(name.clone())])),
            Upstream::Host(host) => {
                (ConnectPhase::Resolving(host.clone(), resolver.resolve(host, notify)), VecDeque::new())
            }
        };
        Self { began: now, deadline, phase, left, failures: Vec::new() }
    }

    /// The socket of the connect that is under way: poll again when it is writable. `None` while the name is resolved
    /// and in the pause before a backlog is tried again.
    pub(in crate::server) const fn socket(&self) -> Option<&Socket> {
        match &self.phase {
            ConnectPhase::Connecting { socket, .. } => Some(socket),
            ConnectPhase::Idle | ConnectPhase::Resolving(..) | ConnectPhase::Pausing { .. } => None,
        }
    }

    /// Goes on as far as it can without waiting.
    pub(in crate::server) fn poll(&mut self, now: Instant) -> ConnectState {
        loop {
            let step = match std::mem::replace(&mut self.phase, ConnectPhase::Idle) {
                ConnectPhase::Idle => match self.left.pop_front() {
                    None => return ConnectState::Failed(ConnectError::new(self.failures.clone())),
                    Some(target) if now >= self.deadline => {
                        ConnectStep::Failed(FailedAttempt::timed_out(&target.address()))
                    }
                    Some(target) => self.begin(target, FIRST_PAUSE, now),
                },
                ConnectPhase::Resolving(host, resolution) => match self.resolved(host, resolution, now) {
                    Some(step) => step,
                    None => continue,
                },
                ConnectPhase::Connecting { target, socket, until } => checked(target, socket, until, now),
                ConnectPhase::Pausing { target, .. } if now >= self.deadline => {
                    ConnectStep::Failed(FailedAttempt::full_backlog(&target.address()))
                }
                ConnectPhase::Pausing { target, until, pause } if now >= until => {
                    self.begin(target, (pause * 2).min(LAST_PAUSE), now)
                }
                pausing @ ConnectPhase::Pausing { .. } => ConnectStep::Wait(pausing),
            };
            match step {
                ConnectStep::Connected { socket, address, is_reset } => {
                    self.left.clear();
                    let began = self.began;
                    return ConnectState::Connected(ConnectedSocket { socket, address, is_reset, began });
                }
                ConnectStep::Wait(phase) => {
                    self.phase = phase;
                    return ConnectState::Waiting { until: self.until() };
                }
                ConnectStep::Failed(attempt) => self.failures.push(attempt),
            }
        }
    }

    /// When to poll again at the latest.
    fn until(&self) -> Instant {
        match self.phase {
            ConnectPhase::Connecting { until, .. } | ConnectPhase::Pausing { until, .. } => {
                until.min(self.deadline)
            }
            ConnectPhase::Idle | ConnectPhase::Resolving(..) => self.deadline,
        }
    }

    /// Takes the addresses, if they are there. `None` means that they can be tried.
    fn resolved(&mut self, host: HostAndPort, resolution: Resolution, now: Instant) -> Option<ConnectStep> {
        match resolution.take() {
            Some(Ok(addresses)) if addresses.is_empty() => {
                Some(ConnectStep::Failed(FailedAttempt::new(&host, "no address is known")))
            }
            Some(Ok(addresses)) => {
                self.left = addresses.into_iter().map(|address: SocketAddr| Target::Inet(address)).collect();
                None
            }
            Some(Err(error)) => Some(ConnectStep::Failed(FailedAttempt::new(&host, &error.to_string()))),
            None if now >= self.deadline => Some(ConnectStep::Failed(FailedAttempt::unresolved(&host))),
            None => Some(ConnectStep::Wait(ConnectPhase::Resolving(host, resolution))),
        }
    }

    /// Begins the connect to one address.
    fn begin(&self, target: Target, pause: Duration, now: Instant) -> ConnectStep {
        match begin(&target) {
            Ok(Begun::UnderWay(socket)) => {
                let rest = self.deadline.saturating_duration_since(now);
                let share = rest / u32::try_from(self.left.len() + 1).unwrap_or(u32::MAX);
                checked(target, socket, now + share, now)
            }
            Ok(Begun::BacklogFull) => {
                ConnectStep::Wait(ConnectPhase::Pausing { target, until: now + pause, pause })
            }
            Err(error) => ConnectStep::Failed(FailedAttempt::of(&target.address(), &error)),
        }
    }
}

/// Looks whether a connect is complete.
fn checked(target: Target, socket: Socket, until: Instant, now: Instant) -> ConnectStep {
    match check(&socket) {
        Ok(Checked::Connected(address)) => ConnectStep::Connected { socket, address, is_reset: false },
        Ok(Checked::Reset) => ConnectStep::Connected { socket, address: target.address(), is_reset: true },
        Ok(Checked::UnderWay) if now >= until => {
            ConnectStep::Failed(FailedAttempt::timed_out(&target.address()))
        }
        Ok(Checked::UnderWay) => ConnectStep::Wait(ConnectPhase::Connecting { target, socket, until }),
        Err(error) => ConnectStep::Failed(FailedAttempt::of(&target.address(), &error)),
    }
}

#[cfg(test)]
mod tests;
