//! What of a lesson comes when. Time comes from outside, and nothing is done here: whoever plays is given cues.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::script::{Script, Step};
use crate::app::Event;
use crate::app::command::Command;
use crate::model::Hurt;
use crate::runtime::cast::{Name, Order, Told};
use crate::runtime::crowds::Plan;

/// What is said behind the last step.
const OVER: &str = "The lesson is over. q quits, or look around: the clients go on.";

/// Something to do now.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::runtime) enum Cue {
    /// For the dashboard.
    Event(Event),
    /// For a client.
    Order(Order),
    /// Many clients come.
    Begin(Name, Plan),
    /// They go.
    End(Name),
}

/// A client that talks.
#[derive(Debug)]
struct Talk {
    name: Name,
    every: Duration,
    next: Instant,
}

/// A lesson that is played.
#[derive(Debug)]
pub(in crate::runtime) struct Player {
    script: Script,
    /// Times are so many times shorter.
    speed: u32,
    /// The next step.
    at: usize,
    /// Not before.
    resume: Instant,
    talks: Vec<Talk>,
    /// What comes before any other step.
    ready: VecDeque<Cue>,
    /// Nothing comes before this one has connected, or could not: so connections have the same numbers each time.
    connecting: Option<Name>,
    /// Where the clients are that have connected.
    found: HashMap<Name, SocketAddr>,
    /// What hurts, whoever asked for it.
    hurting: BTreeSet<Hurt>,
}

impl Player {
    /// Begins at `now`, so many times faster than is written.
    pub(in crate::runtime) fn new(script: Script, speed: u32, now: Instant) -> Self {
        Self {
            script,
            speed: speed.max(1),
            at: 0,
            resume: now,
            talks: Vec::new(),
            ready: VecDeque::new(),
            connecting: None,
            found: HashMap::new(),
            hurting: BTreeSet::new(),
        }
    }

    /// When to ask again at the latest, if ever.
    pub(in crate::runtime) fn next(&self) -> Option<Instant> {
        let step = (self.at <= self.script.steps.len() && self.connecting.is_none()).then_some(self.resume);
        self.talks.iter().map(|talk| talk.next).chain(step).min()
    }

    /// What is due at `now`; to be asked again until there is nothing.
    pub(in crate::runtime) fn due(&mut self, now: Instant) -> Option<Cue> {
        loop {
            if let Some(cue) = self.ready.pop_front() {
                return Some(cue);
            }
            if let Some(talk) = self.talks.iter_mut().find(|talk| talk.next <= now) {
                // From now on: turns that were slept through are not made up for.
                talk.next = now + talk.every;
                return Some(Cue::Order(Order::Turn(talk.name.clone())));
            }
            if self.resume > now || self.at > self.script.steps.len() || self.connecting.is_some() {
                return None;
            }
            let step = self.script.steps.get(self.at).cloned();
            self.at += 1;
            match step {
                Some(step) => self.take(step, now),
                None => self.ready.push_back(Cue::Event(Event::Said(OVER.to_owned()))),
            }
        }
    }

    /// How connecting went.
    pub(in crate::runtime) fn told(&mut self, told: Told) {
        self.connecting.take_if(|name| *name == told.name);
        if let Ok(address) = told.address {
            self.event(Event::Named(address, told.name.to_string()));
            self.found.insert(told.name, address);
        }
    }

    /// It hurts in this way from now on.
    pub(in crate::runtime) fn hurts(&mut self, hurt: Hurt) {
        self.hurting.insert(hurt);
    }

    /// It does no more.
    pub(in crate::runtime) fn healed(&mut self, hurt: Hurt) {
        self.hurting.remove(&hurt);
    }

    /// Makes cues of one step.
    fn take(&mut self, step: Step, now: Instant) {
        let order = match step {
            Step::Client(name) => {
                self.found.remove(&name);
                self.connecting = Some(name.clone());
                Order::Connect(name)
            }
            Step::Send(name, bytes) => Order::Send(name, bytes),
            Step::Talk(name, every, messages) => {
                self.end_talk(&name);
                self.talks.push(Talk { name: name.clone(), every: every / self.speed, next: now });
                Order::Talk(name, messages)
            }
            Step::Quiet(name) => {
                self.end_talk(&name);
                Order::Quiet(name)
            }
            Step::Deaf(name) => Order::Deaf(name),
            Step::Hears(name) => Order::Hear(name),
            Step::Finish(name) => {
                self.end_talk(&name);
                Order::Finish(name)
            }
            Step::Reset(name) => {
                self.end_talk(&name);
                Order::Reset(name)
            }
            other => return self.take_other(other, now),
        };
        self.ready.push_back(Cue::Order(order));
    }

    /// Makes cues of one step that is for nobody with a name.
    fn take_other(&mut self, step: Step, now: Instant) {
        match step {
            // From now on, as above.
            Step::Wait(time) => self.resume = now + time / self.speed,
            Step::Repeat => self.at = self.script.first_wait(),
            Step::Say(text) => self.event(Event::Said(text)),
            Step::Crowd(name, plan) => self.ready.push_back(Cue::Begin(name, plan)),
            Step::End(name) => self.ready.push_back(Cue::End(name)),
            Step::Select(name) => {
                if let Some(address) = self.found.get(&name).copied() {
                    self.event(Event::Selected(address));
                }
            }
            Step::Switch(None) => self.ask(Command::SwitchBackend),
            Step::Switch(Some(backend)) => self.ask(Command::SwitchTo(backend)),
            // The command ends what goes on already.
            Step::Hurt(hurt) if self.hurting.contains(&hurt) => {}
            Step::Hurt(hurt) => self.ask(Command::Hurt(hurt)),
            Step::Heal(wanted) => {
                let healed = self.hurting.iter().filter(|hurt| wanted.is_none_or(|wanted| wanted == **hurt));
                let healed: Vec<_> = healed.copied().collect();
                healed.into_iter().for_each(|hurt| self.ask(Command::Hurt(hurt)));
            }
            Step::Press(keys) => keys.into_iter().for_each(|key| self.event(Event::Key(key))),
            _ => {}
        }
    }

    fn event(&mut self, event: Event) {
        self.ready.push_back(Cue::Event(event));
    }

    fn ask(&mut self, command: Command) {
        self.event(Event::Asked(command));
    }

    fn end_talk(&mut self, name: &Name) {
        self.talks.retain(|talk| talk.name != *name);
    }
}

#[cfg(test)]
mod tests;
