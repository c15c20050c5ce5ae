//! Which levels of each target the pane shows.
//!
//! A new target is shown up to the level that it is captured at. Fewer levels are shown after a key that says so, or
//! because fewer are captured; capturing more again does not show more.

use std::collections::BTreeMap;

use log::LevelFilter;

use crate::log_records::{Log, TargetId};

/// Which targets are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ShownTargets {
    /// All of them.
    All,
    /// This one.
    Only(TargetId),
}

/// The shown levels that keys have changed.
#[derive(Clone, Debug, Default)]
pub(super) struct ShownLevels(BTreeMap<TargetId, LevelFilter>);

impl ShownLevels {
    fn of(&self, log: &Log, id: TargetId) -> LevelFilter {
        let target = &log.targets()[id.index()];
        self.0.get(&id).copied().unwrap_or(target.initial).min(target.captured)
    }

    /// The shown level of each target, in the order of [`Log::targets`]. Of targets that are not shown it is `Off`.
    pub(super) fn all(&self, log: &Log, shown: ShownTargets) -> Vec<LevelFilter> {
        let level = |id| match shown {
            ShownTargets::Only(only) if only != id => LevelFilter::Off,
            ShownTargets::All | ShownTargets::Only(_) => self.of(log, id),
        };
        log.target_ids().map(level).collect()
    }

    /// Shows one level more of this target, if it is captured.
    pub(super) fn show_more(&mut self, log: &Log, id: TargetId) {
        let level = self.of(log, id).increment_severity();
        self.0.insert(id, level.min(log.targets()[id.index()].captured));
    }

    /// Shows one level less of this target.
    pub(super) fn show_less(&mut self, log: &Log, id: TargetId) {
        self.0.insert(id, self.of(log, id).decrement_severity());
    }

    /// Notes that the captured level of this target is about to change to `captured`.
    pub(super) fn capture(&mut self, log: &Log, id: TargetId, captured: LevelFilter) {
        self.0.insert(id, self.of(log, id).min(captured));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_never_exceeds_what_is_captured() {
        let mut log = Log::new(1);
        let (one, other) =
            (log.add_target("one", LevelFilter::Info), log.add_target("other", LevelFilter::Warn));
        let mut shown = ShownLevels::default();
        let captured = |log: &mut Log, shown: &mut ShownLevels, level| {
            shown.capture(log, one, level);
            log.set_captured(one, level);
        };
        assert_eq!(shown.all(&log, ShownTargets::All), [LevelFilter::Info, LevelFilter::Warn]);
        shown.show_more(&log, one);
        assert_eq!(shown.of(&log, one), LevelFilter::Info);
        captured(&mut log, &mut shown, LevelFilter::Trace);
        assert_eq!(shown.of(&log, one), LevelFilter::Info);
        shown.show_more(&log, one);
        shown.show_more(&log, one);
        shown.show_more(&log, one);
        assert_eq!(shown.of(&log, one), LevelFilter::Trace);
        captured(&mut log, &mut shown, LevelFilter::Error);
        captured(&mut log, &mut shown, LevelFilter::Debug);
        assert_eq!(shown.of(&log, one), LevelFilter::Error);
        shown.show_less(&log, one);
        shown.show_less(&log, one);
        assert_eq!(shown.of(&log, one), LevelFilter::Off);
        assert_eq!(shown.all(&log, ShownTargets::Only(other)), [LevelFilter::Off, LevelFilter::Warn]);
    }
}
