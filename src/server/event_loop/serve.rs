//! The life of one connection as a task.

use std::future::{Future as _, poll_fn};
use std::io;
use std::net::{Shutdown, TcpStream as StdStream};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Loop;
use crate::server::connection::{Connection, Core, Heeded, SLOW_AFTER, Step};
use crate::server::control::{Control, Request, Server};
use crate::server::feed::Hub;
use crate::server::registry::Membership;
use crate::server::shared::Mail;

/// Serves a connection that was handed over; if the loop cannot, the switchboard gets it back.
pub(super) fn adopt(this: &Rc<Loop>, connection: Connection) {
    let Connection { socket, core, membership } = connection;
    match register(socket) {
        Ok(socket) => {
            tokio::task::spawn_local(serve(Rc::clone(this), socket, core, membership));
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
pub(super) async fn serve(this: Rc<Loop>, mut socket: TcpStream, mut core: Core, membership: Membership) {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    membership.served_by(Server::Task(waker));
    let control = membership.control();
    loop {
        match core.heed(control) {
            Heeded::GoOn => {}
            Heeded::HandOver => return hand_over(&this, socket, core, membership),
            Heeded::Reset => {
                // With a linger time of 0, close sends RST.
                let _as_well_as_possible = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
            }
        }
        match core.next() {
            Step::Read => {
                if !core.hub().has_room() {
                    wait_for_room_or_request(core.hub(), control).await;
                    continue;
                }
                poll_fn(|cx| read(&this, &mut socket, &mut core, control, cx)).await;
            }
            Step::Write => write_and_flush(&mut socket, &mut core, control).await,
            Step::ShutDown => core.shut_down(SockRef::from(&socket).shutdown(Shutdown::Write)),
            Step::Drain(patience) => {
                if timeout(patience, poll_fn(|cx| read(&this, &mut socket, &mut core, control, cx)))
                    .await
                    .is_err()
                {
                    core.stayed_quiet();
                }
            }
            Step::Close => break,
        }
    }
    drop(socket);
    drop(core);
    drop(membership);
}

/// Gives the connection back, off the loop.
fn hand_over(this: &Loop, socket: TcpStream, mut core: Core, membership: Membership) {
    membership.control().served_by(Server::Nobody);
    match socket.into_std() {
        Ok(socket) => {
            membership.control().answered(Request::HandOver);
            this.shared.mail(Mail::Released(Box::new(Connection { socket, core, membership })));
        }
        // The loop would not let go of it, and it is closed: what is dropped here says so.
        Err(error) => core.failed(&error),
    }
}

/// One read, wholly or not at all, with the answer as far as the socket takes it. Ready without a read when something was
/// asked of the connection.
fn read(
    this: &Loop,
    socket: &mut TcpStream,
    core: &mut Core,
    control: &Control,
    cx: &mut Context<'_>,
) -> Poll<()> {
    if !control.requests().is_empty() {
        return Poll::Ready(());
    }
    // Borrowed within this poll only, so all tasks can share it.
    let mut buffer = this.buffer.borrow_mut();
    let mut space = ReadBuf::new(buffer.space());
    let result = match Pin::new(&mut *socket).poll_read(cx, &mut space) {
        Poll::Pending => return Poll::Pending,
        Poll::Ready(result) => result.map(|()| space.filled().len()),
    };
    core.read(result, &mut buffer, |answer| socket.try_write(answer));
    Poll::Ready(())
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
