//! Asks the connections on which nothing moves to end.
//!
//! One thread looks when the first connection can be due, so a message costs no timer. A connection that is due is asked
//! through its [`Control`], and decides itself: bytes may have come since.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::control::{Control, Heard, Request};
use super::registry::Registry;
use super::waits::Coarse;

/// The shortest time between two looks at all connections. A timeout can be noticed this much too late.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The thread; it ends after this is dropped.
#[derive(Debug)]
pub(super) struct IdleSweeper {
    _until_dropped: Sender<()>,
}

impl IdleSweeper {
    /// # Errors
    /// The system gave us no thread.
    pub(super) fn start(timeout: Duration, registry: Arc<Registry>) -> io::Result<Self> {
        let (sender, end) = channel();
        thread::Builder::new()
            .name("idle timeout".to_owned())
            .spawn(move || run(timeout, &registry, &end))?;
        Ok(Self { _until_dropped: sender })
    }
}

fn run(timeout: Duration, registry: &Registry, end: &Receiver<()>) {
    let mut pause = timeout;
    while end.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let now = Coarse::now();
        let first = registry.all().iter().filter_map(|control| ask_if_due(control, now)).min();
        // A connection that is accepted later cannot be due before `timeout`.
        pause = first.unwrap_or(timeout).min(timeout).max(SHORTEST_PAUSE);
    }
}

/// Returns how long it takes until the connection can be due. One that is due is asked at each look: the signal that wakes
/// a thread can come just before the thread sleeps.
fn ask_if_due(control: &Control, now: Coarse) -> Option<Duration> {
    let remaining = control.idle_clock()?.remaining(now);
    if remaining.is_zero() {
        let (Heard::Soon | Heard::Never) = control.ask(Request::EndIdle);
    }
    Some(remaining)
}
