//! Bytes of the user that wait until those before them are sent.

use std::collections::VecDeque;

use bytes::Bytes;

/// What the user wants to be sent to one side, while other bytes are pending there.
#[derive(Debug, Default)]
pub(super) struct InjectionQueue {
    waiting: VecDeque<Bytes>,
    bytes: usize,
}

impl InjectionQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Number of bytes that wait.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn push(&mut self, bytes: Bytes) {
        self.bytes += bytes.len();
        self.waiting.push_back(bytes);
    }

    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let next = self.waiting.pop_front()?;
        self.bytes -= next.len();
        Some(next)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
