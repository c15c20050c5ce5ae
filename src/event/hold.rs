//! What is held back of one direction of a connection, until the user lets it go on.

use bytes::Bytes;

/// As soon as this many bytes of one direction are held, nothing more is read from its peer.
pub const HOLD_LIMIT: usize = 1 << 20;

/// How much of what is held goes on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Release {
    /// This number of bytes, or all if there are fewer.
    Bytes(u64),
    /// The bytes up to the next line feed, and with it.
    Line,
    /// All bytes, and the end of the stream if it is held. What comes after them is held again.
    All,
    /// As `All`, and nothing is held any more.
    End,
}

/// A change of what is held of one direction. A `position` is an offset in the stream as it goes on; see
/// [`HeldBytes`](crate::event::HeldBytes).
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HoldChange {
    /// Bytes are held from this offset of the stream on. `position` is that of the byte at this offset.
    Began { offset: u64, position: u64 },
    /// These bytes were received and are held, behind those that are held already. `offset` is that of the first one in
    /// the received stream.
    Held { offset: u64, data: Bytes },
    /// The user put `data` in the place of the `removed` bytes from `position` on. `dropped` of them had been received;
    /// the others the user had put in.
    Edited { position: u64, removed: u64, dropped: u64, data: Bytes },
    /// The first `bytes` held bytes go on; the first of them has this position.
    Released { position: u64, bytes: u64 },
    /// Nothing is held any more.
    Ended,
}
