//! What of a lesson comes when. Time comes from outside, and nothing is done here: the caller is given cues.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::script::{Script, Step};
use super::speed::Speed;
use crate::app::Event;
use crate::app::command::Command;
use crate::app::lesson::{Place, Playing};
use crate::model::Hurt;
use crate::runtime::cast::{Name, Order, Told};
use crate::runtime::crowds::Plan;

/// What is said behind the last step.
const OVER: &str = "The lesson is over. q quits, or look around: the clients go on.";

/// A wait this long is for reading a caption; a shorter one is for what was sent to arrive.
const READING: Duration = Duration::from_secs(1);

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
    speed: Speed,
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
    /// What hurts, whether the lesson or a key asked for it.
    hurting: BTreeSet<Hurt>,
    /// The number of the caption that is told.
    caption: usize,
    /// How many it has.
    captions: usize,
    /// Since when the lesson is held, if it is.
    held: Option<Instant>,
    /// How far an asked step to the next caption is.
    stride: Stride,
    /// The wait that goes on is long enough to be read in.
    reading: bool,
}

/// How far the step to the next caption has come, when one was requested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stride {
    /// None is asked for.
    None,
    /// Waits for readers are left out until the next caption, and until this many more behind it.
    ToCaption(usize),
    /// The caption is told; what belongs to it is done up to the next wait, and then the step goes on to this many captions.
    ToWait(usize),
}

impl Player {
    /// Begins at `now`.
    pub(in crate::runtime) fn new(script: Script, speed: Speed, now: Instant) -> Self {
        Self {
            captions: script.captions_before(script.steps.len()),
            script,
            speed,
            at: 0,
            resume: now,
            talks: Vec::new(),
            ready: VecDeque::new(),
            connecting: None,
            found: HashMap::new(),
            hurting: BTreeSet::new(),
            caption: 0,
            held: None,
            stride: Stride::None,
            reading: false,
        }
    }

    /// When to ask again at the latest, if ever.
    pub(in crate::runtime) fn next(&self) -> Option<Instant> {
        let step = (self.moves() && !self.is_over() && self.connecting.is_none()).then_some(self.resume);
        let talks = self.talks.iter().filter(|_| self.held.is_none());
        talks.map(|talk| talk.next).chain(step).min()
    }

    /// What is due at `now`; to be asked again until there is nothing.
    pub(in crate::runtime) fn due(&mut self, now: Instant) -> Option<Cue> {
        loop {
            if let Some(cue) = self.ready.pop_front() {
                return Some(cue);
            }
            let held = self.held.is_some();
            if let Some(talk) = self.talks.iter_mut().find(|talk| !held && talk.next <= now) {
                // From now on: turns that were slept through are not made up for.
                talk.next = now + talk.every;
                return Some(Cue::Order(Order::Turn(talk.name.clone())));
            }
            if !self.moves() || self.resume > now || self.is_over() || self.connecting.is_some() {
                return None;
            }
            let step = self.script.steps.get(self.at).cloned();
            self.at += 1;
            match step {
                Some(step) => self.take(step, now),
                None => self.end(now),
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
                self.talks.push(Talk { name: name.clone(), every: self.speed.shorten(every), next: now });
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
            Step::Wait(time) => self.wait(time, now),
            Step::Repeat => {
                self.at = self.script.first_wait();
                self.caption = self.script.captions_before(self.at);
            }
            Step::Say(text) => self.say(text),
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
            Step::Press(keys) => keys.into_iter().for_each(|key| self.event(Event::Pressed(key))),
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

/// Holding it, and going on by captions.
impl Player {
    /// How far it is, while it is not over.
    pub(in crate::runtime) fn place(&self) -> Option<Place> {
        let playing = if self.held.is_some() { Playing::Paused } else { Playing::Running };
        (!self.is_over()).then_some(Place { caption: self.caption, captions: self.captions, playing })
    }

    /// Its time stands still from `now` on.
    pub(in crate::runtime) fn pause(&mut self, now: Instant) {
        self.held.get_or_insert(now);
    }

    /// Its time goes on from `now` on, where it stood still.
    pub(in crate::runtime) fn go_on(&mut self, now: Instant) {
        let Some(since) = self.held.take() else { return };
        self.defer_talks(now - since);
        // A step to a caption has its own time: what it waits for goes on.
        if self.stride == Stride::None {
            self.resume += now - since;
        }
    }

    /// Goes on to the next caption at once, or to one more if it is on its way to one. The short waits before it stay: they
    /// are for bytes to arrive, not for readers. A lesson that is held stays held there.
    pub(in crate::runtime) fn step(&mut self, now: Instant) {
        if self.is_over() {
            return;
        }
        self.stride = match self.stride {
            // More than all captions is asked for by a key that is held down.
            Stride::ToCaption(more) => Stride::ToCaption((more + 1).min(self.captions)),
            Stride::ToWait(more) => Stride::ToWait((more + 1).min(self.captions)),
            Stride::None => {
                if self.reading || self.held.is_some() {
                    self.resume = now;
                }
                Stride::ToCaption(0)
            }
        };
    }

    fn is_over(&self) -> bool {
        self.at > self.script.steps.len()
    }

    /// Whether steps are taken.
    fn moves(&self) -> bool {
        self.held.is_none() || self.stride != Stride::None
    }

    fn say(&mut self, text: String) {
        if !text.is_empty() {
            self.caption += 1;
            if let Stride::ToCaption(more) = self.stride {
                self.stride = Stride::ToWait(more);
            }
        }
        self.event(Event::Said(text));
    }

    /// From now on, as with talks: what was slept through is not made up for.
    fn wait(&mut self, time: Duration, now: Instant) {
        self.reading = time >= READING;
        if let Stride::ToWait(more @ 1..) = self.stride {
            self.stride = Stride::ToCaption(more - 1);
        }
        // Where nothing is said, there is no caption to go on to.
        let leaves_out = matches!(self.stride, Stride::ToCaption(_)) && self.script.says_after_first_wait();
        if self.reading && leaves_out {
            return;
        }
        self.resume = now + self.speed.shorten(time);
        if !leaves_out {
            self.stride = Stride::None;
            if let Some(since) = &mut self.held {
                let held = now - *since;
                *since = now;
                self.defer_talks(held);
            }
        }
    }

    /// Behind the last step the clients go on, even if the lesson was held.
    fn end(&mut self, now: Instant) {
        self.stride = Stride::None;
        self.go_on(now);
        self.event(Event::Said(OVER.to_owned()));
    }

    fn defer_talks(&mut self, time: Duration) {
        self.talks.iter_mut().for_each(|talk| talk.next += time);
    }
}

#[cfg(test)]
mod tests;
