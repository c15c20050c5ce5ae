//! One backend of the comparison, with short texts about it.

use super::{SIDES, UNKNOWN};
use crate::app::accounts::{Figures, Pace, Summary};
use crate::app::{App, human};
use crate::model::event::CloseReason;
use crate::model::performance::Performance;
use crate::model::{BackendKind, Model};

/// A backend with all its figures.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) backend: BackendKind,
    figures: Option<&'a Figures>,
    pub(super) done: &'a Performance,
    pub(super) live: u64,
}

/// Returns both backends in the order of [`SIDES`].
pub(super) fn sides(app: &App) -> [Side<'_>; 2] {
    let model: &Model = app.model();
    SIDES.map(|backend| Side {
        backend,
        figures: app.accounts().of(backend),
        done: model.performance(backend),
        live: model.live_on(backend),
    })
}

/// Returns a figure of both backends, or [`UNKNOWN`].
pub(super) fn both(app: &App, figure: impl Fn(&Side) -> Option<String>) -> [String; 2] {
    sides(app).map(|side| figure(&side).unwrap_or_else(|| UNKNOWN.to_owned()))
}

impl<'a> Side<'a> {
    pub(super) const fn figures(&self) -> Option<&'a Figures> {
        self.figures
    }

    pub(super) fn pace(&self) -> Option<Pace> {
        self.figures?.pace
    }

    pub(super) fn answers(&self) -> Option<&'a Summary> {
        self.figures?.answers.as_ref()
    }

    pub(super) fn first_bytes(&self) -> Option<&'a Summary> {
        self.figures?.first_bytes.as_ref()
    }

    pub(super) fn lags(&self) -> Option<&'a Summary> {
        self.figures?.lags.as_ref()
    }

    /// Returns how many of its connections were closed for this reason.
    pub(super) fn ended(&self, reason: CloseReason) -> u64 {
        self.done.closed.get(&reason).copied().unwrap_or(0)
    }

    /// Returns how many were closed with FIN, by either side.
    pub(super) fn ended_by_fin(&self) -> u64 {
        [CloseReason::PeerFinished, CloseReason::WeFinished, CloseReason::IdleTimeout]
            .map(|reason| self.ended(reason))
            .iter()
            .sum()
    }

    /// Returns how many were closed with neither FIN nor RST.
    pub(super) fn ended_otherwise(&self) -> u64 {
        [CloseReason::Timeout, CloseReason::Refused, CloseReason::Error]
            .map(|reason| self.ended(reason))
            .iter()
            .sum()
    }

    /// Returns how many of its connections ended with an error.
    pub(super) fn errors(&self) -> u64 {
        self.done.caught.values().sum()
    }

    /// Returns the errors by kind and failed call, the most frequent first, then the clients that were refused.
    pub(super) fn failures(&self) -> Vec<String> {
        let mut caught: Vec<_> = self.done.caught.iter().collect();
        caught.sort_by_key(|&(_, &times)| std::cmp::Reverse(times));
        let kind = |((reason, call), times): (&(CloseReason, Option<_>), &u64)| {
            let place = call.map(|call: crate::model::event::Call| format!(" in {}", call.word()));
            format!("{} {}{}", human::count(*times), reason.word(), place.unwrap_or_default())
        };
        let mut told: Vec<_> = caught.into_iter().map(kind).collect();
        if self.done.refused > 0 {
            told.push(format!("{} refused", human::count(self.done.refused)));
        }
        told
    }
}

/// Formats thousandths of a core in percent: `12.3`.
pub(super) fn percent(permille: u64) -> String {
    format!("{}.{}", permille / 10, permille % 10)
}
