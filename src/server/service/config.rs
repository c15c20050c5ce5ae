//! The service that the user chose.

use crate::server::service::reply::{Reply, ReplyTo};
use crate::server::service::services::{Discard, Echo, Relay, Service};
use crate::server::service::template::Template;

/// The service that the user chose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceConfig {
    /// Every byte comes back.
    Echo,
    /// Nothing comes back.
    Discard,
    /// The server answers with this template; see [`Reply`].
    Reply(Template, ReplyTo),
    /// Every byte goes on to the upstream of the listener, and what comes back to the client.
    Relay,
}

impl ServiceConfig {
    /// The name of the service, on screen, on the command line and in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Discard => "discard",
            Self::Reply(..) => "reply",
            Self::Relay => "relay",
        }
    }

    /// Creates the state of this service for a new connection, on which `greeting` is sent first.
    #[must_use]
    pub fn start(&self, peer: &str, connection: u64, greeting: &[u8]) -> Box<dyn Service> {
        match self {
            Self::Echo => Box::new(Echo),
            Self::Discard => Box::new(Discard),
            Self::Reply(template, to) => Box::new(Reply::new(template.fill(peer, connection), to, greeting)),
            Self::Relay => Box::new(Relay),
        }
    }
}
