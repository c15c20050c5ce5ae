//! What a run of the load generator is asked for.

use crate::client::load::pattern::Pattern;
use std::net::IpAddr;
use std::time::Duration;

use crate::event::Address;

/// What a client does. All clients but the idle ones compare what comes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Workload {
    /// Sends messages one after another, as the load model says.
    Steady,
    /// Sends sixteen times as many messages at once as a steady client, then is silent for 200 ms.
    Bursty,
    /// Always has bytes to send, and reads 4 KiB ten times a second, so the server cannot get rid of its output.
    SlowReader,
    /// Sends a fiftieth of a message, but at least one byte, fifty times a second.
    SlowSender,
    /// Stays connected and sends nothing.
    Idle,
    /// Connects, has one message echoed, closes, and repeats that.
    Churn,
    /// Sends one message and a FIN, reads to the end, and repeats that.
    HalfClose,
    /// Sends one message, resets the connection before all of it is back, and repeats that.
    Reset,
}

impl Workload {
    /// All workloads.
    pub const ALL: [Self; 8] = [
        Self::Steady,
        Self::Bursty,
        Self::SlowReader,
        Self::SlowSender,
        Self::Idle,
        Self::Churn,
        Self::HalfClose,
        Self::Reset,
    ];

    /// The name of the workload, as options and output write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Bursty => "bursty",
            Self::SlowReader => "slow-reader",
            Self::SlowSender => "slow-sender",
            Self::Idle => "idle",
            Self::Churn => "churn",
            Self::HalfClose => "half-close",
            Self::Reset => "reset",
        }
    }

    /// Whether the client connects again after its connection has ended.
    pub(super) const fn reconnects(self) -> bool {
        matches!(self, Self::Churn | Self::HalfClose | Self::Reset)
    }

    /// Whether the round-trip times of this workload say something about the server.
    pub(super) const fn is_timed(self) -> bool {
        matches!(self, Self::Steady | Self::Bursty | Self::Churn | Self::HalfClose)
    }
}

/// When steady clients send.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum LoadModel {
    /// Closed loop: the next message goes out as soon as one is back.
    ClosedLoop,
    /// Open loop: this number of messages per second in total, whether or not earlier ones have come back.
    OpenLoop(f64),
}

/// What a run does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The address of the server.
    pub target: Address,
    /// The address that clients of an Internet address connect from; the system chooses one if there is none.
    pub source: Option<IpAddr>,
    /// The workloads, each with its number of clients.
    pub groups: Vec<(Workload, usize)>,
    /// The size of a message in bytes, at least 1.
    pub size: usize,
    /// The number of messages that a steady client has in flight, at least 1; closed loop only.
    pub pipeline: usize,
    /// When steady clients send.
    pub load_model: LoadModel,
    /// The content of the messages.
    pub pattern: Pattern,
    /// The time over which the connects are spread.
    pub ramp: Duration,
    /// The length of the measurement, which starts when all clients are connected.
    pub time: Duration,
}
