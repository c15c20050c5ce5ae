//! The first message of a TLS client. The answer may have to wait: if the upstream speaks TLS as well, that one chooses
//! the application protocol.

use std::io::Read;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::{Accepted, AcceptedAlert, Acceptor, ServerConnection};

/// A client whose first message has not arrived.
pub(super) struct Hello {
    acceptor: Acceptor,
    config: Arc<ServerConfig>,
}

/// A client that waits for the answer to its first message.
pub(super) struct Held {
    accepted: Accepted,
    config: Arc<ServerConfig>,
    /// What came behind that message.
    rest: Vec<u8>,
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
        Self { acceptor: Acceptor::default(), config: Arc::clone(config) }
    }

    /// Takes bytes of the client. Returns the client once its message is complete.
    ///
    /// # Errors
    /// It is not such a message.
    pub(super) fn receive(&mut self, rest: &mut impl Read) -> Result<Option<Held>, Refusal> {
        self.acceptor
            .read_tls(rest)
            .map_err(|error| Refusal { why: error.to_string(), alert: Vec::new() })?;
        let accepted = self.acceptor.accept().map_err(Refusal::new)?;
        let config = &self.config;
        Ok(accepted.map(|accepted| Held { accepted, config: Arc::clone(config), rest: Vec::new() }))
    }
}

impl Held {
    /// The application protocols that the client offers (ALPN), the preferred one first.
    pub(super) fn protocols(&self) -> Vec<Vec<u8>> {
        self.accepted.client_hello().alpn().into_iter().flatten().map(<[u8]>::to_vec).collect()
    }

    /// Keeps bytes that came too early.
    pub(super) fn keep(&mut self, rest: &[u8]) {
        self.rest.extend_from_slice(rest);
    }

    /// Answers, with this application protocol. Returns the bytes that came too early, too.
    ///
    /// # Errors
    /// The client and we have nothing in common.
    pub(super) fn accept(self, protocol: Option<Vec<u8>>) -> Result<(ServerConnection, Vec<u8>), Refusal> {
        let Self { accepted, mut config, rest } = self;
        if let Some(protocol) = protocol {
            Arc::make_mut(&mut config).alpn_protocols = vec![protocol];
        }
        accepted.into_connection(config).map(|connection| (connection, rest)).map_err(Refusal::new)
    }
}
