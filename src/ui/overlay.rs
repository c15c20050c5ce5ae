//! What lies over the panes: the help and its legend, and what is held.

pub mod help;
pub mod hold;
pub mod legend;
