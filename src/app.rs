//! Pure state of the dashboard: [`App::update`] takes what happened and says what to do about it.
//!
//! No I/O, no clock, no lock, no thread, and no `Result`: time comes inside events, failures come as events. A recorded
//! list of events gives the same screen again.
//!
//! A pane owns its state, is told a [`context::Context`], and answers with an [`outcome::Outcome`]; what lies over the
//! panes is a stack of overlays, of which the topmost one gets the keys. Only `state` and `dispatch` know all of them.

mod access;
pub mod action;
pub mod backends;
pub mod choices;
pub mod chrome;
pub mod clients;
mod clipboard;
pub mod command_id;
pub mod compare;
pub mod context;
pub mod demo;
pub mod differences;
mod dispatch;
pub mod display;
pub mod effect;
pub mod event;
pub mod export;
pub mod find;
pub mod focus;
pub mod format;
pub mod framing;
mod host_actions;
pub mod hosts;
pub mod keymap;
pub mod layout;
pub mod logs;
pub mod marks;
mod mouse;
pub mod notes;
pub mod outcome;
pub mod overlay;
pub mod pipe;
pub mod record;
pub mod recording;
pub mod screen;
pub mod setup;
mod state;
pub mod status;
pub mod stream;
pub mod time_prompt;
mod typing;
pub mod world;

pub use action::{HoldInput, LogsAction, TimelineStep};
pub use display::{MouseOwner, Palette};
pub use effect::{CopiedText, Effect, LessonControl, PipedBytes, RecordedFile, SavedFile};
pub use event::{
    AppEvent, CopyResult, PipeEnd, PipeResult, PipeText, RecordingProgress, RecordingReport, SaveResult,
};
pub use hosts::{BusNews, HostAnswer, HostNews, HostOutcome};
pub use logs::{Lines, LogsView, Targets};
pub use recording::{
    Finding, FindingKind, Pace, PlaySpeed, Playback, ReadingProgress, RecordingNews, ReplayNews,
    ReplayProgress,
};
pub use setup::{Acting, Clipboard, OpenedFiles, ReplayTo, Setup, Watching};
pub use state::App;

#[cfg(test)]
mod tests;
