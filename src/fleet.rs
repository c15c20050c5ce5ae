//! Many machines in one dashboard: each publishes what happens to its connections over NATS, and a watcher follows them.
//!
//! What is published is state: counters since the opening of a connection, of those that changed, and what happens in the
//! life of a connection. A message that is lost is repaired by the next one, and every gap is counted to the event.
//!
//! | module | holds |
//! |---|---|
//! | [`subject`] | the subjects of the messages, and the names in them |
//! | `wire` | the messages, in CBOR with numbered fields |

pub mod subject;
#[cfg(feature = "fleet")]
pub mod wire;
