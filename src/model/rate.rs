//! Sums per second over a sliding window.

use crate::event::ids::Timestamp;

/// Sums per second of the last `N` seconds. Adding costs O(1), reading O(`N`); no call is needed when time passes.
#[derive(Clone, Debug)]
pub struct Rate<const N: usize> {
    /// The newest second that has a bucket; second `s` has the bucket `s % N`.
    newest: u64,
    buckets: [u32; N],
}

impl<const N: usize> Default for Rate<N> {
    fn default() -> Self {
        Self { newest: 0, buckets: [0; N] }
    }
}

impl<const N: usize> Rate<N> {
    /// Adds `amount` at this time. The sum of a second saturates at `u32::MAX`.
    pub fn add(&mut self, at: Timestamp, amount: u64) {
        let second = at.second();
        if second > self.newest {
            let passed = second - self.newest;
            if passed >= N as u64 {
                self.buckets = [0; N];
            } else {
                for between in self.newest + 1..=second {
                    self.buckets[Self::slot(between)] = 0;
                }
            }
            self.newest = second;
        } else if second + N as u64 <= self.newest {
            return;
        }
        let bucket = &mut self.buckets[Self::slot(second)];
        *bucket = bucket.saturating_add(u32::try_from(amount).unwrap_or(u32::MAX));
    }

    /// The sum of the last whole second before `now`.
    #[must_use]
    pub fn per_second(&self, now: Timestamp) -> u64 {
        self.in_second(now.second().saturating_sub(1))
    }

    /// The sums of the last `N - 1` whole seconds before `now`, oldest first.
    pub fn history(&self, now: Timestamp) -> impl ExactSizeIterator<Item = u64> + '_ {
        let now = now.second();
        (1..N).rev().map(move |back| self.in_second(now.saturating_sub(back as u64)))
    }

    fn in_second(&self, second: u64) -> u64 {
        let kept = second <= self.newest && second + N as u64 > self.newest;
        if kept { u64::from(self.buckets[Self::slot(second)]) } else { 0 }
    }

    const fn slot(second: u64) -> usize {
        (second % N as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Timestamp {
        Timestamp(second * 1_000_000 + 250_000)
    }

    #[test]
    fn a_second_is_read_once_it_is_whole() {
        let mut rate = Rate::<4>::default();
        rate.add(at(10), 5);
        rate.add(at(10), 7);
        assert_eq!(rate.per_second(at(10)), 0);
        assert_eq!(rate.per_second(at(11)), 12);
        assert_eq!(rate.per_second(at(12)), 0);
    }

    #[test]
    fn old_seconds_are_forgotten_and_gaps_are_zero() {
        let mut rate = Rate::<4>::default();
        rate.add(at(10), 1);
        rate.add(at(12), 2);
        assert_eq!(rate.history(at(13)).collect::<Vec<_>>(), [1, 0, 2]);
        rate.add(at(14), 3);
        assert_eq!(rate.history(at(15)).collect::<Vec<_>>(), [2, 0, 3]);
        rate.add(at(100), 4);
        assert_eq!(rate.history(at(101)).collect::<Vec<_>>(), [0, 0, 4]);
        rate.add(at(90), 9);
        assert_eq!(rate.history(at(101)).collect::<Vec<_>>(), [0, 0, 4], "too late to count");
    }

    #[test]
    fn the_first_figures_are_never_more_than_what_flows() {
        let mut rate = Rate::<8>::default();
        // 1,000 per second, starting within a second.
        for tenth in 1_000_003..1_000_050 {
            rate.add(Timestamp(tenth * 100_000), 100);
            let now = Timestamp(tenth * 100_000 + 50_000);
            assert!(rate.per_second(now) <= 1_000);
            assert!(rate.history(now).all(|second| second <= 1_000));
        }
        assert_eq!(rate.per_second(Timestamp(100_005_000_000)), 1_000);
    }
}
