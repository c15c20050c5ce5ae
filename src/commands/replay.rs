//! The `replay` command: plays one side of a recording to a real program, and compares what comes back, in the dashboard or
//! as lines.

mod control;
mod dashboard;
mod halt;
mod input;
mod live;
mod news;
mod options;
mod outcome;
mod player;
mod report;
mod reporter;
mod schedule;
mod socket;
mod source;
mod told;

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::commands::replay::control::Control;
use crate::commands::replay::input::{Keep, Loaded};
use crate::commands::replay::news::Clock;
use crate::commands::replay::report::Report;
use crate::commands::replay::schedule::{Plan, Schedule};
use crate::commands::replay::socket::Listener;
use crate::recording::replay::Ignored;

pub use crate::commands::replay::options::{
    GapPolicy, ReplayForm, ReplayKinds, ReplayLineKind, ReplayOptions, ReplayOutcome, ReplayOutput,
    ReplayRole,
};

/// Plays a recording until its last connection has ended, or a signal arrives.
///
/// # Errors
///
/// One line: the file cannot be read, has nothing to play or has gaps, the address cannot be listened on, or the output
/// cannot be written.
pub fn run(options: ReplayOptions) -> Result<ReplayOutcome> {
    let is_shown = matches!(options.output, ReplayOutput::Dashboard { .. }) && io::stdout().is_terminal();
    let loaded = input::load(&options, if is_shown { Keep::EventsToo } else { Keep::Scripts })?;
    let ReplayOptions { role, speed, timeout, ignored, output, .. } = options;
    let plan = Plan { own: role.party(), ignored: Ignored::new(ignored), speed, timeout };
    match output {
        ReplayOutput::Dashboard { budget, looks } if is_shown => {
            dashboard::show(loaded, plan, role, budget, *looks)
        }
        ReplayOutput::Dashboard { .. } => print(&loaded, plan, &role, ReplayForm::Text),
        ReplayOutput::Print(form) => print(&loaded, plan, &role, form),
    }
}

/// Prints what becomes of a recording.
fn print(loaded: &Loaded, plan: Plan, role: &ReplayRole, form: ReplayForm) -> Result<ReplayOutcome> {
    let control = Control::default();
    for signal in [SIGINT, SIGTERM] {
        // The second signal ends the program at once.
        flag::register_conditional_default(signal, control.stop_flag())
            .and_then(|_| flag::register(signal, control.stop_flag()))
            .context("signals cannot be taken")?;
    }
    let schedule = Schedule { scripts: &loaded.scripts, plan, control: &control, clock: Clock::start() };
    let mut report = Report::new(form, role.party().other(), loaded.scripts.len());
    match role {
        ReplayRole::To(target) => schedule.play_to(target, &mut report)?,
        ReplayRole::Listen(address) => schedule.listen(&Listener::bind(address)?, &mut report)?,
    }
    report.finish()
}
