//! How long the upstream of a relayed connection takes to answer.
//!
//! A request ends with the last bytes that go to the upstream before bytes come back; a response begins with the first
//! bytes that come back. The time between the two is the response time. Bytes that the upstream sends without a request,
//! a greeting for instance, have none, and neither has the rest of a response.

use crate::event::ids::{Direction, Side, StreamId, Timestamp};

/// Number of response times that a typical one is chosen from.
const KEPT: usize = 32;

/// The newest response times of one upstream, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct ResponseTimes {
    /// When the last bytes went to the upstream, if none have come back since.
    asked: Option<Timestamp>,
    /// The newest times; that of response `n` is at `n % KEPT`.
    newest: [u32; KEPT],
    count: u64,
}

impl ResponseTimes {
    /// Takes notice of one read or write of the connection. Returns the response time if a response begins with it.
    ///
    /// What is read from the client goes to the upstream at once, so either event ends a request; the later one counts.
    /// Likewise, what is read from the upstream goes to the client, and the earlier event counts.
    pub(super) fn transferred(&mut self, at: Timestamp, stream: StreamId) -> Option<u32> {
        match (stream.side, stream.direction) {
            (Side::Client, Direction::Received) | (Side::Upstream, Direction::Sent) => {
                self.asked = Some(at);
                None
            }
            (Side::Client, Direction::Sent) | (Side::Upstream, Direction::Received) => {
                let micros = at.micros_since(self.asked.take()?);
                let micros = u32::try_from(micros).unwrap_or(u32::MAX);
                self.newest[(self.count % KEPT as u64) as usize] = micros;
                self.count += 1;
                Some(micros)
            }
        }
    }

    /// The upstream is connected: what the client sent before can only reach it now.
    pub(super) fn connected(&mut self, at: Timestamp) {
        self.asked = self.asked.map(|asked| asked.max(at));
    }

    /// There is no response to the last request that could be timed: the upstream has ended its stream, or bytes were not
    /// observed.
    pub(super) const fn interrupt(&mut self) {
        self.asked = None;
    }

    /// When the last request ended, if its response has not begun.
    #[must_use]
    pub const fn waiting_since(&self) -> Option<Timestamp> {
        self.asked
    }

    /// Number of responses that were timed.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The time of the newest response.
    #[must_use]
    pub fn last(&self) -> Option<u32> {
        let index = self.count.checked_sub(1)? % KEPT as u64;
        Some(self.newest[index as usize])
    }

    /// The median of the newest response times.
    #[must_use]
    pub fn typical(&self) -> Option<u32> {
        let kept = (self.count as usize).min(KEPT);
        let mut sorted = self.newest;
        let sorted = &mut sorted[..kept];
        sorted.sort_unstable();
        sorted.get(kept.saturating_sub(1) / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ids::ConnectionId;

    const ASK: (Side, Direction) = (Side::Client, Direction::Received);
    const ANSWER: (Side, Direction) = (Side::Client, Direction::Sent);

    /// Applies transfers at these times, and returns the response times that they gave.
    fn times(all: &mut ResponseTimes, transfers: &[(u64, (Side, Direction))]) -> Vec<u32> {
        let stream = |(side, direction)| StreamId { connection: ConnectionId(1), side, direction };
        let given = transfers.iter().filter_map(|&(at, of)| all.transferred(Timestamp(at), stream(of)));
        given.collect()
    }

    #[test]
    fn the_time_is_from_the_last_bytes_of_the_request_to_the_first_of_the_response() {
        let mut all = ResponseTimes::default();
        let greeting = [(50, ANSWER)];
        assert_eq!((times(&mut all, &greeting), all.last(), all.typical()), (vec![], None, None));
        let transfers = [(100, ASK), (300, ASK), (420, ANSWER), (500, ANSWER), (600, ASK), (601, ANSWER)];
        assert_eq!(times(&mut all, &transfers), [120, 1]);
        assert_eq!((all.last(), all.count(), all.waiting_since()), (Some(1), 2, None));
    }

    #[test]
    fn both_sides_may_be_reported() {
        let (to, from) = ((Side::Upstream, Direction::Sent), (Side::Upstream, Direction::Received));
        let mut all = ResponseTimes::default();
        assert_eq!(times(&mut all, &[(100, ASK), (110, to), (150, from), (160, ANSWER)]), [40]);
    }

    #[test]
    fn the_wait_for_the_connection_is_not_part_of_it_and_a_gap_ends_it() {
        let mut all = ResponseTimes::default();
        times(&mut all, &[(100, ASK)]);
        all.connected(Timestamp(5_000));
        assert_eq!(all.waiting_since(), Some(Timestamp(5_000)));
        assert_eq!(times(&mut all, &[(5_030, ANSWER), (6_000, ASK)]), [30]);
        all.interrupt();
        assert_eq!(times(&mut all, &[(9_000, ANSWER)]), [0; 0]);
    }

    #[test]
    fn the_typical_time_is_the_median_of_the_newest() {
        let mut all = ResponseTimes::default();
        let respond = |all: &mut ResponseTimes, micros: u64| times(all, &[(0, ASK), (micros, ANSWER)]);
        for micros in [9_000, 20, 10] {
            respond(&mut all, micros);
        }
        assert_eq!((all.typical(), all.last()), (Some(20), Some(10)));
        for _ in 0..KEPT {
            respond(&mut all, 7);
        }
        assert_eq!((all.typical(), all.last(), all.count()), (Some(7), Some(7), 3 + KEPT as u64));
    }
}
