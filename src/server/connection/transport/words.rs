//! What is told about TLS.

use rustls::ProtocolVersion;

use crate::event::Handshake;
use crate::server::connection::transport::session::Session;
use crate::server::net::tls::subject::subject;

/// The number of bytes that are shown of what is not TLS.
const SHOWN: usize = 10;

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
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or(bytes);
    let shown = &line[..line.len().min(SHOWN)];
    let shown = match shown {
        [_, ..] if shown.iter().all(|byte| matches!(byte, b' '..=b'~')) => {
            String::from_utf8_lossy(shown).into_owned()
        }
        _ => bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
    };
    format!("this is no TLS: the first bytes are {shown}")
}
