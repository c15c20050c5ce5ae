//! Recordings: what is kept of connections in a file, written by this program, and read whoever wrote it.

pub mod read;
pub mod write;
