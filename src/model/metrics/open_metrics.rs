//! Counters as OpenMetrics text.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use crate::event::Direction;
use crate::model::metrics::latencies::{BOUNDS, Latencies};
use crate::model::metrics::series::{Series, SeriesKey};

/// A text that is being written.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    /// Adds a counter without labels.
    pub(super) fn add_counter(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, "counter", help);
        self.sample(name, "_total", "", value);
    }

    /// Adds everything that is told apart by listener and backend.
    pub(super) fn add_series(&mut self, all: &BTreeMap<SeriesKey, Series>) {
        let all: Vec<(String, &Series)> = all.iter().map(|(key, series)| (labels(key), series)).collect();
        self.family("connections_open", "gauge", "Connections that are open.");
        for (labels, series) in &all {
            self.sample("connections_open", "", labels, series.open);
        }
        self.family("connections", "counter", "Connections that were accepted.");
        for (labels, series) in &all {
            self.sample("connections", "_total", labels, series.opened);
        }
        self.family("bytes", "counter", "Bytes that were received from clients and sent to them.");
        self.per_stream("bytes", &all, |series, direction| series.bytes[direction]);
        self.family("malformed", "counter", "Parts of the bytes that are not UTF-8.");
        self.per_stream("malformed", &all, |series, direction| series.malformed[direction]);
        self.family("faults", "counter", "Faults that were set on connections.");
        for (labels, series) in &all {
            for (kind, count) in &series.faults {
                self.sample("faults", "_total", &format!("{labels},kind=\"{}\"", kind.word()), count);
            }
        }
        self.family(
            "latency_seconds",
            "histogram",
            "From the arrival of bytes of the client until they were answered or forwarded.",
        );
        for (labels, series) in &all {
            self.histogram(labels, &series.latency);
        }
    }

    /// The whole text.
    pub(super) fn end(mut self) -> String {
        self.0.push_str("# EOF\n");
        self.0
    }

    fn per_stream(
        &mut self,
        name: &str,
        all: &[(String, &Series)],
        count: impl Fn(&Series, Direction) -> u64,
    ) {
        for (labels, series) in all {
            for direction in Direction::ALL {
                let labels = format!("{labels},direction=\"{direction}\"");
                self.sample(name, "_total", &labels, count(series, direction));
            }
        }
    }

    fn histogram(&mut self, labels: &str, latency: &Latencies) {
        let mut total = 0;
        for (bound, count) in BOUNDS.iter().zip(latency.counts) {
            total += count;
            let labels = format!("{labels},le=\"{}\"", f64::from(*bound) / 1e6);
            self.sample("latency_seconds", "_bucket", &labels, total);
        }
        total += latency.above;
        self.sample("latency_seconds", "_bucket", &format!("{labels},le=\"+Inf\""), total);
        self.sample("latency_seconds", "_count", labels, total);
        self.sample("latency_seconds", "_sum", labels, latency.sum_micros as f64 / 1e6);
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.0, "# TYPE bytewatch_{name} {kind}\n# HELP bytewatch_{name} {help}");
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &str, value: impl Display) {
        let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.0, "bytewatch_{name}{suffix}{braces} {value}");
    }
}

/// The labels of a series. The path of a Unix socket may contain any character.
fn labels(key: &SeriesKey) -> String {
    let listener = key.listener.to_string().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("listener=\"{listener}\",backend=\"{}\"", key.backend)
}
