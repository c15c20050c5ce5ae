//! Tests of `bytewatch relay` from outside: the program is a process of its own between clients and an upstream that
//! these tests play. Each test runs on both backends and while the backend is switched again and again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

#[macro_use]
#[path = "../support/modes.rs"]
mod modes;
mod addresses;
mod connecting;
mod events;
mod faults;
mod half_close;
mod harness;
mod hostile_upstreams;
mod pressure;
mod proc_net;
#[path = "../support/program.rs"]
mod program;
mod programs;
mod proxied;
mod resets;
mod stream;
mod streams;
mod unix;
