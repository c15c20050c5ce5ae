//! What a TLS client sends first. The answers may have to wait: if the upstream speaks TLS as well, a request for TLS is
//! made to that one, too, and it chooses the application protocol.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::{AcceptedAlert, Acceptor};

use crate::server::connection::transport::negotiation::{Opening, Request, Requests};
use crate::server::connection::transport::session::Session;

/// A client whose first message of TLS has not arrived.
pub(super) struct Hello {
    requests: Requests,
    acceptor: Acceptor,
    /// What has arrived of the message.
    bytes: Vec<u8>,
    /// What came behind a request for TLS that is not answered; `None` if there is no such request.
    waiting: Option<Vec<u8>>,
    config: Arc<ServerConfig>,
}

/// What a client has sent.
pub(super) enum Received {
    /// Nothing that is complete.
    Incomplete,
    /// A request for another encryption, which there is not.
    GssRequest,
    /// The first message of TLS.
    Message(Held),
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
        Self {
            requests: Requests::new(),
            acceptor: Acceptor::default(),
            bytes: Vec::new(),
            waiting: None,
            config: Arc::clone(config),
        }
    }

    /// What has arrived of the first message.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the client has asked for TLS, and waits until it may begin.
    pub(super) const fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Lets a client that waits begin. Returns what it has sent too early.
    pub(super) const fn begin(&mut self) -> Option<Vec<u8>> {
        self.waiting.take()
    }

    /// Takes bytes of the client.
    ///
    /// # Errors
    /// They are neither a request nor such a message.
    pub(super) fn receive(&mut self, rest: &mut &[u8]) -> Result<Received, Refusal> {
        if let Some(early) = &mut self.waiting {
            early.extend_from_slice(std::mem::take(rest));
            return Ok(Received::Incomplete);
        }
        match self.requests.receive(rest) {
            Opening::Incomplete => return Ok(Received::Incomplete),
            Opening::Request(Request::Gss) => return Ok(Received::GssRequest),
            Opening::Request(Request::Tls) => {
                self.waiting = Some(Vec::new());
                return Ok(Received::Incomplete);
            }
            Opening::Other => {}
        }
        let begun = self.requests.take_begun();
        if !begun.is_empty() {
            self.read(&mut &begun[..])?;
        }
        self.read(rest)?;
        let Some(accepted) = self.acceptor.accept().map_err(Refusal::new)? else {
            return Ok(Received::Incomplete);
        };
        let hello = accepted.client_hello();
        Ok(Received::Message(Held {
            bytes: std::mem::take(&mut self.bytes),
            protocols: hello.alpn().into_iter().flatten().map(<[u8]>::to_vec).collect(),
            name: hello.server_name().map(Into::into),
            config: Arc::clone(&self.config),
        }))
    }

    fn read(&mut self, rest: &mut &[u8]) -> Result<(), Refusal> {
        let before = *rest;
        let result = self.acceptor.read_tls(rest);
        result.map_err(|error| Refusal { why: error.to_string(), alert: Vec::new() })?;
        self.bytes.extend_from_slice(&before[..before.len() - rest.len()]);
        Ok(())
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
