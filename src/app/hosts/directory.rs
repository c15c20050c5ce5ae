//! All hosts that are known.

use std::collections::HashMap;

use crate::app::hosts::facts::{HostFacts, HostId};
use crate::app::hosts::news::{BusNews, HostNews};
use crate::app::setup::Watching;
use crate::event::{ConnectionId, RunId, Timestamp};
use crate::model::host_state::HostState;

/// After this number of microseconds without any host, something is wrong with the bus or with all of them.
const SILENT_AFTER: u64 = 3_000_000;

/// How the bus is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BusState {
    /// It is not connected, for this reason if one is known.
    Connecting(Option<String>),
    /// It is connected.
    Connected,
    /// It is connected, and nothing is heard of any host that was heard of.
    Silent,
}

/// A host, and whether it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct KnownHost {
    /// What is known of it.
    pub facts: HostFacts,
    /// Whether the user does not want to see it any more.
    is_dismissed: bool,
}

/// All hosts that are known.
#[derive(Debug)]
pub struct Hosts {
    /// What is watched.
    watching: Watching,
    bus: BusNews,
    /// By number.
    all: Vec<KnownHost>,
    /// Which host each run is of, by its number.
    of_run: Vec<HostId>,
    /// The hosts that are shown, by name.
    shown: Vec<HostId>,
    /// The place of each host among those that are shown, by its number.
    ranks: Vec<u32>,
    /// What each host is called, by its number.
    labels: Vec<String>,
    /// When any of them was last heard of.
    heard: Option<Timestamp>,
}

impl Hosts {
    /// No host yet.
    pub(crate) fn new(watching: Watching) -> Self {
        let (all, of_run, shown, ranks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (bus, labels) = (BusNews::Lost(None), Vec::new());
        Self { watching, bus, all, of_run, shown, ranks, labels, heard: None }
    }

    /// Takes what became of them. Returns whether there are others than before.
    pub(crate) fn hear(&mut self, news: HostNews) -> bool {
        match news {
            HostNews::Bus(news) => {
                self.bus = news;
                false
            }
            HostNews::Run(run, host) => {
                let run = run.0 as usize;
                // Runs are told in the order of their numbers.
                if run == self.of_run.len() {
                    self.of_run.push(host);
                }
                false
            }
            HostNews::Facts(id, facts) => self.learn(id, *facts),
            // A message says what has come of it.
            HostNews::Answered(_) => false,
        }
    }

    fn learn(&mut self, id: HostId, facts: HostFacts) -> bool {
        if facts.state != HostState::Gone {
            self.heard = self.heard.max(Some(facts.heard));
        }
        let index = id.0 as usize;
        let next = self.all.len();
        match self.all.get_mut(index) {
            Some(known) => {
                let is_back = known.is_dismissed && facts.state != HostState::Gone;
                known.is_dismissed &= !is_back;
                known.facts = facts;
                if is_back {
                    self.arrange();
                }
                is_back
            }
            // Hosts are told in the order of their numbers.
            None if index == next => {
                self.all.push(KnownHost { facts, is_dismissed: false });
                self.arrange();
                true
            }
            None => false,
        }
    }

    fn arrange(&mut self) {
        let shown = (0..).zip(&self.all).filter(|(_, known)| !known.is_dismissed);
        let mut shown: Vec<_> = shown.map(|(id, known)| (&known.facts.name, HostId(id))).collect();
        shown.sort_unstable();
        self.shown = shown.into_iter().map(|(_, id)| id).collect();
        self.ranks = vec![u32::MAX; self.all.len()];
        for (rank, id) in (0..).zip(&self.shown) {
            self.ranks[id.0 as usize] = rank;
        }
        self.name();
    }

    /// Finds out what each host is called: the name of the machine, and which program on it if there are several.
    fn name(&mut self) {
        let mut programs: HashMap<&str, u32> = HashMap::new();
        for known in &self.all {
            *programs.entry(&known.facts.name.host).or_default() += 1;
        }
        let label = |KnownHost { facts: HostFacts { name, .. }, .. }: &KnownHost| {
            if programs[name.host.as_str()] > 1 { name.to_string() } else { name.host.clone() }
        };
        self.labels = self.all.iter().map(label).collect();
    }

    /// Does not show a host any more. It comes back if it is heard of again.
    pub(crate) fn dismiss(&mut self, id: HostId) {
        if let Some(known) = self.all.get_mut(id.0 as usize) {
            known.is_dismissed = true;
            self.arrange();
        }
    }

    /// Returns what is watched.
    #[must_use]
    pub const fn watching(&self) -> &Watching {
        &self.watching
    }

    /// Returns the hosts that are shown, by name.
    #[must_use]
    pub fn shown(&self) -> &[HostId] {
        &self.shown
    }

    /// Returns what is known of a host.
    #[must_use]
    pub fn facts(&self, id: HostId) -> Option<&HostFacts> {
        self.all.get(id.0 as usize).map(|known| &known.facts)
    }

    /// Returns the host that a connection is of.
    #[must_use]
    pub fn of(&self, connection: ConnectionId) -> Option<HostId> {
        let RunId(run) = connection.run()?;
        self.of_run.get(run as usize).copied()
    }

    /// Returns the place of the host of a connection among all, by name; those that are not shown come last.
    #[must_use]
    pub fn rank_of(&self, connection: ConnectionId) -> u64 {
        let host = self.of(connection);
        let rank = host.and_then(|host| self.ranks.get(host.0 as usize).copied());
        rank.unwrap_or(u32::MAX).into()
    }

    /// Returns what a host is called: the name of the machine, and which program on it if there are several.
    #[must_use]
    pub fn label(&self, id: HostId) -> Option<&str> {
        self.labels.get(id.0 as usize).map(String::as_str)
    }

    /// Returns how the bus is at this time.
    #[must_use]
    pub fn bus(&self, now: Timestamp) -> BusState {
        match &self.bus {
            BusNews::Lost(why) => BusState::Connecting(why.clone()),
            BusNews::Connected if self.heard.is_some_and(|at| now.micros_since(at) >= SILENT_AFTER) => {
                BusState::Silent
            }
            BusNews::Connected => BusState::Connected,
        }
    }
}
