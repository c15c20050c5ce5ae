//! Who publishes.

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
    /// Called when the thread has ended.
    pub ended: Box<dyn Fn() + Send + Sync>,
}
