//! Handles signals on a thread of its own and posts them to the inbox.
//!
//! The only decision made here is the last resort: a process that does not stop in time after a request is ended.

use std::ffi::c_int;
use std::time::Duration;
use std::{fs, io, process, thread};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::logging;
use crate::shell::inbox::{Input, Poster};
use crate::shell::shutdown;
use crate::shell::terminal::screen;
use crate::shell::terminal::screen::Restored;

/// The time after which a process is ended that was asked to stop: longer than any shutdown in order takes.
const SHUTDOWN_TIMEOUT: Duration =
    shutdown::DRAIN_TIMEOUT.saturating_add(shutdown::OUTPUT_TIMEOUT).saturating_add(Duration::from_secs(2));

/// The time after the second request for the dashboard.
const FORCED_TIMEOUT_DASHBOARD: Duration = shutdown::FORCE_TIMEOUT.saturating_add(Duration::from_millis(50));

/// The time after the second request for the headless mode, which has to count lost events.
const FORCED_TIMEOUT_HEADLESS: Duration = shutdown::FORCE_TIMEOUT.saturating_add(Duration::from_millis(850));

/// How long to wait for standard error to take the line that says why the process is ended.
const STDERR_TIMEOUT: Duration = Duration::from_millis(50);

/// Which signals are handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SignalSet {
    /// The signals that stop the program.
    Stop,
    /// Also the signals of a terminal: change of size, suspension, continuation.
    StopAndTerminal,
}

/// Starts the thread that handles signals. After the first request to stop, the program has time until the server's
/// drain limit; after the second, a fraction of a second; the third ends the process at once.
///
/// # Errors
///
/// When the handlers cannot be installed or the thread cannot be started.
pub(crate) fn handle(set: SignalSet, poster: Poster) -> io::Result<()> {
    let forced_timeout = match set {
        SignalSet::Stop => FORCED_TIMEOUT_HEADLESS,
        SignalSet::StopAndTerminal => FORCED_TIMEOUT_DASHBOARD,
    };
    let mut wanted = vec![SIGINT, SIGTERM];
    // Under `nohup` SIGHUP is ignored, because the program is to outlive its terminal.
    if !is_ignored(SIGHUP) {
        wanted.push(SIGHUP);
    }
    if set == SignalSet::StopAndTerminal {
        wanted.extend([SIGTSTP, SIGCONT, SIGWINCH]);
    }
    let mut signals = Signals::new(wanted)?;
    let watch = move || {
        let mut stop_requests = 0_u32;
        for signal in signals.forever() {
            match signal {
                SIGWINCH => poster.post(Input::Resized),
                SIGTSTP => poster.post(Input::Suspend),
                SIGCONT => poster.post(Input::Continued),
                _ => {
                    stop_requests += 1;
                    poster.post(Input::Stop);
                    match stop_requests {
                        1 => exit_after(SHUTDOWN_TIMEOUT),
                        2 => exit_after(forced_timeout),
                        _ => exit_now("was ended by the third signal, before all that happened was told"),
                    }
                }
            }
        }
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(watch)
        .map_err(crate::client::thread_error::with_advice)?;
    Ok(())
}

fn exit_after(time: Duration) {
    let wait = move || {
        thread::sleep(time);
        exit_now("did not come to its end in time: not all that happened was told");
    };
    // If the thread cannot be started, further signals still end the process.
    let _ = thread::Builder::new().name("last-resort".to_owned()).spawn(wait);
}

fn exit_now(why: &str) {
    if screen::restore() == Restored::Usable {
        logging::write_stderr(&format!("bytewatch: it {why}\n"), STDERR_TIMEOUT);
    }
    process::exit(1);
}

/// Whether the process was started with `signal` ignored.
fn is_ignored(signal: c_int) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (signal - 1)) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_read_from_the_process() {
        // Rust's start-up ignores SIGPIPE, so both answers can be seen.
        assert!(is_ignored(signal_hook::consts::SIGPIPE));
        assert!(!is_ignored(SIGTERM));
    }
}
