//! Looks into a recording: in the dashboard, or as NDJSON.

mod headless;
mod player;
mod reader;
mod source;

use std::env;
use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

pub use crate::app::PlaySpeed;
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
use crate::shell::open::reader::{Input, Reopen};
use crate::shell::open::source::RecordedSource;
use crate::shell::recorder::Recorder;
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
    /// How fast it is played; `None` shows everything at once.
    pub speed: Option<PlaySpeed>,
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

/// Looks into a recording until the user quits, or its last line is printed.
///
/// # Errors
///
/// One line that says why the file cannot be read, or the output cannot be written.
pub fn open(options: OpenOptions) -> Result<()> {
    let OpenOptions { file, connection, speed, output } = options;
    let name = match &file {
        Some(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        None => "standard input".to_owned(),
    };
    let input = input(file.as_deref())?;
    match output {
        OpenOutput::Headless(kinds) => {
            logging::start(Destination::StandardError);
            let recording = recognise(input, &name, Wanted { utf8: false, connection })?;
            headless::print(recording, kinds)
        }
        OpenOutput::Dashboard { budget, looks } => {
            if !io::stdout().is_terminal() {
                bail!("standard output is not a terminal; use --headless for one JSON object a line");
            }
            let looks = Looks::of_terminal(*looks, |name| env::var(name).ok())?;
            let wanted = Wanted { utf8: true, connection };
            let recording = recognise(input, &name, wanted)?;
            show(recording, Shown { file, name, wanted, speed, budget }, looks)
        }
    }
}

fn input(file: Option<&Path>) -> Result<Input> {
    let Some(path) = file else {
        if io::stdin().is_terminal() {
            bail!("standard input is a terminal: name a file, or pipe a recording into it");
        }
        return Ok(Box::new(io::stdin()));
    };
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    Ok(Box::new(file))
}

fn recognise(input: Input, name: &str, wanted: Wanted) -> Result<Recording<Input>> {
    Recording::open(input, wanted).with_context(|| format!("{} is no recording", safe::line(name)))
}

/// What is shown in the dashboard.
struct Shown {
    file: Option<PathBuf>,
    name: String,
    wanted: Wanted,
    speed: Option<PlaySpeed>,
    budget: Budget,
}

impl Shown {
    /// The length of a regular file.
    fn length(&self) -> Option<u64> {
        let metadata = fs::metadata(self.file.as_ref()?).ok().filter(Metadata::is_file)?;
        Some(metadata.len())
    }

    /// What opens a regular file again.
    fn reopen(&self) -> Option<Reopen> {
        let (path, wanted) = (self.file.clone()?, self.wanted);
        self.length()?;
        Some(Box::new(move || {
            let file = File::open(&path).map_err(|error| error.to_string())?;
            Recording::open(Box::new(file) as Input, wanted).map_err(|error| error.to_string())
        }))
    }
}

fn show(recording: Recording<Input>, shown: Shown, looks: Looks) -> Result<()> {
    let _not_trimmed = heap_trim::start();
    logging::start(Destination::Pane);
    let (reopen, length) = (shown.reopen(), shown.length());
    let Shown { name, speed, budget, .. } = shown;
    let source =
        RecordedSource::start(recording, reopen, length, speed).context("the recording cannot be read")?;
    let timers = TimerSchedule::start(TimerPlan { switch_every: None, stop_after: None }, BackendKind::Async);
    let (inbox, poster) = Inbox::new(source.waker());
    signals::handle(SignalSet::StopAndTerminal, poster.clone()).context("signals cannot be taken")?;
    let demo_clients = DemoClients::new(&[], None, poster.clone()).context("no thread can be started")?;
    let recorder = Recorder::new(poster.clone());
    let contents = Contents { budget, upstreams: Vec::new(), capacity: Vec::new(), opened: Some(name) };
    // The first event sets the time.
    let setup = dashboard::setup(Timestamp::default(), contents, &looks);
    let dashboard = Some(Dashboard::enter(setup, looks, timers.sample_interval(), poster)?);
    let repeats = Repeats::default();
    let targets =
        EffectTargets { source: Box::new(source), demo_clients, repeats, recorder, dashboard, stop: None };
    Session::new(targets, Vec::new(), inbox, timers).run()
}
