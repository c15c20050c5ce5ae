//! What a pane or an overlay is told: the only thing that it sees of the rest of the app.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::backends::blocked::LoopBlock;
use crate::app::backends::faults::WorkStep;
use crate::app::clients::names::ClientNames;
use crate::app::demo::{FaultSource, caption};
use crate::app::display::Display;
use crate::app::focus::Pane;
use crate::app::hosts;
use crate::app::keymap::{KeyContext, Keymap};
use crate::app::layout::{self, Layout};
use crate::app::notes::Notes;
use crate::app::outcome::Outcome;
use crate::app::recording::{self, Replay};
use crate::app::world::World;
use crate::event::{ConnectionId, FaultKind, Timestamp};
use crate::model::{Connection, Model};

/// What a pane or an overlay is told.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What is shown.
    pub world: &'a World,
    /// The selected connection.
    pub selected: Option<ConnectionId>,
    /// How the screen is divided.
    pub layout: Layout,
}

impl<'a> Context<'a> {
    /// Returns the context while this connection is selected.
    #[must_use]
    pub fn new(world: &'a World, selected: Option<ConnectionId>) -> Self {
        Self { world, selected, layout: layout_of(world, world.display.area()) }
    }

    /// Returns the model of the server.
    #[must_use]
    pub const fn model(self) -> &'a Model {
        &self.world.model
    }

    /// Returns whether a recording is shown, and played to no program: there is no server.
    #[must_use]
    pub fn is_recording(self) -> bool {
        self.world.setup.opened.as_ref().is_some_and(|files| files.replay.is_none())
    }

    /// Returns the recording that is played to a real program, if one is.
    #[must_use]
    pub const fn replay(self) -> Option<&'a Replay> {
        self.world.replay.as_ref()
    }

    /// Returns the name of a pane behind the key that focuses it: that of backends is one of hosts where these are watched.
    #[must_use]
    pub fn pane_title(self, pane: Pane) -> String {
        let title = self.keymap().pane_title(pane);
        match pane {
            Pane::Backends if self.world.hosts.is_some() => title.replace(pane.name(), "Hosts"),
            Pane::Backends | Pane::Clients | Pane::Stream | Pane::Logs => title,
        }
    }

    /// Returns the context of the keys that work while this pane has the focus.
    #[must_use]
    pub const fn key_context_of(self, pane: Pane) -> KeyContext {
        match pane {
            Pane::Backends if self.world.hosts.is_some() => KeyContext::Hosts,
            Pane::Backends | Pane::Clients | Pane::Stream | Pane::Logs => KeyContext::of_pane(pane),
        }
    }

    /// Returns why an action is refused that needs a server of this program, if there is none.
    #[must_use]
    pub fn refusal(self, action: Action) -> Option<&'static str> {
        if !recording::needs_server(action) {
            return None;
        }
        if let Some(hosts) = &self.world.hosts {
            return hosts::refusal(action, hosts.watching().acting);
        }
        self.world.setup.opened.as_ref()?;
        match (self.replay(), action) {
            // What happens can be recorded again.
            (Some(_), Action::Record(_)) => None,
            (Some(_), _) => Some(recording::AS_RECORDED),
            (None, _) => Some(recording::READ_ONLY),
        }
    }

    /// Returns the names of the built-in clients.
    #[must_use]
    pub const fn names(self) -> &'a ClientNames {
        self.world.demo.names()
    }

    /// Returns the notes on connections.
    #[must_use]
    pub const fn notes(self) -> &'a Notes {
        &self.world.notes
    }

    /// Returns the newest time that an event has reported.
    #[must_use]
    pub const fn now(self) -> Timestamp {
        self.world.now
    }

    /// Returns how the screen is divided and drawn.
    #[must_use]
    pub const fn display(self) -> &'a Display {
        &self.world.display
    }

    /// Returns which keys run which commands.
    #[must_use]
    pub const fn keymap(self) -> &'a Keymap {
        &self.world.setup.keymap
    }

    /// Returns the offset of local time from UTC, in seconds.
    #[must_use]
    pub const fn utc_offset_seconds(self) -> i32 {
        self.world.setup.utc_offset_seconds
    }

    /// Returns the addresses of the servers that connections are relayed to.
    #[must_use]
    pub fn upstreams(self) -> &'a [String] {
        &self.world.setup.upstreams
    }

    /// Returns the connection that actions apply to, if the model still keeps it.
    #[must_use]
    pub fn connection(self) -> Option<&'a Connection> {
        self.model().connection(self.selected?)
    }

    /// Returns the selected connection if it is live.
    ///
    /// # Errors
    ///
    /// The message that says why there is none.
    pub fn live_connection(self) -> Result<&'a Connection, Outcome> {
        let known = self.connection().ok_or_else(|| Outcome::info("No client is selected"))?;
        if known.closed.is_some() {
            return Err(Outcome::info(&format!("{} is already closed", self.label_of(known.id))));
        }
        Ok(known)
    }

    /// Returns the pane that the follow key applies to: the log, or the stream while it is visible.
    #[must_use]
    pub const fn followed(self) -> Option<Pane> {
        match self.display().focus {
            Pane::Logs => Some(Pane::Logs),
            Pane::Clients | Pane::Stream if !self.layout.stream.is_empty() => Some(Pane::Stream),
            Pane::Clients | Pane::Stream | Pane::Backends => None,
        }
    }

    /// Returns why the key of a stress test would do nothing now.
    #[must_use]
    pub fn why_no_stress_test(self, kind: FaultKind) -> Option<&'static str> {
        let source = FaultSource { model: self.model(), selected: self.selected, now: self.now() };
        self.world.demo.why_no_fault(kind, source)
    }

    /// Returns why there cannot be more CPU work per message.
    #[must_use]
    pub fn why_no_more_work(self) -> Option<String> {
        self.world.demo.why_no_step(WorkStep::More)
    }

    /// Returns why there cannot be less CPU work per message.
    #[must_use]
    pub fn why_no_less_work(self) -> Option<String> {
        self.world.demo.why_no_step(WorkStep::Less)
    }

    /// Returns whether a connection is known and open.
    #[must_use]
    pub fn is_live(self, id: ConnectionId) -> bool {
        self.model().connection(id).is_some_and(|known| known.closed.is_none())
    }

    /// Returns the label of a connection in messages: `#7`, `#7 (ann)`, or `#7 of web-1`.
    #[must_use]
    pub fn label_of(self, id: ConnectionId) -> String {
        let label = self.names().label_of(id);
        let hosts = self.world.hosts.as_ref();
        match hosts.and_then(|hosts| Some(hosts::label(hosts, hosts.of(id)?))) {
            Some(host) => format!("{label} of {host}"),
            None => label,
        }
    }

    /// Returns the handler call that blocks the loop, or did so in the last two seconds.
    #[must_use]
    pub fn blocked(self) -> Option<LoopBlock> {
        self.world.demo.blocked(self.model(), self.now())
    }
}

/// Returns the layout for a screen of this area.
#[must_use]
pub fn layout_of(world: &World, area: Rect) -> Layout {
    let display = &world.display;
    let caption = caption::wanted(&world.demo, &world.setup.keymap, display.focus, area.width);
    layout::layout(area, display.focus, display.zoom, caption)
}
