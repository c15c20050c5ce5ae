//! Clients and upstreams with TLS, and the certificates that they know.

use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, process};

use rcgen::{CertificateParams, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, SideData, StreamOwned,
    SupportedProtocolVersion,
};

use crate::harness::limited;

pub(crate) const ONLY_TLS12: &[&SupportedProtocolVersion] = &[&TLS12];
pub(crate) const ONLY_TLS13: &[&SupportedProtocolVersion] = &[&TLS13];

/// A certificate for `localhost` and 127.0.0.1, and its key, in files as well.
pub(crate) struct Certificate {
    der: CertificateDer<'static>,
    key: Vec<u8>,
    folder: PathBuf,
}

impl Certificate {
    /// Makes a certificate. The test names the folder of its files.
    pub(crate) fn new(test: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let names = ["localhost", "127.0.0.1"].map(ToOwned::to_owned);
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "of a test");
        params.is_ca = IsCa::ExplicitNoCa;
        let certificate = params.self_signed(&key).unwrap();
        let folder = std::env::temp_dir().join(format!("bytewatch-tls-{}-{test}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
        fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
        Self { der: certificate.der().clone(), key: key.serialize_der(), folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self) -> String {
        self.path("cert.pem")
    }

    /// The options of a server with this certificate.
    pub(crate) fn options(&self) -> [String; 4] {
        ["--tls-cert".to_owned(), self.file(), "--tls-key".to_owned(), self.path("key.pem")]
    }

    fn client_config(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    }

    /// A client of a server with this certificate, without a handshake yet.
    pub(crate) fn client(&self, socket: TcpStream, offers: &Offers) -> Client {
        let mut config = self.client_config(offers.versions);
        config.alpn_protocols = offers.protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("localhost").unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), socket)
    }

    /// An upstream with this certificate that has accepted this connection, without a handshake yet.
    pub(crate) fn server(&self, socket: TcpStream, protocols: &[&str]) -> Server {
        let key = PrivateKeyDer::try_from(self.key.clone()).unwrap();
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![self.der.clone()], key)
                .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), socket)
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        // What cannot be removed is in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub(crate) type Client = StreamOwned<ClientConnection, TcpStream>;
pub(crate) type Server = StreamOwned<ServerConnection, TcpStream>;

/// What a client offers in its first message.
pub(crate) struct Offers {
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    pub(crate) protocols: &'static [&'static str],
}

impl Default for Offers {
    fn default() -> Self {
        Self { versions: rustls::ALL_VERSIONS, protocols: &[] }
    }
}

/// One end of a connection, with TLS or without.
pub(crate) trait End: io::Read + io::Write + Send {
    /// Ends its stream; it may read on.
    fn finish(&mut self);
}

impl End for TcpStream {
    fn finish(&mut self) {
        self.shutdown(Shutdown::Write).unwrap();
    }
}

impl<C, D> End for StreamOwned<C, TcpStream>
where
    C: std::ops::DerefMut<Target = rustls::ConnectionCommon<D>> + Send,
    D: SideData,
{
    fn finish(&mut self) {
        self.conn.send_close_notify();
        self.flush().unwrap();
    }
}

impl End for Box<dyn End> {
    fn finish(&mut self) {
        (**self).finish();
    }
}

/// Writes all bytes while it reads, ends its stream, and reads to the end.
pub(crate) fn exchange(mut end: impl End, sent: &[u8], expected: usize) -> Vec<u8> {
    let mut received = Vec::new();
    let mut space = vec![0; 32 * 1024];
    // Each piece fits into the buffers of the system, so a write does not wait for the peer to read.
    for piece in sent.chunks(32 * 1024) {
        end.write_all(piece).unwrap();
        if received.len() < expected {
            let length = end.read(&mut space).unwrap();
            received.extend(&space[..length]);
        }
    }
    end.flush().unwrap();
    end.finish();
    // An end without close_notify is an error of the library.
    end.read_to_end(&mut received).unwrap();
    received
}

/// A listener that a test plays.
pub(crate) struct Listener {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Listener {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    pub(crate) fn accept(&self) -> TcpStream {
        limited(self.listener.accept().unwrap().0)
    }
}

/// Bytes that differ at each offset.
pub(crate) fn payload(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Whether a path names a program that can be started.
pub(crate) fn is_installed(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| Path::new(&folder).join(program).is_file())
}
