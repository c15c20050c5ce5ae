//! Translates what hosts publish into the events of one model.
//!
//! Every event has the time at which it arrived here: the clocks of hosts may be wrong, and nothing is put in order by
//! them. Only how long something lasts is told by the clock of its host.

mod connections;

use std::collections::HashMap;
use std::mem;

use tracing::{info, warn};

use crate::app::hosts::{HostFacts, HostId, HostName};
use crate::app::{HostNews, format};
use crate::bytes::safe;
use crate::event::{BackendKind, ConnectionId, Event, RunId, ServerEvent, Stamped, Timestamp};
use crate::fleet::subject::Publisher;
use crate::fleet::watcher::{Gap, HostReport, HostState, News, Watcher};
use crate::fleet::wire;
use crate::shell::watch::heartbeats::{self, Heartbeats};
use crate::shell::watch::translation::connections::Connections;

/// The target of what is logged about hosts.
const TARGET: &str = "bytewatch::hosts";

/// What is known of the hosts, and what is to be told.
#[derive(Default)]
pub(super) struct Translation {
    hosts: HashMap<Publisher, Known>,
    /// The publishers, by the number of the host.
    publishers: Vec<Publisher>,
    /// The runs that have had connections, by their numbers: whose they are, and their epochs.
    runs: Vec<(Publisher, u64)>,
    connections: Connections,
    events: Vec<Stamped>,
    news: Vec<HostNews>,
}

/// A host.
struct Known {
    id: HostId,
    label: String,
    /// The number of its present run, once that has had a connection.
    run: Option<RunId>,
    /// The epoch of its present run.
    epoch: u64,
    heartbeats: Heartbeats,
    /// The state that the log has.
    logged: Option<HostState>,
    restarts: u64,
    /// Connections whose numbers are beyond what is shown.
    beyond: u64,
    told: Option<HostFacts>,
}

impl Translation {
    /// What is to be told since the last call. The news come first.
    pub(super) fn take(&mut self) -> (Vec<Stamped>, Vec<HostNews>) {
        (mem::take(&mut self.events), mem::take(&mut self.news))
    }

    /// Where a connection is served, and in which run: the number and the name of the host, and its epoch.
    pub(super) fn run_of(&self, connection: ConnectionId) -> Option<(HostId, &Publisher, u64)> {
        let (publisher, epoch) = self.runs.get(connection.run()?.0 as usize)?;
        Some((self.hosts.get(publisher)?.id, publisher, *epoch))
    }

    /// The name of a host, and the epoch of its present run.
    pub(super) fn present_run(&self, host: HostId) -> Option<(&Publisher, u64)> {
        let publisher = self.publishers.get(host.0 as usize)?;
        Some((publisher, self.hosts.get(publisher)?.epoch))
    }

    fn host(&mut self, publisher: &Publisher) -> &mut Known {
        let id = HostId(u32::try_from(self.hosts.len()).unwrap_or(u32::MAX));
        if !self.hosts.contains_key(publisher) {
            self.publishers.push(publisher.clone());
        }
        self.hosts.entry(publisher.clone()).or_insert_with(|| Known {
            id,
            label: publisher.to_string(),
            run: None,
            epoch: 0,
            heartbeats: Heartbeats::default(),
            logged: None,
            restarts: 0,
            beyond: 0,
            told: None,
        })
    }

    /// Takes notice of the newest heartbeat of each host, so that it is known how old what follows is.
    pub(super) fn hear_from(&mut self, watcher: &Watcher, now: Timestamp) {
        for (publisher, report) in watcher.hosts(now) {
            let known = self.host(publisher);
            known.epoch = report.epoch;
            if let Some(here) = report.here {
                known.heartbeats.hear(here, report.heard);
            }
        }
    }

    /// Tells what has changed of each host.
    pub(super) fn tell_hosts(&mut self, watcher: &Watcher, now: Timestamp) {
        for (publisher, report) in watcher.hosts(now) {
            let known = self.host(publisher);
            let facts = known.facts(publisher, &report);
            if known.told.as_ref() != Some(&facts) {
                let told = HostNews::Facts(known.id, Box::new(facts.clone()));
                known.told = Some(facts);
                self.news.push(told);
            }
        }
    }

    /// Translates what is new of a host.
    pub(super) fn add(&mut self, watcher: &Watcher, publisher: &Publisher, news: &News, now: Timestamp) {
        match news {
            News::State(state) => self.host(publisher).log_state(*state),
            News::Event(event) => {
                let backend = watcher.host(publisher, now).and_then(|report| report.here?.backend);
                self.event(publisher, event, backend, now);
            }
            News::Listed(state) => {
                let Some(id) = self.id_of(publisher, state.connection) else { return };
                let age = self.host(publisher).heartbeats.age(state.opened, now);
                self.connections.list(id, state, now, age, &mut self.events);
            }
            News::Unseen { connection } => {
                if let Some(id) = self.known_id(publisher, *connection) {
                    self.connections.lose(id, now, &mut self.events);
                }
            }
            News::Gap(Gap { shed, lost }) => {
                let label = &self.host(publisher).label;
                let [shed, lost] = [*shed, *lost].map(format::count);
                warn!(target: TARGET, "{label}: {shed} events were not published, {lost} were lost on the way");
            }
            News::Restarted { .. } => {
                let known = self.host(publisher);
                (known.run, known.heartbeats) = (None, Heartbeats::default());
                known.restarts += 1;
                info!(target: TARGET, "{}: another run has its name", known.label);
            }
        }
    }

