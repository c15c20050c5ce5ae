//! What an event looks like as a JSON object.

use std::fmt::Display;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::bytes::hex;
use crate::bytes::stamp::stamp;
use crate::event::close::{Call, CloseReason};
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

/// One line: an event with its time. Serialising it gives the JSON object.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    kind: LineKind,
    at: Timestamp,
    event: &'a Event,
    /// The digits of the bytes of the event.
    hex: &'a str,
}

impl<'a> Line<'a> {
    /// The line of an event that happened at `at` by the wall clock; `None` for an event that has no line. `digits` is a
    /// buffer, so that one can be used for many lines.
    #[must_use]
    pub fn new(at: Timestamp, event: &'a Event, digits: &'a mut String) -> Option<Self> {
        let kind = LineKind::of(event)?;
        digits.clear();
        if let Some(data) = data(event) {
            hex::push(digits, data);
        }
        Some(Self { kind, at, event, hex: digits })
    }
}

/// The bytes whose digits are a part of the line.
fn data(event: &Event) -> Option<&[u8]> {
    match event {
        Event::Stream(_, StreamEvent::Bytes { data, .. }) => Some(data),
        Event::Connection(_, ConnectionEvent::Hold { change, .. }) => match &**change {
            HoldChange::Held { data, .. } | HoldChange::Edited { data, .. } => Some(data),
            HoldChange::Began { .. } | HoldChange::Released { .. } | HoldChange::Ended => None,
        },
        Event::Connection(..) | Event::Stream(..) | Event::Switch(_) | Event::Server(_) => None,
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("event", self.kind.word())?;
        // Always with microseconds, so that lines sort as text.
        object.serialize_entry("at", &Shown(format_args!("{:.6}", stamp(self.at.0))))?;
        match self.event {
            Event::Connection(id, event) => add_connection(&mut object, *id, event, self.hex)?,
            Event::Stream(id, event) => add_stream(&mut object, *id, event, self.hex)?,
            Event::Switch(event) => add_switch(&mut object, event)?,
            Event::Server(event) => add_server(&mut object, event)?,
        }
        object.end()
    }
}

/// A value as its `Display` text.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Adds the connection, and the side unless it is the client's.
fn add_side<M: SerializeMap>(object: &mut M, id: ConnectionId, side: Side) -> Result<(), M::Error> {
    object.serialize_entry("connection", &id.0)?;
    match side {
        Side::Client => Ok(()),
        Side::Upstream => object.serialize_entry("side", side.word()),
    }
}

fn add_stream<M: SerializeMap>(
    object: &mut M,
    id: StreamId,
    event: &StreamEvent,
    hex: &str,
) -> Result<(), M::Error> {
    match event {
        StreamEvent::Bytes { offset, data, origin, .. } => {
            add_side(object, id.connection, id.side)?;
            object.serialize_entry("direction", id.direction.word())?;
            object.serialize_entry("offset", offset)?;
            object.serialize_entry("length", &data.len())?;
            object.serialize_entry("hex", hex)?;
            match origin {
                Origin::User => object.serialize_entry("origin", origin.word()),
                Origin::Peer | Origin::Service => Ok(()),
            }
        }
        // A consumer that prints lines demands all bytes, so that none are trimmed.
        StreamEvent::Trimmed { .. } => Ok(()),
        StreamEvent::Missed { events, bytes } => {
            add_side(object, id.connection, id.side)?;
            object.serialize_entry("direction", id.direction.word())?;
            add_missed(object, *events, *bytes)
        }
    }
}

fn add_connection<M: SerializeMap>(
    object: &mut M,
    id: ConnectionId,
    event: &ConnectionEvent,
    hex: &str,
) -> Result<(), M::Error> {
    match event {
        ConnectionEvent::Opened { peer, local, backend, upstream } => {
            object.serialize_entry("connection", &id.0)?;
            object.serialize_entry("peer", &Shown(peer))?;
            object.serialize_entry("local", &Shown(local))?;
            object.serialize_entry("backend", backend.word())?;
            match upstream {
                Some(upstream) => object.serialize_entry("upstream", upstream),
                None => Ok(()),
            }
        }
        ConnectionEvent::Connected { upstream, micros } => {
            object.serialize_entry("connection", &id.0)?;
            object.serialize_entry("upstream", &Shown(upstream))?;
            object.serialize_entry("micros", micros)
        }
        ConnectionEvent::Handshake { side, handshake } => {
            object.serialize_entry("connection", &id.0)?;
            object.serialize_entry("side", side.word())?;
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
            add_hold(object, change, hex)
        }
        ConnectionEvent::Declined { side, detail } => {
            add_side(object, id, *side)?;
            object.serialize_entry("detail", detail)
        }
        ConnectionEvent::Fault(change) => {
            object.serialize_entry("connection", &id.0)?;
            add_fault(object, change)
        }
        ConnectionEvent::HandedOver { to } => {
            object.serialize_entry("connection", &id.0)?;
            object.serialize_entry("to", to.word())
        }
        ConnectionEvent::Closed { reason, detail, failed_call, received, sent } => {
            object.serialize_entry("connection", &id.0)?;
            add_cause(object, *reason, detail.as_deref(), *failed_call)?;
            object.serialize_entry("received", received)?;
            object.serialize_entry("sent", sent)
        }
    }
}

