//! Pure state of the dashboard: [`App::update`] takes what happened and says what to do about it.
//!
//! No I/O, no clock, no lock, no thread, and no `Result`: time comes inside events, failures come as events. A recorded
//! list of events gives the same screen again.

pub mod accounts;
pub mod bars;
pub mod blocked;
pub mod caption;
pub mod clients;
mod closing;
pub mod columns;
pub mod command;
pub mod effect;
pub mod event;
pub mod focus;
pub mod header;
pub mod help;
pub mod human;
pub mod hurts;
pub mod keymap;
pub mod layout;
pub mod lesson;
pub mod line;
mod mode;
mod mouse;
pub mod names;
pub mod panel;
pub mod payload;
mod perform;
pub mod presenting;
pub mod signs;
mod stalls;
pub mod status;
mod stream;
pub mod strip;

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Rect, Size};

pub use effect::{Effect, LessonControl, LogsCommand};
pub use event::Event;
pub use mode::{Clipboard, Lines, LogsView, Mode, Palette, Pointer, Targets};

use crate::model::event::{Fact, Stamped};
use crate::model::{Budget, Connection, Model, Moment};
use accounts::Accounts;
use clients::{Clients, Scene};
use focus::{Pane, Zoom};
use keymap::Context;
use layout::Layout;
use line::Line;
use payload::Payload;
use presenting::Presenting;
use status::Status;

/// What the dashboard is told at its start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// How much may be kept.
    pub budget: Budget,
    /// Local time is this far from UTC.
    pub utc_offset_seconds: i32,
    /// Colours, or none.
    pub theme: Palette,
    /// It is now this late.
    pub now: Moment,
    /// The terminal's size, in cells.
    pub size: Size,
    /// What limits the number of connections, a line each; may be empty.
    pub capacity: Vec<String>,
    /// The program's version.
    pub version: String,
    /// How text gets to the clipboard.
    pub clipboard: Clipboard,
}

/// What held when the view was frozen.
#[derive(Debug)]
pub struct Frozen {
    /// Bytes that had moved, both directions.
    pub bytes: u64,
    /// The connection that was looked at, with the bytes that were kept then: the model goes on and trims its own.
    stream: Option<Box<Connection>>,
}

/// Whether something visible changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Screen {
    Same,
    Changed,
}

/// The state of the dashboard.
#[derive(Debug)]
pub struct App {
    setup: Setup,
    now: Moment,
    model: Model,
    clients: Clients,
    payload: Payload,
    /// The offset that is being typed.
    offset: Line,
    accounts: Accounts,
    presenting: Presenting,
    focus: Pane,
    zoom: Zoom,
    mode: Mode,
    pointer: Pointer,
    logs: LogsView,
    frozen: Option<Frozen>,
    status: Option<Status>,
    panel_top: usize,
    help_top: usize,
    screen: Screen,
}

