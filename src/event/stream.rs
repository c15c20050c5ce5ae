//! What happens to the bytes of one stream.

use std::num::NonZeroU64;

use bytes::Bytes;

use crate::event::ids::{Origin, Side, Timestamp};
use crate::event::utf8_scanner::Utf8Summary;

/// What happened in a stream.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Debug)]
pub enum StreamEvent {
    /// One read or write moved these bytes. `offset` counts from the start of the stream. `summary` is the UTF-8 summary
    /// of the bytes, if the consumer demanded it. `forwarded` is set for a read whose bytes one write sent unchanged; it
    /// is reported only where events are not demanded in the order of time. `place` is where the bytes lie in a file that
    /// can be read again; it is set for an opened recording only.
    Bytes {
        offset: u64,
        data: Bytes,
        summary: Utf8Summary,
        origin: Origin,
        forwarded: Option<Forwarded>,
        place: Option<Place>,
    },
    /// Like `Bytes`, but only the length: the bytes are older than the history that the consumer keeps.
    Trimmed { offset: u64, bytes: u64, summary: Utf8Summary, origin: Origin, forwarded: Option<Forwarded> },
    /// Bytes that `events` reads or writes moved but that were not observed, since the last such event.
    Missed { events: u64, bytes: u64 },
}

/// The write that sent the bytes of a read unchanged, at the same offset of the stream that is sent on another side, or,
/// for an echo, on the same one. It takes the place of an event of its own, so that the bytes are reported once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forwarded {
    /// The side on which the bytes were sent.
    pub side: Side,
    /// When they were sent.
    pub at: Timestamp,
}

/// Where bytes lie in a file that can be read again: the number of the file, and the offset in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place(NonZeroU64);

impl Place {
    /// The offset takes the lower bits.
    const OFFSET_BITS: u32 = 56;

    /// The place at an offset of a file; `None` for an offset that no file has.
    #[must_use]
    pub const fn new(file: u8, offset: u64) -> Option<Self> {
        if offset >> Self::OFFSET_BITS != 0 || file == u8::MAX {
            return None;
        }
        match NonZeroU64::new((file as u64 + 1) << Self::OFFSET_BITS | offset) {
            Some(place) => Some(Self(place)),
            None => None,
        }
    }

    /// The number of the file, counted from 0.
    #[must_use]
    pub const fn file(self) -> u8 {
        (self.0.get() >> Self::OFFSET_BITS) as u8 - 1
    }

    /// The offset in the file.
    #[must_use]
    pub const fn offset(self) -> u64 {
        self.0.get() & ((1 << Self::OFFSET_BITS) - 1)
    }

    /// The place this number of bytes behind.
    #[must_use]
    pub const fn behind(self, bytes: u64) -> Option<Self> {
        Self::new(self.file(), self.offset() + bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_and_an_offset() {
        let last = (1 << 56) - 1;
        for (file, offset) in [(0, 0), (0, 40), (1, 0), (254, last)] {
            let place = Place::new(file, offset).unwrap();
            assert_eq!((place.file(), place.offset()), (file, offset));
        }
        assert_eq!(Place::new(0, last).unwrap().behind(1), None);
        assert_eq!(Place::new(255, 0), None);
        assert_eq!(size_of::<Option<Place>>(), 8);
    }
}
