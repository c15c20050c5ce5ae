//! The time limits of a shutdown.

use std::time::Duration;

/// How long connections may take to finish.
pub(crate) const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the output may take for the rest after the connections have finished.
pub(crate) const OUTPUT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long connections may take to finish when the terminal is gone.
pub(crate) const HANGUP_TIMEOUT: Duration = Duration::from_millis(500);

/// How long the source may take to close the remaining connections by force.
pub(crate) const FORCE_TIMEOUT: Duration = Duration::from_millis(150);
