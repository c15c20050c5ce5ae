//! Logging: into the log pane, or as plain text to standard error.
//!
//! Besides the log pane, only this module touches the global logger. `BYTEWATCH_LOG` (`info`,
//! `bytewatch::server=trace,warn`) sets the captured levels; in the log pane the level keys change them. This module
//! does not decide when lines become visible: its user calls [`collect`]. Every record for the pane goes through it, so
//! that [`log_records`] and tui-logger have the same records and the same targets.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use jiff::Zoned;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber, warn};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, reload};

use crate::bytes::safe;
use crate::bytes::stamp::stamp;
use crate::log_records::{self, LogRecord, WIDGET_CAPACITY};

/// The environment variable with the captured levels.
const VARIABLE: &str = "BYTEWATCH_LOG";

/// How many records tui-logger is given before it is told to move them into its log. Its buffer for new records holds
/// 1,000; beyond that it would drop some and add a record about it.
const MOVED_TOGETHER: usize = 500;

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
    /// The levels that are captured now.
    now: Mutex<Targets>,
    /// Replaces the filter when a level key changes it.
    handle: reload::Handle<Targets, Registry>,
}

static CAPTURE: OnceLock<Capture> = OnceLock::new();

/// Installs the global logger. A second call changes nothing.
pub fn start(destination: Destination) {
    let Levels { targets, problem } = levels(destination, std::env::var(VARIABLE).ok().as_deref());
    match destination {
        Destination::Pane => {
            tui_logger::set_buffer_depth(WIDGET_CAPACITY);
            let (filter, handle) = reload::Layer::new(targets.clone());
            let started = tracing_subscriber::registry().with(PaneLayer.with_filter(filter)).try_init();
            if started.is_ok() {
                let _: Result<(), _> =
                    CAPTURE.set(Capture { now: Mutex::new(targets.clone()), initial: targets, handle });
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

/// Adds a record that waits to be collected.
pub fn record(level: log::Level, target: &'static str, text: &str) {
    let time = Zoned::now().time();
    log_records::push(LogRecord { time, level, target, text: text.to_owned() });
}

/// Makes the records since the last call visible to the log pane.
pub fn collect() {
    let mut log = log_records::collected();
    let mut pending = log_records::take_pending();
    while !pending.is_empty() {
        for record in pending.drain(..pending.len().min(MOVED_TOGETHER)) {
            let target = log.target_named(record.target).unwrap_or_else(|| {
                let captured = captured_level(record.target);
                tui_logger::set_level_for_target(record.target, captured);
                log.add_target(record.target, captured)
            });
            // tui-logger's own time would be that of this call.
            let message = format_args!("{} {}", record.time_of_day(), record.text);
            let mut built = log::Record::builder();
            built.level(record.level).target(record.target);
            tui_logger::Drain::new().log(&built.args(message).build());
            log.push(record, target);
        }
        tui_logger::move_events();
    }
}

/// Removes all records, and changes how many are kept.
pub fn reset(capacity: usize) {
    let mut log = log_records::collected();
    log_records::take_pending();
    log.reset(capacity);
    tui_logger::set_buffer_depth(capacity.min(WIDGET_CAPACITY));
}

/// Applies the captured levels of all targets to the filter. To be called after a level key of the pane.
pub fn apply_levels() {
    let Some(Capture { initial, now, handle }) = CAPTURE.get() else { return };
    let log = log_records::collected();
    let wanted = log.targets().iter().fold(initial.clone(), |all, target| {
        // A target inherits the levels of a shorter one that it begins with, so each has its own entry.
        all.with_target(target.name.clone(), tracing_filter(target.captured))
    });
    let mut now = now.lock();
    if *now != wanted {
        now.clone_from(&wanted);
        // This fails only if the subscriber is gone, and then nothing is captured anyway.
        let _ = handle.reload(wanted);
    }
}

/// The level up to which the filter captures records of this target; every level if there is no filter.
fn captured_level(target: &str) -> log::LevelFilter {
    let Some(Capture { now, .. }) = CAPTURE.get() else { return log::LevelFilter::Trace };
    let now = now.lock();
    let levels = [
        (Level::TRACE, log::LevelFilter::Trace),
        (Level::DEBUG, log::LevelFilter::Debug),
        (Level::INFO, log::LevelFilter::Info),
        (Level::WARN, log::LevelFilter::Warn),
        (Level::ERROR, log::LevelFilter::Error),
    ];
    let captured = levels.into_iter().find(|(level, _)| now.would_enable(target, level));
    captured.map_or(log::LevelFilter::Off, |(_, filter)| filter)
}

const fn tracing_filter(level: log::LevelFilter) -> LevelFilter {
    match level {
        log::LevelFilter::Off => LevelFilter::OFF,
        log::LevelFilter::Error => LevelFilter::ERROR,
        log::LevelFilter::Warn => LevelFilter::WARN,
        log::LevelFilter::Info => LevelFilter::INFO,
        log::LevelFilter::Debug => LevelFilter::DEBUG,
        log::LevelFilter::Trace => LevelFilter::TRACE,
    }
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

/// The layer that records events for the log pane.
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
        record(level, event.metadata().target(), &safe::line(&EventText::of(event).to_string()));
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
        let set = |level| {
            let mut log = log_records::collected();
            let target = log.target_named("bytewatch::levels").unwrap();
            assert_eq!(log.targets()[target.index()].initial, log::LevelFilter::Debug);
            log.set_captured(target, level);
        };
        set(log::LevelFilter::Trace);
        apply_levels();
        assert!(tracing::enabled!(target: "bytewatch::levels", Level::TRACE));
        assert!(!tracing::enabled!(target: "bytewatch::other", Level::TRACE));

        // Targets that appear later have the levels that the filter now gives them.
        info!(target: "bytewatch::levels::part", "one");
        info!(target: "elsewhere", "one");
        collect();
        let captured = |name| {
            let log = log_records::collected();
            log.target_named(name).map(|target| log.targets()[target.index()].captured)
        };
        assert_eq!(captured("bytewatch::levels::part"), Some(log::LevelFilter::Trace));
        assert_eq!(captured("elsewhere"), Some(log::LevelFilter::Info));

        set(log::LevelFilter::Error);
        apply_levels();
        assert!(!tracing::enabled!(target: "bytewatch::levels", Level::WARN));
        assert!(tracing::enabled!(target: "bytewatch::levels::part", Level::TRACE));
        assert!(tracing::enabled!(target: "bytewatch::other", Level::DEBUG));
    }
}
