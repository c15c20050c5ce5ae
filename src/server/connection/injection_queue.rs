//! Bytes of the user that wait until those before them are sent.

use std::collections::VecDeque;

use bytes::Bytes;

/// What the user wants to be sent to one side, while other bytes are pending there. Boxed, because most connections get
/// none.
#[derive(Debug, Default)]
pub(super) struct InjectionQueue(Option<Box<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    pieces: VecDeque<Bytes>,
    bytes: usize,
}

impl InjectionQueue {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Number of bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |waiting| waiting.bytes)
    }

    pub(super) fn push(&mut self, bytes: Bytes) {
        let waiting = self.0.get_or_insert_default();
        waiting.bytes += bytes.len();
        waiting.pieces.push_back(bytes);
    }

    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let waiting = self.0.as_mut()?;
        let next = waiting.pieces.pop_front()?;
        waiting.bytes -= next.len();
        if waiting.pieces.is_empty() {
            self.clear();
        }
        Some(next)
    }

    pub(super) fn clear(&mut self) {
        self.0 = None;
    }
}
