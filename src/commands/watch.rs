//! The `watch` command: follows what many machines publish, and prints it as NDJSON.

#[cfg(feature = "fleet")]
mod follow;
#[cfg(feature = "fleet")]
mod leased;
#[cfg(feature = "fleet")]
mod lines;
mod options;

use anyhow::Result;
#[cfg(not(feature = "fleet"))]
use anyhow::bail;

pub use crate::commands::watch::options::WatchOptions;
#[cfg(not(feature = "fleet"))]
use crate::fleet::options::NOT_BUILT_IN;

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
