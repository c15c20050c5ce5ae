//! Serves one connection on its thread.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use memmap2::MmapMut;

use crate::model::event::Call;
use crate::server::connection::{Connection, Core, Heeded, SLOW_AFTER, Step, reset_on_close};
use crate::server::control::{Control, Request, Server};
use crate::server::interrupt::Target;
use crate::server::read_buffer::ReadBuffer;
use crate::server::shared::{Mail, Shared};

/// Serves until the connection is closed or released. A signal ends the current call; then the requests are applied.
pub(super) fn serve(connection: Connection, shared: &Arc<Shared>) {
    let size = shared.spare_buffers.size().min(connection.core.most_read());
    match MmapMut::map_anon(size) {
        Ok(mut space) => serve_with(&mut space, connection, shared),
        // The system allows no more mappings.
        Err(_) => serve_with(&mut vec![0; size], connection, shared),
    }
}

fn serve_with(space: &mut [u8], mut connection: Connection, shared: &Arc<Shared>) {
    connection.membership.served_by(Server::Thread(Target::this_thread()));
    if let Err(error) = prepare(&connection.socket) {
        connection.core.failed(Call::Read, &error);
    }
    let mut buffer = ReadBuffer::of(space, &shared.spare_buffers);
    loop {
        let Connection { socket, core, membership } = &mut connection;
        let control = membership.control();
        match core.heed(control, socket) {
            Heeded::GoOn => {}
            Heeded::HandOver => {
                membership.let_go();
                membership.control().answered(Request::HandOver);
                shared.mail(Mail::Released(Box::new(connection)));
                return;
            }
            Heeded::Reset => reset_on_close(socket),
        }
        match core.next() {
            Step::Read => read(socket, core, &mut buffer, control),
            Step::Write => write_and_flush(socket, core, control),
            Step::ShutDown => core.shut_down(socket.shutdown(Shutdown::Write)),
            Step::Drain(patience) => drain(socket, core, &mut buffer, control, patience),
            Step::Close => return connection.close(),
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

fn read(socket: &TcpStream, core: &mut Core, buffer: &mut ReadBuffer<'_>, control: &Control) {
    if !has_room(core, control) {
        return;
    }
    let result = core.receive(socket, buffer.space());
    // Thousands of threads may have been in that call when there was room. Each keeps its bytes until there is room
    // again; if a request comes first, the bytes go beyond the limit.
    let _ = has_room(core, control);
    core.read(result, buffer, |answer| (&*socket).write(answer));
    slow_if_unsent(core, control);
}

/// Waits until the fact queue has room. Returns whether it has: not if a request comes first.
fn has_room(core: &Core, control: &Control) -> bool {
    if core.hub().has_room() {
        return true;
    }
    let _not_idle = control.pause_idle_clock();
    core.hub().wait_for_room(None, || control.requests().is_empty())
}

/// A blocking `send`. It returns early when a signal or [`SLOW_AFTER`] interrupts it; the next turn continues. No
/// buffer of ours lies between this call and the socket, so written bytes are flushed.
fn write_and_flush(mut socket: &TcpStream, core: &mut Core, control: &Control) {
    let result = socket.write(core.unsent());
    core.wrote(result);
    slow_if_unsent(core, control);
}

/// A blocking write leaves something unsent when a signal or [`SLOW_AFTER`] interrupts it.
fn slow_if_unsent(core: &mut Core, control: &Control) {
    if !core.unsent().is_empty() && control.requests().is_empty() {
        core.write_waits();
    }
}

fn drain(
    mut socket: &TcpStream,
    core: &mut Core,
    buffer: &mut ReadBuffer<'_>,
    control: &Control,
    patience: Duration,
) {
    // A timeout of 0 would mean none.
    let patience = patience.max(Duration::from_millis(1));
    let until = Instant::now() + patience;
    if !core.hub().wait_for_room(Some(until), || control.requests().is_empty()) {
        if Instant::now() >= until {
            core.stayed_quiet();
        }
        return;
    }
    if let Err(error) = socket.set_read_timeout(Some(patience)) {
        return core.failed(Call::Read, &error);
    }
    match socket.read(buffer.space()) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => core.stayed_quiet(),
        result => core.read(result, buffer, |_| Ok(0)),
    }
}
