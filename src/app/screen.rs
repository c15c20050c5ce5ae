//! What is drawn: all parts of the app, read-only.

use crate::app::backends::BackendsState;
use crate::app::clients::Clients;
use crate::app::compare::Compare;
use crate::app::context::Context;
use crate::app::differences::DifferenceList;
use crate::app::export::Export;
use crate::app::find::Find;
use crate::app::framing::FramePrompt;
use crate::app::hosts::HostsView;
use crate::app::keymap::KeyContext;
use crate::app::logs::LogsView;
use crate::app::marks::Marks;
use crate::app::overlay::Overlays;
use crate::app::overlay::palette_source::PaletteSource;
use crate::app::pipe::Pipe;
use crate::app::record::RecordPrompt;
use crate::app::status::Status;
use crate::app::stream::StreamState;
use crate::app::time_prompt::TimePrompt;

/// What is drawn, and what a click can hit.
#[derive(Clone, Copy, Debug)]
pub struct Screen<'a> {
    /// What the panes have in common.
    pub context: Context<'a>,
    /// The table of connections.
    pub clients: &'a Clients,
    /// The bytes of the selected connection.
    pub stream: &'a StreamState,
    /// The search in the bytes.
    pub find: &'a Find,
    /// The rule that tells messages apart.
    pub framing: &'a FramePrompt,
    /// The marks in the bytes.
    pub marks: &'a Marks,
    /// The comparison of two connections.
    pub compare: &'a Compare,
    /// The list of what a replay found.
    pub differences: &'a DifferenceList,
    /// What is copied or saved.
    pub export: &'a Export,
    /// What is given to a command, and what it wrote.
    pub pipe: &'a Pipe,
    /// Where to record.
    pub record: &'a RecordPrompt,
    /// Where to go on the timeline.
    pub time: &'a TimePrompt,
    /// The comparison of the backends.
    pub backends: &'a BackendsState,
    /// The hosts that are watched.
    pub hosts: &'a HostsView,
    /// The log.
    pub logs: &'a LogsView,
    /// What lies over the panes.
    pub overlays: &'a Overlays,
    /// The message in the last line.
    pub status: Option<&'a Status>,
}

impl<'a> Screen<'a> {
    /// Returns what the entries of the palette depend on.
    #[must_use]
    pub fn palette_source(self) -> PaletteSource<'a> {
        PaletteSource::new(self.context, self.stream, self.overlays.send())
    }

    /// Returns the innermost context of the keys that work now.
    #[must_use]
    pub fn key_context(self) -> KeyContext {
        let pane = self.context.key_context_of(self.context.display().focus);
        self.overlays.top().map_or(pane, |overlay| overlay.key_context())
    }

    /// Returns the context of the keys of a lesson or of a recording while they work: they take precedence over those of
    /// the panes.
    #[must_use]
    pub fn mode_contexts(self) -> &'static [KeyContext] {
        let world = self.context.world;
        if self.overlays.top().is_some() {
            &[]
        } else if world.replay.is_some() {
            &[KeyContext::Replay]
        } else if world.setup.opened.is_some() {
            &[KeyContext::Recording]
        } else if world.demo.lesson().is_some() {
            &[KeyContext::Lesson]
        } else {
            &[]
        }
    }
}
