//! What lies over the panes: prompts, questions, what is held, the faults, the help with its legend.

mod availability;
pub mod confirm;
mod confirming;
mod entry;
pub mod fault_prompt;
mod faulting;
mod held_message;
pub mod help;
pub mod help_rows;
pub mod hold_border;
pub mod hold_view;
mod holding;
pub mod legend;
pub mod palette;
pub mod palette_list;
pub mod palette_source;
mod palette_words;
pub mod prompt;
pub mod recalled_input;
pub mod send_prompt;
mod sending;
mod stack;
pub mod text_input;

pub(crate) use confirming::ask;
pub use entry::Overlay;
pub use stack::Overlays;
