//! What is said in the comments of packets.

use std::fmt::Write as _;

use crate::bytes::protocol::proxy_header::{Addresses, ProxyHeader};
use crate::event::{
    Address, BackendKind, ConnectionEvent, ConnectionId, FaultChange, Handshake, HoldChange, Side,
};

/// The most remarks that wait for the next packet of a conversation.
const MOST_WAITING: usize = 32;

/// Remarks that wait for a packet: they stand at real packets only, because an empty one more would be remarked itself.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    waiting: Vec<String>,
    left_out: u64,
}

impl Remarks {
    pub(super) fn add(&mut self, remark: String) {
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push(remark);
        } else {
            self.left_out += 1;
        }
    }

    /// The remarks for the next packet.
    pub(super) fn take(&mut self) -> Vec<String> {
        let left_out = std::mem::take(&mut self.left_out);
        if left_out > 0 {
            self.waiting.push(format!("and {left_out} remarks more"));
        }
        std::mem::take(&mut self.waiting)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// What a connection is, and what of its addresses is made up.
pub(super) fn opened(
    id: ConnectionId,
    peer: &Address,
    local: &Address,
    backend: BackendKind,
    upstream: Option<&str>,
) -> String {
    let mut text = format!("connection {}, served by {backend}", id.0);
    if let Some(upstream) = upstream {
        let _ = write!(text, ", relayed to {upstream}");
    }
    if peer.inet().is_none() || local.inet().is_none() {
        let _ = write!(text, "; the addresses stand for those of Unix sockets: peer {peer}, local {local}");
    }
    text
}

/// What is said about an event of a connection, if anything is. Its opening and its close are packets of their own.
pub(super) fn of_event(event: &ConnectionEvent) -> Option<String> {
    Some(match event {
        ConnectionEvent::Opened { .. }
        | ConnectionEvent::Closed { .. }
        | ConnectionEvent::InputEnded { side: Side::Client } => return None,
        ConnectionEvent::InputEnded { side: Side::Upstream } => "the upstream has sent FIN".to_owned(),
        ConnectionEvent::Connected { upstream, micros } => {
            format!("upstream {upstream} connected after {micros} µs")
        }
        ConnectionEvent::ProxyHeader { side, data } => proxy_header(*side, data),
        ConnectionEvent::Handshake { side, handshake } => handshake_of(*side, handshake),
        ConnectionEvent::Truncated { side } => format!("the {side} ended its stream without close_notify"),
        ConnectionEvent::Slow { side } => format!("the {side} is slow to take its bytes"),
        ConnectionEvent::Flowing { side } => format!("the {side} has taken its bytes"),
        ConnectionEvent::Paused { side } => format!("the user pauses the reads from the {side}"),
        ConnectionEvent::Resumed { side } => format!("the user lets the {side} be read again"),
        ConnectionEvent::HalfClosed { side } => format!("the user ends what is sent to the {side}"),
        ConnectionEvent::Hold { side, change } => hold(*side, change),
        ConnectionEvent::Declined { side, detail } => format!("not done to the {side}: {detail}"),
        ConnectionEvent::Fault(FaultChange { to, kind, detail }) => {
            format!("fault: {} to the {to}: {detail}", kind.word())
        }
        ConnectionEvent::HandedOver { to } => format!("handed over to {to}"),
    })
}

fn proxy_header(side: Side, data: &[u8]) -> String {
    let mut text = match side {
        Side::Client => {
            format!("PROXY header of {} bytes from the client, which is not recorded", data.len())
        }
        Side::Upstream => {
            format!("PROXY header of {} bytes to the upstream, which is not recorded", data.len())
        }
    };
    let Ok(ProxyHeader { addresses, fields, .. }) = ProxyHeader::parse(data) else { return text };
    if let Some(Addresses { source, destination }) = addresses {
        let _ = write!(text, ": {source} to {destination}");
    }
    if !fields.is_empty() {
        let _ = write!(text, "; number of TLVs: {}", fields.len());
    }
    text
}

fn handshake_of(side: Side, handshake: &Handshake) -> String {
    let Handshake { version, sni, alpn, certificate } = handshake;
    let mut text = format!("TLS handshake with the {side}: {version}");
    for (name, value) in [("SNI", sni), ("ALPN", alpn), ("certificate", certificate)] {
        if let Some(value) = value {
            let _ = write!(text, ", {name} {value}");
        }
    }
    text.push_str("; what is recorded is the plaintext");
    text
}

fn hold(side: Side, change: &HoldChange) -> String {
    match change {
        HoldChange::Began { offset, .. } => {
            format!("what comes from the {side} is held from offset {offset} on")
        }
        HoldChange::Held { offset, data } => {
            format!("held from the {side}: {} bytes at offset {offset}", data.len())
        }
        HoldChange::Edited { position, removed, data, .. } => format!(
            "edited at position {position} of what comes from the {side}: {removed} bytes taken out, {} put in",
            data.len()
        ),
        HoldChange::Released { position, bytes } => {
            format!("released from the {side}: {bytes} bytes at position {position}")
        }
        HoldChange::Ended => format!("nothing from the {side} is held any more"),
    }
}
