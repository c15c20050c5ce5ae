//! Read buffers: a buffer is reused for each read, or given away when a read fills most of it.
//!
//! The event loop gives its buffer away. A thread has its buffer in an anonymous mapping of its own, of which only
//! those pages are resident that reads have reached, and copies long reads: 9,000 buffers in the heap, between what
//! the consumer keeps, left 30 MiB of holes when the threads had ended.
//!
//! A buffer that was given away returns to the pool when its last reference is dropped: the consumer keeps the newest
//! few of a stream until it has copied what it wants, so under load the same buffers are used in turn. Allocating and
//! clearing one for each long read took the event loop 6 % of its time.

use std::ops::{Deref, RangeBounds};
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use crate::server::feed::{OWN_BUFFER, Payload};

/// At most one part in this many of a given buffer is unused.
const MAX_UNUSED: usize = 4;

/// The most bytes of all free buffers in the pool together.
const POOL_LIMIT: usize = 8 << 20;

/// A buffer for one read at a time. The event loop has one for all its connections, each thread has its own.
pub(in crate::server) struct ReadBuffer<'a> {
    space: Space<'a>,
    pool: Arc<BufferPool>,
}

/// The memory of a read buffer.
enum Space<'a> {
    /// Memory that can be given away; it is empty then.
    Owned(Vec<u8>),
    /// Memory that belongs to the caller.
    Borrowed(&'a mut [u8]),
}

/// A pool of free buffers of one size, shared by all read buffers.
pub(in crate::server) struct BufferPool {
    buffers: Mutex<Vec<Vec<u8>>>,
    size: usize,
    most: usize,
}

/// A buffer that was given away; it returns to the pool when it is dropped.
struct PooledBuffer {
    space: Vec<u8>,
    length: usize,
    pool: Arc<BufferPool>,
}

impl AsRef<[u8]> for PooledBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.space[..self.length]
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        let mut buffers = self.pool.buffers.lock();
        if buffers.len() < self.pool.most {
            buffers.push(std::mem::take(&mut self.space));
        }
    }
}

impl BufferPool {
    /// Creates a pool for buffers of `size` bytes, at least 1.
    pub(in crate::server) fn new(size: usize) -> Self {
        Self { buffers: Mutex::default(), size, most: (POOL_LIMIT / size).max(1) }
    }

    /// The size of each buffer.
    pub(in crate::server) const fn size(&self) -> usize {
        self.size
    }

    fn take(&self) -> Vec<u8> {
        let pool = self.buffers.lock().pop();
        pool.unwrap_or_else(|| vec![0; self.size])
    }

    /// Whether a read of this length fills most of a buffer. The consumer counts the bytes of a read, not the memory
    /// behind them.
    const fn is_filled_by(&self, length: usize) -> bool {
        length >= self.size - self.size / MAX_UNUSED
    }
}

impl ReadBuffer<'static> {
    /// Creates a buffer that can be given away, and is replaced then.
    pub(in crate::server) fn new(pool: &Arc<BufferPool>) -> Self {
        Self { space: Space::Owned(pool.take()), pool: Arc::clone(pool) }
    }
}

impl<'a> ReadBuffer<'a> {
    /// Creates a buffer in the caller's memory.
    pub(in crate::server) fn of(space: &'a mut [u8], pool: &Arc<BufferPool>) -> Self {
        Self { space: Space::Borrowed(space), pool: Arc::clone(pool) }
    }

    /// The memory to read into.
    pub(in crate::server) fn space(&mut self) -> &mut [u8] {
        match &mut self.space {
            Space::Owned(space) => {
                if space.is_empty() {
                    *space = self.pool.take();
                }
                space
            }
            Space::Borrowed(space) => space,
        }
    }

    fn bytes(&self) -> &[u8] {
        match &self.space {
            Space::Owned(space) => space,
            Space::Borrowed(space) => space,
        }
    }

    /// The first `length` bytes, valid until the next read.
    pub(in crate::server) fn peek(&self, length: usize) -> ReadBytes<'_> {
        ReadBytes::Slice(&self.bytes()[..length])
    }

    /// The first `length` bytes, for a consumer that may keep them.
    pub(in crate::server) fn take(&mut self, length: usize) -> ReadBytes<'_> {
        if length < OWN_BUFFER {
            return self.peek(length);
        }
        if !self.pool.is_filled_by(length) {
            return ReadBytes::Shared(Bytes::copy_from_slice(&self.bytes()[..length]));
        }
        let space = match &mut self.space {
            Space::Owned(space) => std::mem::take(space),
            Space::Borrowed(space) => {
                let mut copy = self.pool.take();
                copy[..length].copy_from_slice(&space[..length]);
                copy
            }
        };
        ReadBytes::Shared(Bytes::from_owner(PooledBuffer { space, length, pool: Arc::clone(&self.pool) }))
    }
}

/// The bytes of one read.
#[derive(Clone, Debug)]
pub(in crate::server) enum ReadBytes<'a> {
    /// A part of the read buffer.
    Slice(&'a [u8]),
    /// A buffer of their own.
    Shared(Bytes),
}

impl ReadBytes<'_> {
    pub(in crate::server) fn payload(&self) -> Payload<'_> {
        match self {
            Self::Slice(data) => Payload::Slice(data),
            Self::Shared(data) => Payload::Shared(data),
        }
    }

    pub(in crate::server) fn slice(&self, range: impl RangeBounds<usize>) -> Self {
        match self {
            Self::Slice(data) => {
                Self::Slice(&data[(range.start_bound().cloned(), range.end_bound().cloned())])
            }
            Self::Shared(data) => Self::Shared(data.slice(range)),
        }
    }

    /// The bytes to keep: copied, unless the chunk owns its buffer.
    pub(in crate::server) fn into_bytes(self) -> Bytes {
        match self {
            Self::Slice(data) => Bytes::copy_from_slice(data),
            Self::Shared(data) => data,
        }
    }
}

impl Deref for ReadBytes<'_> {
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

    fn buffer(size: usize) -> ReadBuffer<'static> {
        ReadBuffer::new(&Arc::new(BufferPool::new(size)))
    }

    #[test]
    fn a_read_that_fills_the_buffer_takes_it_and_it_comes_back() {
        let mut buffer = buffer(16 * 1024);
        let place = buffer.space().as_ptr();
        assert!(
            matches!(buffer.take(100), ReadBytes::Slice(data) if data.as_ptr() == place && data.len() == 100)
        );
        let taken = buffer.take(15_000).into_bytes();
        assert_eq!((taken.as_ptr(), taken.len()), (place, 15_000));
        assert_eq!(buffer.space().len(), 16 * 1024, "there is a new one");
        assert_ne!(buffer.space().as_ptr(), place);
        let mut another = ReadBuffer::new(&buffer.pool);
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
        assert_eq!(buffer.pool.buffers.lock().len(), POOL_LIMIT >> 20);
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
    fn a_borrowed_buffer_is_copied_to_one_that_comes_back() {
        let mut stack = [0; 16 * 1024];
        let pool = Arc::new(BufferPool::new(stack.len()));
        let mut buffer = ReadBuffer::of(&mut stack, &pool);
        let place = buffer.space().as_ptr();
        buffer.space().fill(7);
        let kept = buffer.take(15_000).into_bytes();
        buffer.space().fill(8);
        assert!(kept.len() == 15_000 && kept.iter().all(|byte| *byte == 7));
        assert_eq!(buffer.space().as_ptr(), place);
        let copied_to = kept.as_ptr();
        drop(kept);
        assert_eq!(buffer.take(16 * 1024).as_ptr(), copied_to);
    }
}
