//! Bytes on their way to one side, and who made them.

use bytes::Bytes;

use crate::event::Origin;

/// Bytes of one origin that go to one side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub(super) bytes: Bytes,
    /// Who made them: `User`, or else the service or the peer of the other side.
    pub(super) origin: Origin,
}

impl Piece {
    /// Bytes of the service, or of the peer of the other side.
    pub(super) const fn of_service(bytes: Bytes) -> Self {
        Self { bytes, origin: Origin::Service }
    }

    /// Bytes of the user.
    pub(super) const fn of_user(bytes: Bytes) -> Self {
        Self { bytes, origin: Origin::User }
    }

    pub(super) const fn empty() -> Self {
        Self::of_service(Bytes::new())
    }

    pub(super) const fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The number of its bytes that the user made.
    pub(super) fn user_bytes(&self) -> usize {
        if self.origin == Origin::User { self.bytes.len() } else { 0 }
    }
}
