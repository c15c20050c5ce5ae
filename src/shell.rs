//! The shell around the pure parts: starts the server, passes events on to the outputs, and carries out effects.
//!
//! | module | is |
//! |---|---|
//! | `session` | the one loop: it waits in one place for events, keys, signals, clients and outputs |
//! | `effects` | the one interpreter of effects |
//! | `source`, `sink` | where events come from, and where they go |
//! | `dashboard` | the front end of a session, on a terminal |
//! | `headless` | the sink that prints NDJSON |
//! | `open` | the source that is a recording |
//! | `viewer` | the dashboard over a source that is no server of this process |
//! | `watch` | the source that is many machines |
//! | `publish` | the sink that publishes for many machines in one dashboard |
//! | `recorder` | the sink that records to a file, on a thread of its own |
//!
//! This module does not decide what a key means or what the screen shows.

pub mod demo;
pub mod open;
pub mod terminal;

pub(crate) mod dashboard;
pub(crate) mod effects;
pub(crate) mod error_chain;
pub(crate) mod headless;
pub(crate) mod heap_trim;
pub(crate) mod inbox;
pub(crate) mod json;
pub(crate) mod looks;
pub(crate) mod malformed_parts;
pub(crate) mod metrics_sink;
pub(crate) mod program;
pub(crate) mod publish;
pub(crate) mod record_queue;
pub(crate) mod recorder;
pub(crate) mod remembered;
pub(crate) mod repeats;
mod save;
pub(crate) mod session;
pub(crate) mod shutdown;
pub(crate) mod signals;
pub(crate) mod sink;
pub(crate) mod source;
pub(crate) mod timers;
pub(crate) mod totals;
pub(crate) mod usage;
pub(crate) mod viewer;
#[cfg(feature = "fleet")]
pub(crate) mod watch;

use std::env;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::logging::{self, Destination};
use crate::model::Budget;
use crate::server::{Config, EventReceiver, Limits, ListenAddress, Server, SocketsPerConnection, StartError};

pub use crate::app::keymap::{Keymap, Override};
use crate::bytes::frame::Framing;
pub use crate::event::codec::{LineKind, LineKinds};
use crate::fleet::options::PublishOptions;
pub use crate::logging::write_stderr;
use crate::shell::dashboard::Dashboard;
use crate::shell::demo::clients::DemoClients;
use crate::shell::demo::lesson::Lesson;
use crate::shell::effects::EffectTargets;
pub use crate::shell::error_chain::error_chain;
use crate::shell::headless::NdjsonSink;
use crate::shell::inbox::Inbox;
use crate::shell::looks::Looks;
pub use crate::shell::looks::{LookOptions, Memory};
use crate::shell::metrics_sink::MetricsSink;
pub use crate::shell::recorder::{Keep, RecordOptions, Rotation};
use crate::shell::recorder::{OpenRecording, Recorder};
use crate::shell::repeats::Repeats;
use crate::shell::session::Session;
use crate::shell::signals::SignalSet;
use crate::shell::sink::Sink;
use crate::shell::source::LiveServer;
pub use crate::shell::terminal::capabilities::Glyphs;
use crate::shell::timers::{TimerPlan, TimerSchedule};
pub use crate::ui::theme::{RoleStyle, Themes};

/// The options of [`serve`].
#[derive(Debug)]
pub struct Options {
    /// The configuration of the server.
    pub server: Config,
    /// Where the program can be controlled over HTTP, if anywhere.
    pub api: Option<SocketAddr>,
    /// Where the program shows what happens.
    pub output: Output,
    /// The interval of automatic backend switches.
    pub switch_every: Option<Duration>,
    /// The time after which the server stops by itself.
    pub stop_after: Option<Duration>,
    /// How many connections and bytes the model keeps.
    pub budget: Budget,
    /// What to do if the address is in use.
    pub if_taken: IfTaken,
    /// The lesson to play with built-in clients, if any.
    pub lesson: Option<Lesson>,
    /// How the dashboard looks.
    pub looks: LookOptions,
    /// Where to record what happens, if anywhere.
    pub record: Option<RecordOptions>,
    /// How messages are told apart.
    pub framing: Framing,
    /// What is published, if anything is.
    pub publish: Option<PublishOptions>,
}

/// What to do if another program already listens on the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IfTaken {
    /// Fail with an error.
    Fail,
    /// Listen on any free port.
    TakeAnother,
}

/// Where the program shows what happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// The full-screen dashboard on the terminal.
    Dashboard,
    /// NDJSON on standard output, restricted to these kinds of lines.
    Headless(LineKinds),
}

