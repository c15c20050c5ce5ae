//! The settings of TLS: certificates and keys of the side of the clients, what is trusted on the side of the upstream.
//!
//! Everything is read and checked once, at the start; connections share the result. The roots are those of the operating
//! system and not a list that is compiled in: who debugs a service of a company needs its certificate authority, and an
//! old build of this program must not trust what the system distrusts by now.

pub(in crate::server) mod certificate;
pub(in crate::server) mod subject;
pub(in crate::server) mod trust;

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{IpAddr, ServerName};
use rustls::server::NoServerSessionStorage;
use rustls::{ClientConfig, ServerConfig};

use crate::event::{Address, Encryption, Verification};
use crate::server::net::tls::certificate::{Identity, fingerprint};
use crate::server::net::upstream::{RelayConfig, Trust, Upstream, UpstreamTlsConfig};

/// TLS on the side of the clients.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServerTlsConfig {
    /// The certificate and its key; a new certificate is made if there are none.
    pub files: Option<CertificateFiles>,
}

/// Files in the PEM format.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateFiles {
    /// The certificate, and those that link it to a root.
    pub certificate: PathBuf,
    /// The private key of the certificate.
    pub key: PathBuf,
}

/// Why TLS cannot be set up: one line that names the file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsSetupError(pub(in crate::server) String);

/// What the side of the clients needs for each handshake.
pub(in crate::server) struct ServerTls {
    pub(in crate::server) config: Arc<ServerConfig>,
    /// The SHA-256 of the certificate in hexadecimal.
    pub(in crate::server) fingerprint: String,
}

/// What the side of one upstream needs for each handshake.
#[derive(Clone)]
pub(in crate::server) struct UpstreamTls {
    pub(in crate::server) config: Arc<ClientConfig>,
    pub(in crate::server) name: ServerName<'static>,
}

/// The TLS of a server.
#[derive(Default)]
pub(in crate::server) struct TlsSettings {
    pub(in crate::server) client: Option<ServerTls>,
    /// Of each upstream, in their order; none if they are connected to without TLS.
    pub(in crate::server) upstreams: Vec<UpstreamTls>,
}

impl TlsSettings {
    /// Reads what these settings name, for a server that listens on these addresses.
    pub(in crate::server) fn load(
        client: Option<&ServerTlsConfig>,
        relay: Option<&RelayConfig>,
        listening: &[Address],
    ) -> Result<Self, TlsSetupError> {
        let client = client.map(|config| ServerTls::load(config, listening)).transpose()?;
        let upstreams = match relay {
            Some(RelayConfig { tls: Some(config), upstreams, .. }) => UpstreamTls::load(config, upstreams)?,
            _ => Vec::new(),
        };
        if let Some(ServerTls { fingerprint, .. }) = &client {
            tracing::info!(target: "bytewatch::tls", "the SHA-256 of the certificate is {fingerprint}");
        }
        if relay.and_then(|relay| relay.tls.as_ref()).is_some_and(|tls| tls.trust == Trust::Everything) {
            tracing::warn!(target: "bytewatch::tls", "the certificates of upstreams are not verified");
        }
        Ok(Self { client, upstreams })
    }

