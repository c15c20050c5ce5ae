//! The small words of the model: numbers of connections, directions, backends, points in time.

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

    /// The word for it, on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sent => "sent",
        }
    }

    /// The opposite one.
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
    /// One thread with an event loop, a task a connection.
    Async,
    /// One OS thread a connection, with blocking calls.
    Threads,
}

impl BackendKind {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Async, Self::Threads];

    /// The word for it, on screen, on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::Threads => "threads",
        }
    }

    /// The one that a switch goes to.
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

/// A point in time: microseconds since the Unix epoch. It always comes from outside; the model reads no clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Moment(pub u64);

impl Moment {
    /// Microseconds from `earlier` to here; 0 if `earlier` is later.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The whole second it falls into.
    #[must_use]
    pub const fn second(self) -> u64 {
        self.0 / 1_000_000
    }

    /// The moment that is later by this number of microseconds.
    #[must_use]
    pub const fn plus_micros(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

/// How the user wants a connection closed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Closing {
    /// With FIN: what is owed goes out first.
    Finish,
    /// With RST, at once.
    Reset,
}
