//! What lies over the panes: the help and its legend, the palette, the faults of the traffic, what is held, what a command wrote, and a
//! comparison.

pub mod compare;
pub mod copy;
pub mod differences;
pub mod faults;
pub mod help;
pub mod hits;
pub mod hold;
pub mod input;
pub mod legend;
pub mod marks;
pub mod output;
pub mod palette;
mod place_row;
