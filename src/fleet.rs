//! Many machines in one dashboard: each publishes what happens to its connections over NATS, and a watcher follows them.
//!
//! What is published is state: counters since the opening of a connection, of those that changed, and what happens in the
//! life of a connection. A message that is lost is repaired by the next one, and every gap is counted to the event.
//!
//! | module | holds |
//! |---|---|
//! | `here_and_now` | the clock of this machine, and a number of this process |
//! | [`options`] | where the broker is, what is published to it, and what is obeyed |
//! | [`subject`] | the subjects of the messages, and the names in them |
//! | `publication` | what a publisher tells: the fold of its events, and what waits to be published |
//! | `bus` | the connections to the broker, each on a thread of its own |
//! | `watcher` | what a watcher makes of the messages |
//! | `wire` | the messages, in CBOR with numbered fields |

#[cfg(feature = "fleet")]
pub mod bus;
#[cfg(feature = "fleet")]
pub mod follower;
#[cfg(feature = "fleet")]
pub mod here_and_now;
pub mod options;
#[cfg(feature = "fleet")]
pub mod publication;
pub mod subject;
#[cfg(feature = "fleet")]
pub mod watcher;
#[cfg(feature = "fleet")]
pub mod wire;
