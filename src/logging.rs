//! Logging: into the log pane, or as plain text to standard error.
//!
//! Besides the log pane, only this module touches the global logger. `BYTEWATCH_LOG` (`info`,
//! `bytewatch::server=trace,warn`) sets the captured levels; in the log pane the level keys change them. This module
//! does not decide when lines become visible: its user calls [`collect`].

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

/// The environment variable with the captured levels.
const VARIABLE: &str = "BYTEWATCH_LOG";

/// The capacity for records between two calls of [`collect`]. Beyond it tui-logger drops the oldest and logs how many.
const HOT_BUFFER_DEPTH: usize = 10_000;

/// Where log lines go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Destination {
    /// The log pane of the dashboard, from level `info`, and from `debug` for the targets of this crate.
    Pane,
    /// Standard error, one line per event, from level `warn`.
    StandardError,
}

/// The filter of the log pane.
struct Capture {
    /// The levels that are captured initially.
    initial: Targets,
    /// Replaces the filter when a level key changes it.
    handle: reload::Handle<Targets, Registry>,
}

static CAPTURE: OnceLock<Capture> = OnceLock::new();

/// Installs the global logger. A second call changes nothing.
pub fn start(destination: Destination) {
    let Levels { targets, problem } = levels(destination, std::env::var(VARIABLE).ok().as_deref());
    match destination {
        Destination::Pane => {
            tui_logger::set_default_level(log::LevelFilter::Info);
            tui_logger::set_env_filter_from_string(&targets.to_string());
            tui_logger::set_hot_buffer_depth(HOT_BUFFER_DEPTH);
            let (filter, handle) = reload::Layer::new(targets.clone());
            let started = tracing_subscriber::registry().with(PaneLayer.with_filter(filter)).try_init();
            if started.is_ok() {
                let _: Result<(), _> = CAPTURE.set(Capture { initial: targets, handle });
            }
        }
        Destination::StandardError => {
            // This fails only if a logger is installed already, which then stays.
            let _ = tracing_subscriber::registry().with(StderrLayer.with_filter(targets)).try_init();
        }
    }
    if let Some(problem) = problem {
        warn!("{VARIABLE} is not understood ({problem}): the usual levels are used");
    }
}

/// Makes the records since the last call visible to the log pane.
pub fn collect() {
    tui_logger::move_events();
}

/// Applies the captured levels of the pane to the filter. To be called after one of its level keys.
pub fn apply_levels() {
    let Some(Capture { initial, handle }) = CAPTURE.get() else { return };
    let now = captured_levels()
        .into_iter()
        .fold(initial.clone(), |all, (target, level)| all.with_target(target, level));
    // This fails only if the subscriber is gone, and then nothing is captured anyway.
    let _ = handle.reload(now);
}

/// The levels to capture.
struct Levels {
    targets: Targets,
    /// Why the variable cannot be parsed.
    problem: Option<String>,
}

/// The levels to capture according to the variable, or the usual ones.
fn levels(destination: Destination, variable: Option<&str>) -> Levels {
    let usual = match destination {
        Destination::Pane => Targets::new().with_default(Level::INFO).with_target("bytewatch", Level::DEBUG),
        Destination::StandardError => Targets::new().with_default(Level::WARN),
    };
    match variable.map(str::parse) {
        None => Levels { targets: usual, problem: None },
        Some(Ok(targets)) => Levels { targets, problem: None },
        Some(Err(error)) => Levels { targets: usual, problem: Some(error.to_string()) },
    }
}

/// The captured level of each target that has logged.
///
/// tui-logger has no getter for these levels. Only its list of targets shows them, one row per target: `EWI  :target`,
/// with a blank for each level that is not captured.
fn captured_levels() -> Vec<(String, LevelFilter)> {
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

/// The layer that passes events to tui-logger, for the log pane.
struct PaneLayer;

impl<S: Subscriber> Layer<S> for PaneLayer {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let level = match *event.metadata().level() {
            Level::ERROR => log::Level::Error,
            Level::WARN => log::Level::Warn,
            Level::INFO => log::Level::Info,
            Level::DEBUG => log::Level::Debug,
            Level::TRACE => log::Level::Trace,
        };
        let text = safe::line(&EventText::of(event).to_string());
        let mut record = log::Record::builder();
        record.level(level).target(event.metadata().target());
        tui_logger::Drain::new().log(&record.args(format_args!("{text}")).build());
    }
}

