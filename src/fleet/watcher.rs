//! What a watcher makes of the messages: every publisher with its state, its connections, and what became of its events.
//!
//! There is no clock and no input or output in here: time is an argument, messages come in, questions and news go out.
//! What arrives may be hostile, so names are checked, and the numbers of publishers and connections have limits.

mod connections;
mod event_counts;
mod host;
mod lease;
mod news;

use std::collections::BTreeMap;

pub use self::event_counts::{EventCounts, Gap};
pub use self::host::ClockOffset;
pub use self::lease::{Lease, LeaseNews, LeasedStream};
pub use self::news::News;
use crate::event::Timestamp;
use crate::fleet::subject::{HostPattern, Prefix, Publisher, Verb};
use crate::fleet::watcher::host::Host;
use crate::fleet::wire::{self, Answer, Ask, Batch, ConnectionState, Here, Malformed};
pub use crate::model::host_state::HostState;

/// The largest number of publishers that are kept.
pub const MOST_HOSTS: usize = 1000;

/// The largest number of connections that are kept, of all publishers.
pub const MOST_CONNECTIONS: usize = 100_000;

/// How far watchers are spread, in microseconds.
const MOST_SPREAD: u64 = 1_000_000;

/// All publishers.
#[derive(Debug)]
pub struct Watcher {
    prefix: Prefix,
    followed: Vec<HostPattern>,
    spread: u64,
    hosts: BTreeMap<Publisher, Host>,
    connections: usize,
    is_connected: bool,
    refused: Refused,
    news: Vec<(Publisher, News)>,
}

/// Messages that were not looked at.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Refused {
    /// Those whose subject is none of ours.
    pub subjects: u64,
    /// Those that could not be read.
    pub malformed: u64,
    /// Those of a kind that this version does not know.
    pub unknown: u64,
    /// Those of publishers beyond the limit.
    pub hosts: u64,
}

/// What is known of one publisher.
#[derive(Clone, Debug)]
pub struct HostReport<'a> {
    /// How it is.
    pub state: HostState,
    /// When it was last heard of.
    pub heard: Timestamp,
    /// The run of the publisher.
    pub epoch: u64,
    /// Its newest heartbeat.
    pub here: Option<&'a Here>,
    /// What became of its events.
    pub counts: EventCounts,
    /// How its clock differs from the one here.
    pub clock: Option<ClockOffset>,
    /// Messages of it that do not fit those before.
    pub malformed: u64,
    /// Connections that were not kept, because there were too many.
    pub not_kept: u64,
}

impl Watcher {
    /// A watcher that has heard nothing yet. It follows the hosts with these names, or all if there are none. `spread` is a number that other watchers do not have, so that not all of them
    /// ask at the same time.
    #[must_use]
    pub fn new(prefix: Prefix, followed: Vec<HostPattern>, spread: u32) -> Self {
        Self {
            prefix,
            followed,
            spread: u64::from(spread) % MOST_SPREAD,
            hosts: BTreeMap::new(),
            connections: 0,
            is_connected: true,
            refused: Refused::default(),
            news: Vec::new(),
        }
    }

    /// Takes a message. `now` is of a clock that never goes back.
    pub fn take(&mut self, subject: &str, payload: &[u8], now: Timestamp) {
        let Some((verb, publisher)) = self.prefix.read(subject) else {
            self.refused.subjects += 1;
            return;
        };
        if !self.followed.is_empty() && !self.followed.iter().any(|pattern| pattern.matches(&publisher.host))
        {
            return;
        }
        let taken = match verb {
            Verb::Here => wire::read::<Here>(payload).map(|here| {
                self.on_host(&publisher, here.epoch, now, |host, _, news| host.take_here(here, now, news));
            }),
            Verb::Facts => Batch::read(payload).map(|batch| {
                self.on_host(&publisher, batch.head.epoch, now, |host, room, news| {
                    host.take(&batch, room, news);
                });
            }),
            // These are not for watchers.
            Verb::Ask | Verb::Do => {
                self.refused.subjects += 1;
                return;
            }
        };
        match taken {
            Ok(()) => {}
            Err(Malformed::Unknown) => self.refused.unknown += 1,
            Err(Malformed::TooLong(_) | Malformed::Wrong(_)) => self.refused.malformed += 1,
        }
    }

