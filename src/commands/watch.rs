//! The `watch` command: follows what many machines publish, and prints it as NDJSON.

#[cfg(feature = "fleet")]
mod follow;
#[cfg(feature = "fleet")]
mod lines;

use anyhow::Result;
#[cfg(not(feature = "fleet"))]
use anyhow::bail;

use crate::fleet::options::BusOptions;
#[cfg(not(feature = "fleet"))]
use crate::fleet::options::NOT_BUILT_IN;
use crate::fleet::subject::HostPattern;

/// What is followed.
#[derive(Debug)]
pub struct WatchOptions {
    /// The broker that the machines publish to.
    pub bus: BusOptions,
    /// Which hosts; all if there are none.
    pub hosts: Vec<HostPattern>,
}

/// Prints what happens until a signal arrives, or the output has no reader any more.
///
/// # Errors
///
/// One line: a file cannot be used, or the output cannot be written.
#[cfg(feature = "fleet")]
pub fn run(options: WatchOptions) -> Result<()> {
    follow::run(options)
}

/// Says that this program cannot watch.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "fleet"))]
pub fn run(_: WatchOptions) -> Result<()> {
    bail!("watch is not possible: {NOT_BUILT_IN}")
}
