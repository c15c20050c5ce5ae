//! The sink that counts what happens for monitoring.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use parking_lot::Mutex;

use crate::event::{ByteDemand, Demand, EventOrder, Stamped, Timestamp};
use crate::model::Metrics;
use crate::server::MetricsText;
use crate::shell::sink::{Sink, SinkState};

/// Counts events; the API tells what they add up to.
#[derive(Default)]
pub(crate) struct MetricsSink {
    metrics: Arc<Mutex<Metrics>>,
    is_ended: bool,
}

impl MetricsSink {
    /// What makes the text of the counters so far.
    pub(crate) fn text(&self) -> MetricsText {
        let metrics = Arc::clone(&self.metrics);
        Arc::new(move || metrics.lock().to_open_metrics())
    }
}

impl Sink for MetricsSink {
    fn demand(&self) -> Demand {
        Demand { bytes: ByteDemand::Newest(0), utf8: true, activity: true, order: EventOrder::Grouped }
    }

    fn is_ready(&mut self) -> bool {
        true
    }

    fn take(&mut self, events: &[Stamped]) {
        let mut metrics = self.metrics.lock();
        events.iter().for_each(|event| metrics.apply(event));
    }

    fn flush(&mut self) {}

    fn stop(&mut self, _now: Instant) {}

    fn end(&mut self, _at: Timestamp) {
        self.is_ended = true;
    }

    fn check(&mut self, _now: Instant, _pending: u64) -> SinkState {
        if self.is_ended { SinkState::Written } else { SinkState::Open(None) }
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}
