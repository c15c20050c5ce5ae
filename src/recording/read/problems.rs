//! What of a file could not be shown, counted by kind.

use std::collections::BTreeMap;

use crate::recording::read::segment::Undecoded;

/// The largest number of kinds that are told apart.
const MOST_KINDS: usize = 16;

/// Packets that were not understood.
#[derive(Debug, Default)]
pub(super) struct Problems {
    fragments: u64,
    broken: u64,
    without_room: u64,
    unknown_links: BTreeMap<u32, u64>,
}

impl Problems {
    pub(super) fn count(&mut self, why: Undecoded) {
        match why {
            // Most captures have other packets, too: nothing is wrong with that.
            Undecoded::NotTcp => {}
            Undecoded::Fragment => self.fragments += 1,
            Undecoded::Broken => self.broken += 1,
            Undecoded::UnknownLink(link) => {
                if self.unknown_links.len() < MOST_KINDS || self.unknown_links.contains_key(&link) {
                    *self.unknown_links.entry(link).or_default() += 1;
                }
            }
        }
    }

    pub(super) const fn count_without_room(&mut self) {
        self.without_room += 1;
    }

    /// One sentence for each kind.
    pub(super) fn sentences(&self) -> Vec<String> {
        let packets = |number: u64| format!("{number} packet{}", if number == 1 { "" } else { "s" });
        let mut all: Vec<String> = self
            .unknown_links
            .iter()
            .map(|(link, number)| format!("{} of the unknown link type {link}: left out", packets(*number)))
            .collect();
        for (number, what) in [
            (self.fragments, "are fragments of IP packets, which are not put together: left out"),
            (self.broken, "have headers that were cut or contradict themselves: left out"),
            (self.without_room, "of more connections than can be followed at once: left out"),
        ] {
            if number > 0 {
                all.push(format!("{} {what}", packets(number)));
            }
        }
        all
    }
}
