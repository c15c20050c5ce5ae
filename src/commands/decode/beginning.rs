//! Which protocol the input begins with.

use crate::bytes::protocol::{Beginning, ENOUGH, Recognised, Recognition, Speaker, recognise};
use crate::bytes::safe;

/// The first bytes of the input, until they are enough.
#[derive(Debug, Default)]
pub(super) struct InputBeginning {
    kept: Vec<u8>,
    is_told: bool,
}

impl InputBeginning {
    /// Takes the next bytes. Returns what is to be said about the protocol, once.
    pub(super) fn take(&mut self, input: &[u8]) -> Option<String> {
        if self.is_told {
            return None;
        }
        self.kept.extend_from_slice(&input[..input.len().min(ENOUGH - self.kept.len())]);
        if self.kept.len() == ENOUGH { self.end() } else { None }
    }

    /// Takes the end of the input.
    pub(super) fn end(&mut self) -> Option<String> {
        let is_told = std::mem::replace(&mut self.is_told, true);
        let kept = std::mem::take(&mut self.kept);
        let found = [Speaker::Client, Speaker::Server].into_iter().find_map(|first| told(&kept, first));
        found.filter(|_| !is_told)
    }
}

/// What is to be said if the client, or the server, has sent these bytes first.
fn told(bytes: &[u8], first: Speaker) -> Option<String> {
    let (received, sent, side): (&[u8], &[u8], _) = match first {
        Speaker::Client => (bytes, b"", "client"),
        Speaker::Server => (b"", bytes, "server"),
    };
    match recognise(Beginning { received, sent, first, more: false }) {
        Recognition::Recognised(found) => Some(sentence(&found, side)),
        Recognition::Undecided | Recognition::UnknownText | Recognition::UnknownBinary => None,
    }
}

fn sentence(found: &Recognised, side: &str) -> String {
    let how = if found.sure { "begins" } else { "perhaps begins" };
    let (detail, evidence) = (safe::line(&found.full_detail()), safe::line(&found.evidence));
    let colon = if detail.is_empty() { "" } else { ": " };
    format!("the input {how} like a {side} of {}{colon}{detail} ({evidence})", found.protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_and_servers_are_told_once_enough_is_there() {
        let mut client = InputBeginning::default();
        assert_eq!((client.take(b"GET / HTTP/1.1\r\n"), client.take(b"Host: h\r\n\r\n")), (None, None));
        let told =
            "the input begins like a client of HTTP/1: GET, HTTP/1.1, host h (request line GET ... HTTP/1.1)";
        assert_eq!((client.end().as_deref(), client.end()), (Some(told), None));
        let mut server = InputBeginning::default();
        let mut greeting = b"220 h ESMTP\r\n".to_vec();
        greeting.resize(ENOUGH, b' ');
        assert!(server.take(&greeting).unwrap().starts_with("the input begins like a server of SMTP"));
        assert_eq!((server.take(b"x"), server.end()), (None, None));
        let mut unsure = InputBeginning::default();
        unsure.take(b"version\r\n");
        assert!(unsure.end().unwrap().starts_with("the input perhaps begins like a client of memcached"));
    }

    #[test]
    fn of_other_bytes_nothing_is_said() {
        for input in [&b""[..], b"hello\n", b"\xff\xfe\x00"] {
            let mut beginning = InputBeginning::default();
            assert_eq!((beginning.take(input), beginning.end()), (None, None));
        }
    }
}
