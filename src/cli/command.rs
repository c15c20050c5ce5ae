//! The commands that a command line can contain.

use crate::commands::compare::{CompareOptions, HandlerMode};
use crate::commands::decode::DecodeOptions;
use crate::commands::load::LoadOptions;
use crate::event::BackendKind;
use crate::shell::Options;

/// A parsed command.
#[derive(Debug)]
pub enum Command {
    /// Listen and serve.
    Serve(Box<Options>),
    /// Print the names of the built-in lessons.
    Lessons,
    /// Run a load generator against an echo server.
    Load(LoadOptions),
    /// Benchmark both backends.
    Compare(CompareOptions),
    /// Run one backend as a process of its own, for `compare`.
    Candidate(BackendKind, HandlerMode),
    /// Decode bytes into characters.
    Decode(DecodeOptions),
    /// Print this text: completions, a manual page, or the settings.
    Print(String),
}
