//! Which texts are told.

use std::fmt::Display;

use crate::fleet::wire::{Published, Text};

/// Tells texts about connections, or leaves them out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Texts {
    are_told: bool,
}

impl Texts {
    pub(super) const fn of(publishes: Published) -> Self {
        Self { are_told: matches!(publishes, Published::Peers | Published::Bytes) }
    }

    /// A text that may contain the address of a client.
    pub(super) fn text(self, text: &impl Display) -> Option<Text> {
        self.are_told.then(|| Text::new(&text.to_string()))
    }
}
