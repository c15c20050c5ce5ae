//! The contents of the tabs line, depending on the width, and what a click on an item of any line does.

pub mod footer;
pub mod header;
mod hints;
pub mod line_layout;

use crate::app::action::{Action, FaultsAction, RecordAction};
use crate::app::chrome::line_layout::{Choice, Item, ItemKind, PlacedItem, fit};
use crate::app::context::Context;
use crate::app::focus::Pane;

/// The least width of a tabs line whose rates have words for their directions.
const ROOM_FOR_WAYS: u16 = 80;

/// Returns the second line, which exists where not all panes are visible.
#[must_use]
pub fn tabs(context: Context<'_>, width: u16) -> Vec<PlacedItem> {
    let wide = width >= 44;
    let tab = |pane: Pane| {
        let choice = if pane == context.display().focus { Choice::Chosen } else { Choice::Other };
        let title = context.pane_title(pane);
        let text = if wide { format!(" {title} ") } else { title };
        Item::new(ItemKind::Tab(pane, choice), u8::from(choice == Choice::Other), text)
            .after(u16::from(!wide))
    };
    fit(width, Pane::ALL.map(tab).into(), header::rates(context, width >= ROOM_FOR_WAYS))
}

/// Returns the action that a click on an item triggers.
#[must_use]
pub(super) fn action_at(kind: ItemKind) -> Option<Action> {
    match kind {
        ItemKind::Tab(pane, _) => Some(Action::Focus(pane)),
        ItemKind::Hint(action) => Some(action),
        ItemKind::Frozen => Some(Action::Freeze),
        ItemKind::Recording => Some(Action::Record(RecordAction::Toggle)),
        ItemKind::Faults => Some(Action::Faults(FaultsAction::Open)),
        ItemKind::Backend(backend, Choice::Other) => Some(Action::SwitchTo(backend)),
        _ => None,
    }
}
