//! Tests of TLS from outside: the program is a process of its own, its peers are ends of the library that these tests
//! play. Each test runs on both backends and while the backend is switched again and again. Certificates and keys are
//! made for each test.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests are not seen as tests, and a skipped test says so"
)]

#[macro_use]
#[path = "../support/modes.rs"]
mod modes;
mod clients;
mod handshakes;
mod harness;
mod options;
mod peers;
#[path = "../support/program.rs"]
mod program;
mod programs;
mod relays;
mod streams;
