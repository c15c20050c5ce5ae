//! Facts, and what folds from them.
//!
//! [`event`] is the language that the server and the dashboard share: neither knows the other. [`state::Model`] is the
//! fold over those facts, without a clock, a socket or a lock, so a recorded list of facts gives the same state again.
//!
//! Memory is bounded: by [`history`] for each direction, by [`state::Budget`] in all. Counters are exact.

pub mod connection;
pub mod event;
pub mod found;
pub mod history;
pub mod hurt;
pub mod ids;
pub mod marks;
pub mod performance;
pub mod process;
pub mod rate;
pub mod spread;
pub mod state;
pub mod stream;
pub mod work;

pub use connection::{Connection, State};
pub use found::{Finder, Found};
pub use hurt::{Hurt, Pain};
pub use ids::{BackendKind, Closing, ConnectionId, Direction, Moment};
pub use state::{Budget, Model};
