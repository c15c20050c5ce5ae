//! What the fuzz targets of `fuzz/` call: the parts that take bytes of strangers and that nothing else can reach alone.

use std::sync::OnceLock;

use crate::server::connection::transport::Tls;
use crate::server::net::tls::{ServerTls, ServerTlsConfig, UpstreamTls, subject};
use crate::server::net::upstream::{Trust, Upstream, UpstreamTlsConfig};

/// The most ciphertext that one side may owe after one read, beyond what the read has brought.
const MOST_CIPHERTEXT: usize = 64 * 1024;

/// Which side of a connection the peer is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Peer {
    /// A client of a server with TLS.
    Client,
    /// An upstream with TLS, whose certificate is not verified.
    Upstream,
}

/// Lets a peer send `bytes`, in reads of `read_size` bytes, to a side with TLS, and then end its stream.
///
/// # Panics
/// If more is owed to the peer than what it sent explains, or if the setup fails.
pub fn receive(peer: Peer, bytes: &[u8], read_size: usize) {
    let mut tls = match peer {
        Peer::Client => Tls::of_client(server()),
        Peer::Upstream => Tls::of_upstream(upstream()),
    };
    if peer == Peer::Upstream && tls.greet(vec![b"h2".to_vec()]).is_err() {
        return;
    }
    for read in bytes.chunks(read_size.max(1)) {
        if tls.decrypt(&mut read.to_vec()).is_err() {
            return tls.give_up();
        }
        if tls.awaits_begin() && tls.begin().is_err() {
            return tls.give_up();
        }
        if tls.offered().is_some() && tls.accept(None).is_err() {
            return tls.give_up();
        }
        tls.take_plaintext(usize::MAX);
        tls.encrypt(&[], false);
        let owed = tls.ciphertext().len();
        assert!(owed <= MOST_CIPHERTEXT + 4 * bytes.len(), "{owed} bytes are owed");
        tls.sent(owed);
        let _ = tls.take_handshake();
        if tls.end().is_some() {
            return;
        }
    }
    let _ = tls.socket_ended();
}

/// Finds the subject of a certificate.
pub fn read_certificate(certificate: &[u8]) {
    let _ = subject::subject(certificate);
}

#[expect(clippy::expect_used, reason = "a fuzz target cannot go on without it")]
fn server() -> &'static ServerTls {
    static SERVER: OnceLock<ServerTls> = OnceLock::new();
    SERVER.get_or_init(|| ServerTls::load(&ServerTlsConfig { files: None }, &[]).expect("a certificate"))
}

#[expect(clippy::expect_used, reason = "a fuzz target cannot go on without it")]
fn upstream() -> &'static UpstreamTls {
    static UPSTREAM: OnceLock<UpstreamTls> = OnceLock::new();
    UPSTREAM.get_or_init(|| {
        let config = UpstreamTlsConfig { name: None, trust: Trust::Everything };
        let upstreams = [Upstream::parse("localhost:1").expect("an address")];
        UpstreamTls::load(&config, &upstreams).expect("a setup").remove(0)
    })
}
