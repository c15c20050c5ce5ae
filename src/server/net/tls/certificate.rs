//! The certificate that clients are shown: read from files, or made at the start.

use std::path::Path;

use jiff::civil::Date;
use jiff::{ToSpan as _, Zoned};
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::bytes::hex;
use crate::event::Address;

/// How long a certificate that we make is valid: as long as clients accept one at most, which is 398 days.
const VALID_DAYS: i64 = 397;

/// A certificate and its private key.
pub(in crate::server) struct Identity {
    /// The certificate, and those that link it to a root.
    pub(in crate::server) chain: Vec<CertificateDer<'static>>,
    pub(in crate::server) key: PrivateKeyDer<'static>,
}

impl Identity {
    /// Reads both from files in the PEM format.
    ///
    /// # Errors
    /// One line that names the file.
    pub(in crate::server) fn read(certificate: &Path, key: &Path) -> Result<Self, String> {
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| {
            let why =
                explain(&error, "it has no private key in the PEM format (-----BEGIN PRIVATE KEY-----)");
            format!("{}: {why}", key.display())
        });
        Ok(Self { chain: read_certificates(certificate)?, key: key? })
    }

    /// Makes a certificate for a server that listens on these addresses. It lives in memory only. ECDSA, because a
    /// handshake with RSA takes six times the CPU.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(in crate::server) fn make(listening: &[Address]) -> Result<Self, String> {
        let error = |error: rcgen::Error| format!("cannot make a certificate: {error}");
        let key = KeyPair::generate().map_err(error)?;
        let mut params = CertificateParams::new(names(listening)).map_err(error)?;
        params.distinguished_name.push(DnType::CommonName, "bytewatch");
        // A client may refuse the certificate of an authority as that of a server.
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // From yesterday on, for clients whose clock is late.
        let [from, to] = [-1, VALID_DAYS - 1].map(in_days);
        let [from, to] = [from, to]
            .map(|day| date_time_ymd(day.year().into(), unsigned(day.month()), unsigned(day.day())));
        (params.not_before, params.not_after) = (from, to);
        let certificate = params.self_signed(&key).map_err(error)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(ToOwned::to_owned)?;
        Ok(Self { chain: vec![certificate.der().clone()], key })
    }
}

/// The date in this number of days.
fn in_days(days: i64) -> Date {
    let now = Zoned::now();
    now.checked_add(days.days()).unwrap_or(now).date()
}

/// A month or a day: those are positive.
const fn unsigned(part: i8) -> u8 {
    part.unsigned_abs()
}

/// The names that a certificate is for: this machine, and the addresses on which the server listens.
fn names(listening: &[Address]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(ToOwned::to_owned).into();
    for address in listening.iter().filter_map(Address::inet) {
        let ip = address.ip();
        if !ip.is_unspecified() && !names.contains(&ip.to_string()) {
            names.push(ip.to_string());
        }
    }
    names
}

/// Reads the certificates of a file; there is at least one.
///
/// # Errors
/// One line that names the file.
pub(in crate::server) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let none = "it has no certificate in the PEM format (-----BEGIN CERTIFICATE-----)";
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("{}: {}", path.display(), explain(&error, none)))?;
    if certificates.is_empty() {
        return Err(format!("{}: {none}", path.display()));
    }
    Ok(certificates)
}

fn explain(error: &pem::Error, nothing: &str) -> String {
    match error {
        pem::Error::NoItemsFound => nothing.to_owned(),
        pem::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

/// The SHA-256 of a certificate, in hexadecimal.
pub(in crate::server) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let mut digits = String::new();
    // The hash function of a cipher suite, which spares a library for it.
    if let Some(suite) = TLS13_AES_128_GCM_SHA256.tls13() {
        hex::push(&mut digits, suite.common.hash_provider.hash(certificate).as_ref());
    }
    digits
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    #[test]
    fn a_certificate_is_for_this_machine_and_the_addresses_of_the_listeners() {
        let address = |text: &str| Address::from(text.parse::<SocketAddr>().unwrap());
        let listening = [address("0.0.0.0:1"), address("10.0.0.7:1"), address("127.0.0.1:2")];
        assert_eq!(names(&listening), ["localhost", "127.0.0.1", "::1", "10.0.0.7"]);
        assert!(Identity::make(&listening).is_ok());
    }

    #[test]
    fn a_file_without_a_certificate_says_what_it_lacks() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let [certificate, key] = [read_certificates(&path).map(drop), Identity::read(&path, &path).map(drop)];
        assert!(certificate.is_err_and(|why| why.ends_with("(-----BEGIN CERTIFICATE-----)")));
        assert!(key.is_err());
    }

    #[test]
    fn a_fingerprint_is_the_sha_256() {
        let digits = fingerprint(&CertificateDer::from(b"abc".to_vec()));
        assert_eq!(digits, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
