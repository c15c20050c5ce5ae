//! The first message of a TLS client. The answer may have to wait: if the upstream speaks TLS as well, that one chooses
//! the application protocol.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::{AcceptedAlert, Acceptor};

use crate::server::connection::transport::session::Session;

/// A client whose first message has not arrived.
pub(super) struct Hello {
    acceptor: Acceptor,
    /// What has arrived of it.
    bytes: Vec<u8>,
    config: Arc<ServerConfig>,
}

/// A client that waits for the answer to its first message.
pub(super) struct Held {
    /// The message, and what came behind it.
    bytes: Vec<u8>,
    protocols: Vec<Vec<u8>>,
    name: Option<Box<str>>,
    config: Arc<ServerConfig>,
}

/// A client that is answered.
pub(super) struct Answered {
    pub(super) session: Session,
    /// The name that the client asks for (SNI).
    pub(super) name: Option<Box<str>>,
    /// What the client has sent so far.
    pub(super) bytes: Vec<u8>,
}

/// Why a client is turned away, and the alert for it.
pub(super) struct Refusal {
    pub(super) why: String,
    pub(super) alert: Vec<u8>,
}

impl Refusal {
    fn new((error, mut alert): (rustls::Error, AcceptedAlert)) -> Self {
        let mut bytes = Vec::new();
        // Writing to a vector does not fail.
        let _ = alert.write_all(&mut bytes);
        Self { why: error.to_string(), alert: bytes }
    }
}

impl Hello {
    pub(super) fn new(config: &Arc<ServerConfig>) -> Self {
        Self { acceptor: Acceptor::default(), bytes: Vec::new(), config: Arc::clone(config) }
    }

    /// Takes bytes of the client. Returns the client once its message is complete.
    ///
    /// # Errors
    /// It is not such a message.
    pub(super) fn receive(&mut self, rest: &mut &[u8]) -> Result<Option<Held>, Refusal> {
        let before = *rest;
        self.acceptor
            .read_tls(rest)
            .map_err(|error| Refusal { why: error.to_string(), alert: Vec::new() })?;
        self.bytes.extend_from_slice(&before[..before.len() - rest.len()]);
        let Some(accepted) = self.acceptor.accept().map_err(Refusal::new)? else { return Ok(None) };
        let hello = accepted.client_hello();
        Ok(Some(Held {
            bytes: std::mem::take(&mut self.bytes),
            protocols: hello.alpn().into_iter().flatten().map(<[u8]>::to_vec).collect(),
            name: hello.server_name().map(Into::into),
            config: Arc::clone(&self.config),
        }))
    }
}

impl Held {
    /// The application protocols that the client offers (ALPN), the preferred one first.
    pub(super) fn protocols(&self) -> Vec<Vec<u8>> {
        self.protocols.clone()
    }

    /// Keeps bytes that came too early.
    pub(super) fn keep(&mut self, rest: &[u8]) {
        self.bytes.extend_from_slice(rest);
    }

    /// Begins the answer, with this application protocol.
    ///
    /// # Errors
    /// The settings do not fit each other.
    pub(super) fn answer(self, protocol: Option<Vec<u8>>) -> Result<Answered, rustls::Error> {
        let Self { bytes, name, mut config, .. } = self;
        if let Some(protocol) = protocol {
            Arc::make_mut(&mut config).alpn_protocols = vec![protocol];
        }
        Ok(Answered { session: Session::of_server(config)?, name, bytes })
    }
}
