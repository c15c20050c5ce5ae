//! Looks into a recording: in the dashboard, or as NDJSON.

mod headless;
mod reader;
mod source;

use std::env;
use std::fs::{File, Metadata};
use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::bytes::safe;
use crate::event::codec::LineKinds;
use crate::event::{BackendKind, ConnectionId, Timestamp};
use crate::logging::{self, Destination};
use crate::model::Budget;
use crate::recording::read::{Recording, Wanted};
use crate::shell::dashboard::{self, Contents, Dashboard};
use crate::shell::demo::clients::DemoClients;
use crate::shell::effects::EffectTargets;
use crate::shell::heap_trim;
use crate::shell::inbox::Inbox;
use crate::shell::looks::{LookOptions, Looks};
use crate::shell::open::source::RecordedSource;
use crate::shell::repeats::Repeats;
use crate::shell::session::Session;
use crate::shell::signals::{self, SignalSet};
use crate::shell::source::Source as _;
use crate::shell::timers::{TimerPlan, TimerSchedule};

/// The options of [`open`].
#[derive(Debug)]
pub struct OpenOptions {
    /// The file; `None` is standard input.
    pub file: Option<PathBuf>,
    /// Only this connection, if any.
    pub connection: Option<ConnectionId>,
    /// Where it is shown.
    pub output: OpenOutput,
}

/// Where a recording is shown.
#[derive(Debug)]
pub enum OpenOutput {
    /// In the dashboard.
    Dashboard {
        /// How many bytes are kept of it.
        budget: Budget,
        /// How the dashboard looks.
        looks: Box<LookOptions>,
    },
    /// As lines of these kinds on standard output.
    Headless(LineKinds),
}

/// Where the bytes of a recording come from.
struct Input {
    bytes: Bytes,
    /// The number of bytes, if it is a regular file.
    length: Option<u64>,
}

/// Bytes that a recording is read from.
type Bytes = Box<dyn Read + Send>;

/// Looks into a recording until the user quits, or its last line is printed.
///
/// # Errors
///
/// One line that says why the file cannot be read, or the output cannot be written.
pub fn open(options: OpenOptions) -> Result<()> {
    let OpenOptions { file, connection, output } = options;
    let name = match &file {
        Some(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        None => "standard input".to_owned(),
    };
    let Input { bytes, length } = input(file.as_deref())?;
    match output {
        OpenOutput::Headless(kinds) => {
            logging::start(Destination::StandardError);
            let recording = recognise(bytes, &name, Wanted { utf8: false, connection })?;
            headless::print(recording, kinds)
        }
        OpenOutput::Dashboard { budget, looks } => {
            if !io::stdout().is_terminal() {
                bail!("standard output is not a terminal; use --headless for one JSON object a line");
            }
            let looks = Looks::of_terminal(*looks, |name| env::var(name).ok())?;
            let recording = recognise(bytes, &name, Wanted { utf8: true, connection })?;
            show(recording, length, name, budget, looks)
        }
    }
}

fn input(file: Option<&Path>) -> Result<Input> {
    let Some(path) = file else {
        if io::stdin().is_terminal() {
            bail!("standard input is a terminal: name a file, or pipe a recording into it");
        }
        return Ok(Input { bytes: Box::new(io::stdin()), length: None });
    };
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let length = file.metadata().ok().filter(Metadata::is_file).map(|metadata| metadata.len());
    Ok(Input { bytes: Box::new(file), length })
}

fn recognise(bytes: Bytes, name: &str, wanted: Wanted) -> Result<Recording<Bytes>> {
    Recording::open(bytes, wanted).with_context(|| format!("{} is no recording", safe::line(name)))
}

fn show(
    recording: Recording<Bytes>,
    length: Option<u64>,
    name: String,
    budget: Budget,
    looks: Looks,
) -> Result<()> {
    let _not_trimmed = heap_trim::start();
    logging::start(Destination::Pane);
    let source = RecordedSource::start(recording, length).context("the recording cannot be read")?;
    let timers = TimerSchedule::start(TimerPlan { switch_every: None, stop_after: None }, BackendKind::Async);
    let (inbox, poster) = Inbox::new(source.waker());
    signals::handle(SignalSet::StopAndTerminal, poster.clone()).context("signals cannot be taken")?;
    let demo_clients = DemoClients::new(&[], None, poster.clone()).context("no thread can be started")?;
    let contents = Contents { budget, upstreams: Vec::new(), capacity: Vec::new(), recording: Some(name) };
    // The first event sets the time.
    let setup = dashboard::setup(Timestamp::default(), contents, &looks);
    let dashboard = Some(Dashboard::enter(setup, looks, timers.sample_interval(), poster)?);
    let repeats = Repeats::default();
    let targets = EffectTargets { source: Box::new(source), demo_clients, repeats, dashboard, stop: None };
    Session::new(targets, Vec::new(), inbox, timers).run()
}
