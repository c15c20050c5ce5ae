//! What is held of the bytes that are received from one side, between the tap and the service.
//!
//! While there is a hold, all bytes of the side go through it, so that they stay in order: those before its offset and
//! those that the user releases wait only until the service can take them.

use bytes::Bytes;

use crate::event::held_bytes::Taken;
use crate::event::{HOLD_LIMIT, HeldBytes, HoldChange, Release};

/// The bytes of one side that are held, and those that are released and wait for the service.
#[derive(Debug)]
pub(super) struct Hold {
    bytes: HeldBytes,
    /// How many of the first bytes are released.
    released: usize,
    /// The offset in the received stream from which bytes are held; `None` if they are not any more.
    from: Option<u64>,
    /// How many bytes were received before the next one.
    received: u64,
    end: StreamEnd,
}

/// Whether the peer has ended the stream, behind the bytes that are held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum StreamEnd {
    NotYet,
    Held,
    Released,
}

/// What the service is given next.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Next {
    Bytes(Taken),
    /// The end of the stream.
    End,
}

/// Why nothing can be released.
const NOTHING: &str = "nothing is held";

impl Hold {
    /// Holds nothing yet. The next byte has this offset in the received stream.
    pub(super) fn new(received: u64) -> Self {
        let bytes = HeldBytes::new(received);
        Self { bytes, released: 0, from: None, received, end: StreamEnd::NotYet }
    }

    /// Holds the bytes from this offset of the received stream on, or from the next one on.
    ///
    /// # Errors
    /// Bytes are held already.
    pub(super) fn begin(&mut self, at: Option<u64>) -> Result<HoldChange, &'static str> {
        if self.from.is_some() {
            return Err("its bytes are held already");
        }
        let offset = at.unwrap_or(self.received).max(self.received);
        self.from = Some(offset);
        Ok(HoldChange::Began { offset, position: self.bytes.end() + (offset - self.received) })
    }

    /// Adds bytes that were received. Returns how many of the first are not held.
    pub(super) fn push(&mut self, bytes: &[u8]) -> usize {
        let before = self.from.map_or(u64::MAX, |from| from.saturating_sub(self.received));
        let passed = usize::try_from(before).unwrap_or(usize::MAX).min(bytes.len());
        self.bytes.push(self.received, bytes);
        self.received += bytes.len() as u64;
        // Nothing is held before the offset is reached, so these follow what is released.
        self.released += passed;
        passed
    }

    /// Records that the peer has ended the stream.
    pub(super) const fn ended(&mut self) {
        self.end = if self.from.is_some() { StreamEnd::Held } else { StreamEnd::Released };
    }

    /// Whether more may be read. What is released comes first.
    pub(super) fn has_room(&self) -> bool {
        self.released == 0 && self.bytes.len() < HOLD_LIMIT
    }

    /// Whether the service is to be given something.
    pub(super) fn has_released(&self) -> bool {
        self.released > 0 || self.end == StreamEnd::Released
    }

    /// Takes what the service is given next, at most this number of bytes.
    pub(super) fn take(&mut self, most: usize) -> Option<Next> {
        if let Some(taken) = self.bytes.take(self.released.min(most)) {
            self.released -= taken.bytes.len();
            return Some(Next::Bytes(taken));
        }
        if self.end != StreamEnd::Released {
            return None;
        }
        self.end = StreamEnd::NotYet;
        Some(Next::End)
    }

    /// Whether there is no use for the hold any more.
    pub(super) fn is_over(&self) -> bool {
        self.from.is_none() && self.bytes.is_empty() && self.end == StreamEnd::NotYet
    }

    /// The position of the first byte that is held.
    fn first(&self) -> u64 {
        self.bytes.start() + self.released as u64
    }

    /// Lets bytes go on.
    ///
    /// # Errors
    /// There is nothing of this kind.
    pub(super) fn release(&mut self, what: Release) -> Result<Vec<HoldChange>, &'static str> {
        if self.from.is_none() {
            return Err(NOTHING);
        }
        let held = self.bytes.len() - self.released;
        let bytes = match what {
            Release::Bytes(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX).min(held),
            Release::Line => {
                let line = self.bytes.bytes()[self.released..].iter().position(|&byte| byte == b'\n');
                line.ok_or("no line feed is held")? + 1
            }
            Release::All | Release::End => held,
        };
        // Behind the end of the stream nothing more can be held.
        let is_last = self.end == StreamEnd::Held && matches!(what, Release::All);
        let ends = is_last || what == Release::End;
        if bytes == 0 && !ends {
            return Err(NOTHING);
        }
        let mut changes = Vec::new();
        if bytes > 0 {
            changes.push(HoldChange::Released { position: self.first(), bytes: bytes as u64 });
            self.released += bytes;
        }
        if ends {
            changes.push(HoldChange::Ended);
            self.from = None;
            if self.end == StreamEnd::Held {
                self.end = StreamEnd::Released;
            }
        }
        Ok(changes)
    }

    /// Puts bytes of the user in the place of held ones.
    ///
    /// # Errors
    /// These bytes are not held, or too many would be.
    pub(super) fn replace(
        &mut self,
        position: u64,
        length: u64,
        data: Bytes,
    ) -> Result<HoldChange, &'static str> {
        // Where nothing is held yet, bytes that are put in would stop those before the offset.
        let is_reached = self.from.is_some_and(|from| self.received >= from);
        let end = position.saturating_add(length);
        if !is_reached || position < self.first() || end > self.bytes.end() {
            return Err("these bytes are not held");
        }
        if length == 0 && data.is_empty() {
            return Err("there is nothing to put in");
        }
        let held = self.bytes.len() - self.released;
        // What the user puts in does not count for the limit of what is read, and has one of its own.
        if data.len() as u64 > length && held + data.len() > 2 * HOLD_LIMIT + length as usize {
            return Err("more than 2 MiB would be held");
        }
        let dropped = self.bytes.replace(position..end, &data).bytes();
        Ok(HoldChange::Edited { position, removed: length, dropped, data })
    }
}
