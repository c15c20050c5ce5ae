//! The state of a connection in one word.

/// The state of a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ConnectionState {
    /// The client was accepted, and the connection to the upstream is not made yet.
    Connecting,
    /// Both directions are open.
    Open,
    /// A write waits for the client, or for the upstream, to read.
    Slow,
    /// The user lets nothing be read from the client, or from the upstream.
    Paused,
    /// The user holds what the client, or the upstream, sends.
    Held,
    /// The client, or the upstream, sent FIN and bytes are still sent to it; or the user has ended what is sent to it.
    HalfClosed,
    /// The connection is closed.
    Closed,
}

impl ConnectionState {
    /// All states.
    pub const ALL: [Self; 7] =
        [Self::Connecting, Self::Open, Self::Slow, Self::Paused, Self::Held, Self::HalfClosed, Self::Closed];

    /// The name of the state on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Slow => "slow",
            Self::Paused => "paused",
            Self::Held => "held",
            Self::HalfClosed => "half",
            Self::Closed => "closed",
        }
    }
}
