//! The dashboard over a source that is no server of this process.

use anyhow::{Context as _, Result};

use crate::bytes::frame::Framing;
use crate::event::{BackendKind, Timestamp};
use crate::logging::{self, Destination};
use crate::shell::dashboard::{self, Contents, Dashboard};
use crate::shell::demo::clients::DemoClients;
use crate::shell::effects::EffectTargets;
use crate::shell::heap_trim;
use crate::shell::inbox::Inbox;
use crate::shell::looks::Looks;
use crate::shell::recorder::Recorder;
use crate::shell::repeats::Repeats;
use crate::shell::session::Session;
use crate::shell::signals::{self, SignalSet};
use crate::shell::source::Source;
use crate::shell::timers::{TimerPlan, TimerSchedule};

/// Shows a source until the user quits. `start` starts it.
///
/// # Errors
///
/// When the source cannot be started, or the terminal cannot be used.
pub(crate) fn view(
    contents: Contents,
    looks: Looks,
    framing: &Framing,
    start: impl FnOnce() -> Result<Box<dyn Source>>,
) -> Result<()> {
    let _not_trimmed = heap_trim::start();
    logging::start(Destination::Pane);
    let source = start()?;
    let timers = TimerSchedule::start(TimerPlan { switch_every: None, stop_after: None }, BackendKind::Async);
    let (inbox, poster) = Inbox::new(source.waker());
    signals::handle(SignalSet::StopAndTerminal, poster.clone()).context("signals cannot be taken")?;
    let demo_clients = DemoClients::new(&[], None, poster.clone()).context("no thread can be started")?;
    let recorder = Recorder::new(poster.clone());
    // The first event sets the time.
    let setup = dashboard::setup(Timestamp::default(), contents, &looks);
    let mut dashboard = Dashboard::enter(setup, looks, timers.sample_interval(), poster)?;
    dashboard.begin_framing(framing);
    let (repeats, dashboard) = (Repeats::default(), Some(dashboard));
    let targets = EffectTargets { source, demo_clients, repeats, recorder, dashboard, stop: None };
    Session::new(targets, Vec::new(), inbox, timers).run()
}
