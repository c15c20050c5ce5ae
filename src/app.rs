//! Pure state of the dashboard: [`App::update`] takes what happened and says what to do about it.
//!
//! No I/O, no clock, no lock, no thread, and no `Result`: time comes inside events, failures come as events. A recorded
//! list of events gives the same screen again.

mod acting;
pub mod action;
pub mod backends;
pub mod chrome;
pub mod clients;
pub mod command_id;
pub mod demo;
mod dispatch;
pub mod effect;
pub mod event;
pub mod focus;
pub mod format;
mod holding;
pub mod keymap;
pub mod layout;
mod mode;
mod mouse;
pub mod overlay;
mod sending;
pub mod stream;

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Rect, Size};

pub use action::HoldInput;
pub use action::LogsAction;
pub use effect::{Effect, LessonControl};
pub use event::AppEvent;
pub use mode::{Clipboard, Lines, LogsView, Mode, MouseOwner, Palette, Question, Targets};

use crate::app::backends::metrics::Metrics;
use crate::app::chrome::status::Status;
use crate::app::overlay::{ActingOverlays, text_input::TextInput};
use crate::event::{ConnectionEvent, Event, Stamped, Timestamp};
use crate::model::{Budget, Connection, Model};
use clients::{Clients, TableData};
use demo::Demo;
use focus::{Pane, Zoom};
use keymap::{KeyContext, Keymap};
use layout::Layout;
use stream::StreamView;

/// The fixed events that the dashboard is given when it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// The memory limits for the histories.
    pub budget: Budget,
    /// The offset of local time from UTC, in seconds.
    pub utc_offset_seconds: i32,
    /// The colour palette to begin with.
    pub theme: Palette,
    /// The time at which the dashboard starts.
    pub now: Timestamp,
    /// The terminal's size, in cells.
    pub size: Size,
    /// What limits the number of connections, one text per line; may be empty.
    pub capacity: Vec<String>,
    /// The addresses of the servers that connections are relayed to, without repetition; none unless they are relayed.
    pub upstreams: Vec<String>,
    /// The program's version.
    pub version: String,
    /// How text reaches the user's clipboard.
    pub clipboard: Clipboard,
    /// Which keys run which commands.
    pub keymap: Keymap,
}

/// The state that was kept when the user froze the display.
#[derive(Debug)]
pub struct Frozen {
    /// Bytes moved in both directions when the display was frozen.
    pub bytes: u64,
    /// A copy of the connection that was viewed, with the bytes kept at that time: the model goes on and trims its
    /// own.
    stream: Option<Box<Connection>>,
}

/// Whether anything visible has changed since the last frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ScreenChange {
    Same,
    Changed,
}

/// The state of the dashboard.
#[derive(Debug)]
pub struct App {
    setup: Setup,
    now: Timestamp,
    model: Model,
    clients: Clients,
    stream: StreamView,
    /// The text of the offset prompt.
    offset: TextInput,
    acting: ActingOverlays,
    metrics: Metrics,
    demo: Demo,
    focus: Pane,
    zoom: Zoom,
    mode: Mode,
    mouse_owner: MouseOwner,
    logs: LogsView,
    frozen: Option<Frozen>,
    status: Option<Status>,
    backends_top: usize,
    help_top: usize,
    screen: ScreenChange,
}

