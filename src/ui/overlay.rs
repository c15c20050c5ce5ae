//! What lies over the panes: the help and its legend, the faults of the traffic.

pub mod faults;
pub mod help;
pub mod legend;
