//! The fields of a connection that a filter can name.

use crate::event::ids::Timestamp;
use crate::event::{Address, Direction, Side};
use crate::model::connection::{Connection, Upstream};

/// A field with a text, for `field:value`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TextField {
    /// The host that serves the connection, if many are watched: its whole name, with `*` and `?` for others.
    Host,
    /// The address of the client, or of the one behind a proxy, from its start.
    Peer,
    /// The address that the client connected to, from its start.
    Local,
    /// The name or the address of the upstream, from its start.
    Upstream,
    /// The name of a built-in client, from its start.
    Name,
    /// The note that the user wrote on it; part of it is enough.
    Note,
    /// The state.
    State,
    /// Why the connection was closed; part of it is enough.
    Reason,
    /// The backend.
    Backend,
    /// The sockets that the connection has.
    Side,
    /// What the client and the server speak; part of its name is enough.
    Protocol,
}

impl TextField {
    pub(super) const ALL: [Self; 11] = [
        Self::Host,
        Self::Peer,
        Self::Local,
        Self::Upstream,
        Self::Name,
        Self::Note,
        Self::State,
        Self::Reason,
        Self::Backend,
        Self::Side,
        Self::Protocol,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Peer => "peer",
            Self::Local => "local",
            Self::Upstream => "upstream",
            Self::Name => "name",
            Self::Note => "note",
            Self::State => "state",
            Self::Reason => "reason",
            Self::Backend => "backend",
            Self::Side => "side",
            Self::Protocol => "protocol",
        }
    }
}

/// A field with a number, for `field>value` and the like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NumberField {
    /// The number of the connection.
    Connection,
    /// Bytes received from the client.
    Received,
    /// Bytes sent to the client.
    Sent,
    /// Bytes of both directions in the last whole second.
    Rate,
    /// Malformed parts.
    Malformed,
    /// Bytes that were not observed.
    Missed,
    /// Handovers to the other backend.
    Handovers,
    /// The age, or the lifetime if it is closed.
    Age,
    /// The time since bytes last moved or the state last changed.
    Idle,
}

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    /// Things.
    One,
    /// Bytes.
    Byte,
    /// Microseconds.
    Time,
}

impl NumberField {
    pub(super) const ALL: [Self; 9] = [
        Self::Connection,
        Self::Received,
        Self::Sent,
        Self::Rate,
        Self::Malformed,
        Self::Missed,
        Self::Handovers,
        Self::Age,
        Self::Idle,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Rate => "rate",
            Self::Malformed => "malformed",
            Self::Missed => "missed",
            Self::Handovers => "handovers",
            Self::Age => "age",
            Self::Idle => "idle",
        }
    }

    pub(super) const fn unit(self) -> Unit {
        match self {
            Self::Connection | Self::Malformed | Self::Handovers => Unit::One,
            Self::Received | Self::Sent | Self::Rate | Self::Missed => Unit::Byte,
            Self::Age | Self::Idle => Unit::Time,
        }
    }

    pub(super) fn of(self, known: &Connection, now: Timestamp) -> u64 {
        match self {
            Self::Connection => known.id.number(),
            Self::Received => known.received.total(),
            Self::Sent => known.sent.total(),
            Self::Rate => Direction::ALL.map(|way| known.stream(way).rate.per_second(now)).iter().sum(),
            Self::Malformed => known.malformed(),
            Self::Missed => known.missed(),
            Self::Handovers => known.handovers,
            Self::Age => known.age_micros(now),
            Self::Idle => now.micros_since(known.active),
        }
    }
}

/// The value of a side.
pub(super) fn has_side(known: &Connection, side: Side) -> bool {
    match side {
        Side::Client => true,
        Side::Upstream => known.upstream.is_some(),
    }
}

/// Whether an address begins with a text in lower case.
pub(super) fn begins(address: &Address, start: &str) -> bool {
    address.to_string().to_lowercase().starts_with(start)
}

/// Whether the name or the address of an upstream begins with a text in lower case.
pub(super) fn upstream_begins(upstream: &Upstream, start: &str) -> bool {
    let connected = upstream.connected.as_ref();
    upstream.name.to_lowercase().starts_with(start)
        || connected.is_some_and(|connected| begins(&connected.address, start))
}
