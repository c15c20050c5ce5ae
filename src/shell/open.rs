//! Looks into a recording, or compares two: in the dashboard, or as NDJSON.

mod compared;
mod file;
mod headless;
mod player;
mod reader;
mod source;

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::app::OpenedFiles;
pub use crate::app::PlaySpeed;
use crate::bytes::pattern::Pattern;
use crate::event::codec::LineKinds;
use crate::event::{BackendKind, ConnectionId, Timestamp};
use crate::logging::{self, Destination};
use crate::model::Budget;
use crate::recording::read::{Joined, Wanted};
use crate::recording::replay::Ignored;
use crate::shell::dashboard::{self, Contents, Dashboard};
use crate::shell::demo::clients::DemoClients;
use crate::shell::effects::EffectTargets;
use crate::shell::heap_trim;
use crate::shell::inbox::Inbox;
use crate::shell::looks::{LookOptions, Looks};
use crate::shell::open::compared::{Named, Verdict};
use crate::shell::open::file::RecordedFile;
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
    /// The second recording, if two are compared.
    pub second: Option<PathBuf>,
    /// What is left out of their comparison.
    pub ignored: Vec<Pattern>,
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
    /// As lines of these kinds on standard output; of two recordings, their differences.
    Headless(LineKinds),
}

/// The outcome of [`open`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenOutcome {
    /// Everything was shown; two recordings that were compared do not differ.
    Done,
    /// Two recordings were compared, and differ; the output says where.
    Different,
}

/// Looks into a recording until the user quits, or its last line is printed.
///
/// # Errors
///
/// One line that says why the file cannot be read, or the output cannot be written.
pub fn open(options: OpenOptions) -> Result<OpenOutcome> {
    let OpenOptions { file, second, ignored, connection, speed, output } = options;
    let first = RecordedFile::open(file)?;
    let second = second.map(|path| RecordedFile::open(Some(path))).transpose()?;
    match output {
        OpenOutput::Headless(kinds) => {
            logging::start(Destination::StandardError);
            let wanted = Wanted { utf8: false, connection };
            let Some(second) = second else {
                return headless::print(first.recognise(wanted)?, kinds).map(|()| OpenOutcome::Done);
            };
            let named = |file: RecordedFile| {
                let name = file.origin.name.clone();
                file.recognise(wanted).map(|recording| Named { recording, name })
            };
            Ok(match compared::print(named(first)?, named(second)?, &Ignored::new(ignored))? {
                Verdict::Same => OpenOutcome::Done,
                Verdict::Different => OpenOutcome::Different,
            })
        }
        OpenOutput::Dashboard { budget, looks } => {
            if !io::stdout().is_terminal() {
                bail!("standard output is not a terminal; use --headless for one JSON object a line");
            }
            let looks = Looks::of_terminal(*looks, |name| env::var(name).ok())?;
            let shown = Shown::new(first, second, Wanted { utf8: true, connection })?;
            show(shown, speed, budget, looks).map(|()| OpenOutcome::Done)
        }
    }
}

/// What is shown in the dashboard.
struct Shown {
    recording: Joined<Input>,
    reopen: Option<Reopen>,
    /// The length of everything, if it is known.
    length: Option<u64>,
    names: OpenedFiles,
}

impl Shown {
    fn new(first: RecordedFile, second: Option<RecordedFile>, wanted: Wanted) -> Result<Self> {
        let origin = first.origin.clone();
        let recording = first.recognise(wanted)?;
        let Some(second) = second else {
            let names = OpenedFiles { first: origin.name.clone(), second: None };
            let (reopen, length) = (origin.reopen(wanted), origin.length());
            return Ok(Self { recording: Joined::one(recording), reopen, length, names });
        };
        let other = second.origin.clone();
        Ok(Self {
            recording: Joined::two(recording, second.recognise(wanted)?),
            reopen: None,
            length: origin.length().zip(other.length()).map(|(length, other)| length + other),
            names: OpenedFiles { first: origin.name, second: Some(other.name) },
        })
    }
}

fn show(shown: Shown, speed: Option<PlaySpeed>, budget: Budget, looks: Looks) -> Result<()> {
    let _not_trimmed = heap_trim::start();
    logging::start(Destination::Pane);
    let Shown { recording, reopen, length, names } = shown;
    let source =
        RecordedSource::start(recording, reopen, length, speed).context("the recording cannot be read")?;
    let timers = TimerSchedule::start(TimerPlan { switch_every: None, stop_after: None }, BackendKind::Async);
    let (inbox, poster) = Inbox::new(source.waker());
    signals::handle(SignalSet::StopAndTerminal, poster.clone()).context("signals cannot be taken")?;
    let demo_clients = DemoClients::new(&[], None, poster.clone()).context("no thread can be started")?;
    let recorder = Recorder::new(poster.clone());
    let contents = Contents { budget, upstreams: Vec::new(), capacity: Vec::new(), opened: Some(names) };
    // The first event sets the time.
    let setup = dashboard::setup(Timestamp::default(), contents, &looks);
    let dashboard = Some(Dashboard::enter(setup, looks, timers.sample_interval(), poster)?);
    let repeats = Repeats::default();
    let targets =
        EffectTargets { source: Box::new(source), demo_clients, repeats, recorder, dashboard, stop: None };
    Session::new(targets, Vec::new(), inbox, timers).run()
}
