//! Looks into a recording, or compares two: in the dashboard, or as NDJSON.

mod compared;
mod file;
mod headless;
mod payload;
mod player;
mod reader;
mod source;

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use crate::app::OpenedFiles;
pub use crate::app::PlaySpeed;
use crate::bytes::frame::Framing;
use crate::bytes::pattern::Pattern;
use crate::event::ConnectionId;
use crate::event::codec::LineKinds;
use crate::logging::{self, Destination};
use crate::model::Budget;
use crate::model::payload::PayloadFiles;
use crate::recording::read::{Joined, Wanted};
use crate::recording::replay::Ignored;
use crate::shell::dashboard::Contents;
use crate::shell::looks::{LookOptions, Looks};
use crate::shell::open::compared::{Named, Verdict};
use crate::shell::open::file::RecordedFile;
use crate::shell::open::payload::{OpenFiles, ReadFailure};
use crate::shell::open::reader::{Input, Reopen};
use crate::shell::open::source::RecordedSource;
use crate::shell::viewer;

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
    /// How messages are told apart.
    pub framing: Framing,
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
    let OpenOptions { file, second, ignored, connection, speed, output, framing } = options;
    let first = RecordedFile::open(file)?;
    let second = second.map(|path| RecordedFile::open(Some(path))).transpose()?;
    match output {
        OpenOutput::Headless(kinds) => {
            logging::start(Destination::StandardError);
            let wanted = Wanted { utf8: false, connection, places: None };
            let Some(second) = second else {
                return headless::print(first.recognise(wanted)?, kinds, framing).map(|()| OpenOutcome::Done);
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
            let shown = Shown::new(first, second, Wanted { utf8: true, connection, places: None })?;
            show(shown, speed, budget, looks, &framing).map(|()| OpenOutcome::Done)
        }
    }
}

/// What is shown in the dashboard.
struct Shown {
    recording: Joined<Input>,
    reopen: Option<Reopen>,
    /// The length of everything, if it is known.
    length: Option<u64>,
    opened: OpenedFiles,
    /// Whether bytes of the files could not be read again.
    failure: Arc<ReadFailure>,
}

impl Shown {
    fn new(first: RecordedFile, second: Option<RecordedFile>, wanted: Wanted) -> Result<Self> {
        let names = [Some(&first), second.as_ref()].map(|file| file.map(|file| file.origin.name.clone()));
        let [name, second_name] = names;
        let files = [Some(&first), second.as_ref()].into_iter().flatten().map(RecordedFile::again);
        let files: Option<Vec<File>> = files.collect();
        let can_be_read_again = files.is_some();
        let places = |number| can_be_read_again.then_some(number);
        let wanted = Wanted { places: places(0), ..wanted };
        let origin = first.origin.clone();
        let recording = first.recognise(wanted)?;
        let (recording, reopen, length) = match second {
            None => (Joined::one(recording), origin.reopen(wanted), origin.length()),
            Some(second) => {
                let other = second.origin.length();
                let second = second.recognise(Wanted { places: places(1), ..wanted })?;
                let length = origin.length().zip(other).map(|(length, other)| length + other);
                (Joined::two(recording, second), None, length)
            }
        };
        let (files, failure) = OpenFiles::new(files.unwrap_or_default());
        let payload = can_be_read_again.then(|| PayloadFiles(Arc::new(files)));
        let opened =
            OpenedFiles { first: name.unwrap_or_default(), second: second_name, payload, replay: None };
        Ok(Self { recording, reopen, length, opened, failure })
    }
}

fn show(
    shown: Shown,
    speed: Option<PlaySpeed>,
    budget: Budget,
    looks: Looks,
    framing: &Framing,
) -> Result<()> {
    let Shown { recording, reopen, length, opened, failure } = shown;
    let contents = Contents {
        budget,
        upstreams: Vec::new(),
        capacity: Vec::new(),
        opened: Some(opened),
        watching: None,
    };
    viewer::view(contents, looks, framing, || {
        let source = RecordedSource::start(recording, reopen, length, speed, failure);
        Ok(Box::new(source.context("the recording cannot be read")?))
    })
}
