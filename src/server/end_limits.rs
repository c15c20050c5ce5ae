//! Timeouts for a connection that the server closes. Time is an argument here.
//!
//! The client gets its pending bytes, then FIN. The socket is not closed at once: closing with unread input would
//! send RST, and that destroys the part of the answer that the client has not read. So the server drains what the
//! client still sends, until the client's FIN arrives, or the client is silent for a while, or the drain timeout
//! expires: a client that never stops sending must not keep its connection, and must not delay the end of the program
//! either.

use std::time::{Duration, Instant};

/// The timeouts for one reason to close a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct EndLimits {
    /// Before our FIN: the server resets a client that takes none of its pending bytes for this time.
    pub(super) flush: Duration,
    /// After our FIN: the client may keep sending for this time.
    linger: Duration,
    /// After our FIN: the client may be silent for this time.
    quiet: Duration,
}

impl EndLimits {
    /// For a connection that the user closes.
    pub(super) const CLOSE: Self = Self {
        flush: Duration::from_secs(10),
        linger: Duration::from_secs(3),
        quiet: Duration::from_secs(3),
    };
    /// For an idle connection, whose client has been silent for the idle timeout already.
    pub(super) const IDLE: Self = Self { flush: Duration::from_secs(3), ..Self::CLOSE };
    /// For every connection when the program ends. Their sum is less than 3 s: only a client that takes its pending
    /// bytes in small steps delays the end for longer.
    pub(super) const STOP: Self = Self {
        flush: Duration::from_secs(2),
        linger: Duration::from_millis(750),
        quiet: Duration::from_millis(250),
    };

    /// The shorter one of each timeout.
    pub(super) fn shortest(self, other: Self) -> Self {
        Self {
            flush: self.flush.min(other.flush),
            linger: self.linger.min(other.linger),
            quiet: self.quiet.min(other.quiet),
        }
    }
}

/// The deadlines of draining, while our FIN is out and the client's has not arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lingering {
    until: Instant,
    quiet: Duration,
}

impl Lingering {
    /// Starts draining: our FIN went out at `now`.
    pub(super) fn begin(now: Instant, limits: EndLimits) -> Self {
        Self { until: now + limits.linger, quiet: limits.quiet }
    }

    /// Applies the timeouts of a second reason to close the connection, counted from `now`. They never extend the
    /// first ones.
    pub(super) fn shorten(&mut self, now: Instant, limits: EndLimits) {
        self.until = self.until.min(now + limits.linger);
        self.quiet = self.quiet.min(limits.quiet);
    }

    /// How long to wait for the client's next bytes.
    pub(super) fn patience(&self, now: Instant) -> Duration {
        self.until.saturating_duration_since(now).min(self.quiet)
    }

    /// Whether the drain timeout has expired: the server closes even if the client is still sending.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// After how long the server closes a client that sends every 10 ms, if the program ends after `stop`.
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
