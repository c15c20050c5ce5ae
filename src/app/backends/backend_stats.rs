//! One backend of the comparison, with short texts about it.

use crate::app::backends::metrics::{Figures, Rates, WindowSummary};
use crate::app::backends::row::{BACKEND_ORDER, UNKNOWN};
use crate::app::context::Context;
use crate::app::format;
use crate::event::{BackendKind, CloseReason};
use crate::model::Model;
use crate::model::backend_totals::BackendTotals;

/// A backend with all its figures.
#[derive(Clone, Copy)]
pub(super) struct BackendStats<'a> {
    pub(super) backend: BackendKind,
    figures: Option<&'a Figures>,
    pub(super) done: &'a BackendTotals,
    pub(super) live: u64,
}

/// Returns both backends in the order of [`BACKEND_ORDER`].
pub(super) fn both_backends(context: Context<'_>) -> [BackendStats<'_>; 2] {
    let model: &Model = context.model();
    BACKEND_ORDER.map(|backend| BackendStats {
        backend,
        figures: context.world.metrics.of(backend),
        done: model.backend_totals(backend),
        live: model.live_on(backend),
    })
}

/// Returns a figure of both backends, or [`UNKNOWN`].
pub(super) fn both(context: Context<'_>, figure: impl Fn(&BackendStats) -> Option<String>) -> [String; 2] {
    both_backends(context).map(|stats| figure(&stats).unwrap_or_else(|| UNKNOWN.to_owned()))
}

impl<'a> BackendStats<'a> {
    pub(super) const fn figures(&self) -> Option<&'a Figures> {
        self.figures
    }

    /// Returns what it serves, in wordings of which each is shorter than the one before. A backend that does not run has
    /// the figures of when it last ran, if it ever did.
    pub(super) fn serves(&self, context: Context<'_>) -> [String; 3] {
        let is_running = context.model().backend == Some(self.backend);
        if is_running || self.live > 0 {
            let count = format::count_compact(self.live);
            let clients = if self.live == 1 { "client" } else { "clients" };
            return [format::plural(self.live, "connection"), format!("{count} {clients}"), count];
        }
        let words = match self.figures {
            Some(_) => ["as it last ran", "last run", "last run"],
            None => ["has not run", "not run", "not run"],
        };
        words.map(str::to_owned)
    }

    pub(super) fn rates(&self) -> Option<Rates> {
        self.figures?.rates
    }

    pub(super) fn answers(&self) -> Option<&'a WindowSummary> {
        self.figures?.answers.as_ref()
    }

    pub(super) fn first_bytes(&self) -> Option<&'a WindowSummary> {
        self.figures?.first_bytes.as_ref()
    }

    pub(super) fn scheduling_delays(&self) -> Option<&'a WindowSummary> {
        self.figures?.scheduling_delays.as_ref()
    }

    /// Returns how many of its connections were closed for this reason.
    pub(super) fn ended(&self, reason: CloseReason) -> u64 {
        self.done.closed.get(&reason).copied().unwrap_or(0)
    }

    /// Returns how many were closed with FIN, by either side.
    pub(super) fn ended_by_fin(&self) -> u64 {
        self.ended_by_any(&[
            CloseReason::PeerFinished,
            CloseReason::WeFinished,
            CloseReason::IdleTimeout,
            CloseReason::UpstreamFinished,
        ])
    }

    /// Returns how many were closed with RST, by either side.
    pub(super) fn ended_by_rst(&self) -> u64 {
        self.ended_by_any(&[CloseReason::PeerReset, CloseReason::WeReset, CloseReason::UpstreamReset])
    }

    /// Returns how many were closed with neither FIN nor RST.
    pub(super) fn ended_otherwise(&self) -> u64 {
        self.ended_by_any(&[
            CloseReason::Timeout,
            CloseReason::Refused,
            CloseReason::UpstreamUnreachable,
            CloseReason::TlsFailed,
            CloseReason::ProxyFailed,
            CloseReason::Error,
            CloseReason::Unseen,
        ])
    }

    fn ended_by_any(&self, reasons: &[CloseReason]) -> u64 {
        reasons.iter().map(|&reason| self.ended(reason)).sum()
    }

    /// Returns how many of its connections ended with an error.
    pub(super) fn errors(&self) -> u64 {
        self.done.errors_by_call.values().sum()
    }

    /// Returns the errors by kind and failed call, the most frequent first, then the clients that were refused.
    pub(super) fn failures(&self) -> Vec<String> {
        let mut failed_call: Vec<_> = self.done.errors_by_call.iter().collect();
        failed_call.sort_by_key(|&(_, &times)| std::cmp::Reverse(times));
        let kind = |((reason, call), times): (&(CloseReason, Option<_>), &u64)| {
            let place = call.map(|call: crate::event::Call| format!(" in {}", call.word()));
            format!("{} {}{}", format::count(*times), reason.word(), place.unwrap_or_default())
        };
        let mut texts: Vec<_> = failed_call.into_iter().map(kind).collect();
        if self.done.refused > 0 {
            texts.push(format!("{} refused", format::count(self.done.refused)));
        }
        texts
    }
}

/// Formats thousandths of a core in percent: `12.3`.
pub(super) fn percent(permille: u64) -> String {
    format!("{}.{}", permille / 10, permille % 10)
}
