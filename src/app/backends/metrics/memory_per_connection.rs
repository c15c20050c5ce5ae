//! What a connection takes of memory: how much more there is than when there were far fewer of them.
//!
//! The program itself takes more and more while it warms up, so what it took at its start says little: the newest reading
//! with few connections is the one to compare with.

/// The number of connections must have grown by `MORE`, and by the factor `TIMES`: the memory of fewer is less than what
/// the program takes now and then.
const MORE: u64 = 100;
const TIMES: u64 = 4;
/// The most readings that are kept.
const KEPT: usize = 32;

/// Readings with ever more connections, the newest of each number that no later one has fallen below.
#[derive(Debug, Default)]
pub(super) struct Baselines(Vec<(u64, u64)>);

impl Baselines {
    /// Adds a reading of connections and bytes. Returns what one connection takes, if that can be said.
    pub(super) fn note(&mut self, connections: u64, bytes: u64) -> Option<u64> {
        while self.0.last().is_some_and(|&(before, _)| before >= connections) {
            self.0.pop();
        }
        if self.0.len() == KEPT {
            // Neighbouring samples have nearly the same value.
            self.0.remove(KEPT / 2);
        }
        self.0.push((connections, bytes));
        let few = |(before, _): &&(u64, u64)| before * TIMES <= connections && before + MORE <= connections;
        let (before, least) = self.0.iter().rev().find(few)?;
        bytes.checked_sub(*least).map(|more| more / (connections - before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_reading_with_few_connections_is_compared_with() {
        let mut levels = Baselines::default();
        assert_eq!(levels.note(0, 5_000), None);
        assert_eq!(levels.note(24, 20_000), None, "too few");
        assert_eq!(levels.note(24, 30_000), None);
        assert_eq!(levels.note(1_024, 1_030_000), Some(1_000));
        assert_eq!(levels.note(1_024, 20_000), None, "less than before is nothing that one takes");
        assert_eq!(levels.note(30, 40_000), None);
        assert_eq!(levels.note(150, 40_000 + 120 * 7), Some(7));
        assert_eq!(levels.note(0, 100_000), None);
        assert_eq!(levels.note(100, 150_000), Some(500), "what was is forgotten");
    }

    #[test]
    fn few_readings_are_kept() {
        let mut levels = Baselines::default();
        (0..10_000).for_each(|connections| {
            levels.note(connections, 1_000 + connections * 50);
        });
        assert_eq!((levels.0.len(), levels.note(10_000, 501_000)), (KEPT, Some(50)));
    }
}
