//! The JSON fields of each event.

use std::io::{self, Write};

use crate::event::{
    BackendKind, Call, CloseReason, ConnectionEvent, ConnectionId, Event, Origin, Outage, ServerEvent, Side,
    StreamEvent, StreamId, SwitchEvent,
};
use crate::shell::json::Fields;

/// Adds the connection, the side unless it is the client's, and the direction.
pub(super) fn add_stream<W: Write>(line: &mut Fields<'_, '_, W>, id: StreamId) -> io::Result<()> {
    add_side(line, id.connection, id.side)?;
    line.add("direction", id.direction.word())
}

/// Adds the connection, and the side unless it is the client's.
fn add_side<W: Write>(line: &mut Fields<'_, '_, W>, id: ConnectionId, side: Side) -> io::Result<()> {
    line.add("connection", id.0)?;
    match side {
        Side::Client => Ok(()),
        Side::Upstream => line.add("side", side.word()),
    }
}

/// Adds the fields of an event; `hex` are the digits of its bytes.
pub(super) fn add_event<W: Write>(line: &mut Fields<'_, '_, W>, event: &Event, hex: &str) -> io::Result<()> {
    match event {
        Event::Connection(id, event) => add_connection(line, *id, event),
        Event::Stream(id, StreamEvent::Bytes { offset, data, origin, .. }) => {
            add_stream(line, *id)?;
            line.add("offset", offset)?;
            line.add("length", data.len())?;
            line.add("hex", hex)?;
            match origin {
                Origin::User => line.add("origin", origin.word()),
                Origin::Peer | Origin::Service => Ok(()),
            }
        }
        // The headless output demands all bytes, so that none are trimmed.
        Event::Stream(_, StreamEvent::Trimmed { .. }) => Ok(()),
        Event::Stream(id, StreamEvent::Missed { events, bytes }) => {
            add_stream(line, *id)?;
            add_missed(line, *events, *bytes)
        }
        Event::Switch(event) => add_switch(line, event),
        Event::Server(event) => add_server(line, event),
    }
}

fn add_connection<W: Write>(
    line: &mut Fields<'_, '_, W>,
    id: ConnectionId,
    event: &ConnectionEvent,
) -> io::Result<()> {
    match event {
        ConnectionEvent::Opened { peer, local, backend, upstream } => {
            line.add("connection", id.0)?;
            line.show("peer", peer)?;
            line.show("local", local)?;
            line.add("backend", backend.word())?;
            match upstream {
                Some(upstream) => line.add("upstream", upstream),
                None => Ok(()),
            }
        }
        ConnectionEvent::Connected { upstream, micros } => {
            line.add("connection", id.0)?;
            line.show("upstream", upstream)?;
            line.add("micros", micros)
        }
        ConnectionEvent::InputEnded { side }
        | ConnectionEvent::Slow { side }
        | ConnectionEvent::Flowing { side } => add_side(line, id, *side),
        ConnectionEvent::HandedOver { to } => {
            line.add("connection", id.0)?;
            line.add("to", to.word())
        }
        ConnectionEvent::Closed { reason, detail, failed_call, received, sent } => {
            add_end(line, id, *reason, detail.as_deref(), *failed_call)?;
            line.add("received", received)?;
            line.add("sent", sent)
        }
    }
}

fn add_switch<W: Write>(line: &mut Fields<'_, '_, W>, event: &SwitchEvent) -> io::Result<()> {
    match event {
        SwitchEvent::Started { from, to, connections } => {
            add_backends(line, *from, *to)?;
            line.add("connections", connections)
        }
        SwitchEvent::Completed { from, to, connections, micros, outage } => {
            add_backends(line, *from, *to)?;
            line.add("connections", connections)?;
            add_times(line, *micros, *outage)
        }
        SwitchEvent::Failed { from, to, moved_back, detail } => {
            add_backends(line, *from, *to)?;
            line.add("moved_back", moved_back)?;
            line.add("detail", detail)
        }
    }
}

fn add_server<W: Write>(line: &mut Fields<'_, '_, W>, event: &ServerEvent) -> io::Result<()> {
    match event {
        ServerEvent::Listening { address, backend, service } => {
            line.show("address", address)?;
            line.add("backend", backend.word())?;
            line.add("service", service)
        }
        ServerEvent::Missed { direction, events, bytes } => {
            line.add("connection", Option::<u64>::None)?;
            line.add("direction", direction.word())?;
            add_missed(line, *events, *bytes)
        }
        ServerEvent::Refused { clients, detail } => {
            line.add("clients", clients)?;
            line.add("detail", detail)
        }
        ServerEvent::Failed { detail } => line.add("detail", detail),
        ServerEvent::ClockStepped { micros, suspended } => {
            line.add("step_micros", micros)?;
            line.add("suspended_micros", suspended)
        }
        ServerEvent::Blocked { connection, micros } | ServerEvent::Unblocked { connection, micros } => {
            line.add("connection", connection.map(|id| id.0))?;
            line.add("micros", micros)
        }
        // They have no fields.
        ServerEvent::Worked { .. } | ServerEvent::Stopped => Ok(()),
    }
}

fn add_missed<W: Write>(line: &mut Fields<'_, '_, W>, events: u64, bytes: u64) -> io::Result<()> {
    line.add("events", events)?;
    line.add("bytes", bytes)
}

fn add_backends<W: Write>(
    line: &mut Fields<'_, '_, W>,
    from: BackendKind,
    to: BackendKind,
) -> io::Result<()> {
    line.add("from", from.word())?;
    line.add("to", to.word())
}

fn add_end<W: Write>(
    line: &mut Fields<'_, '_, W>,
    id: ConnectionId,
    reason: CloseReason,
    detail: Option<&str>,
    failed_call: Option<Call>,
) -> io::Result<()> {
    line.add("connection", id.0)?;
    line.add("reason", reason.word())?;
    if let Some(detail) = detail {
        line.add("detail", detail)?;
    }
    match failed_call {
        Some(call) => line.add("caught", call.word()),
        None => Ok(()),
    }
}

fn add_times<W: Write>(line: &mut Fields<'_, '_, W>, micros: u64, outage: Outage) -> io::Result<()> {
    line.add("micros", micros)?;
    line.add("outage_p50_micros", outage.p50)?;
    line.add("outage_p99_micros", outage.p99)?;
    line.add("outage_max_micros", outage.max)
}
