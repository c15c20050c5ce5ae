//! Bytes of the stream as the input of a command: its prompt, and what the command has written.
//!
//! The command runs beside the program. What it has written is shown once it has ended; until then it can be stopped.

use bytes::Bytes;
use ratatui::layout::Rect;

use crate::app::action::{Edit, Motion, PipeAction};
use crate::app::context::Context;
use crate::app::effect::{Effect, PipedBytes};
use crate::app::event::{PipeEnd, PipeResult, PipeText};
use crate::app::export::describe;
use crate::app::format;
use crate::app::layout::inner;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::overlay::recalled_input::RecalledInput;
use crate::app::overlay::text_input::TextInput;
use crate::app::stream::StreamState;

/// The longest command, in bytes.
const LONGEST_COMMAND: usize = 4_096;
/// Characters that are kept of a line.
const LONGEST_LINE: usize = 1_000;

/// A line of the output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OutputRow {
    /// What the command wrote to its standard output. It may have any characters.
    Output(String),
    /// What it wrote to its standard error. It may have any characters.
    Error(String),
    /// What is said about them.
    Note(String),
}

/// What became of the command.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
enum Progress {
    /// None was run yet.
    #[default]
    Nothing,
    Running,
    /// It was asked to stop.
    Stopping,
    Ended(PipeResult),
}

/// What is given to a command, and what it wrote.
#[derive(Debug)]
pub struct Pipe {
    prompt: RecalledInput,
    bytes: Bytes,
    /// Where the bytes are from, in words.
    origin: String,
    /// The word for the direction in which they went.
    way: &'static str,
    /// The command that was run last.
    command: String,
    progress: Progress,
    rows: Vec<OutputRow>,
    /// The index of the first visible row.
    top: usize,
}

impl Default for Pipe {
    fn default() -> Self {
        Self {
            prompt: RecalledInput::limited(LONGEST_COMMAND),
            bytes: Bytes::new(),
            origin: String::new(),
            way: "",
            command: String::new(),
            progress: Progress::default(),
            rows: Vec::new(),
            top: 0,
        }
    }
}

/// What the overlay of the output shows.
impl Pipe {
    /// Returns the command that is typed.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        self.prompt.input()
    }

    /// Returns the words before the command.
    #[must_use]
    pub fn prompt_name(&self) -> String {
        format!("pipe {} {} to ", format::plural(self.bytes.len() as u64, "byte"), self.way)
    }

    /// Returns the command that was run last.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Returns what became of the command, in words.
    #[must_use]
    pub fn state(&self) -> String {
        match &self.progress {
            Progress::Nothing => String::new(),
            Progress::Running => "runs; Esc stops it".to_owned(),
            Progress::Stopping => "is being stopped".to_owned(),
            Progress::Ended(result) => ended(result),
        }
    }

    /// Returns whether the command has not ended.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        matches!(self.progress, Progress::Running | Progress::Stopping)
    }

    /// Returns what the command was given, in words.
    #[must_use]
    pub fn given(&self) -> String {
        format!("given {}", self.origin)
    }

    /// Returns whether the command has failed.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        match &self.progress {
            Progress::Nothing | Progress::Running | Progress::Stopping => false,
            Progress::Ended(result) => !matches!(result.end, PipeEnd::Exited(0)),
        }
    }

    /// Returns the visible rows of the output.
    #[must_use]
    pub fn visible(&self, screen: Rect) -> &[OutputRow] {
        let height = usize::from(output_area(screen).height);
        let top = self.top.min(self.last_top(height));
        &self.rows[top..self.rows.len().min(top + height)]
    }

    fn last_top(&self, height: usize) -> usize {
        self.rows.len().saturating_sub(height)
    }
}

/// Returns the place of the output: the screen without a border, the line above the output, and the footer.
#[must_use]
pub fn output_area(screen: Rect) -> Rect {
    let area = inner(Rect { height: screen.height.saturating_sub(1), ..screen });
    Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area }
}

impl Pipe {
    /// Changes the command that is typed.
    pub(crate) fn edit(&mut self, edit: Edit) -> Outcome {
        self.prompt.edit(edit);
        Outcome::default().clear_status()
    }

    /// Adds text that was pasted to the command.
    pub(crate) fn paste(&mut self, text: &str) {
        self.prompt.paste(text);
    }

