//! What the requests of HTTP say about the ends of their responses.

use std::collections::VecDeque;

/// No more requests than this are waited for.
const MOST: usize = 4_096;

/// What a request of HTTP says about the end of its response.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// The response says itself where it ends.
    Plain,
    /// The response has no body, whatever its head says: HEAD.
    NoBody,
    /// If the response is a success, it has no body, and anything follows: CONNECT.
    Tunnel,
}

impl Asked {
    /// What a message says that begins like this, if it is a request of HTTP/1.
    #[must_use]
    pub fn of(beginning: &[u8]) -> Option<Self> {
        let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let is_cut = line.len() == beginning.len();
        let line = line.trim_ascii();
        let [method, last] =
            [line.split(u8::is_ascii_whitespace).next(), line.rsplit(|byte| *byte == b' ').next()];
        let (method, last) = (method?, last?);
        // A long target may leave no room for the version.
        let is_request = method.len() < line.len() && (is_cut || last.starts_with(b"HTTP/1."));
        is_request.then_some(match method {
            b"HEAD" => Self::NoBody,
            b"CONNECT" => Self::Tunnel,
            _ => Self::Plain,
        })
    }
}

/// The requests whose responses have not come.
#[derive(Clone, Debug, Default)]
pub(super) struct AskedQueue {
    asked: VecDeque<Asked>,
    /// The number of responses that came before the ends of their requests.
    early: u64,
    /// Whether requests or responses may have been missed, so that nothing is known of which belong together.
    is_lost: bool,
}

impl AskedQueue {
    /// Adds a request.
    pub(super) fn add(&mut self, asked: Asked) {
        match self.early.checked_sub(1) {
            _ if self.is_lost => {}
            Some(early) => self.early = early,
            None if self.asked.len() < MOST => self.asked.push_back(asked),
            None => self.lose(),
        }
    }

    /// Takes notice that requests or responses may have been missed.
    pub(super) fn lose(&mut self) {
        *self = Self { is_lost: true, ..Self::default() };
    }

    /// Takes the request of the next response that is final.
    pub(super) fn answer(&mut self) -> Asked {
        self.asked.pop_front().unwrap_or_else(|| {
            self.early += 1;
            Asked::Plain
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_its_response_has() {
        for (line, asked) in [
            (&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..], Some(Asked::Plain)),
            (b"HEAD /a HTTP/1.0\r\n\r\n", Some(Asked::NoBody)),
            (b"CONNECT a:1 HTTP/1.1\n\n", Some(Asked::Tunnel)),
            (b"HEAD /a-long-target-that-is-cut", Some(Asked::NoBody)),
            (b"HTTP/1.1 200 OK\r\n\r\n", None),
            (b"OPTIONS sip:a SIP/2.0\r\n\r\n", None),
            (b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n", None),
            (b"\x81\x02hi", None),
            (b"", None),
        ] {
            assert_eq!(Asked::of(line), asked, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn requests_are_answered_in_order() {
        let mut queue = AskedQueue::default();
        [Asked::NoBody, Asked::Plain].into_iter().for_each(|asked| queue.add(asked));
        assert_eq!([queue.answer(), queue.answer()], [Asked::NoBody, Asked::Plain]);
        // An early response is that of the request that ends next.
        assert_eq!(queue.answer(), Asked::Plain);
        [Asked::Plain, Asked::NoBody].into_iter().for_each(|asked| queue.add(asked));
        assert_eq!(queue.answer(), Asked::NoBody);
        queue.lose();
        queue.add(Asked::NoBody);
        assert_eq!(queue.answer(), Asked::Plain);
    }
}
