//! Tests of the server that run on both backends, over real sockets.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests are not seen as tests, and a skipped test says so"
)]

#[macro_use]
mod harness;
mod acting;
mod demand;
mod faults;
mod holding;
mod hostile_clients;
mod idle;
mod limits;
mod mixed;
mod peer_rules;
mod proxied;
mod random_actions;
mod single_backend;
mod switching;
mod traffic_faults;
mod unix;