fn add_hold<M: SerializeMap>(object: &mut M, change: &HoldChange, hex: &str) -> Result<(), M::Error> {
    match change {
        HoldChange::Began { offset, position } => {
            object.serialize_entry("offset", offset)?;
            object.serialize_entry("position", position)
        }
        HoldChange::Held { offset, data } => {
            object.serialize_entry("offset", offset)?;
            object.serialize_entry("length", &data.len())?;
            object.serialize_entry("hex", hex)
        }
        HoldChange::Edited { position, removed, dropped, data } => {
            object.serialize_entry("position", position)?;
            object.serialize_entry("removed", removed)?;
            object.serialize_entry("dropped", dropped)?;
            object.serialize_entry("length", &data.len())?;
            object.serialize_entry("hex", hex)?;
            object.serialize_entry("origin", Origin::User.word())
        }
        HoldChange::Released { position, bytes } => {
            object.serialize_entry("position", position)?;
            object.serialize_entry("length", bytes)
        }
        HoldChange::Ended => Ok(()),
    }
}

fn add_handshake<M: SerializeMap>(object: &mut M, handshake: &Handshake) -> Result<(), M::Error> {
    let Handshake { version, sni, alpn, certificate } = handshake;
    object.serialize_entry("version", version)?;
    add_optional(object, "sni", sni.as_deref())?;
    add_optional(object, "alpn", alpn.as_deref())?;
    add_optional(object, "certificate", certificate.as_deref())
}

fn add_encryption<M: SerializeMap>(object: &mut M, encryption: &Encryption) -> Result<(), M::Error> {
    add_optional(object, "sha256", encryption.fingerprint.as_deref())?;
    add_optional(object, "upstream_certificate", encryption.upstream.map(|how| how.word()))
}

fn add_optional<M: SerializeMap>(object: &mut M, key: &str, value: Option<&str>) -> Result<(), M::Error> {
    match value {
        Some(value) => object.serialize_entry(key, value),
        None => Ok(()),
    }
}

fn add_cause<M: SerializeMap>(
    object: &mut M,
    reason: CloseReason,
    detail: Option<&str>,
    failed_call: Option<Call>,
) -> Result<(), M::Error> {
    object.serialize_entry("reason", reason.word())?;
    if let Some(detail) = detail {
        object.serialize_entry("detail", detail)?;
    }
    match failed_call {
        Some(call) => object.serialize_entry("caught", call.word()),
        None => Ok(()),
    }
}

fn add_switch<M: SerializeMap>(object: &mut M, event: &SwitchEvent) -> Result<(), M::Error> {
    match event {
        SwitchEvent::Started { from, to, connections } => {
            add_backends(object, *from, *to)?;
            object.serialize_entry("connections", connections)
        }
        SwitchEvent::Completed { from, to, connections, micros, outage } => {
            add_backends(object, *from, *to)?;
            object.serialize_entry("connections", connections)?;
            object.serialize_entry("micros", micros)?;
            add_outage(object, *outage)
        }
        SwitchEvent::Failed { from, to, moved_back, detail } => {
            add_backends(object, *from, *to)?;
            object.serialize_entry("moved_back", moved_back)?;
            object.serialize_entry("detail", detail)
        }
    }
}

fn add_server<M: SerializeMap>(object: &mut M, event: &ServerEvent) -> Result<(), M::Error> {
    match event {
        ServerEvent::Listening { address, backend, service, encryption } => {
            object.serialize_entry("address", &Shown(address))?;
            object.serialize_entry("backend", backend.word())?;
            object.serialize_entry("service", service)?;
            add_encryption(object, encryption)
        }
        ServerEvent::ListenerClosed { address } | ServerEvent::ApiListening { address } => {
            object.serialize_entry("address", &Shown(address))
        }
        ServerEvent::Missed { direction, events, bytes } => {
            object.serialize_entry("connection", &Option::<u64>::None)?;
            object.serialize_entry("direction", direction.word())?;
            add_missed(object, *events, *bytes)
        }
        ServerEvent::Refused { clients, detail } => {
            object.serialize_entry("clients", clients)?;
            object.serialize_entry("detail", detail)
        }
        ServerEvent::Fault(change) => add_fault(object, change),
        ServerEvent::ListenerFault { listener, change } => {
            object.serialize_entry("listener", &Shown(listener))?;
            add_fault(object, change)
        }
        ServerEvent::Failed { detail } => object.serialize_entry("detail", detail),
        ServerEvent::Comment { connection, text } => {
            object.serialize_entry("connection", &connection.map(|id| id.0))?;
            object.serialize_entry("text", text)
        }
        ServerEvent::ClockStepped { micros, suspended } => {
            object.serialize_entry("step_micros", micros)?;
            object.serialize_entry("suspended_micros", suspended)
        }
        ServerEvent::Blocked { connection, micros } | ServerEvent::Unblocked { connection, micros } => {
            object.serialize_entry("connection", &connection.map(|id| id.0))?;
            object.serialize_entry("micros", micros)
        }
        // These events have no fields.
        ServerEvent::Worked { .. } | ServerEvent::Stopped => Ok(()),
    }
}

fn add_fault<M: SerializeMap>(object: &mut M, change: &FaultChange) -> Result<(), M::Error> {
    let FaultChange { to, kind, detail } = change;
    object.serialize_entry("kind", kind.word())?;
    object.serialize_entry("to", to.word())?;
    object.serialize_entry("detail", detail)
}

fn add_missed<M: SerializeMap>(object: &mut M, events: u64, bytes: u64) -> Result<(), M::Error> {
    object.serialize_entry("events", &events)?;
    object.serialize_entry("bytes", &bytes)
}

fn add_backends<M: SerializeMap>(object: &mut M, from: BackendKind, to: BackendKind) -> Result<(), M::Error> {
    object.serialize_entry("from", from.word())?;
    object.serialize_entry("to", to.word())
}

fn add_outage<M: SerializeMap>(object: &mut M, outage: Outage) -> Result<(), M::Error> {
    object.serialize_entry("outage_p50_micros", &outage.p50)?;
    object.serialize_entry("outage_p99_micros", &outage.p99)?;
    object.serialize_entry("outage_max_micros", &outage.max)
}
