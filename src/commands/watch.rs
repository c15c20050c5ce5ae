//! The `watch` command: follows what many machines publish, and shows it in the dashboard or as NDJSON.

#[cfg(feature = "fleet")]
mod follow;
#[cfg(feature = "fleet")]
mod lines;
mod options;

use anyhow::Result;
#[cfg(not(feature = "fleet"))]
use anyhow::bail;

pub use crate::commands::watch::options::{WatchOptions, WatchOutput};
#[cfg(not(feature = "fleet"))]
use crate::fleet::options::NOT_BUILT_IN;
#[cfg(feature = "fleet")]
use crate::shell::watch::{self, Acting, Watched};

/// Shows what happens until the user quits, a signal arrives, or the output has no reader any more.
///
/// # Errors
///
/// One line: a file cannot be used, standard output is no terminal, or it cannot be written.
#[cfg(feature = "fleet")]
pub fn run(options: WatchOptions) -> Result<()> {
    let WatchOptions { bus, hosts, output } = options;
    match output {
        WatchOutput::Headless { connection } => follow::run(bus, hosts, connection.as_ref()),
        WatchOutput::Dashboard { budget, looks, acts } => {
            let acting = if acts { Acting::Allowed } else { Acting::ReadOnly };
            watch::show(Watched { bus, hosts, acting }, budget, *looks)
        }
    }
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
