//! An event of any kind, and its time.

use crate::event::connection::ConnectionEvent;
use crate::event::ids::{ConnectionId, StreamId, Timestamp};
use crate::event::server::ServerEvent;
use crate::event::stream::StreamEvent;
use crate::event::switch::SwitchEvent;

/// An event and when it happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Stamped {
    /// When it happened, by the server's clock; never earlier than the event that caused it.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// Something happened to a connection.
    Connection(ConnectionId, ConnectionEvent),
    /// Something happened in a stream of a connection.
    Stream(StreamId, StreamEvent),
    /// Something happened to a switch of the backend.
    Switch(SwitchEvent),
    /// Something happened to the server as a whole.
    Server(ServerEvent),
}
