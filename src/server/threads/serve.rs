//! The life of one connection on its thread.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;

use crate::server::connection::{Connection, Core, Heeded, SLOW_AFTER, Step};
use crate::server::control::{Control, Request, Server};
use crate::server::interrupt::Target;
use crate::server::read_buffer::ReadBuffer;
use crate::server::shared::{Mail, Shared};

/// Serves until the connection is over or wanted elsewhere. A signal ends whatever call it is in; then the requests are
/// looked at.
pub(super) fn serve(connection: Connection, shared: &Arc<Shared>) {
    let Connection { socket, mut core, membership } = connection;
    membership.served_by(Server::Thread(Target::this_thread()));
    if let Err(error) = prepare(&socket) {
        core.failed(&error);
    }
    let mut buffer = ReadBuffer::new(shared.read_size);
    let control = membership.control();
    loop {
        match core.heed(control) {
            Heeded::GoOn => {}
            Heeded::HandOver => {
                control.served_by(Server::Nobody);
                control.answered(Request::HandOver);
                shared.mail(Mail::Released(Box::new(Connection { socket, core, membership })));
                return;
            }
            Heeded::Reset => {
                // With a linger time of 0, close sends RST.
                let _as_well_as_possible = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
            }
        }
        match core.next() {
            Step::Read => read(&socket, &mut core, &mut buffer),
            Step::Write => write_and_flush(&socket, &mut core, control),
            Step::ShutDown => core.shut_down(socket.shutdown(Shutdown::Write)),
            Step::Drain(patience) => drain(&socket, &mut core, &mut buffer, patience),
            Step::Close => break,
        }
    }
    // Named, because the thread must leave the registry before it ends.
    close(Connection { socket, core, membership });
}

/// Blocking, whatever the event loop made of it; a write that waits long comes back to be called slow.
fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nonblocking(false)?;
    socket.set_read_timeout(None)?;
    socket.set_write_timeout(Some(SLOW_AFTER))
}

fn read(mut socket: &TcpStream, core: &mut Core, buffer: &mut ReadBuffer) {
    core.hub().wait_for_room();
    let result = socket.read(buffer.space());
    core.read(result, buffer, |answer| (&*socket).write(answer));
}

/// Blocking `send`. It comes back early when a signal or [`SLOW_AFTER`] interrupts it; the next turn goes on. Nothing of
/// ours lies between this call and the socket, so what is written is flushed.
fn write_and_flush(mut socket: &TcpStream, core: &mut Core, control: &Control) {
    let result = socket.write(core.unsent());
    let complete = result.as_ref().is_ok_and(|&length| length == core.unsent().len());
    core.wrote(result);
    if !complete && control.requests().is_empty() {
        core.write_waits();
    }
}

fn drain(mut socket: &TcpStream, core: &mut Core, buffer: &mut ReadBuffer, patience: Duration) {
    // A timeout of 0 would mean none.
    if let Err(error) = socket.set_read_timeout(Some(patience.max(Duration::from_millis(1)))) {
        return core.failed(&error);
    }
    match socket.read(buffer.space()) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => core.stayed_quiet(),
        result => core.read(result, buffer, |_| Ok(0)),
    }
}

fn close(connection: Connection) {
    drop(connection);
}
