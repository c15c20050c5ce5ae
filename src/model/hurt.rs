//! What a presenter can do to the server, so that an audience sees the difference between the backends.

use super::ids::ConnectionId;

/// A way to make it hurt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Hurt {
    /// The handler of one connection sleeps for [`HANG_MICROS`] at each of its messages.
    Hang,
    /// Every handler computes for a while at each message.
    Work,
    /// A client sends without end and hardly reads.
    SlowReader,
    /// [`IDLE_CLIENTS`] clients connect and stay silent.
    Idle,
    /// [`BURST_CLIENTS`] clients send many messages at once, again and again.
    Burst,
}

/// How long [`Hurt::Hang`] blocks.
pub const HANG_MICROS: u64 = 200_000;
/// How many clients [`Hurt::Idle`] brings.
pub const IDLE_CLIENTS: usize = 1_000;
/// How many clients [`Hurt::Burst`] brings.
pub const BURST_CLIENTS: usize = 50;

impl Hurt {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Hang, Self::Work, Self::SlowReader, Self::Idle, Self::Burst];

    /// The word for it, in lessons and on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hang => "hang",
            Self::Work => "work",
            Self::SlowReader => "slow-reader",
            Self::Idle => "idle",
            Self::Burst => "burst",
        }
    }
}

/// A [`Hurt`] with all that it takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pain {
    /// In the handler of this connection.
    Hang(ConnectionId),
    /// Each message costs this number of microseconds of work.
    Work(u64),
    /// See [`Hurt`].
    SlowReader,
    /// See [`Hurt`].
    Idle,
    /// See [`Hurt`].
    Burst,
}

impl Pain {
    /// What kind of hurt it is.
    #[must_use]
    pub const fn hurt(self) -> Hurt {
        match self {
            Self::Hang(_) => Hurt::Hang,
            Self::Work(_) => Hurt::Work,
            Self::SlowReader => Hurt::SlowReader,
            Self::Idle => Hurt::Idle,
            Self::Burst => Hurt::Burst,
        }
    }
}
