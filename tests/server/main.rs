//! The same tests on both backends, over real sockets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

#[macro_use]
mod harness;
mod adversity;
mod hurting;
mod idle;
mod limits;
mod mixed;
mod stories;
mod switching;
mod walks;