impl App {
    /// Creates a dashboard that has received no events.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            now: setup.now,
            model: Model::new(setup.budget),
            clients: Clients::default(),
            stream: StreamView::default(),
            offset: TextInput::default(),
            acting: ActingOverlays::default(),
            metrics: Metrics::default(),
            demo: Demo::default(),
            focus: Pane::default(),
            zoom: Zoom::default(),
            mode: Mode::default(),
            mouse_owner: MouseOwner::default(),
            logs: LogsView::default(),
            frozen: None,
            status: None,
            backends_top: 0,
            help_top: 0,
            screen: ScreenChange::Changed,
            setup,
        }
    }

    /// Applies an event and returns the effects that the shell has to carry out.
    #[must_use]
    pub fn update(&mut self, event: AppEvent) -> Vec<Effect> {
        self.screen = ScreenChange::Changed;
        if self.frozen.is_none() && !self.stream.follows() {
            // A user who has scrolled away from the newest byte has pinned that connection.
            self.clients.pin();
        }
        match event {
            AppEvent::Reported(events) => return self.report(&events),
            AppEvent::Key(key) => {
                if let Some(action) = self.lesson_action(key) {
                    return self.dispatch(action);
                }
                return self.key(key);
            }
            AppEvent::Pressed(key) => return self.key(key),
            AppEvent::Lesson(place) => self.lesson_is_at(place),
            // No refresh before a click: it refers to the rows that are drawn.
            AppEvent::Mouse(event) => return mouse::update(self, event),
            AppEvent::Pasted(text) => self.paste(&text),
            AppEvent::Resized { width, height } => {
                self.setup.size = Size { width, height };
                self.fit();
            }
            AppEvent::Ticked(now) => return self.tick(now),
            AppEvent::Sampled(sample) => self.metrics.sampled(sample, &self.model),
            AppEvent::ActionRequested(action) => return self.run_action(action),
            AppEvent::CaptionChanged(text) => self.set_caption(&text),
            AppEvent::ClientNamed(peer, name) => self.name_client(peer, &name),
            AppEvent::GroupNamed(source, name) => self.name_group(source, &name),
            AppEvent::ClientSelected(peer) => self.select_client(peer),
            AppEvent::FaultEnded(fault, why) => self.fault_ended(fault, &why),
            AppEvent::FileNotSent(why) => self.file_not_sent(&why),
        }
        Vec::new()
    }

    /// Returns whether anything visible has changed since the last call, and resets the flag.
    #[must_use]
    pub fn take_dirty(&mut self) -> bool {
        std::mem::replace(&mut self.screen, ScreenChange::Same) == ScreenChange::Changed
    }

    fn report(&mut self, events: &[Stamped]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (index, stamped) in events.iter().enumerate() {
            self.now = self.now.max(stamped.at);
            Model::prefetch(&events[index..]);
            self.model.apply(stamped);
            effects.extend(self.withdraw(&stamped.event));
            match &stamped.event {
                Event::Connection(_, ConnectionEvent::Opened { .. } | ConnectionEvent::Closed { .. }) => {
                    self.clients.set_changed();
                }
                Event::Switch(_) => self.metrics.switched(),
                _ => {}
            }
            if let Some(status) = Status::of(&stamped.event, self.now) {
                self.status = Some(status);
            }
            effects.extend(self.apply_to_demo(&stamped.event));
        }
        if self.frozen.is_none() {
            let (selected, height) = (self.clients.selected(), self.client_rows());
            let data = TableData { model: &self.model, names: self.demo.names(), now: self.now };
            self.clients.after_events(data, height);
            self.selection_moved_from(selected);
        }
        effects.extend(self.start_due_faults());
        effects
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        self.now = self.now.max(now);
        self.status.take_if(|status| status.until <= self.now);
        self.tidy_demo();
        if self.frozen.is_none() {
            self.rebuild();
        }
        self.start_due_faults()
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        // The message has been read, or refers to the state before this key.
        self.status = None;
        self.refresh();
        match self.setup.keymap.action(self.contexts(), key) {
            Some(action) => self.dispatch(action),
            None => {
                self.decline();
                Vec::new()
            }
        }
    }

    /// Returns the key contexts that apply now, the most specific first.
    #[must_use]
    pub const fn contexts(&self) -> &'static [KeyContext] {
        let context = match self.mode {
            Mode::Panes => KeyContext::of_pane(self.focus),
            Mode::Filter => KeyContext::Filter,
            Mode::Offset => KeyContext::Offset,
            Mode::Send => KeyContext::Send,
            Mode::Hold => KeyContext::Hold,
            Mode::HoldInput(_) => KeyContext::HoldInput,
            Mode::Confirm(..) => KeyContext::Confirm,
            Mode::Faults => KeyContext::Faults,
            Mode::Help => KeyContext::Help,
        };
        context.chain()
    }
}

/// Read access for drawing.
impl App {
    /// Returns the model of the server.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// Returns the newest time that an event has reported.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns the table of connections.
    #[must_use]
    pub const fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Returns the connection that actions apply to, if the model still keeps it.
    #[must_use]
    pub fn selected(&self) -> Option<&Connection> {
        self.model.connection(self.clients.selected()?)
    }

    /// Returns the state of the stream pane.
    #[must_use]
    pub const fn stream(&self) -> &StreamView {
        &self.stream
    }

    /// Returns the text of the offset prompt.
    #[must_use]
    pub const fn offset(&self) -> &TextInput {
        &self.offset
    }

    /// Returns the measured figures of both backends.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Returns the state of a demo: names, faults, caption, lesson.
    #[must_use]
    pub const fn demo(&self) -> &Demo {
        &self.demo
    }

    /// Returns the focused pane.
    #[must_use]
    pub const fn focus(&self) -> Pane {
        self.focus
    }

    /// Returns whether the focused pane fills the screen.
    #[must_use]
    pub const fn zoom(&self) -> Zoom {
        self.zoom
    }

    /// Returns the input mode: which part of the screen receives keys.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns what the log pane shows.
    #[must_use]
    pub const fn logs(&self) -> LogsView {
        self.logs
    }

    /// Returns the state kept when the display was frozen, while it is frozen.
    #[must_use]
    pub const fn frozen(&self) -> Option<&Frozen> {
        self.frozen.as_ref()
    }

    /// Returns the message in the last line.
    #[must_use]
    pub const fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// Returns the index of the first row that the Backends pane shows.
    #[must_use]
    pub const fn backends_top(&self) -> usize {
        self.backends_top
    }

    /// Returns the index of the first row that the help shows.
    #[must_use]
    pub const fn help_top(&self) -> usize {
        self.help_top
    }

    /// Returns which keys run which commands.
    #[must_use]
    pub const fn keymap(&self) -> &Keymap {
        &self.setup.keymap
    }

    /// Returns the colour palette.
    #[must_use]
    pub const fn palette(&self) -> Palette {
        self.setup.theme
    }

    /// Returns the offset of local time from UTC, in seconds.
    #[must_use]
    pub const fn utc_offset_seconds(&self) -> i32 {
        self.setup.utc_offset_seconds
    }

    /// Returns the texts about what limits the number of connections.
    #[must_use]
    pub fn capacity(&self) -> &[String] {
        &self.setup.capacity
    }

    /// Returns the addresses of the servers that connections are relayed to.
    #[must_use]
    pub fn upstreams(&self) -> &[String] {
        &self.setup.upstreams
    }

    /// Returns the version of the program.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.setup.version
    }

    /// Returns the layout for the current terminal size.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout_of(self.area())
    }

    /// Returns the layout for a screen of another size.
    #[must_use]
    pub fn layout_of(&self, area: Rect) -> Layout {
        layout::layout(area, self.focus, self.zoom, demo::caption::wanted(self, area.width))
    }

    const fn area(&self) -> Rect {
        Rect { x: 0, y: 0, width: self.setup.size.width, height: self.setup.size.height }
    }
}

#[cfg(test)]
mod tests;
