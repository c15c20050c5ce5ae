//! Where it is told what becomes of a replay.

use anyhow::Result;

use crate::commands::replay::news::News;
use crate::event::{Address, Timestamp};

/// Takes what becomes of a replay, on the thread that schedules it.
pub(super) trait Reporter {
    /// Takes the address at which clients are waited for.
    ///
    /// # Errors
    ///
    /// When nothing more can be told.
    fn listening(&mut self, address: &Address, at: Timestamp) -> Result<()>;

    /// Takes what a connection tells.
    ///
    /// # Errors
    ///
    /// When nothing more can be told.
    fn take(&mut self, news: News) -> Result<()>;

    /// Passes on what was taken, because nothing more has come for now.
    ///
    /// # Errors
    ///
    /// When nothing more can be told.
    fn flush(&mut self) -> Result<()>;
}
