//! Tests of recordings from outside: the program records while it serves, and other programs read what it wrote.
//!
//! They need `tshark`, `capinfos`, `mergecap`, `editcap` and `tcpdump`. A test without its program says what is missing.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests are not seen as tests, and a skipped test says so"
)]

#[macro_use]
#[path = "../support/modes.rs"]
mod modes;
mod conversations;
mod files;
mod forms;
mod harness;
#[path = "../support/program.rs"]
mod program;
mod programs;
mod readers;
mod relays;
mod replays;
mod tools;
