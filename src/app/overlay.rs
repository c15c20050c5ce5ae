//! What lies over the panes: prompts, questions, what is held, the faults, the help with its legend.

pub mod confirm;
mod confirming;
pub mod fault_prompt;
mod faulting;
pub mod help;
pub mod hold_view;
mod holding;
pub mod legend;
pub mod prompt;
pub mod recalled_input;
pub mod send_prompt;
mod sending;
mod stack;
pub mod text_input;

pub(crate) use confirming::ask;
pub use stack::{Overlay, Overlays};
