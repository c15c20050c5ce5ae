//! Recordings: events as a file that other programs read, and such files as events again.

pub mod write;
