//! What the dashboard says about the TLS of a connection.

use crate::bytes::safe;
use crate::event::{Handshake, Side};
use crate::model::Connection;

/// One fact in two wordings; safe to print.
pub(super) struct TlsWords {
    pub(super) long: String,
    pub(super) short: String,
    /// Whether it needs attention.
    pub(super) is_warning: bool,
}

/// Returns what is known of the TLS of each side, the most important first.
pub(super) fn words(known: &Connection) -> Vec<TlsWords> {
    let truncated = Side::ALL.into_iter().filter(|&side| known.tls(side).is_some_and(|tls| tls.is_truncated));
    let truncated = truncated.map(|side| TlsWords {
        long: format!("{side} ended without close_notify: perhaps cut short"),
        short: format!("{side} cut short?"),
        is_warning: true,
    });
    let handshakes =
        Side::ALL.into_iter().filter_map(|side| Some((side, known.tls(side)?.handshake.as_deref()?)));
    truncated.chain(handshakes.map(|(side, handshake)| agreed(side, handshake))).collect()
}

fn agreed(side: Side, handshake: &Handshake) -> TlsWords {
    let Handshake { version, sni, alpn, certificate } = handshake;
    let of = match side {
        Side::Client => "client",
        Side::Upstream => "upstream",
    };
    let short = format!("{of} {}", safe::line(version));
    let mut long = short.clone();
    for (name, value) in [("SNI", sni), ("ALPN", alpn), ("certificate", certificate)] {
        if let Some(value) = value {
            long.push_str(&format!(", {name} {}", safe::line(value)));
        }
    }
    TlsWords { long, short, is_warning: false }
}
