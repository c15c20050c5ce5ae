//! Exact totals of a whole run, for its last line. They need no per-connection state.

use std::fmt;

use crate::bytes::format;
use crate::event::{ConnectionEvent, Direction, Event, Forwarded, ServerEvent, Side, StreamEvent, StreamId};

/// Totals of a run, on the side of the clients. Every byte that was moved is either observed or missed, so both
/// directions are exact.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct RunTotals {
    /// Number of observed connections.
    pub(crate) opened: u64,
    /// Number of observed closes.
    pub(crate) closed: u64,
    /// Number of bytes received, observed or not.
    pub(crate) received: u64,
    /// Number of bytes sent, observed or not.
    pub(crate) sent: u64,
    /// Number of bytes that were not observed.
    pub(crate) missed: u64,
}

impl RunTotals {
    /// Counts an event.
    pub(crate) fn observe(&mut self, event: &Event) {
        match event {
            Event::Connection(_, event) => self.observe_connection(event),
            Event::Stream(id, event) => self.observe_stream(*id, event),
            Event::Switch(_) => {}
            Event::Server(event) => self.observe_server(event),
        }
    }

    const fn observe_connection(&mut self, event: &ConnectionEvent) {
        match event {
            ConnectionEvent::Opened { .. } => self.opened += 1,
            ConnectionEvent::Closed { .. } => self.closed += 1,
            ConnectionEvent::Connected { .. }
            | ConnectionEvent::ProxyHeader { .. }
            | ConnectionEvent::Handshake { .. }
            | ConnectionEvent::Truncated { .. }
            | ConnectionEvent::InputEnded { .. }
            | ConnectionEvent::Slow { .. }
            | ConnectionEvent::Flowing { .. }
            | ConnectionEvent::Paused { .. }
            | ConnectionEvent::Resumed { .. }
            | ConnectionEvent::HalfClosed { .. }
            | ConnectionEvent::Hold { .. }
            | ConnectionEvent::Declined { .. }
            | ConnectionEvent::Fault(_)
            | ConnectionEvent::HandedOver { .. } => {}
        }
    }

    fn observe_stream(&mut self, id: StreamId, event: &StreamEvent) {
        match event {
            StreamEvent::Bytes { data, forwarded, .. } => self.count(id, *forwarded, data.len() as u64),
            StreamEvent::Trimmed { bytes, forwarded, .. } => self.count(id, *forwarded, *bytes),
            StreamEvent::Missed { bytes, .. } if id.side == Side::Client => {
                self.count_missed(id.direction, *bytes);
            }
            StreamEvent::Missed { .. } => {}
        }
    }

    const fn observe_server(&mut self, event: &ServerEvent) {
        match event {
            ServerEvent::Missed { direction, bytes, .. } => self.count_missed(*direction, *bytes),
            ServerEvent::Listening { .. }
            | ServerEvent::ListenerClosed { .. }
            | ServerEvent::ApiListening { .. }
            | ServerEvent::Worked { .. }
            | ServerEvent::Blocked { .. }
            | ServerEvent::Unblocked { .. }
            | ServerEvent::Refused { .. }
            | ServerEvent::Fault(_)
            | ServerEvent::ListenerFault { .. }
            | ServerEvent::Failed { .. }
            | ServerEvent::Comment { .. }
            | ServerEvent::ClockStepped { .. }
            | ServerEvent::Stopped => {}
        }
    }

    /// Number of live connections.
    pub(crate) const fn live(&self) -> u64 {
        self.opened.saturating_sub(self.closed)
    }

    /// Counts bytes that were moved on the side of the client.
    fn count(&mut self, id: StreamId, forwarded: Option<Forwarded>, bytes: u64) {
        if id.side == Side::Client {
            *self.moved(id.direction) += bytes;
        }
        if forwarded.is_some_and(|forwarded| forwarded.side == Side::Client) {
            self.sent += bytes;
        }
    }

    const fn count_missed(&mut self, direction: Direction, bytes: u64) {
        *self.moved(direction) += bytes;
        self.missed += bytes;
    }

    const fn moved(&mut self, direction: Direction) -> &mut u64 {
        match direction {
            Direction::Received => &mut self.received,
            Direction::Sent => &mut self.sent,
        }
    }
}

impl fmt::Display for RunTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {} received, {} sent, ",
            connections(self.opened),
            format::size(self.received),
            format::size(self.sent)
        )?;
        match self.missed {
            0 => f.write_str("nothing missed"),
            missed => write!(f, "{} missed", format::size(missed)),
        }
    }
}

/// Formats `1 connection`, `2 connections`.
pub(crate) fn connections(number: u64) -> String {
    format!("{number} connection{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::event::{CloseReason, ConnectionId, Origin, Utf8Summary};

    #[test]
    fn it_counts_what_was_seen_and_what_was_not() {
        let connection = ConnectionId(1);
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
        let backend = crate::event::BackendKind::Async;
        let bytes = |direction| {
            Event::Stream(
                StreamId::client(connection, direction),
                StreamEvent::Bytes {
                    offset: 0,
                    data: Bytes::from_static(b"abc"),
                    summary: Utf8Summary::default(),
                    origin: Origin::of(direction),
                    forwarded: None,
                    place: None,
                },
            )
        };
        let mut totals = RunTotals::default();
        totals.observe(&Event::Connection(
            connection,
            ConnectionEvent::Opened { peer: address.into(), local: address.into(), backend, upstream: None },
        ));
        totals.observe(&bytes(Direction::Received));
        totals.observe(&bytes(Direction::Sent));
        assert_eq!(totals.live(), 1);
        assert_eq!(totals.to_string(), "1 connection, 3 B received, 3 B sent, nothing missed");
        totals.observe(&Event::Server(ServerEvent::Missed {
            direction: Direction::Sent,
            events: 2,
            bytes: 2048,
        }));
        let reason = CloseReason::PeerFinished;
        totals.observe(&Event::Connection(
            connection,
            ConnectionEvent::Closed { reason, detail: None, failed_call: None, received: 3, sent: 3 },
        ));
        assert_eq!(totals.live(), 0);
        assert_eq!(totals.to_string(), "1 connection, 3 B received, 2.0 KiB sent, 2.0 KiB missed");
    }

    #[test]
    fn sizes_are_rounded_down() {
        let totals =
            RunTotals { received: (1 << 20) - 1, sent: 3 << 20, missed: u64::MAX, ..RunTotals::default() };
        assert_eq!(totals.to_string(), "0 connections, 1023 KiB received, 3.0 MiB sent, 15.9 EiB missed");
    }
}
