//! What an event looks like as a JSON object.

use std::fmt::{self, Write};

use crate::bytes::protocol::proxy_header::{Addresses, ProxyHeader};
use crate::bytes::stamp::StampText;
use crate::event::close::{Call, CloseReason};
use crate::event::codec::json::{self, Fields};
use crate::event::codec::kind::LineKind;
use crate::event::connection::ConnectionEvent;
use crate::event::hold::HoldChange;
use crate::event::ids::{BackendKind, ConnectionId, Origin, Side, StreamId, Timestamp};
use crate::event::server::ServerEvent;
use crate::event::stamped::Event;
use crate::event::stream::StreamEvent;
use crate::event::switch::{Outage, SwitchEvent};
use crate::event::tls::{Encryption, Handshake};
use crate::event::traffic_faults::FaultChange;

/// Writes events as lines of JSON.
#[derive(Debug, Default)]
pub struct LineWriter {
    stamp: StampText,
}

impl LineWriter {
    /// Writes the line of an event that happened at `at` by the wall clock. Returns whether the event has one.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write<W: Write>(&mut self, out: &mut W, at: Timestamp, event: &Event) -> Result<bool, fmt::Error> {
        let Some(kind) = LineKind::of(event) else { return Ok(false) };
        self.line(out, kind, at, |line| match event {
            Event::Connection(id, event) => add_connection(line, *id, event),
            Event::Stream(id, event) => add_stream_event(line, *id, event),
            Event::Switch(event) => add_switch(line, event),
            Event::Server(event) => add_server(line, event),
        })?;
        Ok(true)
    }

    /// Writes a line of this kind, with the fields that `fields` adds.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn line<W: Write>(
        &mut self,
        out: &mut W,
        kind: LineKind,
        at: Timestamp,
        fields: impl FnOnce(&mut Fields<'_, W>) -> fmt::Result,
    ) -> fmt::Result {
        json::line(out, |line| {
            line.word("event", kind.word())?;
            line.word("at", self.stamp.of(at.0))?;
            fields(line)
        })
    }
}

/// Adds the connection, and the side unless it is the client's.
fn add_side<W: Write>(object: &mut Fields<'_, W>, id: ConnectionId, side: Side) -> fmt::Result {
    object.literal("connection", id.0)?;
    match side {
        Side::Client => Ok(()),
        Side::Upstream => object.word("side", side.word()),
    }
}

/// Adds the connection, the side unless it is the client's, and the direction.
///
/// # Errors
///
/// Those of the output.
pub fn add_stream<W: Write>(object: &mut Fields<'_, W>, id: StreamId) -> fmt::Result {
    add_side(object, id.connection, id.side)?;
    object.word("direction", id.direction.word())
}

fn add_stream_event<W: Write>(object: &mut Fields<'_, W>, id: StreamId, event: &StreamEvent) -> fmt::Result {
    match event {
        StreamEvent::Bytes { offset, data, origin, .. } => {
            add_stream(object, id)?;
            object.literal("offset", offset)?;
            object.literal("length", data.len())?;
            object.hex("hex", data)?;
            match origin {
                Origin::User => object.word("origin", origin.word()),
                Origin::Peer | Origin::Service => Ok(()),
            }
        }
        // A consumer that prints lines demands all bytes, so that none are trimmed.
        StreamEvent::Trimmed { .. } => Ok(()),
        StreamEvent::Missed { events, bytes } => {
            add_stream(object, id)?;
            add_missed(object, *events, *bytes)
        }
    }
}

