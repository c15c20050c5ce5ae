//! Closes connections whose idle timeout has expired.
//!
//! One thread wakes when the first connection can expire, so a message costs no timer. The thread only sends a
//! request through [`Control`]; the connection itself decides, because bytes may have arrived in the meantime.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use std::{io, thread};

use crate::server::control::registry::Registry;
use crate::server::control::requests::{Control, Request};
use crate::server::net::latency_sampler::CoarseInstant;

/// The shortest time between two sweeps. The sweeper can notice a timeout this much too late.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The sweeper thread. It ends after this is dropped.
#[derive(Debug)]
pub(in crate::server) struct IdleSweeper {
    _until_dropped: Sender<()>,
}

impl IdleSweeper {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gave us no thread.
    pub(in crate::server) fn start(timeout: Duration, registry: Arc<Registry>) -> io::Result<Self> {
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
        let now = CoarseInstant::now();
        let first = registry.all().iter().filter_map(|control| request_if_due(control, now)).min();
        // A connection that is accepted later cannot expire before `timeout`.
        pause = first.unwrap_or(timeout).min(timeout).max(SHORTEST_PAUSE);
    }
}

/// Requests the close if the timeout has expired, at each sweep again: the signal that wakes a thread can arrive just
/// before the thread blocks. Returns the time until the connection can expire.
fn request_if_due(control: &Control, now: CoarseInstant) -> Option<Duration> {
    let remaining = control.idle_clock()?.remaining(now);
    if remaining.is_zero() {
        // A closed connection needs no request.
        let _ = control.request(Request::EndIdle);
    }
    Some(remaining)
}
