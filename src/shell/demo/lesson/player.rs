//! The timing of a lesson's steps. Time is an argument, and the player does no I/O: it returns what the caller has to
//! do.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::app::AppEvent;
use crate::app::action::Action;
use crate::app::demo::lesson::{LessonClock, LessonProgress};
use crate::client::load_processes::LoadSpec;
use crate::client::scripted::{ClientCommand, ClientName, ConnectResult};
use crate::event::{Address, BackendKind, FaultKind};
use crate::shell::demo::lesson::script::{Script, Step};
use crate::shell::demo::lesson::speed::Speed;

/// The caption after the last step.
const ENDED_CAPTION: &str = "The lesson is over. q quits, or look around: the clients go on.";

/// The shortest wait that counts as time to read a caption; shorter ones let sent bytes arrive.
const READING_WAIT: Duration = Duration::from_secs(1);

/// Something that the caller has to do now.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum LessonAction {
    /// Pass this event to the app.
    App(AppEvent),
    /// Serve on this backend, or on the other one.
    Switch(Option<BackendKind>),
    /// Pass this command to the named clients.
    Client(ClientCommand),
    /// Start a load process under this name.
    StartLoad(ClientName, LoadSpec),
    /// End the load process of this name.
    EndLoad(ClientName),
}

/// A client that sends messages at an interval.
#[derive(Debug)]
struct Talker {
    name: ClientName,
    every: Duration,
    next: Instant,
}

/// A lesson that is being played.
#[derive(Debug)]
pub(crate) struct Player {
    script: Script,
    speed: Speed,
    /// The index of the next step.
    at: usize,
    /// When the next step is due.
    next_step_at: Instant,
    talkers: Vec<Talker>,
    /// Actions to return before the next step is taken.
    ready: VecDeque<LessonAction>,
    /// The client whose connect the next step waits for, so that connections have the same numbers each time.
    connecting: Option<ClientName>,
    /// The addresses of the connected clients.
    addresses: HashMap<ClientName, SocketAddr>,
    /// The faults that are active, whether the lesson or a key started them.
    active_faults: BTreeSet<FaultKind>,
    /// The number of the current caption.
    caption: usize,
    /// The number of captions of the lesson.
    captions: usize,
    /// Since when the lesson is paused, if it is.
    paused_since: Option<Instant>,
    /// The progress of a requested skip to the next caption.
    skip: Skip,
    /// Whether the current wait is long enough to read a caption.
    reading: bool,
}

/// The progress of a skip to the next caption, if the user requested one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Skip {
    /// No skip is requested.
    None,
    /// Long waits are skipped up to the next caption, and up to this many more after it.
    ToCaption(usize),
    /// The caption is shown; its steps run up to the next wait, and then the skip continues over this many captions.
    ToWait(usize),
}

impl Player {
    /// Starts the lesson at `now`.
    pub(crate) fn new(script: Script, speed: Speed, now: Instant) -> Self {
        Self {
            captions: script.captions_before(script.steps.len()),
            script,
            speed,
            at: 0,
            next_step_at: now,
            talkers: Vec::new(),
            ready: VecDeque::new(),
            connecting: None,
            addresses: HashMap::new(),
            active_faults: BTreeSet::new(),
            caption: 0,
            paused_since: None,
            skip: Skip::None,
            reading: false,
        }
    }

    /// When to call [`due`](Self::due) next, if ever.
    pub(crate) fn next(&self) -> Option<Instant> {
        let step = (self.is_advancing() && !self.is_over() && self.connecting.is_none())
            .then_some(self.next_step_at);
        let talkers = self.talkers.iter().filter(|_| self.paused_since.is_none());
        talkers.map(|talker| talker.next).chain(step).min()
    }

