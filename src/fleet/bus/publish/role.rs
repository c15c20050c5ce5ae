//! Who publishes.

use std::time::Instant;

use crate::event::Command;
use crate::fleet::publication::Identity;
use crate::fleet::subject::Publisher;

/// Who publishes, and what is done for watchers.
pub struct Role {
    /// The name under which is published.
    pub publisher: Publisher,
    /// What is published.
    pub identity: Identity,
    /// Passes an action on to the server.
    pub act: Box<dyn Fn(Command) + Send + Sync>,
    /// When the clock of what is published began.
    pub begin: Instant,
    /// Called when a lease begins, and when the thread has ended.
    pub wake: Box<dyn Fn() + Send + Sync>,
}
