//! The commands that a command line can contain.

use crate::commands::compare::{CompareOptions, HandlerMode};
use crate::commands::decode::DecodeOptions;
use crate::commands::demo_fleet::FleetOptions;
use crate::commands::load::LoadOptions;
use crate::commands::replay::{ReplayOptions, ReplayOutput};
use crate::commands::watch::WatchOptions;
use crate::event::BackendKind;
use crate::shell::open::{OpenOptions, OpenOutput};
use crate::shell::{LookOptions, Options};

/// A parsed command.
#[derive(Debug)]
pub enum Command {
    /// Listen and serve.
    Serve(Box<Options>),
    /// Print the names of the built-in lessons.
    Lessons,
    /// Demo hosts that publish, and a watcher of them.
    Fleet(FleetOptions),
    /// Run a load generator against an echo server.
    Load(LoadOptions),
    /// Benchmark both backends.
    Compare(CompareOptions),
    /// Run one backend as a process of its own, for `compare`.
    Candidate(BackendKind, HandlerMode),
    /// Decode bytes into characters.
    Decode(DecodeOptions),
    /// Look into a recording.
    Open(Box<OpenOptions>),
    /// Play a recording to a real program.
    Replay(Box<ReplayOptions>),
    /// Follow what many machines publish.
    Watch(Box<WatchOptions>),
    /// Print this text: completions, a manual page, or the settings.
    Print(String),
}

impl Command {
    /// How the dashboard looks, if the command may have one.
    pub(super) fn looks(&mut self) -> Option<&mut LookOptions> {
        match self {
            Self::Serve(options) => Some(&mut options.looks),
            Self::Open(options) => match &mut options.output {
                OpenOutput::Dashboard { looks, .. } => Some(looks),
                OpenOutput::Headless(_) => None,
            },
            Self::Replay(options) => match &mut options.output {
                ReplayOutput::Dashboard { looks, .. } => Some(looks),
                ReplayOutput::Print(_) => None,
            },
            Self::Watch(options) => options.output.looks(),
            Self::Fleet(options) => options.output.looks(),
            Self::Lessons
            | Self::Load(_)
            | Self::Compare(_)
            | Self::Candidate(..)
            | Self::Decode(_)
            | Self::Print(_) => None,
        }
    }
}
