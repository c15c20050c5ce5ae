//! Serves one connection as a task.

use std::future::{Future as _, pending, poll_fn};
use std::net::Shutdown;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::event::{PerSide, Side};
use crate::server::backend::api::NotAdopted;
use crate::server::backend::event_loop::calls::{AsyncSocket, Calls, register};
use crate::server::backend::event_loop::connect;
use crate::server::backend::event_loop::context::LoopContext;
use crate::server::backend::event_loop::deadline::until;
use crate::server::backend::event_loop::handshake_gate::HandshakeTurn;
use crate::server::backend::shared::ControlMessage;
use crate::server::backend::write_stalls::WriteStalls;
use crate::server::connection::sockets::Sockets;
use crate::server::connection::wants::SideSet;
use crate::server::connection::{Connection, ControlAction, DELIVERY_CHECK, Next, Wants};
use crate::server::control::{Control, Executor, Request};

/// After this number of calls in a row that did not wait, the task yields: one bulk stream must not delay all other
/// connections.
const CALLS_PER_YIELD: u32 = 8;

/// Adopts a connection.
///
/// # Errors
/// The system cannot register one more socket.
pub(super) fn adopt(context: &Rc<LoopContext>, connection: Connection) -> Result<(), NotAdopted> {
    match connection.try_map(register, AsyncFd::into_inner) {
        Ok(connection) => {
            tokio::task::spawn_local(serve(Rc::clone(context), Box::new(connection)));
            Ok(())
        }
        Err((connection, why)) => Err(NotAdopted { connection, why }),
    }
}

