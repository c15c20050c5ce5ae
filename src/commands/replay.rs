//! The `replay` command: plays one side of a recording to a real program, and compares what comes back.

mod halt;
mod input;
mod news;
mod options;
mod outcome;
mod player;
mod report;
mod schedule;
mod socket;
mod told;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::commands::replay::report::Report;
use crate::commands::replay::schedule::Schedule;
use crate::recording::replay::Ignored;

pub use crate::commands::replay::options::{
    GapPolicy, ReplayForm, ReplayKinds, ReplayLineKind, ReplayOptions, ReplayOutcome, ReplayRole,
};

/// Plays a recording until its last connection has ended, or a signal arrives.
///
/// # Errors
///
/// One line: the file cannot be read, has nothing to play or has gaps, the address cannot be listened on, or the output
/// cannot be written.
pub fn run(options: ReplayOptions) -> Result<ReplayOutcome> {
    let scripts = input::scripts(&options)?;
    let stop: Arc<AtomicBool> = Arc::default();
    for signal in [SIGINT, SIGTERM] {
        // The second signal ends the program at once.
        flag::register_conditional_default(signal, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .context("signals cannot be taken")?;
    }
    let schedule = Schedule {
        scripts: &scripts,
        own: options.role.party(),
        ignored: Ignored::new(options.ignored),
        speed: options.speed,
        timeout: options.timeout,
        stop: &stop,
    };
    let mut report = Report::new(options.form, options.role.party().other(), scripts.len());
    match &options.role {
        ReplayRole::To(target) => schedule.play_to(target, &mut report)?,
        ReplayRole::Listen(address) => schedule.listen(address, &mut report)?,
    }
    report.finish()
}
