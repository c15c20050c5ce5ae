//! A replay in the dashboard.

use std::env;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result};

use crate::app::{OpenedFiles, ReplayProgress, ReplayTo};
use crate::bytes::frame::Framing;
use crate::commands::replay::control::Control;
use crate::commands::replay::input::Loaded;
use crate::commands::replay::live::{LiveReport, Shared};
use crate::commands::replay::news::Clock;
use crate::commands::replay::options::{ReplayOutcome, ReplayRole};
use crate::commands::replay::report;
use crate::commands::replay::schedule::{Plan, Schedule};
use crate::commands::replay::socket::Listener;
use crate::commands::replay::source::ReplaySource;
use crate::event::Direction;
use crate::model::Budget;
use crate::recording::replay::Party;
use crate::shell::dashboard::Contents;
use crate::shell::looks::{LookOptions, Looks};
use crate::shell::viewer;

/// Shows a replay until the user quits, and prints the summary then.
///
/// # Errors
///
/// When the dashboard cannot be shown, or clients cannot be waited for.
pub(super) fn show(
    loaded: Loaded,
    plan: Plan,
    role: ReplayRole,
    budget: Budget,
    looks: LookOptions,
) -> Result<ReplayOutcome> {
    let looks = Looks::of_terminal(looks, |name| env::var(name).ok())?;
    let Loaded { scripts, events, name } = loaded;
    // What was recorded is kept beside what comes back.
    let budget = Budget { history: budget.history / 2, memory: budget.memory / 2 };
    let replay = ReplayTo {
        server: match &role {
            ReplayRole::To(target) => Some(target.to_string()),
            ReplayRole::Listen(_) => None,
        },
        compared: match role.party().other() {
            Party::Client => Direction::Received,
            Party::Server => Direction::Sent,
        },
    };
    let opened = Some(OpenedFiles { first: name, second: None, payload: None, replay: Some(replay) });
    let contents = Contents { budget, upstreams: Vec::new(), capacity: Vec::new(), opened, watching: None };
    let listener = match &role {
        ReplayRole::To(_) => None,
        ReplayRole::Listen(address) => Some(Listener::bind(address)?),
    };
    let (control, clock) = (Control::default(), Clock::start());
    let shared = Arc::new(Shared::new(scripts.len(), events));
    let (told, playing) = (Arc::clone(&shared), control.clone());
    viewer::view(contents, looks, &Framing::default(), move || {
        let source = ReplaySource::new(Arc::clone(&told), control, clock);
        let play = move || {
            let schedule = Schedule { scripts: &scripts, plan, control: &playing, clock };
            let mut report = LiveReport(Arc::clone(&told));
            let played = match (role, listener) {
                (ReplayRole::Listen(_), Some(listener)) => schedule.listen(&listener, &mut report),
                (ReplayRole::To(target), _) => schedule.play_to(&target, &mut report),
                (ReplayRole::Listen(_), None) => Ok(()),
            };
            if let Err(error) = played {
                tracing::error!("the replay ends: {error:#}");
            }
            told.change_progress(|progress| progress.is_over = true);
        };
        thread::Builder::new().name("replay".to_owned()).spawn(play).context("no thread can be started")?;
        Ok(Box::new(source))
    })?;
    let ReplayProgress { connections, played, differences, .. } = shared.progress();
    report::print_summary(connections, played, differences)
}
