//! The peers of encrypted sides: ends of the same library, in memory.

use rustls::client::ClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::ServerConnection;
use rustls::{ClientConfig, Connection, RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::*;
use crate::server::net::tls::certificate::Identity;
use crate::server::net::tls::{ServerTls, UpstreamTls};

/// A certificate that both ends know.
pub(super) struct SideTls {
    pub(super) server: ServerTls,
    pub(super) upstream: UpstreamTls,
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A certificate of ends that speak these versions.
pub(super) fn side_tls(versions: &[&'static SupportedProtocolVersion]) -> SideTls {
    let Identity { chain, key } = Identity::make(&[]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(chain[0].clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider()).with_protocol_versions(versions).unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    let server = ServerConfig::builder_with_provider(provider()).with_protocol_versions(versions).unwrap();
    let mut server = server.with_no_client_auth().with_single_cert(chain, key).unwrap();
    server.send_tls13_tickets = 0;
    let name = ServerName::try_from("localhost").unwrap();
    SideTls {
        server: ServerTls { config: Arc::new(server), fingerprint: String::new() },
        upstream: UpstreamTls { config: Arc::new(client), name },
    }
}

impl SideTls {
    pub(super) fn new() -> Self {
        side_tls(rustls::ALL_VERSIONS)
    }

    /// A client that offers these application protocols.
    pub(super) fn client(&self, protocols: &[&str]) -> Peer {
        let protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let UpstreamTls { config, name } = self.upstream.clone();
        Peer::new(ClientConnection::new_with_alpn(config, name, protocols).unwrap().into())
    }

    /// A server that knows these application protocols.
    pub(super) fn server(&self, protocols: &[&str]) -> Peer {
        let mut config = (*self.server.config).clone();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Peer::new(ServerConnection::new(Arc::new(config)).unwrap().into())
    }
}

/// The other end of a simulated socket.
pub(super) struct Peer {
    pub(super) connection: Connection,
    pub(super) received: Vec<u8>,
    pub(super) error: Option<rustls::Error>,
    pub(super) has_closed: bool,
}

impl Peer {
    fn new(connection: Connection) -> Self {
        Self { connection, received: Vec::new(), error: None, has_closed: false }
    }

    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.connection.set_buffer_limit(None);
        io::Write::write_all(&mut self.connection.writer(), bytes).unwrap();
    }

    /// Takes what was written to the socket, and answers in pieces of this size. Returns whether anything moved.
    pub(super) fn exchange(&mut self, socket: &mut FakeSocket, piece: usize) -> bool {
        let written = std::mem::take(&mut socket.written);
        let mut rest = &written[..];
        while !rest.is_empty() && self.error.is_none() && !self.has_closed {
            self.connection.read_tls(&mut rest).unwrap();
            match self.connection.process_new_packets() {
                Ok(state) => self.has_closed = state.peer_has_closed(),
                Err(error) => self.error = Some(error),
            }
            // The end of what has arrived is an error of this reader.
            let _ = io::Read::read_to_end(&mut self.connection.reader(), &mut self.received);
        }
        let mut out = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut out).unwrap();
        }
        socket.incoming.extend(out.chunks(piece).map(|piece| Input::Bytes(piece.to_vec())));
        !written.is_empty() || !out.is_empty()
    }

    /// Sends its first message.
    pub(super) fn begin(&mut self, socket: &mut FakeSocket) {
        self.exchange(socket, 50);
    }

    /// Ends its stream.
    pub(super) fn close(&mut self, socket: &mut FakeSocket) {
        self.connection.send_close_notify();
        self.exchange(socket, 5);
        socket.incoming.push_back(Input::Fin);
    }
}

/// The encrypted peers of a connection.
pub(super) struct Peers(pub(super) PerSide<Option<Peer>>);

impl Peers {
    pub(super) const fn client(client: Peer) -> Self {
        Self(PerSide { client: Some(client), upstream: None })
    }

    pub(super) const fn both(client: Peer, upstream: Peer) -> Self {
        Self(PerSide { client: Some(client), upstream: Some(upstream) })
    }

    pub(super) fn get(&mut self, side: Side) -> &mut Peer {
        self.0[side].as_mut().unwrap()
    }

    /// Goes on until nothing moves any more. Each turn the sockets take `room` bytes.
    pub(super) fn settle(&mut self, world: &mut World, piece: usize, room: usize) -> Option<CloseReason> {
        loop {
            for side in Side::ALL {
                world.sockets[side].room = room;
            }
            let reason = world.run();
            let sockets = &mut world.sockets;
            let has_written = Side::ALL.into_iter().any(|side| sockets[side].room < room);
            let moved = Side::ALL.map(|side| {
                self.0[side].as_mut().is_some_and(|peer| peer.exchange(&mut sockets[side], piece))
            });
            if reason.is_some() || moved == [false; 2] && !has_written {
                return reason;
            }
        }
    }
}
