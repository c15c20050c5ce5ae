//! What the keys and clicks in the overlay of the faults of the traffic do.

use crate::app::action::{Edit, FaultsAction};
use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::entry::Overlay;
use crate::app::overlay::fault_prompt::{FaultPrompt, FaultScope, FaultView};
use crate::app::status::Severity;
use crate::event::{ConnectionId, FaultEdit, Side};

impl<'a> FaultView<'a> {
    /// Returns what the overlay is about; `table` are the connections in the table.
    #[must_use]
    pub fn new(context: Context<'a>, table: &'a [ConnectionId]) -> Self {
        let sides: &[_] = if context.upstreams().is_empty() { &[Side::Client] } else { &Side::ALL };
        Self { model: context.model(), sides, table, selected: context.selected }
    }
}

impl FaultPrompt {
    /// Executes an action.
    pub(crate) fn act(&mut self, action: FaultsAction, view: FaultView<'_>) -> Outcome {
        match action {
            FaultsAction::Open => return Outcome::request(Request::Open(Overlay::Faults)),
            FaultsAction::Close => return Outcome::request(Request::Close),
            FaultsAction::NextScope => {
                self.scope = self.scope.next();
                if self.scope == FaultScope::Selected {
                    // The connection that is named stays selected, even if other rows take its place.
                    return Outcome::request(Request::Pin);
                }
            }
            FaultsAction::NextFault => self.step(1, view),
            FaultsAction::PreviousFault => self.step(-1, view),
            FaultsAction::Set => return self.order_faults(|edit| edit, view),
            FaultsAction::End => return self.order_faults(FaultEdit::ended, view),
        }
        Outcome::default()
    }

    fn order_faults(&mut self, change: fn(FaultEdit) -> FaultEdit, view: FaultView<'_>) -> Outcome {
        let Some(order) = self.order(change, view) else { return Outcome::default() };
        if !order.commands.is_empty() {
            self.edit(Edit::Clear);
        }
        let effects = order.commands.into_iter().map(Effect::Server).collect();
        Outcome { effects, ..Outcome::default() }.say(Severity::Info, &order.status)
    }
}
