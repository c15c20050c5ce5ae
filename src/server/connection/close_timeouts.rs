//! Timeouts for a connection that the server closes. Time is an argument here.
//!
//! The client gets its pending bytes, then FIN. The socket is not closed at once: closing with unread input would
//! send RST, and that destroys the part of the answer that the client has not read. So the server drains what the
//! client still sends, until the client's FIN arrives, or the client is silent for a while, or the drain timeout
//! expires: a client that never stops sending must not keep its connection, and must not delay the end of the program
//! either.

use std::time::{Duration, Instant};

/// After a reset of one side: the other side is reset when nothing was delivered to it for this time.
pub(super) const RESET_DELAY: Duration = Duration::from_secs(2);

/// How often the backend checks whether the other side has everything.
pub(in crate::server) const DELIVERY_CHECK: Duration = Duration::from_millis(10);

/// The timeouts for one reason to close a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct CloseTimeouts {
    /// Before our FIN: the server resets a client that takes none of its pending bytes for this time.
    pub(in crate::server) flush: Duration,
    /// After our FIN: the client may keep sending for this time.
    drain_total: Duration,
    /// After our FIN: the client may be silent for this time.
    silence: Duration,
}

impl CloseTimeouts {
    /// For a connection that the user closes.
    pub(in crate::server) const CLOSE: Self = Self {
        flush: Duration::from_secs(10),
        drain_total: Duration::from_secs(3),
        silence: Duration::from_secs(3),
    };
    /// For an idle connection, whose client has been silent for the idle timeout already.
    pub(in crate::server) const IDLE: Self = Self { flush: Duration::from_secs(3), ..Self::CLOSE };
    /// For every connection when the program ends. Their sum is less than 3 s: only a client that takes its pending
    /// bytes in small steps delays the end for longer.
    pub(in crate::server) const STOP: Self = Self {
        flush: Duration::from_secs(2),
        drain_total: Duration::from_millis(750),
        silence: Duration::from_millis(250),
    };

    /// The shorter one of each timeout.
    pub(in crate::server) fn shortest(self, other: Self) -> Self {
        Self {
            flush: self.flush.min(other.flush),
            drain_total: self.drain_total.min(other.drain_total),
            silence: self.silence.min(other.silence),
        }
    }
}

/// The deadlines of draining, while our FIN is out and the client's has not arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct DrainDeadline {
    /// The end, even if the client keeps sending.
    until: Instant,
    silence: Duration,
    /// The end, if the client stays silent.
    silent_until: Instant,
}

impl DrainDeadline {
    /// Starts draining: our FIN went out at `now`.
    pub(in crate::server) fn start(now: Instant, limits: CloseTimeouts) -> Self {
        Self { until: now + limits.drain_total, silence: limits.silence, silent_until: now + limits.silence }
    }

    /// Applies the timeouts of a second reason to close the connection, counted from `now`. They never extend the
    /// first ones.
    pub(in crate::server) fn shorten(&mut self, now: Instant, limits: CloseTimeouts) {
        self.until = self.until.min(now + limits.drain_total);
        self.silence = self.silence.min(limits.silence);
        self.silent_until = self.silent_until.min(now + limits.silence);
    }

    /// Records that the client has sent something at `now`.
    pub(in crate::server) fn heard(&mut self, now: Instant) {
        self.silent_until = now + self.silence;
    }

    /// When the server closes, if the client sends nothing before.
    pub(in crate::server) fn deadline(&self) -> Instant {
        self.until.min(self.silent_until)
    }

    /// Whether the server closes now.
    pub(in crate::server) fn has_elapsed(&self, now: Instant) -> bool {
        now >= self.deadline()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// After how long the server closes a client that sends every 10 ms, if the program ends after `stop`.
    fn left_after(limits: CloseTimeouts, stop: Option<Duration>) -> Duration {
        let start = Instant::now();
        let (mut now, mut drain) = (start, DrainDeadline::start(start, limits));
        while !drain.has_elapsed(now) {
            now = drain.deadline().min(now + 10 * MILLI);
            drain.heard(now);
            if stop.is_some_and(|stop| now == start + stop) {
                drain.shorten(now, CloseTimeouts::STOP);
            }
        }
        now - start
    }

    #[test]
    fn a_client_that_keeps_sending_is_left() {
        assert_eq!(left_after(CloseTimeouts::CLOSE, None), 3_000 * MILLI);
        assert_eq!(left_after(CloseTimeouts::IDLE, None), 3_000 * MILLI);
        assert_eq!(left_after(CloseTimeouts::STOP, None), 750 * MILLI);
    }

    #[test]
    fn the_end_of_the_program_shortens_a_wait_that_has_begun() {
        assert_eq!(left_after(CloseTimeouts::CLOSE, Some(1_000 * MILLI)), 1_750 * MILLI);
        assert_eq!(
            left_after(CloseTimeouts::CLOSE, Some(2_900 * MILLI)),
            3_000 * MILLI,
            "and never extends it"
        );
    }

    #[test]
    fn a_silent_client_is_left_sooner_when_the_program_ends() {
        let start = Instant::now();
        let mut drain = DrainDeadline::start(start, CloseTimeouts::CLOSE);
        assert_eq!(drain.deadline() - start, 3_000 * MILLI);
        drain.shorten(start, CloseTimeouts::STOP);
        assert_eq!(drain.deadline() - start, 250 * MILLI);
        drain.heard(start + 200 * MILLI);
        assert_eq!(drain.deadline() - start, 450 * MILLI);
        drain.heard(start + 700 * MILLI);
        assert_eq!(drain.deadline() - start, 750 * MILLI, "however often it sends");
    }

    #[test]
    fn the_program_ends_within_three_seconds_unless_a_client_takes_its_pending_bytes() {
        assert!(CloseTimeouts::STOP.flush + CloseTimeouts::STOP.drain_total < Duration::from_secs(3));
        assert_eq!(CloseTimeouts::CLOSE.shortest(CloseTimeouts::STOP), CloseTimeouts::STOP);
        assert_eq!(CloseTimeouts::CLOSE.shortest(CloseTimeouts::IDLE), CloseTimeouts::IDLE);
    }
}
