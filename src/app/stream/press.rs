//! A press of the mouse on a byte, which a drag and the next press refer to.

use ratatui::layout::Position;

use crate::app::stream::position::BytePosition;
use crate::event::Timestamp;

/// The last press of the mouse on a byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Press {
    /// The place in the pane.
    pub(super) at: Position,
    /// The byte.
    pub(super) position: BytePosition,
    pub(super) when: Timestamp,
    /// The number of presses here in a row; 0 once the mouse has been dragged.
    pub(super) count: u8,
    pub(super) button: Button,
    pub(super) selects: Selects,
}

/// Whether the button is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Button {
    Held,
    Released,
}

/// Whether the selection, if there is one, was made with the mouse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Selects {
    No,
    Yes,
}
