//! Where log lines go: into the log pane, or in plain text to standard error.
//!
//! This is the only place that touches the global logger. What is captured is told by `BYTEWATCH_LOG`
//! (`info`, `bytewatch::server=trace,warn`) and, in the log pane, by its level keys. Nothing here decides when lines
//! are shown: [`collect`] is called from outside.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber, warn};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, reload};
use tui_logger::TuiLoggerTargetWidget;

use crate::bytes::safe;
use crate::bytes::stamp::stamp;

/// The variable that says what is captured.
const VARIABLE: &str = "BYTEWATCH_LOG";

/// Lines that may come between two calls of [`collect`]; more are dropped, and tui-logger says how many.
const BETWEEN_TWO_LOOKS: usize = 10_000;

/// Where log lines go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Destination {
    /// The log pane of the dashboard; everything from `info`, our own from `debug`.
    Pane,
    /// Standard error, a line each; from `warn`.
    StandardError,
}

/// What the pane captures by `BYTEWATCH_LOG`, and the handle by which its level keys change that.
static CAPTURE: OnceLock<(Targets, reload::Handle<Targets, Registry>)> = OnceLock::new();

/// Starts logging. A second call changes nothing.
pub fn start(destination: Destination) {
    let (targets, problem) = wanted(destination, std::env::var(VARIABLE).ok().as_deref());
    match destination {
        Destination::Pane => {
            tui_logger::set_default_level(log::LevelFilter::Info);
            tui_logger::set_env_filter_from_string(&targets.to_string());
            tui_logger::set_hot_buffer_depth(BETWEEN_TWO_LOOKS);
            let (filter, handle) = reload::Layer::new(targets.clone());
            let started = tracing_subscriber::registry().with(Pane.with_filter(filter)).try_init();
            if started.is_ok() {
                let _: Result<(), _> = CAPTURE.set((targets, handle));
            }
        }
        Destination::StandardError => {
            // It fails only when a logger is there already, which then goes on.
            let _ = tracing_subscriber::registry().with(StandardError.with_filter(targets)).try_init();
        }
    }
    if let Some(problem) = problem {
        warn!("{VARIABLE} is not understood ({problem}): the usual levels are used");
    }
}

/// Moves what was logged since the last call to where the log pane looks.
pub fn collect() {
    tui_logger::move_events();
}

/// Makes the pane's captured levels count, after one of its level keys.
pub fn follow_levels() {
    let Some((targets, handle)) = CAPTURE.get() else { return };
    let now =
        captured().into_iter().fold(targets.clone(), |all, (target, level)| all.with_target(target, level));
    // It fails only when the subscriber is gone, and then nothing is captured anyway.
    let _ = handle.reload(now);
}

/// What to capture, and what is wrong with the variable.
fn wanted(destination: Destination, variable: Option<&str>) -> (Targets, Option<String>) {
    let usual = match destination {
        Destination::Pane => Targets::new().with_default(Level::INFO).with_target("bytewatch", Level::DEBUG),
        Destination::StandardError => Targets::new().with_default(Level::WARN),
    };
    match variable.map(str::parse) {
        None => (usual, None),
        Some(Ok(targets)) => (targets, None),
        Some(Err(error)) => (usual, Some(error.to_string())),
    }
}

/// The captured level of each target that has logged.
///
/// tui-logger keeps them to itself; its list of targets is the one place that shows them, a row each: `EWI  :target`,
/// with a blank for each level that is not captured.
fn captured() -> Vec<(String, LevelFilter)> {
    const LEVELS: [LevelFilter; 6] = [
        LevelFilter::OFF,
        LevelFilter::ERROR,
        LevelFilter::WARN,
        LevelFilter::INFO,
        LevelFilter::DEBUG,
        LevelFilter::TRACE,
    ];
    let area = Rect::new(0, 0, 160, 200);
    let mut drawn = Buffer::empty(area);
    TuiLoggerTargetWidget::default().render(area, &mut drawn);
    let row = |y| {
        let text: String = (0..area.width).map(|x| drawn[(x, y)].symbol()).collect();
        let (levels, target) = text.split_at_checked(5)?;
        let target = target.strip_prefix(':')?.trim_end();
        let level = levels.bytes().filter(|byte| *byte != b' ').count();
        Some((target.to_owned(), *LEVELS.get(level)?))
    };
    (0..area.height).map_while(row).collect()
}

/// Hands events to the log pane.
struct Pane;

