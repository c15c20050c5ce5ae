//! What the faults of a lane count and measure. Time is an argument here.

use std::time::{Duration, Instant};

use crate::event::{Limit, Slice, Stall};

/// A late write is made up for by at most this time of the bandwidth.
const MADE_UP: Duration = Duration::from_millis(50);

/// The number of pieces per second into which a limited bandwidth cuts a stream.
const PIECES_PER_SECOND: u64 = 100;

/// The limit of a bandwidth.
pub(super) struct Bucket {
    /// When the bytes so far have gone through.
    free: Instant,
}

impl Bucket {
    pub(super) const fn new(now: Instant) -> Self {
        Self { free: now }
    }

    /// The most bytes that go out at once.
    pub(super) const fn piece(rate: u64) -> u64 {
        let piece = rate / PIECES_PER_SECOND;
        if piece == 0 { 1 } else { piece }
    }

    /// When the next bytes may go out.
    pub(super) const fn free(&self) -> Instant {
        self.free
    }

    /// Counts bytes that go out now, and could have gone out since `due` without this limit.
    pub(super) fn take(&mut self, rate: u64, length: u64, due: Instant, now: Instant) {
        let earliest = now.checked_sub(MADE_UP).unwrap_or(now);
        let nanos = u128::from(length) * 1_000_000_000 / u128::from(rate.max(1));
        let time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        self.free = self.free.max(due).max(earliest) + time;
    }
}

/// The pauses in which nothing is passed on.
pub(super) struct Stalls {
    since: Instant,
}

impl Stalls {
    pub(super) const fn new(now: Instant) -> Self {
        Self { since: now }
    }

    /// The first moment from `at` on that is in no pause.
    pub(super) fn end(&self, stall: Stall, at: Instant) -> Instant {
        let (length, every) = (Duration::from_micros(stall.micros), u128::from(stall.every.max(1)));
        let since = at.saturating_duration_since(self.since).as_micros();
        // The first pause comes after the time between two.
        if since < every || since % every >= length.as_micros() {
            return at;
        }
        let start = u64::try_from(since / every * every).unwrap_or(u64::MAX);
        self.since + Duration::from_micros(start) + length
    }
}

/// The pause after a slice. It begins when the slice is written, and is never made up for: that would join slices.
#[derive(Default)]
pub(super) struct Gap {
    is_being_written: bool,
    until: Option<Instant>,
}

impl Gap {
    /// Records that a slice is to be written.
    pub(super) const fn start(&mut self, slice: Option<Slice>) {
        self.is_being_written = slice.is_some();
    }

    /// Records that nothing is to be written.
    pub(super) fn written(&mut self, slice: Option<Slice>, now: Instant) {
        if let Some(slice) = slice.filter(|_| std::mem::take(&mut self.is_being_written)) {
            self.until = Some(now + Duration::from_micros(slice.pause));
        }
    }

    /// When the next slice may be written, if there was one before.
    pub(super) const fn until(&self) -> Option<Instant> {
        self.until
    }
}

/// What a stream may still carry before it ends.
#[derive(Default)]
pub(super) struct Allowance {
    bytes: Option<u64>,
    expires: Option<Instant>,
}

impl Allowance {
    pub(super) fn new(limit: Option<Limit>, now: Instant) -> Self {
        match limit {
            None => Self::default(),
            Some(Limit::Bytes(bytes)) => Self { bytes: Some(bytes), expires: None },
            Some(Limit::After(micros)) => {
                Self { bytes: None, expires: Some(now + Duration::from_micros(micros)) }
            }
        }
    }

    /// The bytes that are left, if they are limited.
    pub(super) const fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// When it is used up, if the time is limited.
    pub(super) const fn expires(&self) -> Option<Instant> {
        self.expires
    }

    /// Counts bytes.
    pub(super) fn take(&mut self, length: u64) {
        self.bytes = self.bytes.map(|left| left.saturating_sub(length));
    }

    pub(super) fn is_used_up(&self, now: Instant) -> bool {
        self.bytes == Some(0) || self.expires.is_some_and(|at| at <= now)
    }
}

/// Random numbers that can be repeated (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number; it is less than `bound`, which is at least 1.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
