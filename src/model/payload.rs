//! Bytes that stay in the file that they were opened from.

use std::fmt::Debug;
use std::sync::Arc;

use crate::event::Place;

/// Reads bytes of opened files again.
pub trait ReadPayload: Debug + Send + Sync {
    /// Fills `into` with the bytes from `place` on. Bytes that cannot be read any more are 0; whoever opened the files
    /// says so.
    fn read(&self, place: Place, into: &mut [u8]);
}

/// The opened files.
#[derive(Clone, Debug)]
pub struct PayloadFiles(pub Arc<dyn ReadPayload>);

impl PartialEq for PayloadFiles {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for PayloadFiles {}

/// The bytes of a read or write: at hand, or in a file.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// They are at hand, and will be copied.
    Bytes(&'a [u8]),
    /// They stay where they are.
    Stored {
        /// The files.
        files: &'a PayloadFiles,
        /// Where the first byte lies.
        place: Place,
        /// The number of bytes.
        length: u32,
    },
}

impl Payload<'_> {
    /// The number of bytes.
    #[must_use]
    pub const fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stored { length, .. } => *length as u64,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
