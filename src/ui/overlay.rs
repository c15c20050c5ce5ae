//! What lies over the panes: the help and its legend.

pub mod help;
pub mod legend;
