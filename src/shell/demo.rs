//! What a demo runs: the script of a lesson, its clients and its load.

pub mod clients;
pub mod lesson;
