//! Serves one connection as a task.

use std::future::{Future as _, poll_fn};
use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsRawFd;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::Interest;
use tokio::io::unix::{AsyncFd, AsyncFdReadyGuard, AsyncFdRegisterError};
use tokio::time::timeout;

use super::Loop;
use crate::model::event::Call;
use crate::server::backend::NotAdopted;
use crate::server::connection::{Connection, Core, Heeded, SLOW_AFTER, Step, reset_on_close};
use crate::server::control::{Control, Request, Server};
use crate::server::feed::Hub;
use crate::server::shared::Mail;

/// A socket that is registered with the loop.
type Socket = AsyncFd<TcpStream>;

/// After this number of calls in a row that did not wait, the task yields: one bulk stream must not delay all other
/// connections.
const TURNS: u32 = 8;

/// Adopts a connection.
///
/// # Errors
/// The system cannot register one more socket.
pub(super) fn adopt(this: &Rc<Loop>, connection: Connection) -> Result<(), NotAdopted> {
    let Connection { socket, core, membership } = connection;
    match register(socket) {
        Ok(socket) => {
            let connection = Connection { socket, core, membership };
            tokio::task::spawn_local(serve(Rc::clone(this), connection));
            Ok(())
        }
        Err((socket, why)) => {
            Err(NotAdopted { connection: Box::new(Connection { socket, core, membership }), why })
        }
    }
}

fn register(socket: TcpStream) -> Result<Socket, (TcpStream, io::Error)> {
    if let Err(error) = socket.set_nonblocking(true) {
        return Err((socket, error));
    }
    let interest = Interest::READABLE | Interest::WRITABLE | URGENT;
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

/// Serves until the connection is closed or released.
pub(super) async fn serve(this: Rc<Loop>, mut connection: Connection<Socket>) {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    connection.membership.served_by(Server::Task(waker));
    for turn in 1_u32.. {
        let Connection { socket, core, membership } = &mut connection;
        let control = membership.control();
        match core.heed(control, socket.get_ref()) {
            Heeded::GoOn => {}
            Heeded::HandOver => return hand_over(&this, connection),
            Heeded::Reset => reset_on_close(socket),
        }
        match core.next() {
            Step::Read => read(&this, socket, core, control).await,
            Step::Write => write_and_flush(&this, socket, core, control).await,
            Step::ShutDown => core.shut_down(SockRef::from(&*socket).shutdown(Shutdown::Write)),
            Step::Drain(patience) => {
                if timeout(patience, read(&this, socket, core, control)).await.is_err() {
                    core.stayed_quiet();
                }
            }
            Step::Close => return connection.close(),
        }
        if turn % TURNS == 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// Deregisters the socket and releases the connection to the controller.
fn hand_over(this: &Loop, connection: Connection<Socket>) {
    let Connection { socket, core, mut membership } = connection;
    membership.let_go();
    let socket = socket.into_inner();
    membership.control().answered(Request::HandOver);
    this.shared.mail(Mail::Released(Box::new(Connection { socket, core, membership })));
}

/// Makes one read, when the fact queue has room and the socket is readable.
async fn read(this: &Loop, socket: &Socket, core: &mut Core, control: &Control) {
    if core.hub().has_room() {
        poll_fn(|cx| read_once(this, socket, core, control, cx)).await;
    } else {
        let _not_idle = control.pause_idle_clock();
        wait_for_room_or_request(core.hub(), control).await;
    }
}

/// Makes one read, completely or not at all, and writes the answer as far as the socket takes it. Ready without a
/// read when a request is pending.
fn read_once(
    this: &Loop,
    socket: &Socket,
    core: &mut Core,
    control: &Control,
    cx: &mut Context<'_>,
) -> Poll<()> {
    call_once(
        this,
        core,
        control,
        Call::Read,
        || socket.poll_read_ready(cx),
        |core| {
            // Borrowed within this poll only, so all tasks can share it.
            let mut buffer = this.buffer.borrow_mut();
            let space = buffer.space();
            let wanted = space.len().min(core.most_read());
            let result = core.receive(socket.get_ref(), &mut space[..wanted]);
            let readiness = match &result {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Readiness::Stale,
                Ok(length) if *length < wanted && !has_urgent(socket) => Readiness::UsedUp,
                _ => Readiness::Remains,
            };
            core.read(result, &mut buffer, |answer| {
                socket.try_io(Interest::WRITABLE, |mut socket| socket.write(answer))
            });
            readiness
        },
    )
}

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

/// Makes one call once the socket is ready for it. Ready without a call when a request is pending.
fn call_once<'a>(
    this: &Loop,
    core: &mut Core,
    control: &Control,
    call: Call,
    mut poll_ready: impl FnMut() -> Poll<io::Result<AsyncFdReadyGuard<'a, TcpStream>>>,
    mut make: impl FnMut(&mut Core) -> Readiness,
) -> Poll<()> {
    if !control.requests().is_empty() {
        return Poll::Ready(());
    }
    loop {
        let mut guard = match ready!(poll_ready()) {
            Ok(guard) => guard,
            Err(error) => {
                core.failed(call, &error);
                return Poll::Ready(());
            }
        };
        this.heart.begins(Some(core.id()));
        let readiness = make(core);
        if readiness != Readiness::Remains {
            guard.clear_ready();
        }
        if readiness != Readiness::Stale {
            return Poll::Ready(());
        }
    }
}

/// Whether urgent data has arrived, now or earlier: then a short read may not have emptied the socket.
fn has_urgent(socket: &Socket) -> bool {
    cfg!(target_os = "linux") && socket.try_io(URGENT, |_| Ok(())).is_ok()
}

/// Writes pending bytes, waiting until the socket is writable. No buffer of ours lies between this call and the
/// socket, so written bytes are flushed.
async fn write_and_flush(this: &Loop, socket: &Socket, core: &mut Core, control: &Control) {
    let write = poll_fn(|cx| write_once(this, socket, core, control, cx));
    if timeout(SLOW_AFTER, write).await.is_err() {
        core.write_waits();
    }
}

/// Makes one write, of all pending bytes or some of them. Ready without a write when a request is pending.
fn write_once(
    this: &Loop,
    socket: &Socket,
    core: &mut Core,
    control: &Control,
    cx: &mut Context<'_>,
) -> Poll<()> {
    call_once(
        this,
        core,
        control,
        Call::Write,
        || socket.poll_write_ready(cx),
        |core| {
            let result = socket.get_ref().write(core.unsent());
            if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
                return Readiness::Stale;
            }
            core.wrote(result);
            Readiness::Remains
        },
    )
}

/// Waits until the fact queue has room.
pub(super) async fn wait_for_room(hub: &Hub) {
    while !hub.has_room() {
        let mut room = std::pin::pin!(hub.room().notified());
        // Registered before the second check, so that room that is made in between is not missed.
        room.as_mut().enable();
        if !hub.has_room() {
            room.await;
        }
    }
}

/// Waits until the fact queue has room or a request is pending: a switch must not wait for a slow consumer.
async fn wait_for_room_or_request(hub: &Hub, control: &Control) {
    let mut wait = std::pin::pin!(wait_for_room(hub));
    poll_fn(|cx| {
        if !control.requests().is_empty() {
            return Poll::Ready(());
        }
        wait.as_mut().poll(cx)
    })
    .await;
}
