//! A connection as a plain struct that either backend can serve, and that moves between them.
//!
//! The backends make the socket calls; the [state machine](machine) decides what they mean.

mod broken;
mod close_cause;
pub(super) mod close_timeouts;
mod deliveries;
mod endpoint;
mod ends;
mod first_bytes;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod headers;
mod hold;
mod injection;
mod injection_queue;
mod lane;
mod lifecycle;
pub(super) mod machine;
mod pacing;
mod piece;
pub(super) mod proxying;
pub(super) mod read_buffer;
pub(super) mod sockets;
pub(super) mod tap;
mod tls_steps;
mod transport;
pub(super) mod wants;
mod writes;

use std::io;
use std::os::fd::AsFd;
use std::time::Instant;

use crate::event::{BackendKind, Call, Side};
use crate::server::connection::close_timeouts::CloseTimeouts;
pub(super) use crate::server::connection::close_timeouts::DELIVERY_CHECK;
pub(super) use crate::server::connection::lifecycle::SLOW_AFTER;
use crate::server::connection::machine::Machine;
use crate::server::connection::read_buffer::{ReadBuffer, ReadBytes};
use crate::server::connection::sockets::{Sockets, UpstreamLink};
pub(super) use crate::server::connection::wants::{ControlAction, Next, Wants};
use crate::server::connection::wants::{Delivery, Reply};
use crate::server::control::Request;
use crate::server::control::registry::Registration;
use crate::server::feed::OWN_BUFFER;
use crate::server::net::call_error::is_transient;
use crate::server::net::connect::ConnectState;
use crate::server::net::latency_sampler::{CoarseInstant, LatencySampler};
use crate::server::net::socket::Socket;

/// The sockets of a connection and everything that belongs to it. Dropping it anywhere ends the connection and emits
/// the close.
///
/// The order of the fields is the order of the end, even in a panic: first the sockets close, then the close is
/// emitted, then the registration is removed.
pub(super) struct Connection<S = Socket> {
    pub(super) sockets: Sockets<S>,
    /// Samples what the client waits for.
    pub(super) sampler: LatencySampler,
    pub(super) machine: Machine,
    pub(super) registration: Registration,
}

impl Connection {
    /// Reassigns the connection to this backend, which has to confirm the adoption if it did not serve the connection
    /// before.
    pub(super) fn reassign(&mut self, to: BackendKind) {
        if self.registration.reassign(to) != to {
            self.machine.handed_over(to);
        }
    }
}

impl<S: AsFd> Connection<S> {
    /// The connection with other sockets.
    ///
    /// # Errors
    /// `convert` failed: the connection as it was, and the error.
    pub(super) fn try_map<T>(
        self,
        convert: impl FnMut(S) -> Result<T, (S, io::Error)>,
        back: impl FnMut(T) -> S,
    ) -> Result<Connection<T>, (Box<Self>, io::Error)> {
        let Self { sockets, sampler, machine, registration } = self;
        match sockets.try_map(convert, back) {
            Ok(sockets) => Ok(Connection { sockets, sampler, machine, registration }),
            Err((sockets, why)) => Err((Box::new(Self { sockets, sampler, machine, registration }), why)),
        }
    }

    /// The connection with other sockets.
    pub(super) fn map<T>(self, convert: impl FnMut(S) -> T) -> Connection<T> {
        let Self { sockets, sampler, machine, registration } = self;
        Connection { sockets: sockets.map(convert), sampler, machine, registration }
    }

    /// Applies the pending requests.
    pub(super) fn apply_requests(&mut self) -> ControlAction {
        let Self { sockets, machine, registration, .. } = self;
        let control = registration.control();
        let requests = control.requests();
        if requests.is_empty() {
            return ControlAction::Continue;
        }
        if requests.has(Request::Reset) {
            machine.reset();
            return ControlAction::Continue;
        }
        let now = Instant::now();
        if let Some(faults) = control.take_faults() {
            machine.set_faults(&faults, now);
        }
        if requests.has(Request::Orders) {
            control.acknowledge(Request::Orders);
            let now = CoarseInstant::now();
            control.take_orders().into_iter().for_each(|order| machine.order(order, now));
        }
        for (request, limits) in
            [(Request::Finish, CloseTimeouts::CLOSE), (Request::Shutdown, CloseTimeouts::STOP)]
        {
            if requests.has(request) {
                control.acknowledge(request);
                control.stop_idle_clock();
                machine.finish(limits, now);
            }
        }
        if requests.has(Request::EndIdle) {
            control.acknowledge(Request::EndIdle);
            let is_idle = machine.is_serving()
                && control.idle_clock().is_some_and(|clock| clock.has_expired())
                && sockets.would_block(machine.next());
            if is_idle {
                control.stop_idle_clock();
                machine.finish_idle(now);
            }
        }
        // A closed connection is dropped by the backend that it is on.
        let leaves = requests.has(Request::HandOver) && !machine.is_closed();
        if leaves { ControlAction::HandOver } else { ControlAction::Continue }
    }

    /// Goes on with the connect to the upstream; `convert` prepares its socket. Returns when to go on again at the
    /// latest, unless the connect is over.
    pub(super) fn advance_connect(
        &mut self,
        convert: impl FnOnce(Socket) -> Result<S, (Socket, io::Error)>,
    ) -> Option<Instant> {
        let Self { sockets, machine, .. } = self;
        match sockets.connecting_mut()?.poll(Instant::now()) {
            ConnectState::Waiting { until } => return Some(until),
            ConnectState::Failed(error) => machine.not_connected(error.to_string()),
            ConnectState::Connected(connected) => {
                let micros = connected.micros(Instant::now());
                match convert(connected.socket) {
                    Ok(socket) => {
                        sockets.upstream = Some(Box::new(UpstreamLink::Connected(socket)));
                        machine.connected(connected.address, micros);
                        if connected.is_reset {
                            machine.was_reset(Side::Upstream);
                        }
                    }
                    Err((_, error)) => machine.not_connected(format!("{}: {error}", connected.address)),
                }
            }
        }
        None
    }

