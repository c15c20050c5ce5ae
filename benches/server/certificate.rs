//! A certificate for 127.0.0.1 that the measured servers read from files, and that the clients trust.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};

/// A certificate in files, which are removed when this is dropped.
pub(crate) struct Certificate {
    folder: PathBuf,
    /// The settings of clients that trust it.
    pub(crate) clients: Arc<ClientConfig>,
}

impl Certificate {
    /// Makes a certificate.
    ///
    /// # Errors
    /// The files cannot be written.
    pub(crate) fn new() -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).map_err(io::Error::other)?;
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).map_err(io::Error::other)?;
        let clients = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let folder = std::env::temp_dir().join(format!("bytewatch-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let made = Self { folder, clients: Arc::new(clients) };
        fs::write(made.file(), certificate.pem())?;
        fs::write(made.key_file(), key.serialize_pem())?;
        Ok(made)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("cert.pem")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.join("key.pem")
    }

    /// The options of the program that make it serve with this certificate.
    pub(crate) fn options(&self) -> [String; 4] {
        let words = |path: PathBuf| path.display().to_string();
        ["--tls-cert".to_owned(), words(self.file()), "--tls-key".to_owned(), words(self.key_file())]
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        // What cannot be removed stays in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
