//! The life of one connection as a task.

use std::future::{Future as _, poll_fn};
use std::io;
use std::net::{Shutdown, TcpStream as StdStream};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::AsyncWrite as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Loop;
use crate::server::connection::{Connection, Core, Heeded, SLOW_AFTER, Step};
use crate::server::control::{Control, Request, Server};
use crate::server::feed::Hub;
use crate::server::shared::Mail;

/// After so many calls in a row that did not wait, the others get their turn: one bulk stream must not hold up all.
const TURNS: u32 = 8;

/// Serves a connection that was handed over; if the loop cannot, the switchboard gets it back.
pub(super) fn adopt(this: &Rc<Loop>, connection: Connection) {
    let Connection { socket, core, membership } = connection;
    match register(socket) {
        Ok(socket) => {
            let connection = Connection { socket, core, membership };
            tokio::task::spawn_local(serve(Rc::clone(this), connection));
        }
        Err((socket, why)) => {
            this.shared.mail(Mail::NotAdopted(Box::new(Connection { socket, core, membership }), why));
        }
    }
}

/// Registering drops the socket when it fails, so a second descriptor of it is kept until then.
fn register(socket: StdStream) -> Result<TcpStream, (StdStream, io::Error)> {
    match socket.set_nonblocking(true).and_then(|()| socket.try_clone()) {
        Ok(kept) => TcpStream::from_std(socket).map_err(|error| (kept, error)),
        Err(error) => Err((socket, error)),
    }
}

/// Serves until the connection is over or wanted elsewhere.
pub(super) async fn serve(this: Rc<Loop>, mut connection: Connection<TcpStream>) {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    connection.membership.served_by(Server::Task(waker));
    for turn in 1_u32.. {
        let Connection { socket, core, membership } = &mut connection;
        let control = membership.control();
        match core.heed(control) {
            Heeded::GoOn => {}
            Heeded::HandOver => return hand_over(&this, connection),
            Heeded::Reset => {
                // With a linger time of 0, close sends RST.
                let _as_well_as_possible = SockRef::from(&*socket).set_linger(Some(Duration::ZERO));
            }
        }
        match core.next() {
            Step::Read => read(&this, socket, core, control).await,
            Step::Write => write_and_flush(socket, core, control).await,
            Step::ShutDown => core.shut_down(SockRef::from(&*socket).shutdown(Shutdown::Write)),
            Step::Drain(patience) => {
                if timeout(patience, read(&this, socket, core, control)).await.is_err() {
                    core.stayed_quiet();
                }
            }
            Step::Close => return close(connection),
        }
        if turn % TURNS == 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// The socket is closed, the end is told, the registry is left, in this order.
fn close(connection: Connection<TcpStream>) {
    drop(connection);
}

/// Gives the connection back, off the loop.
fn hand_over(this: &Loop, connection: Connection<TcpStream>) {
    let Connection { socket, mut core, mut membership } = connection;
    membership.let_go();
    match socket.into_std() {
        Ok(socket) => {
            membership.control().answered(Request::HandOver);
            this.shared.mail(Mail::Released(Box::new(Connection { socket, core, membership })));
        }
        // The loop would not let go of it, and it is closed.
        Err(error) => {
            core.failed(&error);
            drop(core);
            drop(membership);
        }
    }
}

/// One read, when the feed has room and the socket something.
async fn read(this: &Loop, socket: &TcpStream, core: &mut Core, control: &Control) {
    if core.hub().has_room() {
        poll_fn(|cx| read_once(this, socket, core, control, cx)).await;
    } else {
        wait_for_room_or_request(core.hub(), control).await;
    }
}

/// Wholly or not at all, with the answer as far as the socket takes it. Ready without a read when something was asked of
/// the connection.
fn read_once(
    this: &Loop,
    socket: &TcpStream,
    core: &mut Core,
    control: &Control,
    cx: &mut Context<'_>,
) -> Poll<()> {
    if !control.requests().is_empty() {
        return Poll::Ready(());
    }
    // Borrowed within this poll only, so all tasks can share it.
    let mut buffer = this.buffer.borrow_mut();
    loop {
        let result = match socket.poll_read_ready(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(ready) => ready.and_then(|()| socket.try_read(buffer.space())),
        };
        if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
            continue;
        }
        core.read(result, &mut buffer, |answer| socket.try_write(answer));
        return Poll::Ready(());
    }
}

/// Writes what is owed, waiting for room in the socket. Nothing of ours lies between this call and the socket, so what is
/// written is flushed.
async fn write_and_flush(socket: &mut TcpStream, core: &mut Core, control: &Control) {
    let write = poll_fn(|cx| {
        if !control.requests().is_empty() {
            return Poll::Ready(());
        }
        Pin::new(&mut *socket).poll_write(cx, core.unsent()).map(|result| core.wrote(result))
    });
    if timeout(SLOW_AFTER, write).await.is_err() {
        core.write_waits();
    }
}

/// Waits until the feed has room.
pub(super) async fn wait_for_room(hub: &Hub) {
    while !hub.has_room() {
        let mut room = std::pin::pin!(hub.room().notified());
        // Listed before the second look, so that room made in between is not slept through.
        room.as_mut().enable();
        if !hub.has_room() {
            room.await;
        }
    }
}

/// The same, but a request ends it too: a switch must not wait for a slow screen.
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
