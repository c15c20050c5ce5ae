//! Recordings: what is kept of connections in a file, written by this program, and read whoever wrote it; and what playing
//! one again has to do and to compare.

pub mod read;
pub mod replay;
pub mod write;