fn add_connection<W: Write>(
    object: &mut Fields<'_, W>,
    id: ConnectionId,
    event: &ConnectionEvent,
) -> fmt::Result {
    match event {
        ConnectionEvent::Opened { peer, local, backend, upstream } => {
            object.literal("connection", id.0)?;
            object.show("peer", peer)?;
            object.show("local", local)?;
            object.word("backend", backend.word())?;
            match upstream {
                Some(upstream) => object.add("upstream", upstream),
                None => Ok(()),
            }
        }
        ConnectionEvent::Connected { upstream, micros } => {
            object.literal("connection", id.0)?;
            object.show("upstream", upstream)?;
            object.literal("micros", micros)
        }
        ConnectionEvent::ProxyHeader { side, data } => add_proxy_header(object, id, *side, data),
        ConnectionEvent::Handshake { side, handshake } => {
            object.literal("connection", id.0)?;
            object.word("side", side.word())?;
            add_handshake(object, handshake)
        }
        ConnectionEvent::Truncated { side }
        | ConnectionEvent::InputEnded { side }
        | ConnectionEvent::Slow { side }
        | ConnectionEvent::Flowing { side }
        | ConnectionEvent::Paused { side }
        | ConnectionEvent::Resumed { side }
        | ConnectionEvent::HalfClosed { side } => add_side(object, id, *side),
        ConnectionEvent::Hold { side, change } => {
            add_side(object, id, *side)?;
            add_hold(object, change)
        }
        ConnectionEvent::Declined { side, detail } => {
            add_side(object, id, *side)?;
            object.add("detail", detail)
        }
        ConnectionEvent::Fault(change) => {
            object.literal("connection", id.0)?;
            add_fault(object, change)
        }
        ConnectionEvent::HandedOver { to } => {
            object.literal("connection", id.0)?;
            object.word("to", to.word())
        }
        ConnectionEvent::Closed { reason, detail, failed_call, received, sent } => {
            object.literal("connection", id.0)?;
            add_cause(object, *reason, detail.as_deref(), *failed_call)?;
            object.literal("received", received)?;
            object.literal("sent", sent)
        }
    }
}

fn add_proxy_header<W: Write>(
    object: &mut Fields<'_, W>,
    id: ConnectionId,
    side: Side,
    data: &[u8],
) -> fmt::Result {
    object.literal("connection", id.0)?;
    object.word("side", side.word())?;
    if let Ok(header) = ProxyHeader::parse(data) {
        object.literal("version", header.version)?;
        if let Some(Addresses { source, destination }) = &header.addresses {
            object.show("source", source)?;
            object.show("destination", destination)?;
        }
        if !header.fields.is_empty() {
            object.literal("tlvs", header.fields.len())?;
        }
    }
    object.literal("length", data.len())?;
    object.hex("hex", data)
}

fn add_hold<W: Write>(object: &mut Fields<'_, W>, change: &HoldChange) -> fmt::Result {
    match change {
        HoldChange::Began { offset, position } => {
            object.literal("offset", offset)?;
            object.literal("position", position)
        }
        HoldChange::Held { offset, data } => {
            object.literal("offset", offset)?;
            object.literal("length", data.len())?;
            object.hex("hex", data)
        }
        HoldChange::Edited { position, removed, dropped, data } => {
            object.literal("position", position)?;
            object.literal("removed", removed)?;
            object.literal("dropped", dropped)?;
            object.literal("length", data.len())?;
            object.hex("hex", data)?;
            object.word("origin", Origin::User.word())
        }
        HoldChange::Released { position, bytes } => {
            object.literal("position", position)?;
            object.literal("length", bytes)
        }
        HoldChange::Ended => Ok(()),
    }
}

fn add_handshake<W: Write>(object: &mut Fields<'_, W>, handshake: &Handshake) -> fmt::Result {
    let Handshake { version, sni, alpn, certificate } = handshake;
    object.add("version", version)?;
    add_optional(object, "sni", sni.as_deref())?;
    add_optional(object, "alpn", alpn.as_deref())?;
    add_optional(object, "certificate", certificate.as_deref())
}

fn add_encryption<W: Write>(object: &mut Fields<'_, W>, encryption: &Encryption) -> fmt::Result {
    add_optional(object, "sha256", encryption.fingerprint.as_deref())?;
    add_optional(object, "upstream_certificate", encryption.upstream.map(|how| how.word()))
}

