//! Recording from the dashboard: its prompt, and how far the recording is.

use crate::app::action::{Answer, Edit, RecordAction};
use crate::app::context::Context;
use crate::app::effect::{Effect, RecordedFile};
use crate::app::event::{RecordingProgress, RecordingReport};
use crate::app::format;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::overlay::text_input::TextInput;
use crate::app::status::Severity;
use crate::event::Timestamp;

/// The longest path, in bytes.
const LONGEST_PATH: usize = 1_024;

/// What is typed in the prompt.
#[derive(Debug)]
pub struct RecordPrompt {
    path: TextInput,
}

impl Default for RecordPrompt {
    fn default() -> Self {
        Self { path: TextInput::limited(LONGEST_PATH) }
    }
}

impl RecordPrompt {
    /// Returns the path that is typed.
    #[must_use]
    pub const fn path(&self) -> &TextInput {
        &self.path
    }

    /// Returns the question whether to replace what exists.
    #[must_use]
    pub fn question(&self) -> String {
        format!("{} exists. Record over it?", self.path.text())
    }

    /// Changes the path.
    pub(crate) fn edit(&mut self, edit: Edit) -> Outcome {
        self.path.edit(edit);
        Outcome::default().clear_status()
    }

    /// Adds text that was pasted to the path.
    pub(crate) fn paste(&mut self, text: &str) {
        self.path.paste(text);
    }

    /// Executes an action.
    pub(crate) fn act(&mut self, action: RecordAction, context: Context<'_>) -> Outcome {
        match (action, &context.world.recording) {
            (RecordAction::Toggle, Some(_)) => Outcome::effect(Effect::EndRecording),
            (RecordAction::Toggle, None) => {
                self.path.edit(Edit::Clear);
                self.path.paste(&suggested_name(context.now(), context.utc_offset_seconds()));
                Outcome::request(Request::Open(Overlay::Record)).clear_status()
            }
            (RecordAction::Start, _) => self.start(false),
            (RecordAction::Cancel, _) => Outcome::request(Request::Close),
        }
    }

    /// Executes the answer to the question whether to replace what exists.
    pub(crate) fn answer(&self, answer: Answer) -> Outcome {
        match answer {
            Answer::Yes => self.start(true).and(Request::Close),
            // The question and the prompt: a key that is pressed next must not be typed into the name.
            Answer::No => {
                let said = Outcome::info(&format!("nothing recorded: {} exists", self.path.text().trim()));
                said.and(Request::Close).and(Request::Close)
            }
        }
    }

    fn start(&self, replace: bool) -> Outcome {
        // A slash at the end stands for a directory.
        let path = self.path.text().trim().to_owned();
        if path.is_empty() {
            return Outcome::error("a recording needs a name");
        }
        Outcome::effect(Effect::Record(RecordedFile { path, replace }))
    }
}

/// Takes notice of what a recording does. One that could not be started leaves the prompt open.
pub(crate) fn reported(report: RecordingReport, recording: &mut Option<RecordingProgress>) -> Outcome {
    match report {
        RecordingReport::Exists => Outcome::request(Request::Open(Overlay::ReplaceRecording)),
        RecordingReport::NotStarted { path, why } => Outcome::error(&format!("{path}: {why}")),
        RecordingReport::Started { path } => {
            let text = format!("recording to {path}");
            *recording = Some(RecordingProgress { path, written: 0, missed: 0 });
            Outcome::request(Request::Close).say(Severity::Success, &text)
        }
        RecordingReport::Running(progress) => {
            *recording = Some(progress);
            Outcome::default()
        }
        RecordingReport::Ended { progress, failure } => {
            *recording = None;
            let RecordingProgress { path, written, missed } = progress;
            let missed = match missed {
                0 => String::new(),
                missed => format!("; {} reads and writes missed", format::count(missed)),
            };
            let size = format::size(written);
            match failure {
                None => {
                    Outcome::default().say(Severity::Success, &format!("{size} recorded to {path}{missed}"))
                }
                Some(why) => {
                    Outcome::error(&format!("the recording {path} ended after {size}: {why}{missed}"))
                }
            }
        }
    }
}

/// Returns a name that tells when the recording began.
fn suggested_name(now: Timestamp, utc_offset_seconds: i32) -> String {
    let local = now.0.saturating_add_signed(i64::from(utc_offset_seconds) * 1_000_000);
    let shown = format!("{:.0}", crate::bytes::stamp::stamp(local));
    let digits: String = shown.trim_end_matches('Z').replace([':', '-'], "").replace('T', "-");
    format!("bytewatch-{digits}.pcapng")
}
