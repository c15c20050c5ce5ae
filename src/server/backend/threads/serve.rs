//! Serves one connection on its thread.

use std::io::{self, Write as _};
use std::net::Shutdown;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memmap2::MmapMut;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::event::{Call, Side};
use crate::server::backend::shared::{ControlMessage, Shared};
use crate::server::backend::threads::poll::{Poller, deliver};
use crate::server::backend::threads::room::wait_for_room;
use crate::server::connection::read_buffer::ReadBuffer;
use crate::server::connection::{
    Connection, ControlAction, Next, SLOW_AFTER, Wants, process_read, process_write,
};
use crate::server::control::interrupt::InterruptHandle;
use crate::server::control::{Executor, Request};
use crate::server::net::latency_sampler::CoarseInstant;
use crate::server::net::socket::Socket;

/// Serves until the connection is closed or released. A signal ends the current call; then the requests are applied.
pub(super) fn serve(mut connection: Connection, shared: &Arc<Shared>) {
    let size = shared.buffer_pool.size().min(connection.machine.max_read());
    match MmapMut::map_anon(size) {
        Ok(mut space) => serve_with(&mut space, connection, shared),
        // The system allows no more mappings.
        Err(_) => serve_with(&mut vec![0; size], connection, shared),
    }
}

fn serve_with(space: &mut [u8], mut connection: Connection, shared: &Arc<Shared>) {
    connection.registration.attach(Executor::Thread(InterruptHandle::this_thread()));
    let mut buffer = ReadBuffer::of(space, &shared.buffer_pool);
    // A handshake reads and writes in its own order, so a side with TLS does not block in one call.
    let is_simple = connection.sockets.upstream.is_none() && !connection.machine.is_encrypted(Side::Client);
    let mut poller = if is_simple { None } else { start_poller(&mut connection) };
    if is_simple && let Err(error) = prepare(&connection.sockets.client) {
        connection.machine.failed(Side::Client, Call::Read, &error);
    }
    loop {
        if connection.apply_requests() == ControlAction::HandOver {
            connection.registration.release();
            connection.registration.control().acknowledge(Request::HandOver);
            return shared.send(ControlMessage::Released(Box::new(connection)));
        }
        if connection.machine.has_timer() {
            connection.machine.timeout(Instant::now());
        }
        if poller.is_none() && connection.machine.has_faults() {
            poller = start_poller(&mut connection);
        }
        match connection.machine.next() {
            Next::Await(wants) => match &mut poller {
                Some(poller) => poller.call(&mut connection, wants, &mut buffer, shared),
                None => call(&mut connection, wants, &mut buffer, shared),
            },
            Next::Deliver(side) => deliver(&mut connection, side),
            Next::ShutDown(side) => {
                let socket = connection.sockets.get(side);
                let result = socket.map_or(Ok(()), |socket| socket.shutdown(Shutdown::Write));
                connection.machine.shut_down(side, result, Instant::now());
            }
            Next::Close => return connection.close(),
        }
    }
}

/// Goes over to waits for several things at once. If that fails, it ends the connection.
fn start_poller(connection: &mut Connection) -> Option<Poller> {
    Poller::start(connection)
        .inspect_err(|error| connection.machine.failed(Side::Client, Call::Read, error))
        .ok()
}

/// Makes the socket blocking, also after the event loop has served it; a write that blocks for long returns, to be
/// reported as slow.
fn prepare(socket: &Socket) -> io::Result<()> {
    socket.set_nonblocking(false)?;
    socket.set_read_timeout(None)?;
    socket.set_write_timeout(Some(SLOW_AFTER))
}

/// Makes the one call that a connection with one socket wants, and blocks in it.
fn call(connection: &mut Connection, wants: Wants, buffer: &mut ReadBuffer<'_>, shared: &Shared) {
    if wants.write.contains(Side::Client) {
        write_and_flush(connection);
    } else if !wants.read.contains(Side::Client) {
        wait_for_request(connection, wants);
    } else if let Some(deadline) = wants.deadline {
        read_until(connection, buffer, shared, deadline);
    } else {
        read(connection, buffer, shared);
    }
}

/// Waits for a request while nothing is read from the client, or until the client resets the connection. A signal that
/// comes just before the wait is sent again until its request is acknowledged.
fn wait_for_request(connection: &mut Connection, wants: Wants) {
    let Connection { sockets, machine, .. } = connection;
    let mut polled = [PollFd::new(sockets.client.as_fd(), PollFlags::empty())];
    let watched = if wants.watch.contains(Side::Client) { &mut polled[..] } else { &mut [] };
    let _ = poll(watched, PollTimeout::NONE);
    let events = polled[0].revents().unwrap_or(PollFlags::empty());
    if events.contains(PollFlags::POLLERR) {
        machine.was_reset(Side::Client);
    } else if !events.is_empty() {
        // A Unix socket whose peer is gone reports that as long as it is polled.
        let _ = poll(&mut [], PollTimeout::NONE);
    }
}

/// A blocking `recv`. Each thread keeps the bytes of one read until the event queue has room for them; if a request
/// comes first, they go beyond the limit. Room before the read would be of no use: thousands of threads may be in that
/// call when there is room.
fn read(connection: &mut Connection, buffer: &mut ReadBuffer<'_>, shared: &Shared) {
    let Connection { sockets, sampler, machine, registration } = connection;
    let mut socket = &sockets.client;
    let result = sampler.receive(socket, buffer.space());
    let mut room = wait_for_room(shared, &result, registration.control());
    process_read(machine, Some(sampler), Side::Client, result, buffer, |_, answer| {
        // The bytes are in the queue, and the write may block.
        room = None;
        socket.write(answer)
    });
    drop(room);
    write_blocked_if_pending(connection);
}

/// A blocking `send`. It returns early when a signal or [`SLOW_AFTER`] interrupts it; the next turn continues. No
/// buffer of ours lies between this call and the socket, so written bytes are flushed.
fn write_and_flush(connection: &mut Connection) {
    let Connection { sockets, sampler, machine, .. } = connection;
    let result = (&sockets.client).write(machine.outgoing(Side::Client));
    process_write(machine, Some(sampler), Side::Client, result);
    write_blocked_if_pending(connection);
}

/// A blocking write leaves something pending when a signal or [`SLOW_AFTER`] interrupts it.
fn write_blocked_if_pending(connection: &mut Connection) {
    let Connection { machine, registration, .. } = connection;
    if !machine.outgoing(Side::Client).is_empty() && registration.control().requests().is_empty() {
        machine.write_blocked(Side::Client, CoarseInstant::now());
    }
}

/// A blocking `recv` that ends at the deadline; the machine finds out itself whether the time is up.
fn read_until(connection: &mut Connection, buffer: &mut ReadBuffer<'_>, shared: &Shared, deadline: Instant) {
    let Connection { sockets, sampler, machine, registration } = &mut *connection;
    let control = registration.control();
    let room = shared.event_queue.room().reserve(0, Some(deadline), || control.requests().is_empty());
    if room.is_none() {
        return;
    }
    // A timeout of 0 would mean none.
    let limit = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    let mut socket = &sockets.client;
    let result = socket.set_read_timeout(Some(limit)).and_then(|()| sampler.receive(socket, buffer.space()));
    // What follows may have no deadline. If this fails, reads that find nothing are repeated.
    let _ = socket.set_read_timeout(None);
    process_read(machine, Some(sampler), Side::Client, result, buffer, |_, answer| socket.write(answer));
    write_blocked_if_pending(connection);
}
