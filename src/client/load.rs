//! The load generator: many clients of any echo server on one thread; each byte that comes back is compared.
//!
//! Each client sends one endless stream, cut into messages. The byte at a given offset of a given connection is always
//! the same, so a lost, duplicated, changed or reordered byte is found at its offset. The server only has to echo.
//!
//! In a closed loop each client sends its next message when the last one is back, so a stalled server receives less
//! load. In an open loop messages have scheduled send times, whether or not the server keeps up, and a latency counts
//! from the scheduled time: the figures include the messages that a stall delays (leaving them out is known as
//! *coordinated omission*).
//!
//! One thread with two system calls per message is cheap, but not free: [`Summary::own_share`] says when the thread was
//! busy enough to be what limited the measurement.

mod client;
mod generator;
mod pattern;
pub mod plan;
mod schedule;
mod stats;
mod stream;

pub use crate::client::load::pattern::Pattern;
pub use crate::client::load::stats::{BUSY_SHARE, ClientError, Latency, Mismatch, Stats, Summary};
pub use generator::run;
pub use plan::{LoadModel, Plan, Workload};
