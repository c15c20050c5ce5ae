//! Which batch a fact goes to.

use crate::model::{BackendKind, ConnectionId};

/// The connections of the event loop share one batch, which nobody but their one thread fills. The threads share this
/// number of batches: with a thousand threads more did not help, and fewer cost time.
const THREAD_SHARDS: usize = 8;
pub(super) const SHARDS: usize = 1 + THREAD_SHARDS;
/// The batch that a connection's facts go to. Facts of one connection stay in order also when it changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Shard(usize);

impl Shard {
    /// That of facts which belong to no connection.
    pub(super) const COMMON: Self = Self(0);

    /// One that this backend fills.
    pub(super) const fn any_of(backend: BackendKind) -> Self {
        match backend {
            BackendKind::Async => Self::COMMON,
            BackendKind::Threads => Self(1),
        }
    }

    /// The backend that fills the one of this number; of the common one, the one whose connections do.
    pub(super) const fn backend(index: usize) -> BackendKind {
        if index == Self::COMMON.0 { BackendKind::Async } else { BackendKind::Threads }
    }

    /// Its number.
    pub(super) const fn index(self) -> usize {
        self.0
    }

    /// That of a connection which this backend serves.
    pub(in crate::server) const fn of(backend: BackendKind, id: ConnectionId) -> Self {
        match backend {
            BackendKind::Async => Self::COMMON,
            BackendKind::Threads => Self(1 + id.0 as usize % THREAD_SHARDS),
        }
    }
}
