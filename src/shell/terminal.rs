//! The terminal: input, size and modes, and frames on their way to it.

pub mod capabilities;
pub mod clipboard;
pub mod hangup;
pub mod input;
pub mod screen;
