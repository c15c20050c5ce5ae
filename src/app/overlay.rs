//! What lies over the panes: the help with its legend, and the text input of prompts.

pub mod help;
pub mod legend;
pub mod send_prompt;
pub mod text_input;
