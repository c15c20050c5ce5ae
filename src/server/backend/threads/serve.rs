//! Serves one connection on its thread.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use memmap2::MmapMut;

use crate::event::Call;
use crate::server::backend::shared::{ControlMessage, Shared};
use crate::server::connection::read_buffer::ReadBuffer;
use crate::server::connection::{Connection, ControlAction, Machine, SLOW_AFTER, Wants, reset_on_close};
use crate::server::control::interrupt::InterruptHandle;
use crate::server::control::{Control, Executor, Request};
use crate::server::feed::{Reservation, Room};

/// Serves until the connection is closed or released. A signal ends the current call; then the requests are applied.
pub(super) fn serve(connection: Connection, shared: &Arc<Shared>) {
    let size = shared.buffer_pool.size().min(connection.machine.max_read());
    match MmapMut::map_anon(size) {
        Ok(mut space) => serve_with(&mut space, connection, shared),
        // The system allows no more mappings.
        Err(_) => serve_with(&mut vec![0; size], connection, shared),
    }
}

fn serve_with(space: &mut [u8], mut connection: Connection, shared: &Arc<Shared>) {
    connection.registration.attach(Executor::Thread(InterruptHandle::this_thread()));
    if let Err(error) = prepare(&connection.socket) {
        connection.machine.failed(Call::Read, &error);
    }
    let mut buffer = ReadBuffer::of(space, &shared.buffer_pool);
    loop {
        let Connection { socket, machine, registration } = &mut connection;
        let control = registration.control();
        match machine.apply_requests(control, socket) {
            ControlAction::Continue => {}
            ControlAction::HandOver => {
                registration.release();
                registration.control().acknowledge(Request::HandOver);
                shared.send(ControlMessage::Released(Box::new(connection)));
                return;
            }
            ControlAction::Reset => reset_on_close(socket),
        }
        match machine.wants() {
            Wants::Read => read(socket, machine, &mut buffer, control, shared.fact_queue.room()),
            Wants::Write => write_and_flush(socket, machine, control),
            Wants::ShutDown => machine.shut_down(socket.shutdown(Shutdown::Write)),
            Wants::Drain(limit) => drain(socket, machine, &mut buffer, control, limit),
            Wants::Close => return connection.close(),
        }
    }
}

/// Makes the socket blocking, also after the event loop has served it; a write that blocks for long returns, to be
/// reported as slow.
fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nonblocking(false)?;
    socket.set_read_timeout(None)?;
    socket.set_write_timeout(Some(SLOW_AFTER))
}

fn read(
    socket: &TcpStream,
    machine: &mut Machine,
    buffer: &mut ReadBuffer<'_>,
    control: &Control,
    room: &Room,
) {
    let result = machine.receive(socket, buffer.space());
    // Each thread keeps the bytes of one read until there is room for them; if a request comes first, they go beyond
    // the limit. Room before the read would be of no use: thousands of threads may be in that call when there is room.
    let reservation = wait_for_room(room, *result.as_ref().unwrap_or(&0), control);
    machine.read(result, buffer, |answer| (&*socket).write(answer));
    drop(reservation);
    slow_if_pending(machine, control);
}

/// Waits until the fact queue has room, or a request comes.
fn wait_for_room<'a>(room: &'a Room, bytes: usize, control: &Control) -> Option<Reservation<'a>> {
    room.try_reserve(bytes).or_else(|| {
        let _not_idle = control.pause_idle_clock();
        room.reserve(bytes, None, || control.requests().is_empty())
    })
}

/// A blocking `send`. It returns early when a signal or [`SLOW_AFTER`] interrupts it; the next turn continues. No
/// buffer of ours lies between this call and the socket, so written bytes are flushed.
fn write_and_flush(mut socket: &TcpStream, machine: &mut Machine, control: &Control) {
    let result = socket.write(machine.outgoing());
    machine.wrote(result);
    slow_if_pending(machine, control);
}

/// A blocking write leaves something outgoing when a signal or [`SLOW_AFTER`] interrupts it.
fn slow_if_pending(machine: &mut Machine, control: &Control) {
    if !machine.outgoing().is_empty() && control.requests().is_empty() {
        machine.write_blocked();
    }
}

fn drain(
    mut socket: &TcpStream,
    machine: &mut Machine,
    buffer: &mut ReadBuffer<'_>,
    control: &Control,
    limit: Duration,
) {
    // A timeout of 0 would mean none.
    let limit = limit.max(Duration::from_millis(1));
    let until = Instant::now() + limit;
    if machine.fact_queue().room().reserve(0, Some(until), || control.requests().is_empty()).is_none() {
        if Instant::now() >= until {
            machine.drain_elapsed();
        }
        return;
    }
    if let Err(error) = socket.set_read_timeout(Some(limit)) {
        return machine.failed(Call::Read, &error);
    }
    match socket.read(buffer.space()) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => machine.drain_elapsed(),
        result => machine.read(result, buffer, |_| Ok(0)),
    }
}