    fn event(
        &mut self,
        publisher: &Publisher,
        event: &wire::Event,
        backend: Option<wire::Backend>,
        now: Timestamp,
    ) {
        match event {
            wire::Event::Opened { connection, .. } => {
                let Some(id) = self.id_of(publisher, *connection) else { return };
                self.connections.open(id, event, backend, now, &mut self.events);
            }
            wire::Event::Moved { connection, .. }
            | wire::Event::Slow { connection, .. }
            | wire::Event::Flowing { connection, .. }
            | wire::Event::Closed { connection, .. } => {
                if let Some(id) = self.known_id(publisher, *connection) {
                    self.connections.change(id, event, now, &mut self.events);
                }
            }
            wire::Event::Refused { clients, detail, .. } => {
                let detail = self.host(publisher).says(detail.as_ref(), "no reason is told");
                self.tell(ServerEvent::Refused { clients: *clients, detail }, now);
            }
            wire::Event::Failed { detail, .. } => {
                let detail = self.host(publisher).says(detail.as_ref(), "a call failed");
                warn!(target: TARGET, "{detail}");
                self.tell(ServerEvent::Failed { detail }, now);
            }
            wire::Event::SwitchFailed { to, detail, .. } => {
                let to = BackendKind::from(*to);
                let detail = self.host(publisher).says(detail.as_ref(), "no reason is told");
                let detail = format!("{detail} (the switch to {to} failed)");
                warn!(target: TARGET, "{detail}");
                self.tell(ServerEvent::Failed { detail }, now);
            }
            wire::Event::Switched { to, connections, micros, .. } => {
                let (to, connections) = (BackendKind::from(*to), format::plural(*connections, "connection"));
                let (label, time) = (&self.host(publisher).label, format::duration(*micros));
                info!(target: TARGET, "{label}: switched to {to}: {connections} in {time}");
            }
            wire::Event::Blocked { micros, .. } => {
                let label = &self.host(publisher).label;
                warn!(target: TARGET, "{label}: the loop has been blocked for {}", format::duration(*micros));
            }
            wire::Event::Unblocked { micros, .. } => {
                let label = &self.host(publisher).label;
                info!(target: TARGET, "{label}: the loop was blocked for {}", format::duration(*micros));
            }
            // What was shed is counted, and what a switch has come to follows.
            wire::Event::Shed { .. } | wire::Event::Switching { .. } => {}
        }
    }

    fn tell(&mut self, event: ServerEvent, at: Timestamp) {
        self.events.push(Stamped { at, event: Event::Server(event) });
    }

    /// The connection of the present run of a host with this number; `None` if no connection of it is known.
    fn known_id(&mut self, publisher: &Publisher, number: u64) -> Option<ConnectionId> {
        ConnectionId::of_run(self.host(publisher).run?, number)
    }

    /// The connection of the present run of a host with this number; `None` if it cannot be shown.
    fn id_of(&mut self, publisher: &Publisher, number: u64) -> Option<ConnectionId> {
        let next = RunId(u32::try_from(self.runs.len()).unwrap_or(u32::MAX));
        let known = self.host(publisher);
        let id = known.run.unwrap_or(next);
        let (host, is_new, epoch) = (known.id, known.run.is_none(), known.epoch);
        let Some(connection) = ConnectionId::of_run(id, number) else {
            known.beyond += 1;
            return None;
        };
        known.run = Some(id);
        if is_new {
            self.runs.push((publisher.clone(), epoch));
            self.news.push(HostNews::Run(id, host));
        }
        Some(connection)
    }
}

impl Known {
    /// What is known of it.
    fn facts(&self, publisher: &Publisher, report: &HostReport<'_>) -> HostFacts {
        let is_heard = match report.state {
            HostState::Joining | HostState::Live | HostState::Behind | HostState::Clash => true,
            HostState::Stale | HostState::Gone | HostState::Unknown => false,
        };
        HostFacts {
            name: HostName {
                host: publisher.host.as_str().to_owned(),
                instance: publisher.instance.as_str().to_owned(),
            },
            state: report.state,
            heard: report.heard,
            here: report.here.map(heartbeats::here),
            rates: self.heartbeats.rates().filter(|_| is_heard),
            shed: report.here.map_or(0, |here| here.shed).max(report.counts.shed),
            lost: report.counts.lost,
            clock: report.clock.map(heartbeats::clock),
            refused: report.malformed,
            not_kept: report.not_kept + self.beyond,
            restarts: self.restarts,
        }
    }

    fn log_state(&mut self, state: HostState) {
        if self.logged.replace(state) == Some(state) {
            return;
        }
        let (label, word) = (&self.label, state.word());
        match state {
            HostState::Joining | HostState::Live => info!(target: TARGET, "{label} is {word}"),
            HostState::Stale
            | HostState::Gone
            | HostState::Behind
            | HostState::Clash
            | HostState::Unknown => warn!(target: TARGET, "{label} is {word}"),
        }
    }

    /// What it says, with its name.
    fn says(&self, detail: Option<&wire::Text>, otherwise: &str) -> String {
        let detail = detail.map_or_else(|| otherwise.to_owned(), |text| safe::line(text.as_str()));
        format!("{}: {detail}", self.label)
    }
}

#[cfg(test)]
mod tests;
