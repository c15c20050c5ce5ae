//! How clients of PostgreSQL ask for TLS on a port that also speaks without it, before the handshake begins.
//!
//! The request has 8 bytes: its length, and a number in the place of the version of the protocol. The answer is one byte.

/// The request for TLS (SSLRequest).
pub(super) const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// The request for the encryption of GSSAPI (GSSENCRequest).
const GSS_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30];

/// The answer that the handshake may begin.
pub(super) const ACCEPTED: u8 = b'S';

/// The answer that there is no such encryption.
pub(super) const REFUSED: u8 = b'N';

/// What a client may ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Request {
    Tls,
    Gss,
}

/// What the first bytes of a client are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Opening {
    /// The beginning of a request.
    Incomplete,
    Request(Request),
    /// Something else, which begins with the bytes that were taken.
    Other,
}

/// Recognises the requests of a client, each at most once.
pub(super) struct Requests {
    begun: Vec<u8>,
    expected: Vec<Request>,
}

impl Request {
    const fn bytes(self) -> [u8; 8] {
        match self {
            Self::Tls => TLS_REQUEST,
            Self::Gss => GSS_REQUEST,
        }
    }
}

impl Requests {
    pub(super) fn new() -> Self {
        Self { begun: Vec::new(), expected: vec![Request::Tls, Request::Gss] }
    }

    /// Takes bytes as long as they may be a request.
    pub(super) fn receive(&mut self, rest: &mut &[u8]) -> Opening {
        while let [first, others @ ..] = *rest {
            let length = self.begun.len();
            let is_next = |request: &Request| {
                let bytes = request.bytes();
                bytes[..length] == self.begun && bytes[length] == *first
            };
            if !self.expected.iter().any(is_next) {
                return Opening::Other;
            }
            self.begun.push(*first);
            *rest = others;
            let complete = self.expected.iter().position(|request| request.bytes() == self.begun[..]);
            if let Some(position) = complete {
                self.begun.clear();
                let request = self.expected.remove(position);
                if request == Request::Tls {
                    // The handshake follows it.
                    self.expected.clear();
                }
                return Opening::Request(request);
            }
        }
        Opening::Incomplete
    }

    /// The bytes that were taken, if they are no request.
    pub(super) fn take_begun(&mut self) -> Vec<u8> {
        self.expected.clear();
        std::mem::take(&mut self.begun)
    }
}

/// Checks what an upstream answers to the request for TLS.
///
/// # Errors
/// It does not begin TLS now, in one line.
pub(super) fn check_answer(answer: &[u8]) -> Result<(), String> {
    match answer {
        [ACCEPTED] => Ok(()),
        [ACCEPTED, ..] => Err("more than S follows the request for TLS (SSLRequest)".to_owned()),
        [REFUSED] => Err("it has no TLS: it answers the request for it (SSLRequest) with N".to_owned()),
        other => {
            let shown: Vec<_> = other.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
            Err(format!("it answers the request for TLS (SSLRequest) with {}", shown.join(" ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_recognised_however_it_is_cut() {
        for (bytes, request) in [(TLS_REQUEST, Request::Tls), (GSS_REQUEST, Request::Gss)] {
            for cut in 0..8 {
                let mut requests = Requests::new();
                assert_eq!(requests.receive(&mut &bytes[..cut]), Opening::Incomplete);
                let mut rest = &[&bytes[cut..], &[0x16]].concat()[..];
                assert_eq!(requests.receive(&mut rest), Opening::Request(request));
                assert_eq!(rest, [0x16]);
                assert_eq!(requests.receive(&mut rest), Opening::Other);
            }
        }
    }

    #[test]
    fn each_request_is_recognised_once_and_none_behind_that_for_tls() {
        let mut requests = Requests::new();
        assert_eq!(requests.receive(&mut &GSS_REQUEST[..]), Opening::Request(Request::Gss));
        let mut rest = &GSS_REQUEST[..];
        assert_eq!(requests.receive(&mut rest), Opening::Other);
        assert_eq!((requests.begun.len(), rest), (7, &[0x30][..]));
        let mut requests = Requests::new();
        assert_eq!(requests.receive(&mut &TLS_REQUEST[..]), Opening::Request(Request::Tls));
        assert_eq!(requests.receive(&mut &GSS_REQUEST[..]), Opening::Other);
    }

    #[test]
    fn what_only_begins_like_a_request_is_not_lost() {
        let mut requests = Requests::new();
        let mut rest = &b"\0\0\0\x08\x04\xd2GET"[..];
        assert_eq!(requests.receive(&mut rest), Opening::Other);
        assert_eq!((&requests.take_begun()[..], rest), (&b"\0\0\0\x08\x04\xd2"[..], &b"GET"[..]));
    }

    #[test]
    fn only_one_answer_begins_tls() {
        assert_eq!(check_answer(b"S"), Ok(()));
        for (answer, words) in [
            (&b"N"[..], "it has no TLS: it answers the request for it (SSLRequest) with N"),
            (b"S\x15", "more than S follows the request for TLS (SSLRequest)"),
            (b"E\0\0", "it answers the request for TLS (SSLRequest) with 45 00 00"),
        ] {
            assert_eq!(check_answer(answer), Err(words.to_owned()));
        }
    }
}
