//! The shell around the pure parts: starts the server, passes facts on to the output, and carries out effects.
//!
//! [`serve`] runs either the dashboard or the headless output. Both take facts from the server's feed and all other
//! inputs (keys, signals, a lost output) from an inbox that wakes the feed's waker, so that the loop waits in one
//! place. Both can start built-in clients: those of a [lesson](demo::lesson), and load generators as faults. This module
//! does not decide what a key means or what the screen shows.

pub mod demo;
pub mod quantity;
pub mod terminal;

pub(crate) mod dashboard;
pub(crate) mod error_chain;
pub(crate) mod headless;
pub(crate) mod heap_trim;
pub(crate) mod inbox;
pub(crate) mod json;
pub(crate) mod shutdown;
pub(crate) mod signals;
pub(crate) mod sink;
pub(crate) mod timers;
pub(crate) mod totals;
pub(crate) mod usage;

use std::env;
use std::io::{self, IsTerminal};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::logging::{self, Destination};
use crate::model::Budget;
use crate::server::{Config, FactReceiver, ListenAddress, Server, StartError};
use crate::ui::guard::Charset;

pub use crate::event::codec::{LineKind, LineKinds};
pub use crate::logging::write_stderr;
use crate::shell::demo::lesson::Lesson;
pub use crate::shell::error_chain::error_chain;
pub use crate::shell::terminal::capabilities::Glyphs;

/// The options of [`serve`].
#[derive(Debug)]
pub struct Options {
    /// The configuration of the server.
    pub server: Config,
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
    /// The characters that the dashboard is drawn with.
    pub glyphs: Glyphs,
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
    let Options { server, output, switch_every, stop_after, budget, if_taken, lesson, glyphs } = options;
    let plan = timers::TimerPlan { switch_every, stop_after };
    // Without this thread the process keeps freed memory; all else works.
    let _not_trimmed = heap_trim::start();
    let lesson = lesson.map(|Lesson { choice, speed }| choice.read().map(|script| (script, speed)));
    let lesson = lesson.transpose()?;
    // Checked before the server starts, so that a run that fails here accepts no client.
    if output == Output::Dashboard && !io::stdout().is_terminal() {
        bail!("standard output is not a terminal; use --headless for one JSON object a line");
    }
    let charset = match output {
        Output::Dashboard => terminal::capabilities::charset(glyphs, |name| env::var(name).ok())?,
        Output::Headless(_) => Charset::Ascii,
    };
    logging::start(match output {
        Output::Dashboard => Destination::Pane,
        Output::Headless(_) => Destination::StandardError,
    });
    let backend = server.backend;
    let (server, feed) = start(server, if_taken)?;
    let schedule = timers::TimerSchedule::start(plan, backend);
    match output {
        Output::Dashboard => dashboard::run(&server, feed, schedule, budget, lesson, charset),
        Output::Headless(kinds) => headless::run(&server, feed, schedule, kinds, lesson),
    }
}

fn start(mut config: Config, if_taken: IfTaken) -> Result<(Server, FactReceiver), StartError> {
    match (Server::start(config.clone()), if_taken) {
        (Err(StartError::InUse { .. }), IfTaken::TakeAnother) => {
            config.listen.iter_mut().for_each(ListenAddress::take_any_port);
            Server::start(config)
        }
        (started, _) => started,
    }
}
