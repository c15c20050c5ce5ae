//! The connections to the broker: each program has two, one for what is published and one for questions, answers and
//! heartbeats, which must not wait behind the rest.

mod connect;
mod publish;
mod watch;

pub use self::connect::{Login, LoginError};
pub use self::publish::{BusPublisher, Role};
pub use self::watch::{BusWatcher, NoOutcome, Received};