/// Listens and serves until a signal, a key or the configured time stops it.
///
/// # Errors
///
/// One line that says what failed and what to do about it: an unusable address, a standard output that is not a
/// terminal, an output that cannot be written, a lesson that cannot be played.
pub fn serve(options: Options) -> Result<()> {
    let Options { server, api, output, switch_every, stop_after, budget, .. } = options;
    let Options { if_taken, lesson, looks, record, framing, publish, .. } = options;
    // Without this thread the process keeps freed memory; all else works.
    let _not_trimmed = heap_trim::start();
    let lesson =
        lesson.map(|Lesson { choice, speed }| choice.read().map(|script| (script, speed))).transpose()?;
    // Checked before the server starts, so that a run that fails here accepts no client.
    let (looks, signal_set, log) = prepare(output, looks)?;
    let recording = record.map(OpenRecording::of_command_line).transpose()?;
    logging::start(log);
    let backend = server.backend;
    let upstreams = upstreams(&server);
    let (server, receiver) = start(server, if_taken, api)?;
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    let api = api.map(|address| {
        let metrics = MetricsSink::default();
        let started = server.start_api(address, metrics.text());
        sinks.push(Box::new(metrics));
        started.with_context(|| format!("cannot listen on {address} for --api"))
    });
    let api = api.transpose()?;
    let timers = TimerSchedule::start(TimerPlan { switch_every, stop_after }, backend);
    let (inbox, poster) = Inbox::new(receiver.waker());
    signals::handle(signal_set, poster.clone()).context("signals cannot be taken")?;
    let demo_clients =
        DemoClients::new(server.addresses(), lesson, poster.clone()).context("no client can be started")?;
    if let Output::Headless(kinds) = output {
        sinks.push(Box::new(NdjsonSink::to_stdout(kinds, framing.clone(), poster.clone())?));
    }
    if let Some(options) = publish {
        sinks.push(publish::start(options, server.addresses(), poster.clone())?);
    }
    let mut recorder = Recorder::new(poster.clone());
    let dashboard = match looks {
        Some(looks) => {
            let capacity = dashboard::capacity(server.limits());
            let contents = dashboard::Contents { budget, upstreams, capacity, opened: None, watching: None };
            let setup = dashboard::setup(receiver.now(), contents, &looks);
            let mut dashboard = Dashboard::enter(setup, looks, timers.sample_interval(), poster)?;
            dashboard.begin_framing(&framing);
            Some(dashboard)
        }
        None => None,
    };
    if let Some(recording) = recording {
        recorder.start(recording, receiver.now(), Vec::new()).context("nothing can be recorded")?;
    }
    let source = Box::new(LiveServer { server, receiver });
    let repeats = Repeats::default();
    let targets = EffectTargets { source, demo_clients, repeats, recorder, dashboard, stop: None };
    let ended = Session::new(targets, sinks, inbox, timers).run();
    drop(api);
    ended
}

/// Logs to standard error, for a command without a dashboard.
pub fn log_to_standard_error() {
    logging::start(Destination::StandardError);
}

/// What the output needs: how the dashboard looks, if there is one, which signals are taken, and where the log goes.
fn prepare(output: Output, looks: LookOptions) -> Result<(Option<Looks>, SignalSet, Destination)> {
    Ok(match output {
        Output::Dashboard if !io::stdout().is_terminal() => {
            bail!("standard output is not a terminal; use --headless for one JSON object a line");
        }
        Output::Dashboard => {
            let looks = Looks::of_terminal(looks, |name| env::var(name).ok())?;
            (Some(looks), SignalSet::StopAndTerminal, Destination::Pane)
        }
        Output::Headless(_) => (None, SignalSet::Stop, Destination::StandardError),
    })
}

/// Descriptors are kept for this number of listeners that the API may add.
const ADDED_LISTENERS: usize = 16;

/// The upstreams of a relay as the user wrote them, each once.
fn upstreams(config: &Config) -> Vec<String> {
    let mut names = Vec::new();
    for name in config.relay.iter().flat_map(|relay| &relay.upstreams).map(ToString::to_string) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn start(
    mut config: Config,
    if_taken: IfTaken,
    api: Option<SocketAddr>,
) -> Result<(Server, EventReceiver), StartError> {
    let start = |config: Config| match api {
        None => Server::start(config),
        Some(_) => {
            let listeners = config.listen.len() + ADDED_LISTENERS;
            let sockets = SocketsPerConnection::ClientAndUpstream;
            let limits = Limits::find(config.max_connections, listeners, sockets);
            Server::start_within(config, limits)
        }
    };
    match (start(config.clone()), if_taken) {
        (Err(StartError::InUse { .. }), IfTaken::TakeAnother) => {
            config.listen.iter_mut().for_each(ListenAddress::take_any_port);
            start(config)
        }
        (started, _) => started,
    }
}
