//! The connect to an upstream, as a part of the task of its connection.

use std::future::Future as _;
use std::os::fd::AsFd as _;
use std::pin::pin;
use std::task::Poll;

use tokio::io::Interest;

use crate::event::Side;
use crate::server::backend::event_loop::calls::{AsyncSocket, register, watch};
use crate::server::backend::event_loop::deadline::until;
use crate::server::connection::Connection;

/// Goes on with the connect, and waits for what comes next: its socket is ready, its time is up, its name is resolved,
/// or the client resets the connection. Returns early when a request is pending.
pub(super) async fn advance(connection: &mut Connection<AsyncSocket>) {
    let Some(deadline) = connection.advance_connect(register) else { return };
    let Connection { sockets, machine, registration, .. } = connection;
    let connecting = sockets.connecting().and_then(|connect| connect.socket());
    // Registered for this wait only: the next step may close this socket and open another one.
    let connecting = match connecting.map(|socket| watch(socket.as_fd(), Interest::WRITABLE)).transpose() {
        Ok(connecting) => connecting,
        Err(error) => return machine.not_connected(format!("the event loop takes no more sockets: {error}")),
    };
    let mut reset = pin!(sockets.client.ready(Interest::ERROR));
    let mut is_reset = false;
    let mut is_first = true;
    until(Some(deadline), |cx| {
        if !registration.control().requests().is_empty() {
            return Poll::Ready(());
        }
        if reset.as_mut().poll(cx).is_ready() {
            is_reset = true;
            return Poll::Ready(());
        }
        if connecting.as_ref().is_some_and(|socket| socket.poll_write_ready(cx).is_ready()) {
            return Poll::Ready(());
        }
        // Woken by something else, such as the resolver: look again.
        if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    if is_reset {
        machine.was_reset(Side::Client);
    }
}
