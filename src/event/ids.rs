//! The basic types of the model: connection numbers, directions, backends, points in time.

use std::fmt;

/// Number of a connection, counted from 1 in the order of acceptance and never reused. Shown as `#7`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId(pub u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Which way bytes go, seen from the server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// From the client to us.
    Received,
    /// From us to the client.
    Sent,
}

impl Direction {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Received, Self::Sent];

    /// The name of the direction, on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sent => "sent",
        }
    }

    /// The opposite direction.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Received => Self::Sent,
            Self::Sent => Self::Received,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How connections are served.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BackendKind {
    /// One thread with an event loop, and one task per connection.
    Async,
    /// One OS thread per connection, with blocking calls.
    Threads,
}

impl BackendKind {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Async, Self::Threads];

    /// The name of the backend, on screen, on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::Threads => "threads",
        }
    }

    /// The other backend, to which a switch goes.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Async => Self::Threads,
            Self::Threads => Self::Async,
        }
    }
}

impl fmt::Display for BackendKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A point in time: microseconds since the Unix epoch. The model reads no clock; every time is an argument.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Microseconds from `earlier` to this time; 0 if `earlier` is later.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The second in which this time lies.
    #[must_use]
    pub const fn second(self) -> u64 {
        self.0 / 1_000_000
    }

    /// The time that is `micros` microseconds later.
    #[must_use]
    pub const fn plus_micros(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

/// How a connection is to be closed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CloseMode {
    /// With FIN, after all queued bytes have been sent.
    Finish,
    /// With RST, immediately.
    Reset,
}
