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

use crate::event::Call;
use crate::server::backend::api::NotAdopted;
use crate::server::backend::event_loop::LoopContext;
use crate::server::backend::shared::ControlMessage;
use crate::server::connection::{Connection, ControlAction, Machine, SLOW_AFTER, Wants, reset_on_close};
use crate::server::control::{Control, Executor, Request};
use crate::server::feed::Room;

/// A socket that is registered with the loop.
type Socket = AsyncFd<TcpStream>;

/// After this number of calls in a row that did not wait, the task yields: one bulk stream must not delay all other
/// connections.
const CALLS_PER_YIELD: u32 = 8;

/// Adopts a connection.
///
/// # Errors
/// The system cannot register one more socket.
pub(super) fn adopt(context: &Rc<LoopContext>, connection: Connection) -> Result<(), NotAdopted> {
    let Connection { socket, machine, registration } = connection;
    match register(socket) {
        Ok(socket) => {
            let connection = Connection { socket, machine, registration };
            tokio::task::spawn_local(serve(Rc::clone(context), connection));
            Ok(())
        }
        Err((socket, why)) => {
            Err(NotAdopted { connection: Box::new(Connection { socket, machine, registration }), why })
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
pub(super) async fn serve(context: Rc<LoopContext>, mut connection: Connection<Socket>) {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    connection.registration.attach(Executor::Task(waker));
    for turn in 1_u32.. {
        let Connection { socket, machine, registration } = &mut connection;
        let control = registration.control();
        match machine.apply_requests(control, socket.get_ref()) {
            ControlAction::Continue => {}
            ControlAction::HandOver => return hand_over(&context, connection),
            ControlAction::Reset => reset_on_close(socket),
        }
        match machine.wants() {
            Wants::Read => read(&context, socket, machine, control).await,
            Wants::Write => write_and_flush(&context, socket, machine, control).await,
            Wants::ShutDown => machine.shut_down(SockRef::from(&*socket).shutdown(Shutdown::Write)),
            Wants::Drain(limit) => {
                if timeout(limit, read(&context, socket, machine, control)).await.is_err() {
                    machine.drain_elapsed();
                }
            }
            Wants::Close => return connection.close(),
        }
        if turn % CALLS_PER_YIELD == 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// Deregisters the socket and releases the connection to the controller.
fn hand_over(context: &LoopContext, connection: Connection<Socket>) {
    let Connection { socket, machine, mut registration } = connection;
    registration.release();
    let socket = socket.into_inner();
    registration.control().acknowledge(Request::HandOver);
    context.shared.send(ControlMessage::Released(Box::new(Connection { socket, machine, registration })));
}

/// Makes one read, when the fact queue has room and the socket is readable.
async fn read(context: &LoopContext, socket: &Socket, machine: &mut Machine, control: &Control) {
    if machine.fact_queue().room().is_free() {
        poll_fn(|cx| read_once(context, socket, machine, control, cx)).await;
    } else {
        let _not_idle = control.pause_idle_clock();
        wait_for_room_or_request(machine.fact_queue().room(), control).await;
    }
}

/// Makes one read, completely or not at all, and writes the answer as far as the socket takes it. Ready without a
/// read when a request is pending.
fn read_once(
    context: &LoopContext,
    socket: &Socket,
    machine: &mut Machine,
    control: &Control,
    cx: &mut Context<'_>,
) -> Poll<()> {
    call_once(
        context,
        machine,
        control,
        Call::Read,
        || socket.poll_read_ready(cx),
        |machine| {
            // Borrowed within this poll only, so all tasks can share it.
            let mut buffer = context.buffer.borrow_mut();
            let space = buffer.space();
            let wanted = space.len().min(machine.max_read());
            let result = machine.receive(socket.get_ref(), &mut space[..wanted]);
            let readiness = match &result {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Readiness::Stale,
                Ok(length) if *length < wanted && !has_urgent(socket) => Readiness::UsedUp,
                _ => Readiness::Remains,
            };
            machine.read(result, &mut buffer, |answer| {
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
    context: &LoopContext,
    machine: &mut Machine,
    control: &Control,
    call: Call,
    mut poll_ready: impl FnMut() -> Poll<io::Result<AsyncFdReadyGuard<'a, TcpStream>>>,
    mut make: impl FnMut(&mut Machine) -> Readiness,
) -> Poll<()> {
    if !control.requests().is_empty() {
        return Poll::Ready(());
    }
    loop {
        let mut guard = match ready!(poll_ready()) {
            Ok(guard) => guard,
            Err(error) => {
                machine.failed(call, &error);
                return Poll::Ready(());
            }
        };
        context.heartbeat.start_step(Some(machine.id()));
        let readiness = make(machine);
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
async fn write_and_flush(context: &LoopContext, socket: &Socket, machine: &mut Machine, control: &Control) {
    let write = poll_fn(|cx| write_once(context, socket, machine, control, cx));
    if timeout(SLOW_AFTER, write).await.is_err() {
        machine.write_blocked();
    }
}

/// Makes one write, of all pending bytes or some of them. Ready without a write when a request is pending.
fn write_once(
    context: &LoopContext,
    socket: &Socket,
    machine: &mut Machine,
    control: &Control,
    cx: &mut Context<'_>,
) -> Poll<()> {
    call_once(
        context,
        machine,
        control,
        Call::Write,
        || socket.poll_write_ready(cx),
        |machine| {
            let result = socket.get_ref().write(machine.outgoing());
            if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
                return Readiness::Stale;
            }
            machine.wrote(result);
            Readiness::Remains
        },
    )
}

/// Waits until the fact queue has room or a request is pending: a switch must not wait for a slow consumer.
async fn wait_for_room_or_request(room: &Room, control: &Control) {
    let mut wait = std::pin::pin!(room.wait_as_task());
    poll_fn(|cx| {
        if !control.requests().is_empty() {
            return Poll::Ready(());
        }
        wait.as_mut().poll(cx)
    })
    .await;
}
