//! What a publisher tells: the fold of its events, the events that wait to be published, and pages of the present state.
//!
//! There is no clock and no input or output in here: time is an argument, and whoever publishes takes what is ready.

mod connections;
mod leases;
mod outbox;
mod texts;

use crate::event::{Event, ServerEvent, Stamped, SwitchEvent, Timestamp};
use crate::fleet::publication::connections::Connections;
pub use crate::fleet::publication::leases::LeaseOutcome;
use crate::fleet::publication::leases::Leases;
use crate::fleet::publication::outbox::{Kind, Outbox};
use crate::fleet::publication::texts::Texts;
use crate::fleet::wire::{self, Answer, Here, List, Order, Outcome, Published, Text, Totals};

/// The counters of one connection are told at most this often: 4 times a second, in microseconds.
const MOVED_EVERY: u64 = 250_000;

/// How many bytes wait to be published at most.
const OUTBOX_LIMIT: usize = 8 << 20;

/// Bytes of connections are left out while more than this waits to be published.
const PAYLOAD_LIMIT: usize = 1 << 20;

/// The largest number of addresses that a heartbeat names.
const MOST_ADDRESSES: usize = 16;

/// Who publishes, and what.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The run of the publisher: when it began, in microseconds since 1970.
    pub epoch: u64,
    /// The name of the machine, as it calls itself.
    pub machine: Text,
    /// How much is told.
    pub publishes: Published,
    /// Which actions are obeyed.
    pub obeys: Vec<wire::Action>,
}

/// The state of a publisher.
#[derive(Debug)]
pub struct Publication {
    identity: Identity,
    texts: Texts,
    connections: Connections,
    outbox: Outbox,
    leases: Leases,
    /// The next time at which counters may be told.
    moved_from: Timestamp,
    backend: Option<wire::Backend>,
    service: Option<Text>,
    listening: Vec<Text>,
    refused: u64,
}

