//! The state of the dashboard: [`App::update`] takes what happened and says what to do about it.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Size;

use crate::app::action::{Action, ReplayAction};
use crate::app::backends::BackendsState;
use crate::app::clients::Clients;
use crate::app::clipboard;
use crate::app::compare::Compare;
use crate::app::context::Context;
use crate::app::differences::DifferenceList;
use crate::app::effect::Effect;
use crate::app::event::AppEvent;
use crate::app::export::Export;
use crate::app::find::Find;
use crate::app::framing::FramePrompt;
use crate::app::hosts::HostsView;
use crate::app::layout::Layout;
use crate::app::logs::LogsView;
use crate::app::marks::Marks;
use crate::app::mouse;
use crate::app::outcome::Outcome;
use crate::app::overlay::{Overlay, Overlays};
use crate::app::pipe::Pipe;
use crate::app::record::{self, RecordPrompt};
use crate::app::recording::{RecordingNews, ReplayNews};
use crate::app::setup::Setup;
use crate::app::status::{Severity, Status};
use crate::app::stream::StreamState;
use crate::app::time_prompt::TimePrompt;
use crate::app::world::World;
use crate::event::{ConnectionEvent, Event, Stamped, Timestamp};
use crate::model::Model;

/// Whether anything visible has changed since the last frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ScreenChange {
    Same,
    Changed,
}

/// The state of the dashboard.
#[derive(Debug)]
pub struct App {
    pub(super) world: World,
    pub(super) clients: Clients,
    pub(super) stream: StreamState,
    pub(super) find: Find,
    pub(super) framing: FramePrompt,
    pub(super) marks: Marks,
    pub(super) compare: Compare,
    pub(super) differences: DifferenceList,
    pub(super) export: Export,
    pub(super) pipe: Pipe,
    /// Where to record.
    pub(super) record: RecordPrompt,
    /// Where to go on the timeline.
    pub(super) time: TimePrompt,
    pub(super) backends: BackendsState,
    pub(super) hosts: HostsView,
    pub(super) logs: LogsView,
    pub(super) overlays: Overlays,
    pub(super) status: Option<Status>,
    /// The layout that the panes are adapted to.
    pub(super) fitted: Option<Layout>,
    screen: ScreenChange,
}

