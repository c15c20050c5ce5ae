//! Where reads go: a buffer that is used again and again, or given away when a read fills much of it.
//!
//! What is given away comes back when nobody needs it any more: the consumer keeps the newest few of a stream until it has
//! copied what it wants, so under load the same buffers are used in turn. Allocating one for each long read, and clearing
//! it, took the event loop 6 % of its time.

use std::ops::{Deref, RangeBounds};
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use super::feed::{OWN_BUFFER, Payload};

/// At most one part in this many of a buffer that is given away is unused.
const MOST_UNUSED: usize = 4;

/// Buffers that came back and wait to be used again have at most this many bytes in all.
const SPARE: usize = 2 << 20;

/// A buffer for one read at a time. The event loop has one for all its connections, each thread has its own.
pub(super) struct ReadBuffer {
    /// Empty, or of the full size.
    space: Vec<u8>,
    size: usize,
    spare: Arc<SpareBuffers>,
}

/// Buffers of one size that came back, for all that read.
pub(super) struct SpareBuffers {
    buffers: Mutex<Vec<Vec<u8>>>,
    size: usize,
    most: usize,
}

/// A buffer that was given away.
struct Lent {
    space: Vec<u8>,
    length: usize,
    home: Arc<SpareBuffers>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.space[..self.length]
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut buffers = self.home.buffers.lock();
        if buffers.len() < self.home.most {
            buffers.push(std::mem::take(&mut self.space));
        }
    }
}

impl SpareBuffers {
    /// For buffers of `size` bytes, at least 1.
    pub(super) fn new(size: usize) -> Self {
        Self { buffers: Mutex::default(), size, most: (SPARE / size).max(1) }
    }
}

impl ReadBuffer {
    /// A buffer for reads of at most `limit` bytes. One that is smaller than the spare ones gives nothing away.
    pub(super) fn new(limit: usize, spare: &Arc<SpareBuffers>) -> Self {
        let size = spare.size.min(limit);
        Self { space: vec![0; size], size, spare: Arc::clone(spare) }
    }

    /// Where to read to.
    pub(super) fn space(&mut self) -> &mut [u8] {
        if self.space.is_empty() {
            let spare = self.spare.buffers.lock().pop();
            self.space = spare.unwrap_or_else(|| vec![0; self.size]);
        }
        &mut self.space
    }

    /// The first `length` bytes, just read, until the next read.
    pub(super) fn look(&self, length: usize) -> Chunk<'_> {
        Chunk::Slice(&self.space[..length])
    }

    /// The same, for a consumer that may keep it for a while. A long read that fills most of the buffer takes the buffer with
    /// it; another one is copied, because the consumer counts the bytes of a read, not the memory behind them.
    pub(super) fn take(&mut self, length: usize) -> Chunk<'_> {
        if length < OWN_BUFFER {
            self.look(length)
        } else if self.size == self.spare.size && length >= self.size - self.size / MOST_UNUSED {
            let (space, home) = (std::mem::take(&mut self.space), Arc::clone(&self.spare));
            Chunk::Shared(Bytes::from_owner(Lent { space, length, home }))
        } else {
            Chunk::Shared(Bytes::copy_from_slice(&self.space[..length]))
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

    fn buffer(size: usize) -> ReadBuffer {
        ReadBuffer::new(usize::MAX, &Arc::new(SpareBuffers::new(size)))
    }

    #[test]
    fn a_read_that_fills_the_buffer_takes_it_and_it_comes_back() {
        let mut buffer = buffer(16 * 1024);
        let place = buffer.space().as_ptr();
        assert!(
            matches!(buffer.take(100), Chunk::Slice(data) if data.as_ptr() == place && data.len() == 100)
        );
        let taken = buffer.take(15_000).into_bytes();
        assert_eq!((taken.as_ptr(), taken.len()), (place, 15_000));
        assert_eq!(buffer.space().len(), 16 * 1024, "there is a new one");
        assert_ne!(buffer.space().as_ptr(), place);
        let mut another = ReadBuffer::new(usize::MAX, &buffer.spare);
        another.take(16 * 1024);
        drop(taken);
        assert_eq!(another.space().as_ptr(), place, "all that read use those that came back");
        assert_eq!(another.space().len(), 16 * 1024);
    }

    #[test]
    fn no_more_is_kept_than_the_limit() {
        let mut buffer = buffer(1 << 20);
        let taken: Vec<_> = (0..10)
            .map(|_| {
                buffer.space();
                buffer.take(1 << 20).into_bytes()
            })
            .collect();
        drop(taken);
        assert_eq!(buffer.spare.buffers.lock().len(), 2);
    }

    #[test]
    fn a_read_that_leaves_much_of_the_buffer_unused_keeps_its_own_length_only() {
        let mut buffer = buffer(16 * 1024);
        for length in [OWN_BUFFER, 12_000] {
            let place = buffer.space().as_ptr();
            let kept = buffer.take(length).into_bytes();
            assert_eq!(kept.len(), length);
            assert_ne!(kept.as_ptr(), place, "copied");
            assert_eq!(buffer.space().as_ptr(), place, "the buffer stays");
        }
    }

    #[test]
    fn a_buffer_for_shorter_reads_is_not_given_away() {
        let mut buffer = ReadBuffer::new(10_000, &Arc::new(SpareBuffers::new(16 * 1024)));
        let place = buffer.space().as_ptr();
        let kept = buffer.take(10_000).into_bytes();
        assert!(kept.as_ptr() != place && kept.len() == 10_000);
        assert_eq!(buffer.space().as_ptr(), place);
        drop(kept);
        assert!(buffer.spare.buffers.lock().is_empty());
    }
}
