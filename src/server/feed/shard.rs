//! The shards of the queue: which batch an event goes to.

use crate::event::{BackendKind, ConnectionId};

/// All connections of the event loop share one batch, which only the loop's thread fills. The threads share this
/// number of batches: with a thousand threads more did not help, and fewer cost time.
const THREAD_SHARDS: usize = 8;
pub(super) const SHARDS: usize = 1 + THREAD_SHARDS;
/// The index of a batch. The events of one connection stay in order even when its shard changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Shard(usize);

impl Shard {
    /// The shard of events that belong to no connection.
    pub(super) const COMMON: Self = Self(0);

    /// A shard that this backend fills.
    pub(super) const fn any_of(backend: BackendKind) -> Self {
        match backend {
            BackendKind::Async => Self::COMMON,
            BackendKind::Threads => Self(1),
        }
    }

    /// The backend that fills the shard with this index; for the common shard, the backend whose connections use it.
    pub(super) const fn backend(index: usize) -> BackendKind {
        if index == Self::COMMON.0 { BackendKind::Async } else { BackendKind::Threads }
    }

    /// The index of the batch.
    pub(super) const fn index(self) -> usize {
        self.0
    }

    /// The shard of a connection that this backend serves.
    pub(in crate::server) const fn of(backend: BackendKind, id: ConnectionId) -> Self {
        match backend {
            BackendKind::Async => Self::COMMON,
            BackendKind::Threads => Self(1 + id.0 as usize % THREAD_SHARDS),
        }
    }
}
