//! Where events go, beside the dashboard: the NDJSON output, and whatever else keeps or passes on what happens.

use std::time::Instant;

use anyhow::Result;

use crate::event::{Demand, Stamped, Timestamp};

/// A consumer of events. It never blocks the session: events wait in the source until every sink is ready, and what
/// the server does meanwhile is up to the overload policy.
pub(crate) trait Sink {
    /// What it needs to be told.
    fn demand(&self) -> Demand;

    /// Whether it takes events now. If not, it wakes the session as soon as it does.
    fn is_ready(&mut self) -> bool;

    /// Takes events. Errors of the output are told by [`check`](Self::check).
    fn take(&mut self, events: &[Stamped]);

    /// Passes on what it has collected, because there are no more events for now.
    fn flush(&mut self);

    /// Notes that the session stops: from `now` on, the time for the rest is limited. Called again, the user does not
    /// want to wait for it.
    fn stop(&mut self, now: Instant);

    /// Notes that no event follows; called once.
    fn end(&mut self, at: Timestamp);

    /// Looks after the output; called again and again. `pending` is the number of events that were taken from the
    /// source and wait for this sink.
    fn check(&mut self, now: Instant, pending: u64) -> SinkState;

    /// The result of the sink, after the session.
    ///
    /// # Errors
    ///
    /// What was not written, and why.
    fn finish(&mut self) -> Result<()>;
}

/// The state of a sink.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SinkState {
    /// Events follow, or are not written yet. The sink is checked again at this time at the latest.
    Open(Option<Instant>),
    /// Everything is written, up to the end.
    Written,
    /// Nothing more is written, and the sink is not needed any more: everything else goes on without it.
    Detached,
    /// Nothing more is written; the sink counts the events that this loses. The program has to stop.
    Failed,
    /// The reader of the output is gone, so the program ends.
    ReaderGone,
}
