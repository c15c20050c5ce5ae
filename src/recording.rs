//! Recordings: what is kept of connections in a file, by this program or by others.

pub mod read;
