//! What is told about TLS: the result of a handshake, and how a listener encrypts.

/// What a TLS handshake agreed on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Handshake {
    /// The protocol version, such as `TLSv1.3`.
    pub version: String,
    /// The name of the server that the TLS client asked for (SNI).
    pub sni: Option<String>,
    /// The application protocol that both agreed on (ALPN), such as `h2`.
    pub alpn: Option<String>,
    /// The subject of the certificate that the peer presented, such as `CN=example.org`.
    pub certificate: Option<String>,
}

/// How the connections of a listener are encrypted; the default is not at all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Encryption {
    /// The SHA-256 fingerprint of our certificate in hexadecimal, if clients connect with TLS.
    pub fingerprint: Option<String>,
    /// Whether the certificate of the upstream is verified, if it is connected to with TLS.
    pub upstream: Option<Verification>,
}

/// Whether the certificate of an upstream is verified.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verification {
    /// A connection to an upstream whose certificate is not valid fails.
    Verified,
    /// Every certificate is accepted.
    Unverified,
}

impl Verification {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Verified, Self::Unverified];

    /// The name in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unverified => "unverified",
        }
    }
}