fn add_optional<W: Write>(object: &mut Fields<'_, W>, key: &str, value: Option<&str>) -> fmt::Result {
    match value {
        Some(value) => object.add(key, value),
        None => Ok(()),
    }
}

fn add_cause<W: Write>(
    object: &mut Fields<'_, W>,
    reason: CloseReason,
    detail: Option<&str>,
    failed_call: Option<Call>,
) -> fmt::Result {
    object.word("reason", reason.word())?;
    if let Some(detail) = detail {
        object.add("detail", detail)?;
    }
    match failed_call {
        Some(call) => object.word("caught", call.word()),
        None => Ok(()),
    }
}

fn add_switch<W: Write>(object: &mut Fields<'_, W>, event: &SwitchEvent) -> fmt::Result {
    match event {
        SwitchEvent::Started { from, to, connections } => {
            add_backends(object, *from, *to)?;
            object.literal("connections", connections)
        }
        SwitchEvent::Completed { from, to, connections, micros, outage } => {
            add_backends(object, *from, *to)?;
            object.literal("connections", connections)?;
            object.literal("micros", micros)?;
            add_outage(object, *outage)
        }
        SwitchEvent::Failed { from, to, moved_back, detail } => {
            add_backends(object, *from, *to)?;
            object.literal("moved_back", moved_back)?;
            object.add("detail", detail)
        }
    }
}

fn add_server<W: Write>(object: &mut Fields<'_, W>, event: &ServerEvent) -> fmt::Result {
    match event {
        ServerEvent::Listening { address, backend, service, encryption } => {
            object.show("address", address)?;
            object.word("backend", backend.word())?;
            object.add("service", service)?;
            add_encryption(object, encryption)
        }
        ServerEvent::ListenerClosed { address } | ServerEvent::ApiListening { address } => {
            object.show("address", address)
        }
        ServerEvent::Missed { direction, events, bytes } => {
            object.add("connection", Option::<u64>::None)?;
            object.word("direction", direction.word())?;
            add_missed(object, *events, *bytes)
        }
        ServerEvent::Refused { clients, detail } => {
            object.literal("clients", clients)?;
            object.add("detail", detail)
        }
        ServerEvent::Fault(change) => add_fault(object, change),
        ServerEvent::ListenerFault { listener, change } => {
            object.show("listener", listener)?;
            add_fault(object, change)
        }
        ServerEvent::Failed { detail } => object.add("detail", detail),
        ServerEvent::Comment { connection, text } => {
            object.add("connection", connection.map(|id| id.0))?;
            object.add("text", text)
        }
        ServerEvent::ClockStepped { micros, suspended } => {
            object.literal("step_micros", micros)?;
            object.literal("suspended_micros", suspended)
        }
        ServerEvent::Blocked { connection, micros } | ServerEvent::Unblocked { connection, micros } => {
            object.add("connection", connection.map(|id| id.0))?;
            object.literal("micros", micros)
        }
        // These events have no fields.
        ServerEvent::Worked { .. } | ServerEvent::Stopped => Ok(()),
    }
}

fn add_fault<W: Write>(object: &mut Fields<'_, W>, change: &FaultChange) -> fmt::Result {
    let FaultChange { to, kind, detail } = change;
    object.word("kind", kind.word())?;
    object.word("to", to.word())?;
    object.add("detail", detail)
}

fn add_missed<W: Write>(object: &mut Fields<'_, W>, events: u64, bytes: u64) -> fmt::Result {
    object.literal("events", events)?;
    object.literal("bytes", bytes)
}

fn add_backends<W: Write>(object: &mut Fields<'_, W>, from: BackendKind, to: BackendKind) -> fmt::Result {
    object.word("from", from.word())?;
    object.word("to", to.word())
}

fn add_outage<W: Write>(object: &mut Fields<'_, W>, outage: Outage) -> fmt::Result {
    object.literal("outage_p50_micros", outage.p50)?;
    object.literal("outage_p99_micros", outage.p99)?;
    object.literal("outage_max_micros", outage.max)
}
