//! What is followed.

use crate::fleet::options::BusOptions;
use crate::fleet::subject::{HostPattern, RemoteConnection};

/// What is followed.
#[derive(Debug)]
pub struct WatchOptions {
    /// The broker that the machines publish to.
    pub bus: BusOptions,
    /// Which hosts; all if there are none.
    pub hosts: Vec<HostPattern>,
    /// The connection whose bytes are printed, if any.
    pub connection: Option<RemoteConnection>,
}
