//! The search of the app, in turns between two checks for inputs.

use std::time::{Duration, Instant};

use crate::app::AppEvent;
use crate::shell::dashboard::Dashboard;
use crate::shell::effects::EffectTargets;

/// How long the app searches between two checks for inputs: less than what anybody notices after a key.
const LONGEST: Duration = Duration::from_millis(4);

/// The number of bytes that the app searches between two looks at the clock.
const SLICE: usize = 64 << 10;

/// What searches in slices.
pub(super) trait Searcher {
    /// Whether there are bytes to search.
    fn is_searching(&self) -> bool;

    /// Searches about this number of bytes.
    fn search(&mut self, bytes: usize);
}

/// What a turn did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SearchTurn {
    /// Something was searched: what was found is not drawn yet, and there may be more to search, so that the loop must not
    /// wait.
    Searched,
    /// There was nothing to search.
    Nothing,
}

/// Searches for the time of a turn.
pub(super) fn take(searcher: &mut impl Searcher, now: impl Fn() -> Instant) -> SearchTurn {
    let start = now();
    let mut turn = SearchTurn::Nothing;
    while searcher.is_searching() && now().saturating_duration_since(start) < LONGEST {
        searcher.search(SLICE);
        turn = SearchTurn::Searched;
    }
    turn
}

impl Searcher for EffectTargets {
    fn is_searching(&self) -> bool {
        self.dashboard.as_ref().is_some_and(Dashboard::is_searching)
    }

    fn search(&mut self, bytes: usize) {
        self.update(AppEvent::Idle(bytes));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// So many slices are to be searched; each takes this time of a clock that stands still otherwise.
    struct Slices<'c> {
        left: usize,
        takes: Duration,
        clock: &'c Cell<Instant>,
    }

    impl Searcher for Slices<'_> {
        fn is_searching(&self) -> bool {
            self.left > 0
        }

        fn search(&mut self, bytes: usize) {
            assert_eq!(bytes, SLICE);
            self.left -= 1;
            self.clock.set(self.clock.get() + self.takes);
        }
    }

    /// The turns until there is nothing to search, each with the slices that are left behind it.
    fn turns(left: usize, takes: Duration) -> Vec<(SearchTurn, usize)> {
        let clock = Cell::new(Instant::now());
        let mut slices = Slices { left, takes, clock: &clock };
        let mut turns = Vec::new();
        while turns.last().is_none_or(|(turn, _)| *turn != SearchTurn::Nothing) {
            let turn = take(&mut slices, || clock.get());
            turns.push((turn, slices.left));
        }
        turns
    }

    /// Otherwise what was found would be drawn when something else wakes the loop, up to a second later.
    #[test]
    fn the_loop_does_not_wait_behind_the_turn_that_ends_the_search() {
        use SearchTurn::{Nothing, Searched};
        assert_eq!(turns(1, Duration::ZERO), [(Searched, 0), (Nothing, 0)]);
        assert_eq!(turns(0, Duration::ZERO), [(Nothing, 0)]);
    }

    #[test]
    fn a_turn_ends_when_its_time_is_over() {
        use SearchTurn::{Nothing, Searched};
        let expected = [(Searched, 3), (Searched, 1), (Searched, 0), (Nothing, 0)];
        assert_eq!(turns(5, LONGEST / 2), expected);
    }
}
