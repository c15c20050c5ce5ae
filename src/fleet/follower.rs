//! Follows publishers: takes what comes from the bus, asks what is to be asked, and tells what is new.

use std::io;
use std::time::{Duration, Instant};

use crate::event::Timestamp;
use crate::fleet::bus::{BusWatcher, Login, NoOutcome, Received};
use crate::fleet::here_and_now::{self, wall_clock};
use crate::fleet::options::BusOptions;
use crate::fleet::subject::{HostPattern, Publisher, RemoteConnection};
use crate::fleet::watcher::{Lease, LeaseNews, News, Watcher};
use crate::fleet::wire::{self, Event, Order, Outcome, Text};

/// A clock that begins with the time of this machine, and never goes back.
#[derive(Clone, Copy, Debug)]
pub struct SteadyClock {
    begin: Instant,
    began_at: Timestamp,
}

impl SteadyClock {
    /// A clock that begins now.
    #[must_use]
    pub fn start() -> Self {
        Self { begin: Instant::now(), began_at: wall_clock() }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.began_at.plus_micros(u64::try_from(self.begin.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// Follows the publishers of some hosts, or of all.
pub struct Follower {
    bus: BusWatcher,
    watcher: Watcher,
    lease: Option<Lease>,
    clock: SteadyClock,
    is_connected: Option<bool>,
    trouble: Option<String>,
    /// The number of actions that were asked for.
    orders: u64,
    outcomes: Vec<(u64, OrderOutcome)>,
}

/// What has come of an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderOutcome {
    /// The publisher has answered.
    Answered(Outcome),
    /// Nobody listens to actions for the publisher, so it was not done.
    Nobody,
    /// There was no answer that can be read, so it may be done or not.
    Unknown,
}

impl Follower {
    /// Starts to follow.
    ///
    /// # Errors
    ///
    /// When no thread can be started for it.
    pub fn start(options: BusOptions, login: Login, hosts: Vec<HostPattern>) -> io::Result<Self> {
        let watcher = Watcher::new(options.prefix.clone(), hosts, here_and_now::spread());
        let bus = BusWatcher::start(options, login)?;
        Ok(Self {
            bus,
            watcher,
            lease: None,
            clock: SteadyClock::start(),
            is_connected: None,
            trouble: None,
            orders: 0,
            outcomes: Vec::new(),
        })
    }

    /// What is known of the publishers.
    #[must_use]
    pub const fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    /// The clock of the watcher.
    #[must_use]
    pub const fn clock(&self) -> SteadyClock {
        self.clock
    }

    /// The number of messages that were dropped, because too many waited.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.bus.dropped()
    }

    /// Whether the bus is connected; `None` before the first attempt has ended.
    #[must_use]
    pub const fn is_connected(&self) -> Option<bool> {
        self.is_connected
    }

    /// Why the bus is not connected, if that is known.
    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Takes what has come, after waiting for it up to this time, and asks what is to be asked. Returns what is new.
    pub fn take(&mut self, wait: Duration) -> Vec<(Publisher, News)> {
        for received in self.bus.receive(wait) {
            let now = self.clock.now();
            match received {
                Received::Message { subject, payload } => self.watcher.take(&subject, &payload, now),
                Received::Answer { publisher, payload } => {
                    self.watcher.answered(&publisher, payload.as_deref(), now, wall_clock());
                }
                Received::Bytes { payload } => self.lease.iter_mut().for_each(|lease| lease.take(&payload)),
                Received::Leased { publisher, connection, payload } => {
                    if let Some(lease) = self.lease_on(&publisher, connection) {
                        lease.answered(payload.as_deref(), now);
                    }
                }
                Received::Outcome { number, payload } => {
                    let outcome = match payload.map(|payload| wire::read(&payload)) {
                        Ok(Ok(outcome)) => OrderOutcome::Answered(outcome),
                        Err(NoOutcome::Nobody) => OrderOutcome::Nobody,
                        Ok(Err(_)) | Err(NoOutcome::NoAnswer) => OrderOutcome::Unknown,
                    };
                    self.outcomes.push((number, outcome));
                }
                Received::Trouble(why) => self.trouble = Some(why),
                Received::Connected(is_connected) => {
                    self.is_connected = Some(is_connected);
                    if is_connected {
                        self.trouble = None;
                    }
                    self.watcher.set_connected(is_connected);
                }
            }
        }
        let now = self.clock.now();
        for (publisher, question) in self.watcher.questions(now) {
            self.bus.ask(publisher, question);
        }
        let news = self.watcher.news(now);
        for (publisher, news) in &news {
            if let News::Event(Event::Closed { connection, counters, .. }) = news
                && let Some(lease) = self.lease_on(publisher, *connection)
            {
                lease.close(*counters, now);
            }
        }
        if let Some(lease) = &mut self.lease
            && let Some(question) = lease.question(now)
        {
            self.bus.ask(lease.publisher().clone(), question);
        }
        news
    }

    /// Asks for the bytes of this connection, and of no other.
    pub fn lease(&mut self, wanted: Option<RemoteConnection>) {
        if let Some(lease) = self.lease.take() {
            self.bus.ask(lease.publisher().clone(), lease.give_back());
        }
        self.bus
            .follow(wanted.clone().map(|RemoteConnection { publisher, connection }| (publisher, connection)));
        self.lease = wanted.map(|RemoteConnection { publisher, connection }| {
            Lease::new(publisher, connection, Text::new(&here_and_now::claimed_name()))
        });
    }

    /// What is new of the bytes of the connection that was asked for.
    pub fn lease_news(&mut self) -> Vec<LeaseNews> {
        let now = self.clock.now();
        self.lease.as_mut().map(|lease| lease.news(now)).unwrap_or_default()
    }

    /// What is still missing of a connection that is over, without waiting for it any longer. Gives the lease back.
    pub fn end_lease(&mut self) -> Vec<LeaseNews> {
        let news = self.lease.as_mut().map(|lease| lease.news(Timestamp(u64::MAX))).unwrap_or_default();
        self.lease(None);
        news
    }

    fn lease_on(&mut self, publisher: &Publisher, connection: u64) -> Option<&mut Lease> {
        self.lease.as_mut().filter(|lease| (lease.publisher(), lease.connection()) == (publisher, connection))
    }

    /// Asks a publisher for an action. Returns the number under which its outcome is told.
    pub fn order(&mut self, publisher: Publisher, order: Order) -> u64 {
        self.orders += 1;
        self.bus.order(publisher, self.orders, order);
        self.orders
    }

    /// Hears nothing any more, until [`resume`](Self::resume): the broker need not hold anything for this program.
    pub fn suspend(&self) {
        self.bus.set_listening(false);
    }

    /// Hears again, and asks for everything that was missed.
    pub fn resume(&mut self) {
        self.bus.set_listening(true);
        if self.is_connected != Some(false) {
            self.watcher.set_connected(false);
            self.watcher.set_connected(true);
        }
    }

    /// What has come of actions since the last call.
    pub fn outcomes(&mut self) -> Vec<(u64, OrderOutcome)> {
        std::mem::take(&mut self.outcomes)
    }
}
