//! The state of the Backends pane, and what its keys do besides the faults.

use crate::app::action::Motion;
use crate::app::backends::table;
use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::layout::inner;
use crate::app::outcome::Outcome;
use crate::event::{BackendKind, Command};

/// The state of the Backends pane.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BackendsState {
    top: usize,
}

impl BackendsState {
    /// Returns the index of the first row that is shown.
    #[must_use]
    pub const fn top(&self) -> usize {
        self.top
    }

    /// Moves the rows.
    pub(crate) fn scroll(&mut self, motion: Motion, context: Context<'_>) {
        let area = inner(context.layout.backends);
        let page = usize::from(area.height);
        let last = table::rows(context, area.as_size()).len().saturating_sub(page);
        self.top = motion.apply(self.top, last, page);
    }
}

/// Serves on this backend, or on the other one.
pub(crate) fn switch(to: Option<BackendKind>, context: Context<'_>) -> Outcome {
    let model = context.model();
    if model.switching.is_some() {
        return Outcome::info("a switch is going on");
    }
    match to.or(model.backend.map(BackendKind::other)) {
        None => Outcome::info("nothing is served yet"),
        Some(to) if model.backend == Some(to) => Outcome::default(),
        Some(to) => {
            let effect = Outcome::effect(Effect::Server(Command::Switch(to)));
            effect.say(crate::app::status::Severity::Info, &format!("switching to {to}"))
        }
    }
}
