//! The basic types of the language: connection numbers, sides, directions, streams, backends, points in time.

use std::fmt;

/// Number of a connection, counted from 1 in the order of acceptance and never reused. Shown as `#7`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId(pub u64);

/// Number of a run of a program that serves connections on some machine. Each restart begins a new one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RunId(pub u32);

impl ConnectionId {
    /// Set for connections that another program serves, so that the numbers of several programs stay apart.
    const OF_RUN: u64 = 1 << 63;

    /// The number that the program itself gives takes the lower bits.
    const NUMBER_BITS: u32 = 40;

    /// The connection that the program of this run gives this number; `None` for numbers that no program reaches.
    #[must_use]
    pub const fn of_run(run: RunId, number: u64) -> Option<Self> {
        if number >> Self::NUMBER_BITS != 0 || run.0 >> (63 - Self::NUMBER_BITS) != 0 {
            return None;
        }
        Some(Self(Self::OF_RUN | (run.0 as u64) << Self::NUMBER_BITS | number))
    }

    /// The run of the program that serves the connection, if it is another program.
    #[must_use]
    pub const fn run(self) -> Option<RunId> {
        if self.0 & Self::OF_RUN == 0 {
            return None;
        }
        Some(RunId(((self.0 & !Self::OF_RUN) >> Self::NUMBER_BITS) as u32))
    }

    /// The number that the program which serves the connection gives it.
    #[must_use]
    pub const fn number(self) -> u64 {
        if self.0 & Self::OF_RUN == 0 { self.0 } else { self.0 & ((1 << Self::NUMBER_BITS) - 1) }
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.number())
    }
}

/// Number of a listener, counted from 1 and never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ListenerId(pub u64);

/// Which socket of a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// The accepted socket, to the client.
    Client,
    /// The second socket of a relayed connection, to the real server.
    Upstream,
}

impl Side {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Client, Self::Upstream];

    /// The name of the side, on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Upstream => "upstream",
        }
    }

    /// The opposite side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Upstream,
            Self::Upstream => Self::Client,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Which way bytes go on one side of a connection, seen from us.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// From the peer of that side to us.
    Received,
    /// From us to the peer of that side.
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

/// All bytes of one direction of one side of a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamId {
    /// The connection.
    pub connection: ConnectionId,
    /// The socket of the connection.
    pub side: Side,
    /// The direction on that socket.
    pub direction: Direction,
}

impl StreamId {
    /// The stream between us and the client.
    #[must_use]
    pub const fn client(connection: ConnectionId, direction: Direction) -> Self {
        Self { connection, side: Side::Client, direction }
    }
}

/// What made bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Origin {
    /// The peer of the side on which they were received.
    Peer,
    /// The service, from nothing or from bytes that it received.
    Service,
    /// The user, who injected or edited them here.
    User,
}

impl Origin {
    /// All origins.
    pub const ALL: [Self; 3] = [Self::Peer, Self::Service, Self::User];

    /// The origin of the bytes of this direction, if the user made none and nothing was relayed.
    #[must_use]
    pub const fn of(direction: Direction) -> Self {
        match direction {
            Direction::Received => Self::Peer,
            Direction::Sent => Self::Service,
        }
    }

    /// The name of the origin, on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Service => "service",
            Self::User => "user",
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_several_programs_stay_apart() {
        let own = ConnectionId(7);
        assert_eq!((own.run(), own.number(), own.to_string().as_str()), (None, 7, "#7"));
        let last = (1 << 40) - 1;
        for (run, number) in [(0, 0), (0, 7), (1, 7), ((1 << 23) - 1, last)] {
            let id = ConnectionId::of_run(RunId(run), number).unwrap();
            assert_eq!((id.run(), id.number()), (Some(RunId(run)), number));
            assert_eq!(id.to_string(), format!("#{number}"));
        }
        assert_eq!(ConnectionId::of_run(RunId(0), last + 1), None);
        assert_eq!(ConnectionId::of_run(RunId(1 << 23), 0), None);
    }
}
