//! Why connections are closed, in the terms of TCP and of system calls.

/// The kind of a system call on a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Call {
    /// `recv`.
    Read,
    /// `send`.
    Write,
    /// `shutdown`.
    ShutDown,
    /// `connect`, to the upstream.
    Connect,
}

impl Call {
    /// All calls.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::ShutDown, Self::Connect];

    /// The name of the call, on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::ShutDown => "shutdown",
            Self::Connect => "connect",
        }
    }
}

/// Why a connection was closed, in the terms of TCP.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CloseReason {
    /// The client sent FIN first, all queued bytes were sent to it, and both sides have finished.
    PeerFinished,
    /// The client sent RST.
    PeerReset,
    /// We sent FIN first.
    WeFinished,
    /// We sent RST.
    WeReset,
    /// The peer did not respond within the time allowed.
    Timeout,
    /// No byte was received or sent during the idle timeout, so we sent FIN.
    IdleTimeout,
    /// The connection was accepted and then refused.
    Refused,
    /// The upstream sent FIN first, all queued bytes were sent, and both sides have finished.
    UpstreamFinished,
    /// The upstream sent RST.
    UpstreamReset,
    /// The upstream could not be connected to; `detail` is the error.
    UpstreamUnreachable,
    /// The TLS of a side failed; `detail` is the error.
    TlsFailed,
    /// The client did not send the PROXY header that it has to send first; `detail` says what is wrong.
    ProxyFailed,
    /// A system call failed with the error in `detail`.
    Error,
    /// It is over, but its end was not seen: another machine has served it, and was not heard of meanwhile.
    Unseen,
}

impl CloseReason {
    /// All reasons.
    pub const ALL: [Self; 14] = [
        Self::PeerFinished,
        Self::PeerReset,
        Self::WeFinished,
        Self::WeReset,
        Self::Timeout,
        Self::IdleTimeout,
        Self::Refused,
        Self::UpstreamFinished,
        Self::UpstreamReset,
        Self::UpstreamUnreachable,
        Self::TlsFailed,
        Self::ProxyFailed,
        Self::Error,
        Self::Unseen,
    ];

    /// Whether the reason is an error.
    #[must_use]
    pub const fn is_error(self) -> bool {
        match self {
            Self::PeerFinished
            | Self::WeFinished
            | Self::WeReset
            | Self::IdleTimeout
            | Self::UpstreamFinished
            | Self::Unseen => false,
            Self::PeerReset
            | Self::Timeout
            | Self::Refused
            | Self::UpstreamReset
            | Self::UpstreamUnreachable
            | Self::TlsFailed
            | Self::ProxyFailed
            | Self::Error => true,
        }
    }

    /// The reason as a state on screen: in full, and short where there is little room.
    #[must_use]
    pub const fn state_labels(self) -> [&'static str; 2] {
        match self {
            Self::PeerFinished => ["closed by client", "FIN"],
            Self::PeerReset => ["reset by client", "RST"],
            Self::WeFinished => ["closed by server", "FIN"],
            Self::WeReset => ["reset by server", "RST"],
            Self::Timeout => ["timed out", "lost"],
            Self::IdleTimeout => ["idle timeout", "idle"],
            Self::Refused => ["refused", "full"],
            Self::UpstreamFinished => ["upstream closed", "FIN"],
            Self::UpstreamReset => ["upstream reset", "RST"],
            Self::UpstreamUnreachable => ["upstream down", "down"],
            Self::TlsFailed => ["TLS failed", "TLS"],
            Self::ProxyFailed => ["no PROXY header", "PRXY"],
            Self::Error => ["error", "fail"],
            Self::Unseen => ["not seen closing", "gone"],
        }
    }

    /// The name of the reason on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::IdleTimeout => "idle timeout",
            Self::Unseen => "not seen closing",
            _ => self.word(),
        }
    }

    /// The name of the reason in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PeerFinished => "peer-finished",
            Self::PeerReset => "peer-reset",
            Self::WeFinished => "we-finished",
            Self::WeReset => "we-reset",
            Self::Timeout => "timeout",
            Self::IdleTimeout => "idle-timeout",
            Self::Refused => "refused",
            Self::UpstreamFinished => "upstream-finished",
            Self::UpstreamReset => "upstream-reset",
            Self::UpstreamUnreachable => "upstream-unreachable",
            Self::TlsFailed => "tls-failed",
            Self::ProxyFailed => "proxy-failed",
            Self::Error => "error",
            Self::Unseen => "unseen",
        }
    }
}
