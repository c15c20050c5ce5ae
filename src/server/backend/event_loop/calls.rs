//! The calls of a task on its sockets, each made within one poll, completely or not at all.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd;
use std::task::{Context, Poll, ready};

use tokio::io::Interest;
use tokio::io::unix::{AsyncFd, AsyncFdReadyGuard, AsyncFdRegisterError};

use crate::event::{Call, Side};
use crate::server::backend::event_loop::context::LoopContext;
use crate::server::backend::event_loop::handshake_gate::HandshakeTurn;
use crate::server::connection::machine::Machine;
use crate::server::connection::sockets::Sockets;
use crate::server::connection::{process_delivery, process_read, process_write};
use crate::server::net::latency_sampler::LatencySampler;
use crate::server::net::socket::Socket;

/// A socket that is registered with the loop.
pub(super) type AsyncSocket = AsyncFd<Socket>;

/// Makes a socket non-blocking and registers it.
///
/// # Errors
/// The system cannot register one more socket, which is returned.
pub(super) fn register(socket: Socket) -> Result<AsyncSocket, (Socket, io::Error)> {
    if let Err(error) = socket.set_nonblocking(true) {
        return Err((socket, error));
    }
    let mut interest = Interest::READABLE | Interest::WRITABLE;
    if socket.is_tcp() {
        interest |= URGENT;
    }
    watch(socket, interest).map_err(AsyncFdRegisterError::into_parts)
}

/// Registers a socket with the loop that this thread runs.
#[expect(
    deprecated,
    reason = "what replaces it is unsafe for the sake of types whose descriptor changes; a socket's stays"
)]
pub(super) fn watch<T: AsRawFd>(
    socket: T,
    interest: Interest,
) -> Result<AsyncFd<T>, AsyncFdRegisterError<T>> {
    AsyncFd::try_with_interest(socket, interest)
}

/// Linux has an event for urgent data. On other systems urgent data does not end a read early.
#[cfg(target_os = "linux")]
const URGENT: Interest = Interest::PRIORITY;
#[cfg(not(target_os = "linux"))]
const URGENT: Interest = Interest::READABLE;

/// What a call leaves of the readiness of its socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Readiness {
    /// There was none: the call would have blocked, and is repeated when the socket is ready.
    Stale,
    /// None: the next call waits.
    UsedUp,
    /// Perhaps some: the next call does not wait.
    Remains,
}

/// What the calls of one connection work on.
pub(super) struct Calls<'a> {
    pub(super) context: &'a LoopContext,
    pub(super) sockets: &'a Sockets<AsyncSocket>,
    pub(super) machine: &'a mut Machine,
    pub(super) sampler: &'a mut LatencySampler,
}

impl Calls<'_> {
    /// Waits until a read of this side can go on with a handshake, and it is this connection's turn. Without a handshake
    /// there is nothing to wait for.
    pub(super) fn poll_turn(
        &self,
        side: Side,
        turn: &mut HandshakeTurn<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        if turn.is_taken() || !self.machine.is_handshaking() {
            return Poll::Ready(());
        }
        let Some(socket) = self.sockets.get(side) else { return Poll::Pending };
        // The read tells an error.
        drop(ready!(socket.poll_read_ready(cx)));
        turn.poll(cx)
    }

    /// Makes one read, and writes the answer as far as its socket takes it.
    pub(super) fn poll_read(&mut self, side: Side, cx: &mut Context<'_>) -> Poll<()> {
        let Self { context, sockets, machine, sampler } = self;
        let Some(socket) = sockets.get(side) else { return Poll::Pending };
        let made = poll_call(
            || socket.poll_read_ready(cx),
            || {
                context.heartbeat.start_step(Some(machine.id()));
                // Borrowed within this poll only, so all tasks can share it.
                let mut buffer = context.buffer.borrow_mut();
                let space = buffer.space();
                let wanted = space.len().min(machine.max_read());
                let (result, sampler) = match side {
                    Side::Client => {
                        (sampler.receive(socket.get_ref(), &mut space[..wanted]), Some(&mut **sampler))
                    }
                    Side::Upstream => (socket.get_ref().read(&mut space[..wanted]), None),
                };
                let readiness = match &result {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Readiness::Stale,
                    Ok(length) if *length < wanted && is_emptied_by_short_read(socket) => Readiness::UsedUp,
                    _ => Readiness::Remains,
                };
                process_read(machine, sampler, side, result, &mut buffer, |to, bytes| {
                    write_now(sockets, to, bytes)
                });
                readiness
            },
        );
        if let Err(error) = ready!(made) {
            machine.failed(side, Call::Read, &error);
        }
        Poll::Ready(())
    }

    /// Delivers what the transport of a side has decrypted, and writes the answer as far as its socket takes it.
    pub(super) fn deliver(&mut self, side: Side) {
        let Self { context, sockets, machine, sampler } = self;
        context.heartbeat.start_step(Some(machine.id()));
        let sampler = Some(&mut **sampler).filter(|_| side == Side::Client);
        process_delivery(machine, sampler, side, |to, bytes| write_now(sockets, to, bytes));
    }

    /// Makes one write, of all pending bytes or some of them. No buffer of ours lies between this call and the socket,
    /// so written bytes are flushed.
    pub(super) fn poll_write(&mut self, side: Side, cx: &mut Context<'_>) -> Poll<()> {
        let Self { context, sockets, machine, sampler } = self;
        let Some(socket) = sockets.get(side) else { return Poll::Pending };
        let made = poll_call(
            || socket.poll_write_ready(cx),
            || {
                context.heartbeat.start_step(Some(machine.id()));
                let result = socket.get_ref().write(machine.outgoing(side));
                if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
                    return Readiness::Stale;
                }
                process_write(machine, Some(sampler), side, result);
                Readiness::Remains
            },
        );
        if let Err(error) = ready!(made) {
            machine.failed(side, Call::Write, &error);
        }
        Poll::Ready(())
    }
}

/// Writes what the socket of a side takes now.
fn write_now(sockets: &Sockets<AsyncSocket>, to: Side, bytes: &[u8]) -> io::Result<usize> {
    let socket = sockets.get(to).ok_or(io::ErrorKind::NotConnected)?;
    socket.try_io(Interest::WRITABLE, |mut socket| socket.write(bytes))
}

/// Makes one call once the socket is ready for it.
///
/// # Errors
/// The loop is shutting down.
fn poll_call<'a>(
    mut poll_ready: impl FnMut() -> Poll<io::Result<AsyncFdReadyGuard<'a, Socket>>>,
    mut make: impl FnMut() -> Readiness,
) -> Poll<io::Result<()>> {
    loop {
        let mut guard = ready!(poll_ready())?;
        let readiness = make();
        if readiness != Readiness::Remains {
            guard.clear_ready();
        }
        if readiness != Readiness::Stale {
            return Poll::Ready(Ok(()));
        }
    }
}

/// Whether a short read has emptied the socket. Linux also ends a read early at urgent data, which may have arrived
/// earlier, and on a Unix socket behind a descriptor that was sent along.
fn is_emptied_by_short_read(socket: &AsyncSocket) -> bool {
    !cfg!(target_os = "linux") || socket.get_ref().is_tcp() && socket.try_io(URGENT, |_| Ok(())).is_err()
}