/// The layer that writes events to standard error.
struct StderrLayer;

impl<S: Subscriber> Layer<S> for StderrLayer {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let (level, target) = (event.metadata().level(), event.metadata().target());
        let text = safe::line(&EventText::of(event).to_string());
        // In one call, so that lines of several threads do not mix. A thread that logs never waits for a reader.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = stamp(u64::try_from(now.as_micros()).unwrap_or(u64::MAX));
        write_stderr(&format!("{now:.6} {level} {target}: {text}\n"), Duration::ZERO);
    }
}

/// A pipe that poll(2) reports as writable takes this many bytes without blocking.
const PIPE_BUF: usize = 4096;

/// Writes `text` to standard error. Gives up the rest if standard error stays unwritable for `timeout`.
pub fn write_stderr(text: &str, timeout: Duration) {
    let error = io::stderr();
    let wait = PollTimeout::try_from(timeout).unwrap_or(PollTimeout::MAX);
    for piece in text.as_bytes().chunks(PIPE_BUF) {
        let ready = poll(&mut [PollFd::new(error.as_fd(), PollFlags::POLLOUT)], wait);
        // There is nowhere to report that standard error is stuck or gone.
        if !ready.is_ok_and(|ready| ready > 0) || (&error).write_all(piece).is_err() {
            return;
        }
    }
}

/// A log event as text: its message, then its fields.
#[derive(Default)]
struct EventText {
    message: String,
    fields: String,
}

impl EventText {
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

impl Visit for EventText {
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

impl fmt::Display for EventText {
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
            self.0.lock().push(EventText::of(event).to_string());
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
    fn the_variable_counts_and_a_wrong_one_is_reported() {
        let Levels { targets, problem } = levels(Destination::StandardError, None);
        assert!(
            problem.is_none()
                && !targets.would_enable("x", &Level::INFO)
                && targets.would_enable("x", &Level::WARN)
        );
        let Levels { targets, problem } = levels(Destination::Pane, Some("bytewatch::server=trace,error"));
        assert!(problem.is_none() && targets.would_enable("bytewatch::server", &Level::TRACE));
        assert!(!targets.would_enable("bytewatch::app", &Level::WARN));
        let Levels { targets, problem } = levels(Destination::Pane, Some("bytewatch=loudly"));
        assert!(problem.is_some() && targets.would_enable("bytewatch::app", &Level::DEBUG));
    }

    /// The only test that installs the logger, because it is global to the process.
    #[test]
    fn the_level_keys_of_the_pane_change_what_is_captured() {
        start(Destination::Pane);
        start(Destination::Pane);
        debug!(target: "bytewatch::levels", "one");
        trace!(target: "bytewatch::levels", "not captured");
        collect();
        let level = || {
            captured_levels()
                .into_iter()
                .find(|(target, _)| target == "bytewatch::levels")
                .map(|(_, level)| level)
        };
        assert_eq!(level(), Some(LevelFilter::DEBUG));

        tui_logger::set_level_for_target("bytewatch::levels", log::LevelFilter::Trace);
        apply_levels();
        assert!(tracing::enabled!(target: "bytewatch::levels", Level::TRACE));
        assert!(!tracing::enabled!(target: "bytewatch::other", Level::TRACE));

        tui_logger::set_level_for_target("bytewatch::levels", log::LevelFilter::Error);
        apply_levels();
        assert!(!tracing::enabled!(target: "bytewatch::levels", Level::WARN));
        assert!(tracing::enabled!(target: "bytewatch::other", Level::DEBUG));
    }
}
