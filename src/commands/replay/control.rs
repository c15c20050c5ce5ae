//! What the user wants of a replay while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether to go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Control {
    stop: Arc<AtomicBool>,
    paused: Arc<AtomicBool>,
}

impl Control {
    /// The flag that a signal sets.
    pub(super) fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Ends everything.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Whether everything is to end.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Pauses what we send and whom we connect to, or goes on.
    pub(super) fn toggle_pause(&self) {
        self.paused.fetch_xor(true, Ordering::AcqRel);
    }

    /// Whether neither bytes are sent nor connections opened.
    pub(super) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }
}
