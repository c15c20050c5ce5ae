//! Bytes of one connection, published while a watcher has a lease on them.

use minicbor::{Decode, Encode};

use super::connection::Side;
use crate::event;

/// The largest number of bytes in one message.
pub const LONGEST_CHUNK: usize = 32 << 10;

/// Which way bytes go, seen from the publisher.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Direction {
    /// They were received.
    #[n(0)]
    Received,
    /// They were sent.
    #[n(1)]
    Sent,
}

impl From<event::Direction> for Direction {
    fn from(direction: event::Direction) -> Self {
        match direction {
            event::Direction::Received => Self::Received,
            event::Direction::Sent => Self::Sent,
        }
    }
}

impl From<Direction> for event::Direction {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Received => Self::Received,
            Direction::Sent => Self::Sent,
        }
    }
}

/// Where bytes belong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct ChunkHead {
    /// The run of the publisher.
    #[n(0)]
    pub epoch: u64,
    /// The socket.
    #[n(1)]
    pub side: Side,
    /// The direction.
    #[n(2)]
    pub direction: Direction,
    /// How many bytes the stream had before. What is missing shows by it.
    #[n(3)]
    pub offset: u64,
    /// When they were moved, by the clock of the host: microseconds since 1970.
    #[n(4)]
    pub at: u64,
}

/// Bytes that follow each other in one stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Chunk<'b> {
    /// Where they belong.
    #[n(0)]
    pub head: ChunkHead,
    /// The bytes: at most [`LONGEST_CHUNK`].
    #[cbor(b(1), with = "minicbor::bytes")]
    pub data: &'b [u8],
}
