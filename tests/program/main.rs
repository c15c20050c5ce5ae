//! The program from outside.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

mod outside;
mod pty;
mod screen;
mod terminal;