impl App {
    /// Creates a dashboard that has received no events.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let stream = StreamState::for_charset(setup.charset);
        Self {
            world: World::new(setup),
            clients: Clients::default(),
            stream,
            find: Find::default(),
            framing: FramePrompt::default(),
            marks: Marks::default(),
            compare: Compare::default(),
            differences: DifferenceList::default(),
            export: Export::default(),
            pipe: Pipe::default(),
            record: RecordPrompt::default(),
            time: TimePrompt::default(),
            backends: BackendsState::default(),
            hosts: HostsView::default(),
            logs: LogsView::default(),
            overlays: Overlays::default(),
            status: None,
            fitted: None,
            screen: ScreenChange::Changed,
        }
    }

    /// Applies an event and returns the effects that the shell has to carry out.
    #[must_use]
    pub fn update(&mut self, event: AppEvent) -> Vec<Effect> {
        self.screen = ScreenChange::Changed;
        if self.world.display.frozen.is_none() && !self.stream.view().follows() {
            // A user who has scrolled away from the newest byte has pinned that connection.
            self.clients.pin();
        }
        let effects = self.apply_event(event);
        self.settle();
        effects
    }

    fn apply_event(&mut self, event: AppEvent) -> Vec<Effect> {
        let World { model, demo, metrics, display, .. } = &mut self.world;
        let outcome = match event {
            AppEvent::Reported(events) => return self.report(&events),
            AppEvent::Key(key) => return self.typed(key),
            AppEvent::Pressed(key) => return self.key(key),
            // No refresh before a click: it refers to the rows that are drawn.
            AppEvent::Mouse(event) => {
                let target = mouse::target(self.screen(), event);
                return target.map(|target| self.click(target)).unwrap_or_default();
            }
            AppEvent::Pasted(text) => self.paste(&text),
            AppEvent::Ticked(now) => return self.tick(now),
            AppEvent::ActionRequested(Action::ToggleFault(kind)) => self.toggle_fault_at_once(kind),
            AppEvent::ActionRequested(action) => return self.dispatch(action),
            AppEvent::Resized { width, height } => {
                display.size = Size { width, height };
                Outcome::default()
            }
            AppEvent::Sampled(sample) => {
                metrics.sampled(sample, model);
                Outcome::default()
            }
            AppEvent::Reading(news) => return self.hear(news),
            AppEvent::Hosts(news) => self.hear_of_hosts(news),
            AppEvent::Lesson(place) => {
                demo.lesson_is_at(place);
                Outcome::default()
            }
            AppEvent::CaptionChanged(text) => {
                demo.set_caption(&text);
                Outcome::default()
            }
            AppEvent::ClientNamed(peer, name) => {
                demo.name_client(peer, &name, model);
                self.clients.set_changed();
                Outcome::default()
            }
            AppEvent::GroupNamed(source, name) => {
                demo.name_group(source, &name);
                Outcome::default()
            }
            AppEvent::ClientSelected(peer) => demo.select_client(peer, model),
            AppEvent::FaultEnded(fault, why) => demo.fault_ended(fault, &why),
            AppEvent::Idle(budget) => {
                let outcome = self.search(budget);
                let mut effects = self.follow_up(outcome);
                effects.extend(self.hold_at_borders());
                return effects;
            }
            AppEvent::Saved(result) => self.export.saved(&result, &mut self.stream),
            AppEvent::Piped(result) => self.pipe.ended(result, self.overlays.top()),
            AppEvent::Copied(result) => clipboard::copied(&result),
            AppEvent::FileNotSent(why) => Outcome::error(&why),
            AppEvent::Recording(report) => record::reported(report, &mut self.world.recording),
        };
        self.follow_up(outcome)
    }

    /// Returns whether anything visible has changed since the last call, and resets the flag.
    #[must_use]
    pub fn take_dirty(&mut self) -> bool {
        std::mem::replace(&mut self.screen, ScreenChange::Same) == ScreenChange::Changed
    }

    fn report(&mut self, events: &[Stamped]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (index, stamped) in events.iter().enumerate() {
            let World { model, demo, metrics, now, .. } = &mut self.world;
            *now = (*now).max(stamped.at);
            Model::prefetch(&events[index..]);
            model.apply(stamped);
            self.find.observe(&stamped.event);
            let outcome = demo.apply(&stamped.event, model, *now);
            match &stamped.event {
                Event::Connection(id, ConnectionEvent::Opened { .. }) => {
                    self.clients.set_changed();
                    self.world.name_after_recording(*id);
                }
                &Event::Connection(connection, ConnectionEvent::Closed { .. }) => {
                    self.clients.set_changed();
                    effects.extend(self.withdraw(connection));
                }
                Event::Switch(_) => metrics.switched(),
                _ => {}
            }
            if let Some(status) = Status::of(&stamped.event, self.world.now) {
                self.status = Some(status);
            }
            // Most events are bytes, which ask for nothing.
            if !outcome.is_empty() {
                effects.extend(self.follow_up(outcome));
            }
        }
        if self.world.display.frozen.is_none() {
            self.clients.show_after_events(Context::new(&self.world, self.clients.selected()));
        }
        self.report_blocks();
        effects.extend(self.start_due_faults());
        effects.extend(self.hold_at_borders());
        effects
    }

    /// Lets go on what comes before the borders that holds wait for.
    fn hold_at_borders(&mut self) -> Vec<Effect> {
        let outcome = self.overlays.hold.advance(&self.world.model);
        if outcome.is_empty() { Vec::new() } else { self.follow_up(outcome) }
    }

    /// Takes what became of the recording.
    fn hear(&mut self, news: RecordingNews) -> Vec<Effect> {
        match news {
            RecordingNews::Restarted => self.restart(),
            RecordingNews::Read(progress) => {
                if self.world.read_on(progress) {
                    self.clients.set_changed();
                }
            }
            RecordingNews::Replay(news) => self.hear_of_replay(news),
        }
        Vec::new()
    }

    /// Takes what became of the replay. Says what it came to when it ends.
    fn hear_of_replay(&mut self, news: ReplayNews) {
        let list = Action::Replay(ReplayAction::List);
        let key = self.keymap().way_to(list);
        let Some(replay) = &mut self.world.replay else { return };
        let before = replay.progress();
        replay.hear(news);
        let now = replay.progress();
        if now.is_over && !before.is_over {
            let summary = replay.summary();
            let outcome = match replay.findings().is_empty() {
                true if now.played == now.connections => Outcome::default().say(Severity::Success, &summary),
                true => Outcome::info(&summary),
                false => Outcome::error(&format!("{summary}; {key} lists what differs")),
            };
            self.set_status(outcome.status);
        }
    }

    /// Forgets what the recording has shown: it is shown again from its start.
    fn restart(&mut self) {
        let choices = self.choices();
        self.world.restart();
        self.stream = StreamState::for_charset(self.world.setup.charset);
        self.find = Find::default();
        self.compare.restart();
        self.choose(choices);
        self.clients.set_changed();
        self.clients.show(Context::new(&self.world, self.clients.selected()));
    }

    /// Searches about this number of bytes.
    fn search(&mut self, budget: usize) -> Outcome {
        let context = Context::new(&self.world, self.clients.selected());
        if self.overlays.open_ones().any(|open| open == Overlay::Compare) {
            self.compare.advance(budget, context);
        }
        self.stream.advance_framing(budget);
        self.world.model.advance_framing(budget);
        let context = Context::new(&self.world, self.clients.selected());
        self.find.advance(budget, &mut self.stream, context)
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        self.world.now = self.world.now.max(now);
        let now = self.world.now;
        self.status.take_if(|status| status.until <= now);
        self.world.demo.prune(&self.world.model);
        self.world.notes.prune(&self.world.model);
        self.report_blocks();
        if self.world.display.frozen.is_none() {
            self.clients.show(Context::new(&self.world, self.clients.selected()));
        }
        self.find.tidy(&self.stream, Context::new(&self.world, self.clients.selected()));
        self.start_due_faults()
    }

    /// Reports blocks of the loop, but does not replace an error message.
    fn report_blocks(&mut self) {
        let is_error_shown = self.status.as_ref().is_some_and(|status| status.severity == Severity::Error);
        if !is_error_shown {
            let outcome = self.world.demo.report_blocks(self.world.now);
            self.set_status(outcome.status);
        }
    }

    fn start_due_faults(&mut self) -> Vec<Effect> {
        let outcome = self.world.demo.start_due_faults(self.world.now);
        self.follow_up(outcome)
    }

    /// Takes a key of the user, which may be one of a lesson or of a recording.
    fn typed(&mut self, key: KeyEvent) -> Vec<Effect> {
        match self.keymap().action(self.screen().mode_contexts(), key) {
            Some(action) => self.dispatch(action),
            None => self.key(key),
        }
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        // The message has been read, or refers to the state before this key.
        self.status = None;
        if self.world.display.frozen.is_none() {
            self.clients.show_if_stale(Context::new(&self.world, self.clients.selected()));
            self.show_selected();
        }
        let contexts = self.screen().key_context().chain();
        match self.keymap().action(contexts, key) {
            Some(action) => self.dispatch(action),
            None => self.decline(key),
        }
    }
}
