//! The JSON fields of each fact.

use std::io::{self, Write};

use crate::event::{BackendKind, Call, CloseReason, ConnectionId, Direction, Fact, Outage};
use crate::shell::json::Fields;

/// Adds the connection and the direction.
pub(super) fn add_place<W: Write>(
    line: &mut Fields<'_, '_, W>,
    id: ConnectionId,
    direction: Direction,
) -> io::Result<()> {
    line.add("connection", id.0)?;
    line.add("direction", direction.word())
}

/// Adds the fields of a fact; `hex` are the digits of its bytes.
pub(super) fn add_fact<W: Write>(line: &mut Fields<'_, '_, W>, fact: &Fact, hex: &str) -> io::Result<()> {
    match fact {
        Fact::Listening { address, backend, service } => {
            line.show("address", address)?;
            line.add("backend", backend.word())?;
            line.add("service", service)
        }
        Fact::Opened { connection, peer, local, backend } => {
            line.add("connection", connection.0)?;
            line.show("peer", peer)?;
            line.show("local", local)?;
            line.add("backend", backend.word())
        }
        Fact::Bytes { connection, direction, offset, data, .. } => {
            add_place(line, *connection, *direction)?;
            line.add("offset", offset)?;
            line.add("length", data.len())?;
            line.add("hex", hex)
        }
        Fact::InputEnded { connection } | Fact::Slow { connection } | Fact::Flowing { connection } => {
            line.add("connection", connection.0)
        }
        Fact::Closed { connection, reason, detail, failed_call, received, sent } => {
            add_end(line, *connection, *reason, detail.as_deref(), *failed_call)?;
            line.add("received", received)?;
            line.add("sent", sent)
        }
        Fact::Missed { connection, direction, events, bytes } => {
            line.add("connection", connection.map(|id| id.0))?;
            line.add("direction", direction.word())?;
            line.add("events", events)?;
            line.add("bytes", bytes)
        }
        Fact::HandedOver { connection, to } => {
            line.add("connection", connection.0)?;
            line.add("to", to.word())
        }
        Fact::Switching { from, to, connections } => add_switch(line, *from, *to, *connections),
        Fact::Switched { from, to, connections, micros, outage } => {
            add_switch(line, *from, *to, *connections)?;
            add_times(line, *micros, *outage)
        }
        Fact::SwitchFailed { from, to, moved_back, detail } => {
            add_failed_switch(line, *from, *to, *moved_back, detail)
        }
        Fact::Refused { clients, detail } => add_refused(line, *clients, detail),
        Fact::Failed { detail } => line.add("detail", detail),
        Fact::ClockStepped { micros, suspended } => add_step(line, *micros, *suspended),
        Fact::Blocked { connection, micros } | Fact::Unblocked { connection, micros } => {
            line.add("connection", connection.map(|id| id.0))?;
            line.add("micros", micros)
        }
        // The headless output demands all bytes, so that none are trimmed; the others have no fields.
        Fact::Trimmed { .. } | Fact::Worked { .. } | Fact::Stopped => Ok(()),
    }
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

fn add_switch<W: Write>(
    line: &mut Fields<'_, '_, W>,
    from: BackendKind,
    to: BackendKind,
    connections: u64,
) -> io::Result<()> {
    line.add("from", from.word())?;
    line.add("to", to.word())?;
    line.add("connections", connections)
}

fn add_times<W: Write>(line: &mut Fields<'_, '_, W>, micros: u64, outage: Outage) -> io::Result<()> {
    line.add("micros", micros)?;
    line.add("outage_p50_micros", outage.p50)?;
    line.add("outage_p99_micros", outage.p99)?;
    line.add("outage_max_micros", outage.max)
}

fn add_failed_switch<W: Write>(
    line: &mut Fields<'_, '_, W>,
    from: BackendKind,
    to: BackendKind,
    moved_back: u64,
    detail: &str,
) -> io::Result<()> {
    line.add("from", from.word())?;
    line.add("to", to.word())?;
    line.add("moved_back", moved_back)?;
    line.add("detail", detail)
}

fn add_refused<W: Write>(line: &mut Fields<'_, '_, W>, clients: u64, detail: &str) -> io::Result<()> {
    line.add("clients", clients)?;
    line.add("detail", detail)
}

fn add_step<W: Write>(line: &mut Fields<'_, '_, W>, micros: i64, suspended: u64) -> io::Result<()> {
    line.add("step_micros", micros)?;
    line.add("suspended_micros", suspended)
}
