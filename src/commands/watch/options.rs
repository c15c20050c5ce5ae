//! What is followed, and where it is shown.

use crate::fleet::options::BusOptions;
use crate::fleet::subject::{HostPattern, RemoteConnection};
use crate::model::Budget;
use crate::shell::LookOptions;

/// What is followed, and where it is shown.
#[derive(Debug)]
pub struct WatchOptions {
    /// The broker that the machines publish to.
    pub bus: BusOptions,
    /// Which hosts; all if there are none.
    pub hosts: Vec<HostPattern>,
    /// Where it is shown.
    pub output: WatchOutput,
}

/// Where it is shown.
#[derive(Debug)]
pub enum WatchOutput {
    /// In the dashboard.
    Dashboard {
        /// How much is kept.
        budget: Budget,
        /// How the dashboard looks.
        looks: Box<LookOptions>,
        /// Whether hosts may be asked for actions.
        acts: bool,
    },
    /// As lines on standard output.
    Headless {
        /// The connection whose bytes are printed, too, if any.
        connection: Option<RemoteConnection>,
    },
}

impl WatchOutput {
    /// How the dashboard looks, if there is one.
    pub const fn looks(&mut self) -> Option<&mut LookOptions> {
        match self {
            Self::Dashboard { looks, .. } => Some(looks),
            Self::Headless { .. } => None,
        }
    }
}