    /// Moves the rows of the output, if it is the topmost overlay. Returns whether it is.
    pub(crate) fn scroll(&mut self, motion: Motion, top: Option<Overlay>, context: Context<'_>) -> bool {
        if top != Some(Overlay::Output) {
            return false;
        }
        let page = usize::from(output_area(context.display().area()).height);
        let last = self.last_top(page);
        self.top = motion.apply(self.top.min(last), last, page);
        true
    }

    /// Executes an action.
    pub(crate) fn act(&mut self, action: PipeAction, stream: &StreamState, context: Context<'_>) -> Outcome {
        match action {
            PipeAction::Open => return self.open(stream, context),
            PipeAction::Run => return self.run(),
            PipeAction::Earlier => self.prompt.earlier(),
            PipeAction::Later => self.prompt.later(),
            PipeAction::Cancel => return Outcome::request(Request::Close),
            PipeAction::Back => return self.back(),
        }
        Outcome::default()
    }

    /// Asks for a command; or shows the one that still runs.
    fn open(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        if matches!(self.progress, Progress::Running | Progress::Stopping) {
            return Outcome::request(Request::Open(Overlay::Output)).clear_status();
        }
        let found = stream.viewed(context).and_then(|connection| {
            let view = stream.view();
            let selected = view.selected(connection).or_else(|| view.kept_bytes(connection))?;
            Some((connection, selected))
        });
        let Some((connection, selected)) = found else { return Outcome::info("There are no bytes to pipe") };
        self.bytes = selected.channel.stream(connection).history.copy(selected.range.clone()).into();
        self.origin = describe(&selected, connection.id);
        self.way = selected.channel.word();
        self.prompt.open();
        Outcome::request(Request::Open(Overlay::Pipe)).clear_status()
    }

    fn run(&mut self) -> Outcome {
        if self.input().text().trim().is_empty() {
            return Outcome::error("no command is typed");
        }
        self.prompt.keep();
        self.command = self.input().text().to_owned();
        self.progress = Progress::Running;
        self.rows = Vec::new();
        self.top = 0;
        let piped = PipedBytes { command: self.command.clone(), bytes: self.bytes.clone() };
        Outcome::effect(Effect::Pipe(piped)).and(Request::Close).and(Request::Open(Overlay::Output))
    }

    /// Stops the command if it runs, or else closes the output.
    fn back(&mut self) -> Outcome {
        match self.progress {
            Progress::Running => {
                self.progress = Progress::Stopping;
                Outcome::effect(Effect::StopPipe)
            }
            Progress::Nothing | Progress::Stopping | Progress::Ended(_) => Outcome::request(Request::Close),
        }
    }

    /// Takes notice of the end of the command, and says so if its output is not on the screen.
    pub(crate) fn ended(&mut self, result: PipeResult, top: Option<Overlay>) -> Outcome {
        let said = Outcome::info(&format!("{}: {}", self.command, ended(&result)));
        self.rows = rows(&result);
        self.top = 0;
        self.progress = Progress::Ended(result);
        if top == Some(Overlay::Output) { Outcome::default() } else { said }
    }
}

/// How a command ended and how much it wrote, in words.
fn ended(result: &PipeResult) -> String {
    let size = |text: &PipeText| format::plural(text.length, "byte");
    let how = match &result.end {
        PipeEnd::Exited(status) => format!("exit status {status}"),
        PipeEnd::Signalled(signal) => format!("ended by signal {signal}"),
        PipeEnd::Stopped => "stopped".to_owned(),
        PipeEnd::NotStarted(why) => return format!("not started: {why}"),
    };
    match result.errors.length {
        0 => format!("{how} · {} written", size(&result.output)),
        _ => format!("{how} · {} written, {} of errors", size(&result.output), size(&result.errors)),
    }
}

/// The output and then the errors, in lines.
fn rows(result: &PipeResult) -> Vec<OutputRow> {
    let mut rows: Vec<OutputRow> = Vec::new();
    let mut add = |text: &PipeText, row: fn(String) -> OutputRow| {
        rows.extend(String::from_utf8_lossy(&text.bytes).lines().map(|line| row(shortened(line))));
        let kept = text.bytes.len() as u64;
        if kept < text.length {
            let [kept, length] = [kept, text.length].map(format::count);
            rows.push(OutputRow::Note(format!("the first {kept} of {length} bytes are shown")));
        }
    };
    add(&result.output, OutputRow::Output);
    add(&result.errors, OutputRow::Error);
    rows
}

/// A line, or its start and a sign.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