/// Serves until the connection is closed or released.
///
/// An idle connection takes little memory: what it only needs at times, such as timers and the connect, is boxed, and
/// so is the connection, which the task would hold twice otherwise, as an argument and as a variable.
async fn serve(context: Rc<LoopContext>, mut connection: Box<Connection<AsyncSocket>>) {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    connection.registration.attach(Executor::Task(waker));
    let mut stalls = WriteStalls::default();
    let mut handshake = context.handshakes.turn();
    for turn in 1_u32.. {
        if connection.apply_requests() == ControlAction::HandOver {
            return hand_over(&context, *connection);
        }
        if connection.machine.has_timer() {
            connection.machine.timeout(Instant::now());
        }
        let next = connection.machine.next();
        if handshake.is_taken() {
            // What is ready by now comes before the next handshake.
            tokio::task::yield_now().await;
            handshake.give_up();
        }
        match next {
            Next::Await(wants) if wants.connect => Box::pin(connect::advance(&mut connection)).await,
            Next::Await(wants) => {
                if let Some(side) = wants.delivery {
                    Box::pin(await_delivery(&mut connection, side, wants.deadline)).await;
                } else {
                    let waits = Waits { stalls: &mut stalls, handshake: &mut handshake, turn };
                    await_call(&context, &mut connection, wants, waits).await;
                    if !handshake.is_taken() {
                        handshake.give_up();
                    }
                }
            }
            Next::Deliver(side) => {
                let Connection { sockets, sampler, machine, .. } = &mut *connection;
                Calls { context: &context, sockets, machine, sampler }.deliver(side);
            }
            Next::ShutDown(side) => {
                let socket = connection.sockets.get(side);
                let result = socket.map_or(Ok(()), |socket| socket.get_ref().shutdown(Shutdown::Write));
                connection.machine.shut_down(side, result, Instant::now());
            }
            Next::Close => return connection.close(),
        }
        if turn % CALLS_PER_YIELD == 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// Deregisters the sockets and releases the connection to the controller.
fn hand_over(context: &LoopContext, mut connection: Connection<AsyncSocket>) {
    connection.registration.release();
    let connection = connection.map(AsyncFd::into_inner);
    connection.registration.control().acknowledge(Request::HandOver);
    context.shared.send(ControlMessage::Released(Box::new(connection)));
}

/// What a connection knows of its waits.
struct Waits<'a, 'b> {
    stalls: &'a mut WriteStalls,
    handshake: &'a mut HandshakeTurn<'b>,
    /// The number of this wait.
    turn: u32,
}

/// Waits until a wanted call is possible, and makes it. Returns without a call when a request is pending.
async fn await_call(
    context: &LoopContext,
    connection: &mut Connection<AsyncSocket>,
    wants: Wants,
    mut waits: Waits<'_, '_>,
) {
    let Connection { sockets, sampler, machine, registration } = connection;
    let control = registration.control();
    let room = context.shared.event_queue.room();
    let deadline = waits.stalls.deadline(wants).into_iter().chain(wants.deadline).min();
    let mut resets = SideSet::default();
    let mut calls = Calls { context, sockets, machine, sampler };
    if !wants.read.is_empty() && !room.is_free() {
        // A switch must not wait for a slow consumer, and neither must what is to be written.
        let _not_idle = control.pause_idle_clock();
        let mut room = Box::pin(room.wait_as_task());
        let writes = Wants { read: SideSet::default(), ..wants };
        until(deadline, |cx| match poll_calls(&mut calls, writes, control, &mut waits, cx) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => room.as_mut().poll(cx),
        })
        .await;
    } else if wants.watch.is_empty() {
        until(deadline, |cx| poll_calls(&mut calls, wants, control, &mut waits, cx)).await;
    } else {
        let mut peers = PerSide::from_fn(|side| Box::pin(await_reset(sockets, wants, side)));
        until(deadline, |cx| {
            for side in Side::ALL {
                if peers[side].as_mut().poll(cx).is_ready() {
                    resets.insert(side);
                    return Poll::Ready(());
                }
            }
            poll_calls(&mut calls, wants, control, &mut waits, cx)
        })
        .await;
    }
    for side in Side::ALL.into_iter().filter(|&side| resets.contains(side)) {
        machine.was_reset(side);
    }
    waits.stalls.report(machine);
}

/// Waits until the peer of a side, which is watched, resets the connection.
async fn await_reset(sockets: &Sockets<AsyncSocket>, wants: Wants, side: Side) {
    match sockets.get(side) {
        // The system reports errors of every registered socket.
        Some(socket) if wants.watch.contains(side) => {
            let _guard = socket.ready(Interest::ERROR).await;
        }
        _ => pending().await,
    }
}

/// Makes the first call that is possible. The sides take turns in being asked first.
fn poll_calls(
    calls: &mut Calls<'_>,
    wants: Wants,
    control: &Control,
    waits: &mut Waits<'_, '_>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    if !control.requests().is_empty() {
        return Poll::Ready(());
    }
    let sides = if waits.turn.is_multiple_of(2) {
        [Side::Client, Side::Upstream]
    } else {
        [Side::Upstream, Side::Client]
    };
    for side in sides {
        if wants.write.contains(side) && calls.poll_write(side, cx).is_ready() {
            waits.stalls.progress(side);
            return Poll::Ready(());
        }
        if wants.read.contains(side) && calls.poll_turn(side, waits.handshake, cx).is_ready() {
            if calls.poll_read(side, cx).is_ready() {
                return Poll::Ready(());
            }
            waits.handshake.give_up();
        }
    }
    Poll::Pending
}

/// Checks whether the peer of a side has everything that was written to it, and waits a little if it has not.
async fn await_delivery(connection: &mut Connection<AsyncSocket>, side: Side, deadline: Option<Instant>) {
    let unsent = connection.sockets.get(side).map_or(Ok(0), |socket| socket.get_ref().unsent());
    // A socket that cannot tell is not waited for.
    if unsent.unwrap_or(0) == 0 {
        return connection.machine.delivered();
    }
    let check = Instant::now() + DELIVERY_CHECK;
    let control = connection.registration.control();
    let is_requested = |_: &mut Context<'_>| match control.requests().is_empty() {
        true => Poll::Pending,
        false => Poll::Ready(()),
    };
    until(Some(deadline.map_or(check, |deadline| deadline.min(check))), is_requested).await;
}
