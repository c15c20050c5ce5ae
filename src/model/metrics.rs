//! Counters of the whole server for monitoring, by backend and listener, and their text.

mod latencies;
mod open_metrics;
mod series;

use std::collections::{BTreeMap, HashMap};

use crate::event::activity::BackendActivity;
use crate::event::traffic_faults::OFF;
use crate::event::{
    Address, ConnectionEvent, ConnectionId, Direction, Event, FaultChange, ServerEvent, Stamped, StreamEvent,
    StreamId, SwitchEvent,
};
use crate::model::metrics::open_metrics::Text;
use crate::model::metrics::series::{Series, SeriesKey};

/// What all events so far add up to.
#[derive(Debug, Default)]
pub struct Metrics {
    listening: Vec<Address>,
    connections: HashMap<ConnectionId, SeriesKey>,
    series: BTreeMap<SeriesKey, Series>,
    refused: u64,
    switches: u64,
    missed_bytes: u64,
}

impl Metrics {
    /// The counters as OpenMetrics text.
    #[must_use]
    pub fn to_open_metrics(&self) -> String {
        let mut text = Text::default();
        text.add_series(&self.series);
        text.add_counter("clients_refused", "Clients that were refused.", self.refused);
        text.add_counter("switches", "Switches of the backend.", self.switches);
        text.add_counter("missed_bytes", "Bytes that were moved but not observed.", self.missed_bytes);
        text.end()
    }

    /// Adds an event.
    pub fn apply(&mut self, stamped: &Stamped) {
        match &stamped.event {
            Event::Connection(id, event) => self.apply_to_connection(*id, event),
            Event::Stream(id, event) => self.apply_to_stream(*id, event),
            Event::Switch(SwitchEvent::Completed { .. }) => self.switches += 1,
            Event::Switch(SwitchEvent::Started { .. } | SwitchEvent::Failed { .. }) => {}
            Event::Server(event) => self.apply_to_server(event),
        }
    }

    fn apply_to_connection(&mut self, id: ConnectionId, event: &ConnectionEvent) {
        match event {
            ConnectionEvent::Opened { local, backend, .. } => {
                let key = SeriesKey { listener: self.listener_of(local), backend: *backend };
                let series = self.series.entry(key.clone()).or_default();
                series.opened += 1;
                series.open += 1;
                self.connections.insert(id, key);
            }
            ConnectionEvent::HandedOver { to } => {
                let Some(key) = self.connections.get_mut(&id) else { return };
                self.series.entry(key.clone()).or_default().open -= 1;
                key.backend = *to;
                self.series.entry(key.clone()).or_default().open += 1;
            }
            ConnectionEvent::Closed { .. } => {
                let Some(key) = self.connections.remove(&id) else { return };
                self.series.entry(key.clone()).or_default().open -= 1;
                self.forget_closed(&key.listener);
            }
            ConnectionEvent::Fault(FaultChange { kind, detail, .. }) if detail != OFF => {
                if let Some(series) = self.series_of(id) {
                    *series.faults.entry(*kind).or_default() += 1;
                }
            }
            ConnectionEvent::Fault(_)
            | ConnectionEvent::Connected { .. }
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
            | ConnectionEvent::Declined { .. } => {}
        }
    }

    fn apply_to_stream(&mut self, id: StreamId, event: &StreamEvent) {
        let (bytes, summary, forwarded) = match event {
            StreamEvent::Bytes { data, summary, forwarded, .. } => {
                (data.len() as u64, Some(summary), forwarded.map(|it| it.side))
            }
            StreamEvent::Trimmed { bytes, summary, forwarded, .. } => {
                (*bytes, Some(summary), forwarded.map(|it| it.side))
            }
            StreamEvent::Missed { bytes, .. } => {
                self.missed_bytes += bytes;
                (*bytes, None, None)
            }
        };
        let Some(series) = self.series_of(id.connection) else { return };
        series.count(id.side, id.direction, bytes, summary);
        if let Some(side) = forwarded {
            series.count(side, Direction::Sent, bytes, summary);
        }
    }

    fn apply_to_server(&mut self, event: &ServerEvent) {
        match event {
            ServerEvent::Listening { address, .. } => self.listening.push(address.clone()),
            ServerEvent::ListenerClosed { address } => {
                self.listening.retain(|known| known != address);
                self.forget_closed(address);
            }
            ServerEvent::Missed { bytes, .. } => self.missed_bytes += bytes,
            ServerEvent::Worked { work, .. } => self.worked(work),
            ServerEvent::Refused { clients, .. } => self.refused += clients,
            ServerEvent::ApiListening { .. }
            | ServerEvent::Blocked { .. }
            | ServerEvent::Unblocked { .. }
            | ServerEvent::Fault(_)
            | ServerEvent::ListenerFault { .. }
            | ServerEvent::Failed { .. }
            | ServerEvent::Comment { .. }
            | ServerEvent::ClockStepped { .. }
            | ServerEvent::Stopped => {}
        }
    }

    fn worked(&mut self, work: &BackendActivity) {
        for answer in &work.answers {
            if let Some(series) = self.series_of(answer.connection) {
                series.latency.record(answer.micros, answer.weight);
            }
        }
    }

    fn series_of(&mut self, id: ConnectionId) -> Option<&mut Series> {
        self.series.get_mut(self.connections.get(&id)?)
    }

    /// The address that is listened on for connections to this local one: itself, or every address with its port.
    fn listener_of(&self, local: &Address) -> Address {
        let covers = |known: &&Address| match (known.inet(), local.inet()) {
            (Some(known), Some(local)) => known.ip().is_unspecified() && known.port() == local.port(),
            _ => false,
        };
        let exact = self.listening.iter().find(|known| *known == local);
        exact.or_else(|| self.listening.iter().find(covers)).unwrap_or(local).clone()
    }

    /// Forgets the series of a listener that is closed and has no connection: listeners may come and go for ever.
    fn forget_closed(&mut self, listener: &Address) {
        if !self.listening.contains(listener) {
            let of_it = |key: &SeriesKey| key.listener == *listener;
            if !self.series.iter().any(|(key, series)| of_it(key) && series.open > 0) {
                self.series.retain(|key, _| !of_it(key));
            }
        }
    }
}

#[cfg(test)]
mod tests;
