//! What is told about TLS.

use rustls::ProtocolVersion;

use crate::event::Handshake;
use crate::server::connection::first_bytes::shown;
use crate::server::connection::transport::session::Session;
use crate::server::net::tls::subject::subject;

/// What a handshake has agreed on. `asked` is the name that the client asked for.
pub(super) fn agreed(session: &Session, asked: Option<&str>) -> Handshake {
    let common = session.common();
    let certificate = common.peer_certificates().and_then(|chain| subject(chain.first()?));
    Handshake {
        version: version(common.protocol_version()),
        sni: asked.map(ToOwned::to_owned),
        alpn: common.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
        certificate,
    }
}

fn version(version: Option<ProtocolVersion>) -> String {
    match version {
        Some(ProtocolVersion::TLSv1_2) => "TLSv1.2".to_owned(),
        Some(ProtocolVersion::TLSv1_3) => "TLSv1.3".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Says what came instead of TLS, as text if it is.
pub(super) fn no_tls(bytes: &[u8]) -> String {
    format!("this is no TLS: the first bytes are {}", shown(bytes))
}