    /// The next action that is due at `now`. Call again until it returns `None`.
    pub(crate) fn due(&mut self, now: Instant) -> Option<LessonAction> {
        loop {
            if let Some(action) = self.ready.pop_front() {
                return Some(action);
            }
            let paused_since = self.paused_since.is_some();
            if let Some(talker) = self.talkers.iter_mut().find(|talker| !paused_since && talker.next <= now) {
                // Counted from now: missed turns are not made up for.
                talker.next = now + talker.every;
                return Some(LessonAction::Client(ClientCommand::SendNext(talker.name.clone())));
            }
            if !self.is_advancing() || self.next_step_at > now || self.is_over() || self.connecting.is_some()
            {
                return None;
            }
            let step = self.script.steps.get(self.at).cloned();
            self.at += 1;
            match step {
                Some(step) => self.run(step, now),
                None => self.end(now),
            }
        }
    }

    /// Handles the result of a connect.
    pub(crate) fn on_connect_result(&mut self, result: ConnectResult) {
        self.connecting.take_if(|name| *name == result.name);
        // A client of a Unix domain socket has no address by which it could be told from others.
        if let Ok(Address::Inet(address)) = result.address {
            self.event(AppEvent::ClientNamed(address, result.name.to_string()));
            self.addresses.insert(result.name, address);
        }
    }

    /// Notes that a fault has started.
    pub(crate) fn fault_started(&mut self, fault: FaultKind) {
        self.active_faults.insert(fault);
    }

    /// Notes that a fault has ended.
    pub(crate) fn fault_ended(&mut self, fault: FaultKind) {
        self.active_faults.remove(&fault);
    }

    /// Turns a step into actions.
    fn run(&mut self, step: Step, now: Instant) {
        match step {
            Step::Wait(time) => self.wait(time, now),
            Step::Say(text) => self.say(text),
            Step::Client(name) => {
                self.addresses.remove(&name);
                self.connecting = Some(name.clone());
                self.command(ClientCommand::Connect(name));
            }
            Step::Send(name, bytes) => self.command(ClientCommand::Send(name, bytes)),
            Step::Talk(name, every, messages) => {
                self.remove_talker(&name);
                self.talkers.push(Talker { name: name.clone(), every: self.speed.shorten(every), next: now });
                self.command(ClientCommand::SetMessages(name, messages));
            }
            Step::Quiet(name) => {
                self.remove_talker(&name);
                self.command(ClientCommand::ClearMessages(name));
            }
            Step::PauseReading(name) => self.command(ClientCommand::PauseReading(name)),
            Step::ResumeReading(name) => self.command(ClientCommand::ResumeReading(name)),
            Step::Finish(name) => {
                self.remove_talker(&name);
                self.command(ClientCommand::Finish(name));
            }
            Step::Reset(name) => {
                self.remove_talker(&name);
                self.command(ClientCommand::Reset(name));
            }
            Step::StartLoad(name, plan) => self.ready.push_back(LessonAction::StartLoad(name, plan)),
            Step::EndLoad(name) => self.ready.push_back(LessonAction::EndLoad(name)),
            Step::Select(name) => {
                if let Some(address) = self.addresses.get(&name).copied() {
                    self.event(AppEvent::ClientSelected(address));
                }
            }
            Step::Switch(to) => self.ready.push_back(LessonAction::Switch(to)),
            Step::StartFault(fault) => self.start_fault(fault),
            Step::EndFault(wanted) => self.end_faults(wanted),
            Step::Press(keys) => keys.into_iter().for_each(|key| self.event(AppEvent::Pressed(key))),
            Step::Repeat => {
                self.at = self.script.first_wait();
                self.caption = self.script.captions_before(self.at);
            }
        }
    }

    fn start_fault(&mut self, fault: FaultKind) {
        // The action toggles: it would end an active fault.
        if !self.active_faults.contains(&fault) {
            self.toggle_fault(fault);
        }
    }

    /// Ends this fault, or all.
    fn end_faults(&mut self, wanted: Option<FaultKind>) {
        let active = self.active_faults.iter().copied();
        let ended: Vec<_> = active.filter(|fault| wanted.is_none_or(|wanted| wanted == *fault)).collect();
        ended.into_iter().for_each(|fault| self.toggle_fault(fault));
    }

