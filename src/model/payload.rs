//! Bytes that stay in the file that they were opened from.

use std::fmt::Debug;
use std::sync::Arc;

use crate::event::Place;

/// Reads bytes of opened files again.
pub trait ReadPayload: Debug + Send + Sync {
    /// Fills `into` with the bytes from `place` on. Bytes that cannot be read any more are 0; the owner of the files
    /// reports that.
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

/// The bytes of a read or write.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Where they can be read again, and so need not be copied.
    pub stored: Option<StoredAt<'a>>,
}

/// Where bytes lie in opened files.
#[derive(Clone, Copy, Debug)]
pub struct StoredAt<'a> {
    /// The files.
    pub files: &'a PayloadFiles,
    /// Where the first byte lies.
    pub place: Place,
}

impl<'a> From<&'a [u8]> for Payload<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self { bytes, stored: None }
    }
}