impl App {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            now: setup.now,
            model: Model::new(setup.budget),
            clients: Clients::default(),
            payload: Payload::default(),
            offset: Line::default(),
            accounts: Accounts::default(),
            presenting: Presenting::default(),
            focus: Pane::default(),
            zoom: Zoom::default(),
            mode: Mode::default(),
            pointer: Pointer::default(),
            logs: LogsView::default(),
            frozen: None,
            status: None,
            panel_top: 0,
            help_top: 0,
            screen: Screen::Changed,
            setup,
        }
    }

    /// Takes what happened, and says what to do about it.
    #[must_use]
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        self.screen = Screen::Changed;
        if self.frozen.is_none() && !self.payload.follows() {
            // A user who stays at a place in a stream has chosen that stream.
            self.clients.choose();
        }
        match event {
            Event::Reported(facts) => return self.report(&facts),
            Event::Key(key) => {
                if let Some(command) = self.lesson_command(key) {
                    return self.perform(command);
                }
                return self.key(key);
            }
            Event::Pressed(key) => return self.key(key),
            Event::Lesson(place) => self.lesson_is_at(place),
            // Not refreshed before: a click means the rows that are drawn.
            Event::Mouse(event) => return mouse::update(self, event),
            Event::Pasted(text) => self.paste(&text),
            Event::Resized { width, height } => {
                self.setup.size = Size { width, height };
                self.fit();
            }
            Event::Ticked(now) => return self.tick(now),
            Event::Sampled(sample) => self.accounts.sampled(sample, &self.model),
            Event::Asked(command) => return self.asked(command),
            Event::Said(text) => self.said(&text),
            Event::Named(peer, name) => self.named(peer, &name),
            Event::CrowdNamed(source, name) => self.crowd_named(source, &name),
            Event::Selected(peer) => self.look_at(peer),
            Event::Hurtless(hurt, why) => self.hurtless(hurt, &why),
        }
        Vec::new()
    }

    /// Whether something visible changed since this was last asked.
    #[must_use]
    pub fn take_dirty(&mut self) -> bool {
        std::mem::replace(&mut self.screen, Screen::Same) == Screen::Changed
    }

    fn report(&mut self, facts: &[Stamped]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for stamped in facts {
            self.now = self.now.max(stamped.at);
            self.model.apply(stamped);
            self.withdraw(&stamped.fact);
            match &stamped.fact {
                Fact::Opened { .. } | Fact::Closed { .. } => self.clients.set_changed(),
                Fact::Switching { .. } | Fact::Switched { .. } | Fact::SwitchFailed { .. } => {
                    self.accounts.switched();
                }
                _ => {}
            }
            if let Some(status) = Status::of(&stamped.fact, self.now) {
                self.status = Some(status);
            }
            effects.extend(self.presented(&stamped.fact));
        }
        if self.frozen.is_none() {
            let (selected, height) = (self.clients.selected(), self.client_rows());
            let scene = Scene { model: &self.model, names: self.presenting.names(), now: self.now };
            self.clients.after_facts(scene, height);
            self.selection_moved_from(selected);
        }
        effects.extend(self.present());
        effects
    }

    fn tick(&mut self, now: Moment) -> Vec<Effect> {
        self.now = self.now.max(now);
        self.status.take_if(|status| status.until <= self.now);
        self.tidy_presenting();
        if self.frozen.is_none() {
            self.rebuild();
        }
        self.present()
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        // What it said has been read, or is about what was before this key.
        self.status = None;
        self.refresh();
        match keymap::command(self.contexts(), key) {
            Some(command) => self.perform(command),
            None => {
                self.decline();
                Vec::new()
            }
        }
    }

    fn paste(&mut self, text: &str) {
        match self.mode {
            Mode::Filter => {
                self.clients.filter_mut().paste(text);
                self.rebuild();
            }
            Mode::Offset => self.offset.paste(text),
            Mode::Panes | Mode::Help | Mode::Confirm(..) => {}
        }
    }

    /// What a key can mean now, the nearest first.
    #[must_use]
    pub const fn contexts(&self) -> &'static [Context] {
        keymap::contexts(self.mode, self.focus)
    }
}

/// For drawing.
impl App {
    /// What is known of the server.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The newest time that was told.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// The table of connections.
    #[must_use]
    pub const fn clients(&self) -> &Clients {
        &self.clients
    }

    /// The connection that commands are about, if it is still kept.
    #[must_use]
    pub fn selected(&self) -> Option<&Connection> {
        self.model.connection(self.clients.selected()?)
    }

    /// How the stream is looked at.
    #[must_use]
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The offset that is being typed.
    #[must_use]
    pub const fn offset(&self) -> &Line {
        &self.offset
    }

    /// What the backends cost.
    #[must_use]
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// What is presented to an audience.
    #[must_use]
    pub const fn presenting(&self) -> &Presenting {
        &self.presenting
    }

    /// The pane that has the keys.
    #[must_use]
    pub const fn focus(&self) -> Pane {
        self.focus
    }

    /// Whether it takes the whole screen.
    #[must_use]
    pub const fn zoom(&self) -> Zoom {
        self.zoom
    }

    /// What the keys are for.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// What is shown of the log.
    #[must_use]
    pub const fn logs(&self) -> LogsView {
        self.logs
    }

    /// What held when the view was frozen, while it is.
    #[must_use]
    pub const fn frozen(&self) -> Option<&Frozen> {
        self.frozen.as_ref()
    }

    /// The message in the last line.
    #[must_use]
    pub const fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// First row that the pane of backends shows.
    #[must_use]
    pub const fn panel_top(&self) -> usize {
        self.panel_top
    }

    /// First row that the help shows.
    #[must_use]
    pub const fn help_top(&self) -> usize {
        self.help_top
    }

    /// Colours, or none.
    #[must_use]
    pub const fn palette(&self) -> Palette {
        self.setup.theme
    }

    /// Local time is this far from UTC.
    #[must_use]
    pub const fn utc_offset_seconds(&self) -> i32 {
        self.setup.utc_offset_seconds
    }

    /// What limits the number of connections.
    #[must_use]
    pub fn capacity(&self) -> &[String] {
        &self.setup.capacity
    }

    /// The program's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.setup.version
    }

    /// Where everything stands on a screen of the size that was last told.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout_of(self.area())
    }

    /// The same on a screen of another size.
    #[must_use]
    pub fn layout_of(&self, area: Rect) -> Layout {
        layout::layout(area, self.focus, self.zoom, caption::wanted(self, area.width))
    }

    const fn area(&self) -> Rect {
        Rect { x: 0, y: 0, width: self.setup.size.width, height: self.setup.size.height }
    }
}

#[cfg(test)]
mod tests;
