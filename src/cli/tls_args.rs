//! The arguments about TLS: of the side of the clients, and of the side of the upstream.

use std::path::PathBuf;

use clap::Args;
use rustls::pki_types::ServerName;

use crate::server::{CertificateFiles, ServerTlsConfig, Trust, UpstreamTlsConfig};

#[derive(Args)]
pub(super) struct TlsArgs {
    /// Clients connect with TLS; without --tls-cert a certificate is made, and its fingerprint is shown
    #[arg(long, help_heading = "TLS")]
    tls: bool,

    /// The certificate for --tls, and those that link it to a root (PEM)
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    tls_cert: Option<PathBuf>,

    /// The private key of --tls-cert (PEM)
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    tls_key: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct UpstreamTlsArgs {
    /// Connect to the upstream with TLS, and verify its certificate with what this system trusts
    #[arg(long, help_heading = "TLS")]
    upstream_tls: bool,

    /// The name that the certificate of the upstream has to be for [default: the host of UPSTREAM]
    #[arg(long, value_name = "NAME", help_heading = "TLS", value_parser = server_name)]
    upstream_name: Option<ServerName<'static>>,

    /// Verify the certificate of the upstream with those in this file instead (PEM)
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    upstream_ca: Option<PathBuf>,

    /// Accept every certificate of the upstream; the dashboard says so all the time
    #[arg(long, help_heading = "TLS")]
    upstream_insecure: bool,
}

fn server_name(text: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(text.to_owned())
        .map_err(|_| "it is neither the name of a host nor an IP address".to_owned())
}

impl TlsArgs {
    /// The settings, if any of the options is given.
    pub(super) fn into_config(self) -> Result<Option<ServerTlsConfig>, String> {
        match (self.tls_cert, self.tls_key) {
            (Some(certificate), Some(key)) => {
                Ok(Some(ServerTlsConfig { files: Some(CertificateFiles { certificate, key }) }))
            }
            (None, None) => Ok(self.tls.then(ServerTlsConfig::default)),
            (Some(_), None) => Err("--tls-cert needs --tls-key".to_owned()),
            (None, Some(_)) => Err("--tls-key needs --tls-cert".to_owned()),
        }
    }
}

impl UpstreamTlsArgs {
    /// The settings, if any of the options is given.
    pub(super) fn into_config(self) -> Result<Option<UpstreamTlsConfig>, String> {
        let Self { upstream_tls, upstream_name: name, upstream_ca, upstream_insecure } = self;
        let is_given = upstream_tls || name.is_some() || upstream_ca.is_some() || upstream_insecure;
        let trust = match (upstream_ca, upstream_insecure) {
            (Some(_), true) => {
                return Err("--upstream-ca cannot be used with --upstream-insecure".to_owned());
            }
            (Some(path), false) => Trust::File(path),
            (None, true) => Trust::Everything,
            (None, false) => Trust::System,
        };
        Ok(is_given.then_some(UpstreamTlsConfig { name, trust }))
    }
}
