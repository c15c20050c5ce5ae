//! How far the TLS of one side is.

use crate::server::connection::transport::hello::{Held, Hello};
use crate::server::connection::transport::session::Session;
use crate::server::net::tls::UpstreamTls;

/// How far the TLS of one side is.
pub(super) enum State {
    /// An upstream that is not greeted yet.
    Idle(UpstreamTls),
    /// An upstream that was asked for TLS and has not answered.
    Requesting(UpstreamTls),
    /// An upstream with which TLS may begin.
    Ready(UpstreamTls),
    /// A client whose first message (ClientHello) has not arrived.
    Hello(Box<Hello>),
    /// A client that waits for our choice of the application protocol.
    Held(Box<Held>),
    Open(Box<Session>),
    /// It has failed, or was ended before it began: what still comes is discarded.
    Over,
}

/// How the handshake begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Start {
    Direct,
    /// After TLS was asked for, as PostgreSQL does it.
    Requested,
}

impl State {
    /// Whether bytes of the peer are needed for the handshake.
    pub(super) fn awaits_handshake(&self) -> bool {
        match self {
            Self::Hello(hello) => !hello.is_waiting(),
            Self::Requesting(_) => true,
            Self::Open(session) => session.common().is_handshaking(),
            Self::Idle(_) | Self::Ready(_) | Self::Held(_) | Self::Over => false,
        }
    }

    /// Whether the handshake is not complete.
    pub(super) fn is_handshaking(&self) -> bool {
        match self {
            Self::Open(session) => session.common().is_handshaking(),
            Self::Idle(_) | Self::Requesting(_) | Self::Ready(_) | Self::Hello(_) | Self::Held(_) => true,
            Self::Over => false,
        }
    }

    /// Whether we are a client that has received nothing that makes sense.
    pub(super) fn is_greeting(&self) -> bool {
        let is_greeting =
            |session: &Session| session.is_client() && session.common().protocol_version().is_none();
        matches!(self, Self::Open(session) if is_greeting(session))
    }
}
