//! How long a client may take when we end its connection. Time is an argument here.
//!
//! The client gets what it is owed, then FIN. The socket is not closed at once: closing with unread input would send RST,
//! and that destroys the part of the answer that the client has not read. So what the client still sends is read and
//! dropped, until its FIN comes, or it falls silent, or its time is over: a client that never stops sending must not keep
//! its connection, and must not hold up the end of the program either.

use std::time::{Duration, Instant};

/// The longest times, for one reason to end a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct EndLimits {
    /// Before our FIN: a client that takes none of its pending bytes for so long is reset.
    pub(super) flush: Duration,
    /// After our FIN: so long the client may go on sending.
    linger: Duration,
    /// After our FIN: so long the client may be silent.
    quiet: Duration,
}

impl EndLimits {
    /// Of a connection that the user closes.
    pub(super) const CLOSE: Self = Self {
        flush: Duration::from_secs(10),
        linger: Duration::from_secs(3),
        quiet: Duration::from_secs(3),
    };
    /// Of an idle connection, which has been silent for the idle timeout already.
    pub(super) const IDLE: Self = Self { flush: Duration::from_secs(3), ..Self::CLOSE };
    /// Of every connection when the program ends. Together they are less than 3 s: only a client that takes what it is
    /// owed, bit by bit, holds up the end for longer.
    pub(super) const STOP: Self = Self {
        flush: Duration::from_secs(2),
        linger: Duration::from_millis(750),
        quiet: Duration::from_millis(250),
    };

    /// The shorter of each.
    pub(super) fn shortest(self, other: Self) -> Self {
        Self {
            flush: self.flush.min(other.flush),
            linger: self.linger.min(other.linger),
            quiet: self.quiet.min(other.quiet),
        }
    }
}

/// Our FIN is out, the client's is not here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lingering {
    until: Instant,
    quiet: Duration,
}

impl Lingering {
    /// Our FIN went out at `now`.
    pub(super) fn begin(now: Instant, limits: EndLimits) -> Self {
        Self { until: now + limits.linger, quiet: limits.quiet }
    }

    /// The connection ends for another reason, too, from `now` on.
    pub(super) fn shorten(&mut self, now: Instant, limits: EndLimits) {
        self.until = self.until.min(now + limits.linger);
        self.quiet = self.quiet.min(limits.quiet);
    }

    /// How long to wait for the next bytes of the client.
    pub(super) fn patience(&self, now: Instant) -> Duration {
        self.until.saturating_duration_since(now).min(self.quiet)
    }

    /// Whether the client is left, even if it is still sending.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// After how long a client is left that sends every 10 ms, if the program ends after `stop`.
    fn left_after(limits: EndLimits, stop: Option<Duration>) -> Duration {
        let start = Instant::now();
        let (mut now, mut lingering) = (start, Lingering::begin(start, limits));
        while !lingering.is_over(now) {
            now += lingering.patience(now).min(10 * MILLI);
            if stop.is_some_and(|stop| now == start + stop) {
                lingering.shorten(now, EndLimits::STOP);
            }
        }
        now - start
    }

    #[test]
    fn a_client_that_keeps_sending_is_left() {
        assert_eq!(left_after(EndLimits::CLOSE, None), 3_000 * MILLI);
        assert_eq!(left_after(EndLimits::IDLE, None), 3_000 * MILLI);
        assert_eq!(left_after(EndLimits::STOP, None), 750 * MILLI);
    }

    #[test]
    fn the_end_of_the_program_shortens_a_wait_that_has_begun() {
        assert_eq!(left_after(EndLimits::CLOSE, Some(1_000 * MILLI)), 1_750 * MILLI);
        assert_eq!(left_after(EndLimits::CLOSE, Some(2_900 * MILLI)), 3_000 * MILLI, "and never extends it");
    }

    #[test]
    fn a_silent_client_is_left_sooner_when_the_program_ends() {
        let start = Instant::now();
        let mut lingering = Lingering::begin(start, EndLimits::CLOSE);
        assert_eq!(lingering.patience(start), 3_000 * MILLI);
        lingering.shorten(start, EndLimits::STOP);
        assert_eq!(lingering.patience(start), 250 * MILLI);
        assert_eq!(lingering.patience(start + 700 * MILLI), 50 * MILLI);
        assert_eq!(lingering.patience(start + 800 * MILLI), Duration::ZERO);
    }

    #[test]
    fn the_program_ends_within_three_seconds_unless_a_client_takes_what_it_is_owed() {
        assert!(EndLimits::STOP.flush + EndLimits::STOP.linger < Duration::from_secs(3));
        assert_eq!(EndLimits::CLOSE.shortest(EndLimits::STOP), EndLimits::STOP);
        assert_eq!(EndLimits::CLOSE.shortest(EndLimits::IDLE), EndLimits::IDLE);
    }
}
