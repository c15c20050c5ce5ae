//! Tests of `--api` from outside: the program is a process of its own, and a small HTTP client controls it. Most tests
//! run on both backends and while the backend is switched again and again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

#[macro_use]
#[path = "../support/modes.rs"]
mod modes;
mod errors;
mod harness;
mod hostile;
mod metrics;
#[path = "../support/program.rs"]
mod program;
mod proxies;
mod toxics;
