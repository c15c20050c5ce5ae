//! Faults that a presenter can cause, so that an audience sees the difference between the backends.

use crate::event::ids::ConnectionId;

/// The kind of a fault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FaultKind {
    /// The handler of one connection sleeps for [`HANG_MICROS`] at each message.
    Hang,
    /// Every handler computes for some time at each message.
    Work,
    /// One client keeps sending and hardly reads.
    SlowReader,
    /// [`IDLE_CLIENTS`] clients connect and stay silent.
    Idle,
    /// [`BURST_CLIENTS`] clients send bursts of messages.
    Burst,
}

/// How long [`FaultKind::Hang`] blocks a handler.
pub const HANG_MICROS: u64 = 200_000;
/// Number of clients of [`FaultKind::Idle`].
pub const IDLE_CLIENTS: usize = 1_000;
/// Number of clients of [`FaultKind::Burst`].
pub const BURST_CLIENTS: usize = 50;

impl FaultKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Hang, Self::Work, Self::SlowReader, Self::Idle, Self::Burst];

    /// The name of the kind, in lessons and on screen.
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

/// A fault with its parameters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fault {
    /// The handler of this connection hangs, see [`FaultKind::Hang`].
    Hang(ConnectionId),
    /// Every handler computes for this number of microseconds at each message.
    Work(u64),
    /// See [`FaultKind`].
    SlowReader,
    /// See [`FaultKind`].
    Idle,
    /// See [`FaultKind`].
    Burst,
}

impl Fault {
    /// The kind of this fault.
    #[must_use]
    pub const fn kind(self) -> FaultKind {
        match self {
            Self::Hang(_) => FaultKind::Hang,
            Self::Work(_) => FaultKind::Work,
            Self::SlowReader => FaultKind::SlowReader,
            Self::Idle => FaultKind::Idle,
            Self::Burst => FaultKind::Burst,
        }
    }
}
