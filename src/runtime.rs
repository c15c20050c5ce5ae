//! The shell around the pure parts: starts the server, feeds what happens to where it is shown, and carries out what
//! is asked for.
//!
//! [`serve`] runs either the dashboard or the headless output; both take facts from the server's feed and everything
//! else (keys, signals, a lost output) from an inbox that rings the feed's bell, so that one wait is enough.
//! Either can have clients of our own: those of a [`lesson`], and crowds that make it hurt. [`decode`] needs no server,
//! [`load`] somebody else's, [`compare`] several. Nothing here decides what a key means or what is shown.

pub mod compare;
pub mod decode;
pub mod lesson;
pub mod load;
pub mod units;

mod cast;
mod crowds;
mod dashboard;
mod ending;
mod headless;
mod heap;
mod inbox;
mod input;
mod json;
mod kinds;
mod no_thread;
mod process;
mod program;
mod reasons;
mod screen;
mod signals;
mod sink;
mod stage;
mod tally;
mod terminal;
mod timing;
mod watch;

use std::env;
use std::io::{self, IsTerminal};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::logging::{self, Destination};
use crate::model::Budget;
use crate::server::{Config, Feed, Server, StartError};
use crate::ui::guard::Charset;

pub use crate::logging::say;
pub use kinds::{Kind, Kinds};
use lesson::Lesson;
pub use reasons::reasons;

/// Everything that serving can be told.
#[derive(Debug)]
pub struct Options {
    /// What the server does.
    pub server: Config,
    /// Where one looks into it.
    pub output: Output,
    /// How often the backend changes by itself.
    pub switch_every: Option<Duration>,
    /// After which time it stops by itself.
    pub stop_after: Option<Duration>,
    /// How much is kept to look at.
    pub budget: Budget,
    /// What to do when another program listens there already.
    pub if_taken: IfTaken,
    /// What clients of our own do, if there are to be any.
    pub lesson: Option<Lesson>,
    /// With which characters the dashboard is drawn.
    pub glyphs: Glyphs,
}

/// What to do when another program listens at the address already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IfTaken {
    /// Say so.
    Fail,
    /// Listen on any free port.
    TakeAnother,
}

/// With which characters the dashboard is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Glyphs {
    /// Those that the locale allows.
    OfLocale,
    /// ASCII, whatever the locale says.
    Ascii,
}

/// Where one looks into the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// A full screen on the terminal.
    Dashboard,
    /// One JSON object a line on standard output, of these kinds.
    Headless(Kinds),
}

/// Listens and serves until it is told to stop.
///
/// # Errors
///
/// One line that says what failed and what to do about it: an address that cannot be listened on, a standard output
/// that is not a terminal, an output that cannot be written, a lesson that cannot be played.
pub fn serve(options: Options) -> Result<()> {
    let Options { server, output, switch_every, stop_after, budget, if_taken, lesson, glyphs } = options;
    let plan = timing::Plan { switch_every, stop_after };
    // Without the thread, memory is not returned, and all else works.
    let _kept_large = heap::keep_small();
    let lesson = lesson.map(|Lesson { choice, speed }| choice.read().map(|script| (script, speed)));
    let lesson = lesson.transpose()?;
    // Before the server starts: a refusal must not have served anybody.
    if output == Output::Dashboard && !io::stdout().is_terminal() {
        bail!("standard output is not a terminal; use --headless for one JSON object a line");
    }
    let charset = match output {
        Output::Dashboard => terminal::charset(glyphs, |name| env::var(name).ok())?,
        Output::Headless(_) => Charset::Ascii,
    };
    logging::start(match output {
        Output::Dashboard => Destination::Pane,
        Output::Headless(_) => Destination::StandardError,
    });
    let backend = server.backend;
    let (server, feed) = start(server, if_taken)?;
    let clock = timing::Clock::start(plan, backend);
    match output {
        Output::Dashboard => dashboard::run(&server, feed, clock, budget, lesson, charset),
        Output::Headless(kinds) => headless::run(&server, feed, clock, kinds, lesson),
    }
}

fn start(mut config: Config, if_taken: IfTaken) -> Result<(Server, Feed), StartError> {
    match (Server::start(config.clone()), if_taken) {
        (Err(StartError::InUse { .. }), IfTaken::TakeAnother) => {
            config.listen.iter_mut().for_each(|address| address.set_port(0));
            Server::start(config)
        }
        (started, _) => started,
    }
}
