//! What happens to the bytes of one stream.

use bytes::Bytes;

use crate::event::ids::{Origin, Side, Timestamp};
use crate::event::utf8_scanner::Utf8Summary;

/// What happened in a stream.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Debug)]
pub enum StreamEvent {
    /// One read or write moved these bytes. `offset` counts from the start of the stream. `summary` is the UTF-8 summary
    /// of the bytes, if the consumer demanded it. `forwarded` is set for a read whose bytes one write sent unchanged; it
    /// is reported only where events are not demanded in the order of time.
    Bytes { offset: u64, data: Bytes, summary: Utf8Summary, origin: Origin, forwarded: Option<Forwarded> },
    /// Like `Bytes`, but only the length: the bytes are older than the history that the consumer keeps.
    Trimmed { offset: u64, bytes: u64, summary: Utf8Summary, origin: Origin, forwarded: Option<Forwarded> },
    /// Bytes that `events` reads or writes moved but that were not observed, since the last such event.
    Missed { events: u64, bytes: u64 },
}

/// The write that sent the bytes of a read unchanged, at the same offset of the stream that is sent on another side, or,
/// for an echo, on the same one. It takes the place of an event of its own, so that the bytes are reported once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forwarded {
    /// The side on which the bytes were sent.
    pub side: Side,
    /// When they were sent.
    pub at: Timestamp,
}
