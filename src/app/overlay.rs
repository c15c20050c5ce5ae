//! What lies over the panes: the help with its legend, and the text input of prompts.

pub mod fault_prompt;
pub mod help;
pub mod hold_view;
pub mod legend;
pub mod send_prompt;
pub mod text_input;

use crate::event::ConnectionId;
use fault_prompt::FaultPrompt;
use hold_view::HoldView;
use send_prompt::SendPrompt;

/// The overlays for acting on connections.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ActingOverlays {
    /// The prompt for bytes to send.
    pub send: SendPrompt,
    /// What is held.
    pub hold: HoldView,
    /// What is typed in the overlay of the faults.
    pub faults: FaultPrompt,
    /// What is sent again and again, if anything is.
    pub repeating: Option<Repeating>,
}

/// What is sent again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Repeating {
    /// The connection that gets it; `None` if all do.
    pub connection: Option<ConnectionId>,
}
