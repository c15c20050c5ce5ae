//! What is told of one connection while it is played: its events, as the server of the recording would have told them.

use bytes::Bytes;

use crate::commands::replay::news::{Found, News, Outlet};
use crate::event::{
    Address, BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Origin, PerDirection,
    Side, StreamEvent, StreamId, Utf8Scanner,
};
use crate::recording::replay::{Difference, Party};

/// The addresses of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ends {
    pub(super) client: Address,
    pub(super) server: Address,
}

/// One stream, as far as it was told.
#[derive(Debug, Default)]
struct ToldStream {
    length: u64,
    scanner: Utf8Scanner,
}

/// Tells what happens to a connection.
#[derive(Debug)]
pub(super) struct Told<'a> {
    outlet: &'a Outlet,
    connection: ConnectionId,
    streams: PerDirection<ToldStream>,
    has_input_ended: bool,
}

impl<'a> Told<'a> {
    /// Tells that a connection is open.
    pub(super) fn opened(outlet: &'a Outlet, connection: ConnectionId, ends: Ends) -> Self {
        let told = Self { outlet, connection, streams: PerDirection::default(), has_input_ended: false };
        // Each connection is played by a thread.
        let backend = BackendKind::Threads;
        let Ends { client: peer, server: local } = ends;
        told.happened(ConnectionEvent::Opened { peer, local, backend, upstream: None });
        told
    }

    /// Tells that a side has sent bytes.
    pub(super) fn bytes(&mut self, by: Party, data: Bytes) {
        let direction = match by {
            Party::Client => Direction::Received,
            Party::Server => Direction::Sent,
        };
        let stream = &mut self.streams[direction];
        let offset = stream.length;
        stream.length += data.len() as u64;
        let summary = stream.scanner.scan(offset, &data);
        let id = StreamId::client(self.connection, direction);
        let origin = Origin::of(direction);
        self.outlet.happened(Event::Stream(
            id,
            StreamEvent::Bytes { offset, data, summary, origin, forwarded: None, place: None },
        ));
    }

    /// Tells that a side has sent FIN. That of the server has no event of its own.
    pub(super) fn finished(&mut self, by: Party) {
        if by == Party::Client && !std::mem::replace(&mut self.has_input_ended, true) {
            self.happened(ConnectionEvent::InputEnded { side: Side::Client });
        }
    }

    /// Tells that bytes differ, before it is known how many do.
    pub(super) fn differing(&self, difference: Difference) {
        self.outlet.tell(News::Differing(Found { connection: self.connection, difference }));
    }

    /// Tells that bytes differ.
    pub(super) fn differs(&self, difference: Difference) {
        self.outlet.tell(News::Differs(Found { connection: self.connection, difference }));
    }

    /// Tells that the connection is closed.
    pub(super) fn closed(self, reason: CloseReason, detail: Option<String>) {
        let length = |direction| self.streams.get(direction).length;
        self.happened(ConnectionEvent::Closed {
            reason,
            detail,
            failed_call: None,
            received: length(Direction::Received),
            sent: length(Direction::Sent),
        });
    }

    fn happened(&self, event: ConnectionEvent) {
        self.outlet.happened(Event::Connection(self.connection, event));
    }
}
