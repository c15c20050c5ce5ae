//! Captured bytes that know where they lie in their file.

use bytes::Bytes;

use crate::event::Place;

/// Captured bytes, and where they lie in a file that can be read again.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Captured {
    /// The bytes.
    pub bytes: Bytes,
    /// Where the first one lies, if that is wanted.
    pub place: Option<Place>,
}

impl From<Bytes> for Captured {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, place: None }
    }
}

impl Captured {
    /// Takes the first `length` bytes off.
    ///
    /// # Panics
    ///
    /// When there are fewer.
    pub(super) fn split_to(&mut self, length: usize) -> Self {
        let first = Self { bytes: self.bytes.split_to(length), place: self.place };
        self.place = self.place.and_then(|place| place.behind(length as u64));
        first
    }

    /// The same bytes in memory of their own, so that they keep nothing else of the file.
    pub(super) fn detached(&self) -> Self {
        Self { bytes: Bytes::copy_from_slice(&self.bytes), place: self.place }
    }
}