impl Publication {
    /// A publisher to whom nothing has happened.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self {
            texts: Texts::of(identity.publishes),
            outbox: Outbox::new(identity.epoch, OUTBOX_LIMIT),
            identity,
            connections: Connections::default(),
            leases: Leases::default(),
            moved_from: Timestamp::default(),
            backend: None,
            service: None,
            listening: Vec::new(),
            refused: 0,
        }
    }

    /// Takes what has happened. `now` is of a clock that never goes back.
    pub fn take(&mut self, events: &[Stamped], now: Timestamp) {
        self.leases.expire(now);
        for stamped in events {
            self.take_one(stamped, now);
        }
        self.tell_due(now);
    }

    /// Tells the counters of the connections that changed, if that is due, and ends leases.
    pub fn tell_due(&mut self, now: Timestamp) {
        self.leases.expire(now);
        self.tell_moved(now);
    }

    fn tell_moved(&mut self, now: Timestamp) {
        if now < self.moved_from || !self.connections.have_changed() {
            return;
        }
        self.moved_from = now.plus_micros(MOVED_EVERY);
        let outbox = &mut self.outbox;
        self.connections.take_changed(|event| outbox.push(Kind::Moved, &event));
    }

    /// When counters are to be told or a lease ends, if there are any.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let moved = self.connections.have_changed().then_some(self.moved_from);
        moved.into_iter().chain(self.leases.due()).min()
    }

    /// Gives `asker` a lease on the bytes of a connection, or renews it. An asker has one lease.
    pub fn lease(&mut self, asker: &str, connection: u64, micros: u64, now: Timestamp) -> LeaseOutcome {
        let refused = |why| LeaseOutcome { answer: Answer::Refused { why: Text::new(why) }, is_new: false };
        if self.identity.publishes != Published::Bytes {
            return refused("this host does not publish bytes: --publish-what bytes allows it");
        }
        if micros > 0 && !self.connections.is_live(connection) {
            return refused("there is no such connection");
        }
        self.leases.give(self.identity.epoch, asker, connection, micros, now)
    }

    /// Whether somebody has a lease on the bytes of a connection.
    #[must_use]
    pub fn has_lease(&self) -> bool {
        !self.leases.is_empty()
    }

    /// The addresses of a live connection: of its client, those that the client and this program connected to.
    #[must_use]
    pub fn addresses(&self, connection: u64) -> [Option<Text>; 3] {
        self.connections.addresses(connection)
    }

    /// The next message with bytes of a connection, and its number. None is published while much else waits.
    pub fn next_chunk(&mut self) -> Option<(u64, Vec<u8>)> {
        if self.outbox.cost() > PAYLOAD_LIMIT {
            self.leases.shed_all();
        }
        self.leases.next()
    }

    /// Whether bytes of connections wait to be published.
    #[must_use]
    pub fn has_chunk(&self) -> bool {
        self.leases.has_waiting()
    }

    /// Tells the counters of the connections that changed, although that is not due, because nothing follows.
    pub fn finish(&mut self) {
        self.moved_from = Timestamp::default();
        self.tell_moved(Timestamp::default());
    }

    /// Whether events wait to be published.
    #[must_use]
    pub fn has_batch(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Whether enough of them wait that a batch should go at once.
    #[must_use]
    pub fn has_full_batch(&self) -> bool {
        self.outbox.has_full_batch()
    }

    /// The bytes of the next batch to publish. From then on its events count as told.
    pub fn next_batch(&mut self) -> Option<Vec<u8>> {
        self.outbox.next_batch()
    }

    /// Notes that the last batch was not published: its events count as shed, not as told.
    pub fn shed_last_batch(&mut self) {
        self.outbox.shed_last_batch();
    }

    /// Gives up what waits to be published: it counts as shed.
    pub fn shed_the_rest(&mut self) {
        self.leases.shed_all();
        self.outbox.shed_all();
    }

    /// The heartbeat at this time of the host's clock.
    #[must_use]
    pub fn here(&self, at: Timestamp, is_bye: bool) -> Here {
        let (shed, shed_bytes) = self.outbox.shed();
        Here {
            epoch: self.identity.epoch,
            next: self.outbox.next_number(),
            at: at.0,
            is_bye,
            machine: self.identity.machine.clone(),
            version: Text::new(env!("CARGO_PKG_VERSION")),
            backend: self.backend,
            service: self.service.clone(),
            addresses: self.listening.iter().cloned().collect(),
            live: self.connections.live(),
            totals: Totals { refused: self.refused, ..self.connections.totals() },
            shed,
            shed_bytes,
            publishes: Some(self.identity.publishes),
            obeys: self.identity.obeys.iter().copied().collect(),
        }
    }

    /// The connections behind `after`, as many as one page has.
    #[must_use]
    pub fn page(&self, after: u64) -> Answer {
        let (connections, up_to) = self.connections.page(after);
        let connections: List<_, { wire::MOST_IN_PAGE }> = connections;
        Answer::Page {
            epoch: self.identity.epoch,
            next: self.outbox.next_number(),
            after,
            up_to,
            connections,
        }
    }

    /// Why an action is not done, if it is not.
    #[must_use]
    pub fn refusal(&self, order: &Order) -> Option<Outcome> {
        let refused = |why: &str| Some(Outcome::Refused { why: Text::new(why) });
        if !self.identity.obeys.contains(&order.action()) {
            return refused(&format!("this host does not obey {}", order.action().word()));
        }
        if order.epoch() != self.identity.epoch {
            return refused("it is for another run of this host");
        }
        match order {
            Order::Switch { .. } => None,
            Order::Close { connection, .. } | Order::Reset { connection, .. } => {
                (!self.connections.is_live(*connection)).then_some(Outcome::UnknownConnection)
            }
        }
    }

    fn take_one(&mut self, stamped: &Stamped, now: Timestamp) {
        let at = stamped.at.0;
        match &stamped.event {
            Event::Connection(id, event) => {
                let told = self.connections.apply(at, id.0, event, self.texts);
                told.iter().for_each(|event| self.outbox.push(Kind::Life, event));
            }
            Event::Stream(id, event) => {
                self.connections.count(*id, event);
                self.leases.take(self.identity.epoch, at, *id, event, now);
            }
            Event::Switch(event) => self.take_switch(at, event),
            Event::Server(event) => self.take_server(at, event),
        }
    }

    fn take_switch(&mut self, at: u64, event: &SwitchEvent) {
        let told = match event {
            &SwitchEvent::Started { to, connections, .. } => {
                wire::Event::Switching { at, to: to.into(), connections }
            }
            &SwitchEvent::Completed { to, connections, micros, .. } => {
                self.backend = Some(to.into());
                wire::Event::Switched { at, to: to.into(), connections, micros }
            }
            SwitchEvent::Failed { to, moved_back, detail, .. } => wire::Event::SwitchFailed {
                at,
                to: (*to).into(),
                moved_back: *moved_back,
                detail: self.texts.text(detail),
            },
        };
        self.outbox.push(Kind::Life, &told);
    }

    fn take_server(&mut self, at: u64, event: &ServerEvent) {
        let told = match event {
            ServerEvent::Listening { address, backend, service, .. } => {
                if let Some(address) =
                    self.texts.text(address).filter(|_| self.listening.len() < MOST_ADDRESSES)
                {
                    self.listening.push(address);
                }
                self.backend = Some((*backend).into());
                self.service.get_or_insert_with(|| Text::new(service));
                return;
            }
            ServerEvent::ListenerClosed { address } => {
                let address = self.texts.text(address);
                self.listening.retain(|known| Some(known) != address.as_ref());
                return;
            }
            ServerEvent::Refused { clients, detail } => {
                self.refused += clients;
                wire::Event::Refused { at, clients: *clients, detail: self.texts.text(detail) }
            }
            ServerEvent::Failed { detail } => wire::Event::Failed { at, detail: self.texts.text(detail) },
            &ServerEvent::Blocked { connection, micros } => {
                wire::Event::Blocked { at, connection: connection.map(|id| id.0), micros }
            }
            &ServerEvent::Unblocked { connection, micros } => {
                wire::Event::Unblocked { at, connection: connection.map(|id| id.0), micros }
            }
            &ServerEvent::Missed { direction, bytes, .. } => {
                return self.connections.count_unobserved(direction, bytes);
            }
            ServerEvent::ApiListening { .. }
            | ServerEvent::Worked { .. }
            | ServerEvent::Fault(_)
            | ServerEvent::ListenerFault { .. }
            | ServerEvent::Comment { .. }
            | ServerEvent::ClockStepped { .. }
            | ServerEvent::Stopped => return,
        };
        self.outbox.push(Kind::Life, &told);
    }
}

#[cfg(test)]
mod tests;
