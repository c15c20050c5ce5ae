//! What the user has done to one side of a connection.

use std::ops::Range;

use crate::event::{HeldBytes, HoldChange};

/// The most ranges of dropped bytes that are known by their offsets; of more, the oldest are only counted.
const MOST_DROPPED: usize = 1_024;

/// What the user has done to one side of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserActions {
    /// Number of bytes of the user that were sent to this side. They are among the sent ones.
    pub injected: u64,
    /// Whether nothing is read from this side.
    pub is_paused: bool,
    /// Whether what is sent to this side ends with FIN.
    pub is_half_closed: bool,
    /// What is held of the bytes that were received from this side.
    pub hold: Option<Held>,
    /// Number of bytes that were received from this side and that the user dropped.
    pub dropped: u64,
    /// The offsets of dropped bytes in the received stream, in the order in which they were dropped.
    dropped_ranges: Vec<Range<u64>>,
}

/// What is held of one direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// The offset in the received stream from which bytes are held.
    pub from: u64,
    /// How many bytes of the stream were received, as far as is known: at least those that were held.
    pub received: u64,
    /// The bytes.
    pub bytes: HeldBytes,
}

impl UserActions {
    /// Applies a change of what is held.
    pub(super) fn hold_changed(&mut self, change: &HoldChange) {
        match (change, &mut self.hold) {
            (&HoldChange::Began { offset, position }, hold) => {
                *hold = Some(Held { from: offset, received: offset, bytes: HeldBytes::new(position) });
            }
            (HoldChange::Held { offset, data }, Some(held)) => {
                held.bytes.push(*offset, data);
                held.received = offset + data.len() as u64;
            }
            (HoldChange::Edited { position, removed, data, .. }, Some(held)) => {
                let range = *position..position.saturating_add(*removed);
                // An event that does not follow from those before it, of a recording that begins later.
                if range.start < held.bytes.start() || range.end > held.bytes.end() {
                    return;
                }
                let removed = held.bytes.replace(range, data);
                self.dropped += removed.bytes();
                self.dropped_ranges.extend(removed.received);
                let surplus = self.dropped_ranges.len().saturating_sub(MOST_DROPPED);
                self.dropped_ranges.drain(..surplus);
            }
            (HoldChange::Released { bytes, .. }, Some(held)) => {
                let mut left = usize::try_from(*bytes).unwrap_or(usize::MAX);
                while let Some(taken) = held.bytes.take(left) {
                    left -= taken.bytes.len();
                }
            }
            (HoldChange::Ended, hold) => *hold = None,
            (HoldChange::Held { .. } | HoldChange::Edited { .. } | HoldChange::Released { .. }, None) => {}
        }
    }

    /// Whether the user dropped any byte of this range of the received stream.
    #[must_use]
    pub fn has_dropped(&self, range: &Range<u64>) -> bool {
        self.dropped_ranges.iter().any(|dropped| dropped.start < range.end && range.start < dropped.end)
    }

    /// Memory that is taken beside the struct itself.
    #[must_use]
    pub fn cost(&self) -> usize {
        let held = self.hold.as_ref().map_or(0, |held| held.bytes.cost());
        held + self.dropped_ranges.capacity() * size_of::<Range<u64>>()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn the_copy_follows_the_events_and_knows_what_was_dropped() {
        let mut user = UserActions::default();
        let edited = |position, removed, dropped, data: &'static str| HoldChange::Edited {
            position,
            removed,
            dropped,
            data: Bytes::from_static(data.as_bytes()),
        };
        for change in [
            HoldChange::Began { offset: 5, position: 5 },
            HoldChange::Held { offset: 5, data: Bytes::from_static(b"hello\n") },
            edited(6, 2, 2, "EL"),
            HoldChange::Released { position: 5, bytes: 1 },
            edited(6, 3, 1, ""),
            edited(1, 1, 1, "gone on long ago"),
        ] {
            user.hold_changed(&change);
        }
        let held = user.hold.as_ref().unwrap();
        assert_eq!((held.bytes.bytes(), held.bytes.start(), held.received), (&b"o\n"[..], 6, 11));
        assert_eq!(user.dropped, 3);
        assert!(user.has_dropped(&(6..7)) && user.has_dropped(&(0..100)) && user.has_dropped(&(8..9)));
        assert!(!user.has_dropped(&(9..100)) && !user.has_dropped(&(0..6)));
        user.hold_changed(&HoldChange::Ended);
        assert_eq!(user.hold, None);
        user.hold_changed(&HoldChange::Released { position: 0, bytes: 1 });
    }
}