    /// What to tell about them.
    pub(in crate::server) fn encryption(&self, relay: Option<&RelayConfig>) -> Encryption {
        Encryption {
            fingerprint: self.client.as_ref().map(|client| client.fingerprint.clone()),
            upstream: relay.and_then(|relay| Some(relay.tls.as_ref()?.trust.verification())),
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

impl ServerTls {
    /// Reads the certificate, or makes one for a server that listens on these addresses.
    pub(in crate::server) fn load(
        config: &ServerTlsConfig,
        listening: &[Address],
    ) -> Result<Self, TlsSetupError> {
        let identity = match &config.files {
            Some(files) => Identity::read(&files.certificate, &files.key),
            None => Identity::make(listening),
        };
        let (Identity { chain, key }, of) = (identity.map_err(TlsSetupError)?, &config.files);
        let fingerprint = chain.first().map(|certificate| fingerprint(certificate)).unwrap_or_default();
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsSetupError(error.to_string()))?;
        let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(|error| {
            let file = of.as_ref().map(|files| format!("{}: ", files.key.display())).unwrap_or_default();
            TlsSetupError(format!("{file}this key does not fit the certificate: {error}"))
        })?;
        // A client that only writes and closes has tickets unread; its system then answers with RST and discards what
        // it has not sent. Of 400,000 bytes, 115,000 arrived.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Self { config: Arc::new(config), fingerprint })
    }
}

impl UpstreamTls {
    /// Reads what is trusted, and finds the name of each upstream.
    pub(in crate::server) fn load(
        config: &UpstreamTlsConfig,
        upstreams: &[Upstream],
    ) -> Result<Vec<Self>, TlsSetupError> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsSetupError(error.to_string()))?;
        let builder = match &config.trust {
            Trust::System => builder.with_root_certificates(trust::of_system().map_err(TlsSetupError)?),
            Trust::File(path) => builder.with_root_certificates(trust::of_file(path).map_err(TlsSetupError)?),
            Trust::Everything => {
                let verifier = Arc::new(trust::AcceptEverything::new(provider()));
                builder.dangerous().with_custom_certificate_verifier(verifier)
            }
        };
        let mut client = builder.with_no_client_auth();
        // Each connection shows a whole handshake.
        client.resumption = Resumption::disabled();
        let client = Arc::new(client);
        let named = |upstream| {
            let name = match &config.name {
                Some(name) => name.clone(),
                None => name_of(upstream)?,
            };
            Ok(Self { config: Arc::clone(&client), name })
        };
        upstreams.iter().map(named).collect()
    }
}

impl Trust {
    /// Whether certificates are verified.
    #[must_use]
    pub const fn verification(&self) -> Verification {
        match self {
            Self::System | Self::File(_) => Verification::Verified,
            Self::Everything => Verification::Unverified,
        }
    }
}

/// The name that the certificate of an upstream has to be valid for.
fn name_of(upstream: &Upstream) -> Result<ServerName<'static>, TlsSetupError> {
    let no_name = || TlsSetupError(format!("{upstream} has no name that a certificate can be for"));
    match upstream {
        Upstream::Inet(address) => Ok(ServerName::IpAddress(IpAddr::from(address.ip()))),
        Upstream::Host(host) => ServerName::try_from(host.host.to_string()).map_err(|_| no_name()),
        Upstream::Unix(_) => Err(no_name()),
    }
    .map_err(|TlsSetupError(why)| TlsSetupError(format!("{why}; say it with --upstream-name NAME")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_upstream_is_its_host() {
        let name = |text: &str| name_of(&Upstream::parse(text).unwrap());
        assert_eq!(name("example.org:443"), Ok(ServerName::try_from("example.org").unwrap()));
        assert_eq!(name("[::1]:443"), Ok(ServerName::try_from("::1").unwrap()));
        assert_eq!(
            name("unix:/run/a"),
            Err(TlsSetupError(
                "unix:/run/a has no name that a certificate can be for; say it with --upstream-name NAME"
                    .to_owned()
            ))
        );
    }

    #[test]
    fn a_new_certificate_has_a_fingerprint_of_its_own() {
        let load = || ServerTls::load(&ServerTlsConfig::default(), &[]).unwrap();
        let [one, other] = [load().fingerprint, load().fingerprint];
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
        assert_eq!(load().config.send_tls13_tickets, 0);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let files = CertificateFiles { certificate: "/nowhere/cert".into(), key: "/nowhere/key".into() };
        let error = ServerTls::load(&ServerTlsConfig { files: Some(files) }, &[]).err().unwrap();
        assert!(error.0.starts_with("/nowhere/cert: "), "{error}");
        let config = UpstreamTlsConfig { name: None, trust: Trust::File("/nowhere/ca".into()) };
        let error = UpstreamTls::load(&config, &[]).err().unwrap();
        assert!(error.0.starts_with("/nowhere/ca: "), "{error}");
    }
}
