//! What lies over the panes: the help with its legend, and the text input of prompts.

pub mod fault_prompt;
pub mod help;
pub mod legend;
pub mod text_input;