impl<S: Subscriber> Layer<S> for Pane {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let level = match *event.metadata().level() {
            Level::ERROR => log::Level::Error,
            Level::WARN => log::Level::Warn,
            Level::INFO => log::Level::Info,
            Level::DEBUG => log::Level::Debug,
            Level::TRACE => log::Level::Trace,
        };
        let text = safe::line(&Text::of(event).to_string());
        let mut record = log::Record::builder();
        record.level(level).target(event.metadata().target());
        tui_logger::Drain::new().log(&record.args(format_args!("{text}")).build());
    }
}

/// Writes events to standard error.
struct StandardError;

impl<S: Subscriber> Layer<S> for StandardError {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let (level, target) = (event.metadata().level(), event.metadata().target());
        let text = safe::line(&Text::of(event).to_string());
        // In one call, so that lines of several threads do not mix. Who logs something does not wait for its readers.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = stamp(u64::try_from(now.as_micros()).unwrap_or(u64::MAX));
        say(&format!("{now:.6} {level} {target}: {text}\n"), Duration::ZERO);
    }
}

/// A pipe takes as much as this at once when it says that it takes something.
const PIECE: usize = 4096;

/// Writes to standard error, as much of it as that takes without a wait that is longer than `patience`.
pub fn say(text: &str, patience: Duration) {
    let error = io::stderr();
    let wait = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
    for piece in text.as_bytes().chunks(PIECE) {
        let ready = poll(&mut [PollFd::new(error.as_fd(), PollFlags::POLLOUT)], wait);
        // When standard error is stuck or gone, nothing is left to be told so.
        if !ready.is_ok_and(|ready| ready > 0) || (&error).write_all(piece).is_err() {
            return;
        }
    }
}

/// An event as text: its message first, then its fields.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn of(event: &Event<'_>) -> Self {
        let mut text = Self::default();
        event.record(&mut text);
        text
    }

    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => self.message.write_fmt(value),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, format_args!("{value}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.message.is_empty() { self.fields.trim_start() } else { &self.message };
        f.write_str(text)?;
        if self.message.is_empty() { Ok(()) } else { f.write_str(&self.fields) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;
    use tracing::{debug, info, trace};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Lines {
        fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
            self.0.lock().push(Text::of(event).to_string());
        }
    }

    #[test]
    fn the_message_comes_first_and_the_fields_after() {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::registry().with(lines.clone());
        tracing::subscriber::with_default(subscriber, || {
            info!(peer = "a", number = 7, "it {}", "came");
            info!(only = true);
            let error = io::Error::other("broke");
            info!(error = &error as &(dyn std::error::Error + 'static), "it");
        });
        assert_eq!(*lines.0.lock(), ["it came peer=a number=7", "only=true", "it error=broke"]);
    }

    #[test]
    fn the_variable_counts_and_a_wrong_one_is_told() {
        let (targets, problem) = wanted(Destination::StandardError, None);
        assert!(
            problem.is_none()
                && !targets.would_enable("x", &Level::INFO)
                && targets.would_enable("x", &Level::WARN)
        );
        let (targets, problem) = wanted(Destination::Pane, Some("bytewatch::server=trace,error"));
        assert!(problem.is_none() && targets.would_enable("bytewatch::server", &Level::TRACE));
        assert!(!targets.would_enable("bytewatch::app", &Level::WARN));
        let (targets, problem) = wanted(Destination::Pane, Some("bytewatch=loudly"));
        assert!(problem.is_some() && targets.would_enable("bytewatch::app", &Level::DEBUG));
    }

    /// The only test that starts the logger, which a process has one of.
    #[test]
    fn the_level_keys_of_the_pane_change_what_is_captured() {
        start(Destination::Pane);
        start(Destination::Pane);
        debug!(target: "bytewatch::levels", "one");
        trace!(target: "bytewatch::levels", "not captured");
        collect();
        let level = || {
            captured().into_iter().find(|(target, _)| target == "bytewatch::levels").map(|(_, level)| level)
        };
        assert_eq!(level(), Some(LevelFilter::DEBUG));

        tui_logger::set_level_for_target("bytewatch::levels", log::LevelFilter::Trace);
        follow_levels();
        assert!(tracing::enabled!(target: "bytewatch::levels", Level::TRACE));
        assert!(!tracing::enabled!(target: "bytewatch::other", Level::TRACE));

        tui_logger::set_level_for_target("bytewatch::levels", log::LevelFilter::Error);
        follow_levels();
        assert!(!tracing::enabled!(target: "bytewatch::levels", Level::WARN));
        assert!(tracing::enabled!(target: "bytewatch::other", Level::DEBUG));
    }
}