    /// The questions that are to be asked now.
    pub fn questions(&mut self, now: Timestamp) -> Vec<(Publisher, Ask)> {
        if !self.is_connected {
            return Vec::new();
        }
        let spread = self.spread;
        let hosts = self.hosts.iter_mut();
        hosts.filter_map(|(publisher, host)| Some((publisher.clone(), host.question(now, spread)?))).collect()
    }

    /// Takes the answer to a question, or notes that there is none. `wall_clock` is the time here.
    pub fn answered(
        &mut self,
        publisher: &Publisher,
        answer: Option<&[u8]>,
        now: Timestamp,
        wall_clock: Timestamp,
    ) {
        let Some(host) = self.hosts.get_mut(publisher) else { return };
        let Some(answer) = answer.map(wire::read::<Answer>) else { return host.take_no_answer(now) };
        let Ok(answer) = answer else {
            self.refused.malformed += 1;
            return host.take_no_answer(now);
        };
        let epoch = host.epoch();
        self.on_host(publisher, epoch, now, |host, room, news| {
            host.take_answer(answer, now, wall_clock, room, news);
        });
    }

    /// Notes whether the bus can be reached. When it is back, all pages are asked for again.
    pub fn set_connected(&mut self, is_connected: bool) {
        if is_connected && !self.is_connected {
            self.hosts.values_mut().for_each(Host::suspect_loss);
        }
        self.is_connected = is_connected;
    }

    /// What is new since the last call.
    pub fn news(&mut self, now: Timestamp) -> Vec<(Publisher, News)> {
        let mut news = std::mem::take(&mut self.news);
        let is_connected = self.is_connected;
        for (publisher, host) in &mut self.hosts {
            let state = if is_connected { host.state(now) } else { HostState::Unknown };
            if host.told_state.replace(state) != Some(state) {
                news.push((publisher.clone(), News::State(state)));
            }
        }
        news
    }

    /// All publishers, and what is known of each.
    pub fn hosts(&self, now: Timestamp) -> impl Iterator<Item = (&Publisher, HostReport<'_>)> {
        self.hosts.iter().map(move |(publisher, host)| (publisher, self.report(host, now)))
    }

    /// What is known of one publisher.
    #[must_use]
    pub fn host(&self, publisher: &Publisher, now: Timestamp) -> Option<HostReport<'_>> {
        self.hosts.get(publisher).map(|host| self.report(host, now))
    }

    fn report<'a>(&self, host: &'a Host, now: Timestamp) -> HostReport<'a> {
        HostReport {
            state: if self.is_connected { host.state(now) } else { HostState::Unknown },
            heard: host.heard(),
            epoch: host.epoch(),
            here: host.here(),
            counts: host.counts(),
            clock: host.clock(),
            malformed: host.malformed,
            not_kept: host.connections.not_kept,
        }
    }

    /// The live connections of a publisher, in the order of their numbers.
    pub fn connections(&self, publisher: &Publisher) -> impl Iterator<Item = &ConnectionState> {
        self.hosts.get(publisher).into_iter().flat_map(Host::live)
    }

    /// Messages that were not looked at.
    #[must_use]
    pub const fn refused(&self) -> Refused {
        self.refused
    }

    /// Passes a message of this run of a publisher on, with the room that there is for its connections.
    fn on_host(
        &mut self,
        publisher: &Publisher,
        epoch: u64,
        now: Timestamp,
        act: impl FnOnce(&mut Host, usize, &mut Vec<News>),
    ) {
        if !self.hosts.contains_key(publisher) && self.hosts.len() >= MOST_HOSTS {
            self.refused.hosts += 1;
            return;
        }
        let host = self.hosts.entry(publisher.clone()).or_insert_with(|| Host::new(epoch, now));
        let before = host.connections.len();
        let room = MOST_CONNECTIONS - (self.connections - before);
        let mut news = Vec::new();
        if host.follow(epoch, now, &mut news) {
            act(host, room, &mut news);
        }
        self.connections = self.connections - before + host.connections.len();
        self.news.extend(news.into_iter().map(|new| (publisher.clone(), new)));
    }
}
