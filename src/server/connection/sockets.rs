//! The sockets of a connection: that of the client, and of a relayed one that of the upstream.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::SockRef;

use crate::event::Side;
use crate::server::connection::wants::Next;
use crate::server::net::connect::Connect;

/// The sockets of a connection.
pub(in crate::server) struct Sockets<S> {
    pub(in crate::server) client: S,
    /// The socket to the upstream of a relayed connection.
    pub(in crate::server) upstream: Option<Box<UpstreamLink<S>>>,
}

/// The way to the upstream.
pub(in crate::server) enum UpstreamLink<S> {
    /// The connect is under way.
    Connecting(Box<Connect>),
    Connected(S),
}

impl<S: AsFd> Sockets<S> {
    /// The socket of a side, if it is connected.
    pub(in crate::server) fn get(&self, side: Side) -> Option<&S> {
        match (side, self.upstream.as_deref()) {
            (Side::Client, _) => Some(&self.client),
            (Side::Upstream, Some(UpstreamLink::Connected(socket))) => Some(socket),
            (Side::Upstream, _) => None,
        }
    }

    /// The connected sockets with their sides.
    pub(in crate::server) fn connected(&self) -> impl Iterator<Item = (Side, &S)> {
        Side::ALL.into_iter().filter_map(|side| Some((side, self.get(side)?)))
    }

    /// The connect to the upstream, to go on with it.
    pub(in crate::server) fn connecting_mut(&mut self) -> Option<&mut Connect> {
        match self.upstream.as_deref_mut() {
            Some(UpstreamLink::Connecting(connect)) => Some(connect),
            _ => None,
        }
    }

    /// The connect to the upstream, while it is under way.
    pub(in crate::server) fn connecting(&self) -> Option<&Connect> {
        match self.upstream.as_deref() {
            Some(UpstreamLink::Connecting(connect)) => Some(connect),
            _ => None,
        }
    }

    /// Converts each socket.
    ///
    /// # Errors
    /// One could not be converted: `back` converts the others back.
    pub(in crate::server) fn try_map<T>(
        self,
        mut convert: impl FnMut(S) -> Result<T, (S, io::Error)>,
        mut back: impl FnMut(T) -> S,
    ) -> Result<Sockets<T>, (Self, io::Error)> {
        let Self { client, upstream } = self;
        let client = match convert(client) {
            Ok(client) => client,
            Err((client, why)) => return Err((Self { client, upstream }, why)),
        };
        let upstream = match upstream.map(|upstream| *upstream) {
            None => None,
            Some(UpstreamLink::Connecting(connect)) => Some(UpstreamLink::Connecting(connect)),
            Some(UpstreamLink::Connected(socket)) => match convert(socket) {
                Ok(socket) => Some(UpstreamLink::Connected(socket)),
                Err((socket, why)) => {
                    let upstream = Some(Box::new(UpstreamLink::Connected(socket)));
                    return Err((Self { client: back(client), upstream }, why));
                }
            },
        };
        Ok(Sockets { client, upstream: upstream.map(Box::new) })
    }

    /// Converts each socket.
    pub(in crate::server) fn map<T>(self, mut convert: impl FnMut(S) -> T) -> Sockets<T> {
        let Self { client, upstream } = self;
        let client = convert(client);
        let upstream = upstream.map(|upstream| {
            Box::new(match *upstream {
                UpstreamLink::Connecting(connect) => UpstreamLink::Connecting(connect),
                UpstreamLink::Connected(socket) => UpstreamLink::Connected(convert(socket)),
            })
        });
        Sockets { client, upstream }
    }

    /// Whether nothing of what the connection wants next is possible now.
    pub(in crate::server) fn would_block(&self, next: Next) -> bool {
        let Next::Await(wants) = next else { return false };
        let mut polled: Vec<_> = self
            .connected()
            .map(|(side, socket)| {
                let mut awaited = PollFlags::empty();
                awaited.set(PollFlags::POLLIN, wants.read.contains(side));
                awaited.set(PollFlags::POLLOUT, wants.write.contains(side));
                (awaited, socket)
            })
            // `poll` reports the end of both directions even if nothing is awaited.
            .filter(|(awaited, _)| !awaited.is_empty())
            .map(|(awaited, socket)| PollFd::new(socket.as_fd(), awaited))
            .collect();
        poll(&mut polled, PollTimeout::ZERO) == Ok(0)
    }

    /// Makes the close of these sockets send RST.
    pub(in crate::server) fn reset_on_close(&self) {
        for (_, socket) in self.connected() {
            // With a linger time of 0, close sends RST. If this fails, the close sends FIN. A Unix socket has no RST:
            // its peer reads the end of the stream, or an error if the socket is closed while bytes of the peer are
            // unread.
            let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
        }
    }
}
