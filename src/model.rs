//! What folds from events: connections, streams, history, statistics.
//!
//! [`event`](crate::event) is the language that the server and the dashboard share. [`state::Model`] is the
//! fold over those events, without a clock, a socket or a lock, so a recorded list of events gives the same state again.
//!
//! Memory is bounded: by [`history`] for each direction, by [`state::Budget`] in all. Counters are exact. The bytes of an
//! opened file stay there, and are read through [`payload::ReadPayload`].

pub mod backend_totals;
pub mod connection;
mod connection_end;
mod connection_state;
pub mod differences;
pub mod fault_table;
pub mod filter;
mod fresh_messages;
pub mod histogram;
pub mod history;
pub mod host_state;
mod leaving;
pub mod likeness;
pub mod malformed_index;
pub mod message_index;
pub mod message_pairs;
mod messages;
pub mod metrics;
pub mod opening;
pub mod pairing;
pub mod payload;
pub mod process;
mod proxied;
pub mod proxy_record;
pub mod rate;
pub mod response_times;
pub mod search;
pub mod state;
pub mod stream;
pub mod user_actions;

pub use connection::Connection;
pub use connection_state::ConnectionState;
pub use metrics::Metrics;
pub use state::{Budget, Model};
