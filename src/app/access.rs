//! Read access to the state of the dashboard, for drawing and for the shell.

use crate::app::choices::Choices;
use crate::app::clients::Clients;
use crate::app::context::{self, Context};
use crate::app::display::Palette;
use crate::app::focus::{Pane, Zoom};
use crate::app::keymap::Keymap;
use crate::app::layout::Layout;
use crate::app::overlay::Overlay;
use crate::app::screen::Screen;
use crate::app::state::App;
use crate::app::status::Status;
use crate::bytes::frame::Framing;
use crate::event::Timestamp;
use crate::model::{Connection, Model};
use ratatui::layout::Rect;

/// Read access for drawing.
impl App {
    /// Returns what a pane is told.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context::new(&self.world, self.clients.selected())
    }

    /// Returns what is drawn.
    #[must_use]
    pub fn screen(&self) -> Screen<'_> {
        self.screen_with(self.context())
    }

    /// Returns what is drawn on a screen of another size.
    #[must_use]
    pub fn screen_of(&self, area: Rect) -> Screen<'_> {
        let layout = context::layout_of(&self.world, area);
        self.screen_with(Context { layout, ..self.context() })
    }

    const fn screen_with<'a>(&'a self, context: Context<'a>) -> Screen<'a> {
        Screen {
            context,
            clients: &self.clients,
            stream: &self.stream,
            find: &self.find,
            framing: &self.framing,
            marks: &self.marks,
            compare: &self.compare,
            differences: &self.differences,
            export: &self.export,
            pipe: &self.pipe,
            record: &self.record,
            time: &self.time,
            backends: &self.backends,
            hosts: &self.hosts,
            logs: &self.logs,
            overlays: &self.overlays,
            status: self.status.as_ref(),
        }
    }

    /// Returns the model of the server.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.world.model
    }

    /// Returns the newest time that an event has reported.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.world.now
    }

    /// Returns the table of connections.
    #[must_use]
    pub const fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Returns the connection whose bytes are shown.
    #[must_use]
    pub fn viewed(&self) -> Option<&Connection> {
        self.stream.viewed(self.context())
    }

    /// Returns whether there are bytes to be searched or compared while nothing else is to be done: [`AppEvent::Idle`](crate::app::AppEvent::Idle).
    #[must_use]
    pub fn is_searching(&self) -> bool {
        let is_compared = self.overlays.open_ones().any(|open| open == Overlay::Compare);
        let is_framing = self.world.model.is_framing() || self.stream.is_framing_behind();
        is_framing || self.find.is_searching() || is_compared && self.compare.is_behind(self.context())
    }

    /// Returns whether messages are told apart, for which every byte is needed.
    #[must_use]
    pub fn is_framed(&self) -> bool {
        *self.world.model.framing() != Framing::None
    }

    /// Returns the focused pane.
    #[must_use]
    pub const fn focus(&self) -> Pane {
        self.world.display.focus
    }

    /// Returns whether the focused pane fills the screen.
    #[must_use]
    pub const fn zoom(&self) -> Zoom {
        self.world.display.zoom
    }

    /// Returns the overlay that gets the keys, if one is open.
    #[must_use]
    pub fn overlay(&self) -> Option<Overlay> {
        self.overlays.top()
    }

    /// Returns the message in the last line.
    #[must_use]
    pub const fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// Returns which keys run which commands.
    #[must_use]
    pub const fn keymap(&self) -> &Keymap {
        &self.world.setup.keymap
    }

    /// Returns the colour palette.
    #[must_use]
    pub const fn palette(&self) -> Palette {
        self.world.display.palette
    }

    /// Returns what the user has chosen.
    #[must_use]
    pub const fn choices(&self) -> Choices {
        let stream = self.stream.view();
        Choices {
            view: stream.view(),
            directions: stream.direction_filter(),
            bytes_per_row: stream.bytes_per_row(),
            sort: self.clients.sort(),
            grouping: self.clients.grouping(),
        }
    }

    /// Learns what the colour themes are called, in their order.
    pub fn name_themes(&mut self, names: Vec<String>) {
        self.world.theme_names = names;
    }

    /// Begins with what the user chose another time.
    pub const fn choose(&mut self, choices: Choices) {
        let Choices { view, directions, bytes_per_row, sort, grouping } = choices;
        self.stream.choose(view, directions, bytes_per_row);
        self.clients.resort(sort);
        self.clients.group(grouping);
    }

    /// Returns the layout for the current terminal size.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.context().layout
    }
}
