//! How an interface of a capture counts time.

use crate::event::Timestamp;

const MICROS: i128 = 1_000_000;

/// The resolution of time stamps, and what is added to them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct CaptureClock {
    /// As `if_tsresol` has it: a negative power of 10, or, with the highest bit, of 2.
    resolution: u8,
    /// Seconds to add.
    offset: i64,
}

impl CaptureClock {
    /// Microseconds since the Unix epoch.
    pub(super) const MICROS: Self = Self { resolution: 6, offset: 0 };
    /// Nanoseconds since the Unix epoch.
    pub(super) const NANOS: Self = Self { resolution: 9, offset: 0 };

    pub(super) const fn with_resolution(self, resolution: u8) -> Self {
        Self { resolution, ..self }
    }

    pub(super) const fn with_offset(self, offset: i64) -> Self {
        Self { offset, ..self }
    }

    /// The time of a packet with this time stamp: the Unix epoch if it is earlier, the last expressible time if later.
    pub(super) fn time(self, ticks: u64) -> Timestamp {
        let (ticks, exponent) = (i128::from(ticks), u32::from(self.resolution & 0x7f));
        let micros = if self.resolution & 0x80 != 0 {
            (ticks * MICROS) >> exponent
        } else if exponent <= 6 {
            ticks * 10_i128.pow(6 - exponent)
        } else {
            // Beyond this exponent, no number of ticks is a microsecond.
            10_i128.checked_pow(exponent - 6).map_or(0, |per_micro| ticks / per_micro)
        };
        let micros = micros + i128::from(self.offset) * MICROS;
        Timestamp(u64::try_from(micros.max(0)).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution_is_understood() {
        let time = |resolution, ticks| CaptureClock::MICROS.with_resolution(resolution).time(ticks).0;
        assert_eq!(time(0, 3), 3_000_000);
        assert_eq!(time(6, 3), 3);
        assert_eq!(time(9, 3_999), 3);
        assert_eq!(time(12, 5_000_000), 5);
        assert_eq!(time(127, u64::MAX), 0);
        assert_eq!(time(0x80 | 1, 3), 1_500_000);
        assert_eq!(time(0x80 | 20, 1 << 20), 1_000_000);
        assert_eq!(time(0x80 | 127, u64::MAX), 0);
        assert_eq!(time(0, u64::MAX), u64::MAX);
    }

    #[test]
    fn an_offset_moves_the_time_and_never_before_the_epoch() {
        let clock = CaptureClock::NANOS.with_offset(1_700_000_000);
        assert_eq!(clock.time(500_000_000).0, 1_700_000_000_500_000);
        assert_eq!(CaptureClock::MICROS.with_offset(i64::MIN).time(u64::MAX).0, 0);
        assert_eq!(CaptureClock::MICROS.with_offset(i64::MAX).time(u64::MAX).0, u64::MAX);
    }
}
