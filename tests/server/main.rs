//! Tests of the server that run on both backends, over real sockets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

#[macro_use]
mod harness;
mod demand;
mod faults;
mod hostile_clients;
mod idle;
mod limits;
mod mixed;
mod random_actions;
mod single_backend;
mod switching;
mod unix;
