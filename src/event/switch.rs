//! What happens when the backend is switched.

use crate::event::ids::BackendKind;

/// What happened to a switch of the backend.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SwitchEvent {
    /// A switch has begun; `connections` is the number of connections to hand over.
    Started { from: BackendKind, to: BackendKind, connections: u64 },
    /// The switch is complete: `connections` connections were handed over in `micros` microseconds.
    Completed { from: BackendKind, to: BackendKind, connections: u64, micros: u64, outage: Outage },
    /// The switch failed and was rolled back: `from` keeps serving, and `moved_back` is the number of connections that
    /// returned to it.
    Failed { from: BackendKind, to: BackendKind, moved_back: u64, detail: String },
}

/// How long a connection was not served during its handover, in microseconds: percentiles over all connections of a
/// switch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outage {
    /// The median.
    pub p50: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The longest outage.
    pub max: u64,
}

impl Outage {
    /// The percentiles of these outages; all 0 if there are none.
    #[must_use]
    pub fn of(mut micros: Vec<u64>) -> Self {
        micros.sort_unstable();
        let Some(last) = micros.len().checked_sub(1) else { return Self::default() };
        let at = |part: usize| micros[last * part / 100];
        Self { p50: at(50), p99: at(99), max: at(100) }
    }
}