    fn toggle_fault(&mut self, fault: FaultKind) {
        self.event(AppEvent::ActionRequested(Action::ToggleFault(fault)));
    }

    fn command(&mut self, command: ClientCommand) {
        self.ready.push_back(LessonAction::Client(command));
    }

    fn event(&mut self, event: AppEvent) {
        self.ready.push_back(LessonAction::App(event));
    }

    fn remove_talker(&mut self, name: &ClientName) {
        self.talkers.retain(|talker| talker.name != *name);
    }
}

/// Pausing, and skipping by captions.
impl Player {
    /// The position in the lesson, until the lesson is over.
    pub(crate) fn place(&self) -> Option<LessonProgress> {
        let playing = if self.paused_since.is_some() { LessonClock::Paused } else { LessonClock::Running };
        (!self.is_over()).then_some(LessonProgress {
            caption: self.caption,
            captions: self.captions,
            playing,
        })
    }

    /// Stops the lesson's clock at `now`.
    pub(crate) fn pause(&mut self, now: Instant) {
        self.paused_since.get_or_insert(now);
    }

    /// Lets the lesson's clock continue at `now`.
    pub(crate) fn resume(&mut self, now: Instant) {
        let Some(since) = self.paused_since.take() else { return };
        self.defer_talkers(now - since);
        // A skip that is under way has its own wait, which was not stopped.
        if self.skip == Skip::None {
            self.next_step_at += now - since;
        }
    }

    /// Skips to the next caption, or to one more if a skip is under way. Short waits before it stay: they let bytes
    /// arrive. A paused lesson is paused there again.
    pub(crate) fn skip_to_caption(&mut self, now: Instant) {
        if self.is_over() {
            return;
        }
        self.skip = match self.skip {
            // A key that repeats asks for more captions than there are.
            Skip::ToCaption(more) => Skip::ToCaption((more + 1).min(self.captions)),
            Skip::ToWait(more) => Skip::ToWait((more + 1).min(self.captions)),
            Skip::None => {
                if self.reading || self.paused_since.is_some() {
                    self.next_step_at = now;
                }
                Skip::ToCaption(0)
            }
        };
    }

    fn is_over(&self) -> bool {
        self.at > self.script.steps.len()
    }

    /// Whether the lesson advances.
    fn is_advancing(&self) -> bool {
        self.paused_since.is_none() || self.skip != Skip::None
    }

    fn say(&mut self, text: String) {
        if !text.is_empty() {
            self.caption += 1;
            if let Skip::ToCaption(more) = self.skip {
                self.skip = Skip::ToWait(more);
            }
        }
        self.event(AppEvent::CaptionChanged(text));
    }

    /// Starts a wait, counted from now: missed time is not made up for.
    fn wait(&mut self, time: Duration, now: Instant) {
        self.reading = time >= READING_WAIT;
        if let Skip::ToWait(more @ 1..) = self.skip {
            self.skip = Skip::ToCaption(more - 1);
        }
        // A skip needs a caption after the repeat to skip to.
        let leaves_out = matches!(self.skip, Skip::ToCaption(_)) && self.script.says_after_first_wait();
        if self.reading && leaves_out {
            return;
        }
        self.next_step_at = now + self.speed.shorten(time);
        if !leaves_out {
            self.skip = Skip::None;
            if let Some(since) = &mut self.paused_since {
                let paused_since = now - *since;
                *since = now;
                self.defer_talkers(paused_since);
            }
        }
    }

    /// Ends the lesson. The clients go on, even if the lesson was paused.
    fn end(&mut self, now: Instant) {
        self.skip = Skip::None;
        self.resume(now);
        self.event(AppEvent::CaptionChanged(ENDED_CAPTION.to_owned()));
    }

    fn defer_talkers(&mut self, time: Duration) {
        self.talkers.iter_mut().for_each(|talker| talker.next += time);
    }
}

#[cfg(test)]
mod tests;
