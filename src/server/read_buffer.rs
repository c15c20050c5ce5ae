//! Where reads go: a buffer that is used again and again, or given away when a read fills much of it.

use std::ops::{Deref, RangeBounds};

use bytes::Bytes;

use super::feed::Payload;
use crate::model::event::OWN_BUFFER;

/// A buffer for one read at a time. The event loop has one for all its connections, each thread has its own.
pub(super) struct ReadBuffer {
    space: Vec<u8>,
    size: usize,
}

impl ReadBuffer {
    /// A buffer for reads of `size` bytes; at least 1.
    pub(super) fn new(size: usize) -> Self {
        Self { space: vec![0; size], size }
    }

    /// Where to read to.
    pub(super) fn space(&mut self) -> &mut [u8] {
        if self.space.is_empty() {
            self.space = vec![0; self.size];
        }
        &mut self.space
    }

    /// The first `length` bytes, just read. A long read that fills at least half of the buffer takes the buffer with it;
    /// one that fills less is left for whoever keeps it to copy, or a history would hold far more than it counts.
    pub(super) fn take(&mut self, length: usize) -> Chunk<'_> {
        if length >= OWN_BUFFER && length * 2 >= self.size {
            let mut space = std::mem::take(&mut self.space);
            space.truncate(length);
            Chunk::Shared(Bytes::from(space))
        } else {
            Chunk::Slice(&self.space[..length])
        }
    }
}

/// The bytes of one read.
#[derive(Clone, Debug)]
pub(super) enum Chunk<'a> {
    /// In the read buffer.
    Slice(&'a [u8]),
    /// In a buffer of their own.
    Shared(Bytes),
}

impl Chunk<'_> {
    pub(super) fn payload(&self) -> Payload<'_> {
        match self {
            Self::Slice(data) => Payload::Slice(data),
            Self::Shared(data) => Payload::Shared(data),
        }
    }

    pub(super) fn slice(&self, range: impl RangeBounds<usize>) -> Self {
        match self {
            Self::Slice(data) => {
                Self::Slice(&data[(range.start_bound().cloned(), range.end_bound().cloned())])
            }
            Self::Shared(data) => Self::Shared(data.slice(range)),
        }
    }

    /// To be kept: copied, unless it owns its buffer.
    pub(super) fn into_bytes(self) -> Bytes {
        match self {
            Self::Slice(data) => Bytes::copy_from_slice(data),
            Self::Shared(data) => data,
        }
    }
}

impl Deref for Chunk<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Slice(data) => data,
            Self::Shared(data) => data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_fills_the_buffer_takes_it() {
        let mut buffer = ReadBuffer::new(16 * 1024);
        let place = buffer.space().as_ptr();
        assert!(
            matches!(buffer.take(100), Chunk::Slice(data) if data.as_ptr() == place && data.len() == 100)
        );
        assert!(
            matches!(buffer.take(12_000), Chunk::Shared(data) if data.as_ptr() == place && data.len() == 12_000)
        );
        assert_eq!(buffer.space().len(), 16 * 1024, "there is a new one");
    }

    #[test]
    fn a_read_that_fills_little_of_a_large_buffer_is_copied_by_who_keeps_it() {
        let mut buffer = ReadBuffer::new(256 * 1024);
        buffer.space();
        assert!(matches!(buffer.take(OWN_BUFFER), Chunk::Slice(_)));
    }
}
