//! The timing of a lesson's steps. Time is an argument, and the player does no I/O: it returns what the caller has to
//! do.

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

/// The caption after the last step.
const OVER: &str = "The lesson is over. q quits, or look around: the clients go on.";

/// The shortest wait that counts as time to read a caption; shorter ones let sent bytes arrive.
const READING: Duration = Duration::from_secs(1);

/// Something that the caller has to do now.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::runtime) enum Cue {
    /// Pass this event to the app.
    Event(Event),
    /// Pass this command to the named clients.
    Order(Order),
    /// Start a load process under this name.
    Begin(Name, Plan),
    /// End the load process of this name.
    End(Name),
}

/// A client that sends messages at an interval.
#[derive(Debug)]
struct Talk {
    name: Name,
    every: Duration,
    next: Instant,
}

/// A lesson that is being played.
#[derive(Debug)]
pub(in crate::runtime) struct Player {
    script: Script,
    speed: Speed,
    /// The index of the next step.
    at: usize,
    /// When the next step is due.
    resume: Instant,
    talks: Vec<Talk>,
    /// Actions to return before the next step is taken.
    ready: VecDeque<Cue>,
    /// The client whose connect the next step waits for, so that connections have the same numbers each time.
    connecting: Option<Name>,
    /// The addresses of the connected clients.
    found: HashMap<Name, SocketAddr>,
    /// The faults that are active, whether the lesson or a key started them.
    hurting: BTreeSet<Hurt>,
    /// The number of the current caption.
    caption: usize,
    /// The number of captions of the lesson.
    captions: usize,
    /// Since when the lesson is paused, if it is.
    held: Option<Instant>,
    /// The progress of a requested skip to the next caption.
    stride: Stride,
    /// Whether the current wait is long enough to read a caption.
    reading: bool,
}

/// The progress of a skip to the next caption, if the user requested one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stride {
    /// No skip is requested.
    None,
    /// Long waits are skipped up to the next caption, and up to this many more after it.
    ToCaption(usize),
    /// The caption is shown; its steps run up to the next wait, and then the skip continues over this many captions.
    ToWait(usize),
}

impl Player {
    /// Starts the lesson at `now`.
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

    /// When to call [`due`](Self::due) next, if ever.
    pub(in crate::runtime) fn next(&self) -> Option<Instant> {
        let step = (self.moves() && !self.is_over() && self.connecting.is_none()).then_some(self.resume);
        let talks = self.talks.iter().filter(|_| self.held.is_none());
        talks.map(|talk| talk.next).chain(step).min()
    }

    /// The next action that is due at `now`. Call again until it returns `None`.
    pub(in crate::runtime) fn due(&mut self, now: Instant) -> Option<Cue> {
        loop {
            if let Some(cue) = self.ready.pop_front() {
                return Some(cue);
            }
            let held = self.held.is_some();
            if let Some(talk) = self.talks.iter_mut().find(|talk| !held && talk.next <= now) {
                // Counted from now: missed turns are not made up for.
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

    /// Handles the result of a connect.
    pub(in crate::runtime) fn told(&mut self, told: Told) {
        self.connecting.take_if(|name| *name == told.name);
        if let Ok(address) = told.address {
            self.event(Event::Named(address, told.name.to_string()));
            self.found.insert(told.name, address);
        }
    }

    /// Notes that a fault has started.
    pub(in crate::runtime) fn hurts(&mut self, hurt: Hurt) {
        self.hurting.insert(hurt);
    }

    /// Notes that a fault has ended.
    pub(in crate::runtime) fn healed(&mut self, hurt: Hurt) {
        self.hurting.remove(&hurt);
    }

    /// Turns a step for a named client into actions.
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

    /// Turns any other step into actions.
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
            // The command toggles: it would end an active fault.
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

/// Pausing, and skipping by captions.
impl Player {
    /// The position in the lesson, until the lesson is over.
    pub(in crate::runtime) fn place(&self) -> Option<Place> {
        let playing = if self.held.is_some() { Playing::Paused } else { Playing::Running };
        (!self.is_over()).then_some(Place { caption: self.caption, captions: self.captions, playing })
    }

    /// Stops the lesson's clock at `now`.
    pub(in crate::runtime) fn pause(&mut self, now: Instant) {
        self.held.get_or_insert(now);
    }

    /// Lets the lesson's clock continue at `now`.
    pub(in crate::runtime) fn go_on(&mut self, now: Instant) {
        let Some(since) = self.held.take() else { return };
        self.defer_talks(now - since);
        // A skip that is under way has its own wait, which was not stopped.
        if self.stride == Stride::None {
            self.resume += now - since;
        }
    }

    /// Skips to the next caption, or to one more if a skip is under way. Short waits before it stay: they let bytes
    /// arrive. A paused lesson is paused there again.
    pub(in crate::runtime) fn step(&mut self, now: Instant) {
        if self.is_over() {
            return;
        }
        self.stride = match self.stride {
            // A key that repeats asks for more captions than there are.
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

    /// Whether the lesson advances.
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

    /// Starts a wait, counted from now: missed time is not made up for.
    fn wait(&mut self, time: Duration, now: Instant) {
        self.reading = time >= READING;
        if let Stride::ToWait(more @ 1..) = self.stride {
            self.stride = Stride::ToCaption(more - 1);
        }
        // A skip needs a caption after the repeat to skip to.
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

    /// Ends the lesson. The clients go on, even if the lesson was paused.
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