    /// Closes the sockets, emits the close and removes the registration, in this order.
    pub(super) fn close(self) {
        if self.machine.resets() {
            self.sockets.reset_on_close();
        }
        drop(self);
    }
}

/// Processes the result of one read: bytes, the end of the stream, or an error. The answer is written at once, as far
/// as `write` takes it. `sampler` has sampled the read, if it was one of the client's.
pub(super) fn process_read(
    machine: &mut Machine,
    sampler: Option<&mut LatencySampler>,
    side: Side,
    result: io::Result<usize>,
    buffer: &mut ReadBuffer<'_>,
    write: impl FnOnce(Side, &[u8]) -> io::Result<usize>,
) {
    let length = match result {
        Ok(0) => return machine.ended(side),
        Ok(length) => length,
        Err(error) => return machine.failed(side, Call::Read, &error),
    };
    if machine.awaits_header(side) {
        machine.receive_header(&buffer.space()[..length]);
        // No client waits for an answer that could be timed.
        let _ = sampler.and_then(LatencySampler::finish);
        return;
    }
    if machine.is_encrypted(side) {
        machine.decrypt(side, &mut buffer.space()[..length]);
        if machine.next() == Next::Deliver(side) {
            process_delivery(machine, sampler, side, write);
        }
        return;
    }
    let chunk = if machine.is_watched() { buffer.take(length) } else { buffer.peek(length) };
    process_chunk(machine, sampler, side, &chunk, write);
}

/// Processes what is [to be delivered](Next::Deliver) of a side, as [`process_read`] does the bytes of a read.
pub(super) fn process_delivery(
    machine: &mut Machine,
    sampler: Option<&mut LatencySampler>,
    side: Side,
    write: impl FnOnce(Side, &[u8]) -> io::Result<usize>,
) {
    match machine.take_delivery(side) {
        None => {}
        Some(Delivery::Received(bytes)) => {
            // The consumer copies short chunks, and is given long ones.
            let chunk =
                if bytes.len() < OWN_BUFFER { ReadBytes::Slice(&bytes) } else { ReadBytes::Shared(bytes) };
            process_chunk(machine, sampler, side, &chunk, write);
        }
        Some(Delivery::Released(taken)) => {
            let reply = machine.released(side, taken);
            // The time for which they were held is not the server's.
            process_reply(machine, None, reply, &ReadBytes::Slice(&[]), write);
        }
    }
}

/// Processes bytes of a side, and writes the answer at once, as far as `write` takes it.
fn process_chunk(
    machine: &mut Machine,
    sampler: Option<&mut LatencySampler>,
    side: Side,
    chunk: &ReadBytes<'_>,
    write: impl FnOnce(Side, &[u8]) -> io::Result<usize>,
) {
    let reply = machine.received(side, chunk);
    process_reply(machine, sampler, reply, chunk, write);
}

/// Processes the answer to `chunk`.
fn process_reply(
    machine: &mut Machine,
    sampler: Option<&mut LatencySampler>,
    reply: Reply,
    chunk: &ReadBytes<'_>,
    write: impl FnOnce(Side, &[u8]) -> io::Result<usize>,
) {
    match reply {
        // No client waits for an answer that could be timed.
        Reply::Nothing => drop(sampler.and_then(LatencySampler::finish)),
        Reply::Taken => machine.record_latency(sampler.and_then(LatencySampler::finish)),
        Reply::Forward(to) => {
            let result = write(to, chunk);
            process_forward(machine, sampler, to, chunk, result);
        }
        Reply::Write(to) => {
            machine.pending_since(to, read_at(sampler.as_deref()));
            // In the middle of a handshake nothing can be written.
            if machine.outgoing(to).is_empty() {
                return;
            }
            let result = write(to, machine.outgoing(to));
            process_write(machine, sampler, to, result);
        }
    }
}

fn process_forward(
    machine: &mut Machine,
    sampler: Option<&mut LatencySampler>,
    to: Side,
    chunk: &ReadBytes<'_>,
    result: io::Result<usize>,
) {
    let written = match result {
        Ok(written) => written,
        Err(error) if is_transient(&error) => 0,
        Err(error) => return machine.failed(to, Call::Write, &error),
    };
    if written == chunk.len() {
        machine.forwarded(to, chunk, sampler.and_then(LatencySampler::finish));
    } else {
        machine.forwarded_in_part(to, chunk, written, read_at(sampler.as_deref()), CoarseInstant::now());
    }
}

/// Processes the result of a write of the pending bytes of a side.
pub(super) fn process_write(
    machine: &mut Machine,
    sampler: Option<&mut LatencySampler>,
    side: Side,
    result: io::Result<usize>,
) {
    match result {
        Ok(length) => {
            if machine.sent(side, length, CoarseInstant::now()) {
                machine.record_latency(sampler.and_then(LatencySampler::finish));
            }
        }
        Err(error) => machine.failed(side, Call::Write, &error),
    }
}

/// The time of the read whose bytes are written.
fn read_at(sampler: Option<&LatencySampler>) -> CoarseInstant {
    sampler.map_or_else(CoarseInstant::now, LatencySampler::read_at)
}
