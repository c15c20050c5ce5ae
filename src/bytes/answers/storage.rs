//! Databases that answer in the order of the requests.

use crate::bytes::answers::role::{Dialog, Key, Kind, OTHER, Role, TLS, UNASKED, is_one_of, is_tls, words};
use crate::bytes::protocol::Speaker;

/// Why nothing is known once a server of Redis sends without being asked.
const PUSHES: &str = "from here on, the server may send without being asked";

pub(super) fn resp(_dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    if from == Speaker::Server {
        // A push of RESP3 is sent without a request.
        return if beginning.starts_with(b">") { Role::Other } else { Role::Answer(Key::Order) };
    }
    let [command, argument] = command(beginning);
    if command.is_empty() {
        return Role::Other;
    }
    let pushes = is_one_of(
        command,
        &[
            "SUBSCRIBE",
            "PSUBSCRIBE",
            "SSUBSCRIBE",
            "UNSUBSCRIBE",
            "PUNSUBSCRIBE",
            "SUNSUBSCRIBE",
            "MONITOR",
            "SYNC",
            "PSYNC",
        ],
    );
    if pushes || is_one_of(command, &["CLIENT"]) && is_one_of(argument, &["REPLY"]) {
        Role::Ends(PUSHES)
    } else {
        Role::in_order(Kind::Plain)
    }
}

/// The first two words of a command, as an array or as a line.
fn command(beginning: &[u8]) -> [&[u8]; 2] {
    let mut lines = beginning.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    if beginning.starts_with(b"*") {
        // The number of words, then the length of each before it.
        let (first, second) = (lines.nth(2).unwrap_or_default(), lines.nth(1).unwrap_or_default());
        return [first, second];
    }
    let mut words = words(beginning);
    [words.next().unwrap_or_default(), words.next().unwrap_or_default()]
}

pub(super) fn memcached(dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    if let Some(0x80 | 0x81) = beginning.first() {
        return Role::Ends("packets whose ids may be all the same");
    }
    let first = words(beginning).next().unwrap_or_default();
    if from == Speaker::Server {
        return match (dialog.oldest, first) {
            (_, b"ERROR" | b"CLIENT_ERROR" | b"SERVER_ERROR") if dialog.is_quiet => {
                Role::Ends("an error that may belong to a request without an answer")
            }
            (None, _) => Role::Ends(UNASKED),
            (Some(Kind::Several), b"VALUE") | (Some(Kind::Figures), b"STAT" | b"ITEM") => Role::Other,
            _ => Role::Answer(Key::Order),
        };
    }
    match first {
        b"get" | b"gets" | b"gat" | b"gats" => Role::in_order(Kind::Several),
        b"stats" => Role::in_order(Kind::Figures),
        b"quit" => Role::Other,
        b"mg" | b"ms" | b"md" | b"ma" | b"mn" | b"me" | b"watch" | b"lru_crawler" | b"shutdown" => {
            Role::Ends("a command whose answer depends on its flags")
        }
        _ if words(beginning).last() == Some(b"noreply") => {
            dialog.is_quiet = true;
            Role::Other
        }
        _ => Role::in_order(Kind::Plain),
    }
}

/// A query, a sync, a call of a function and the startup are answered, at last, by the message that says that the
/// server is ready.
pub(super) fn postgresql(dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    if is_tls(beginning) {
        return Role::Ends(TLS);
    }
    match (from, beginning) {
        (Speaker::Client, [0, _, _, _, 0x04, 0xd2, 0x16, 0x2f | 0x30, ..]) => Role::in_order(Kind::Letter),
        // A request to cancel another one.
        (Speaker::Client, [0, _, _, _, 0x04, 0xd2, 0x16, 0x2e, ..]) => Role::Other,
        (Speaker::Client, [0 | b'Q' | b'S' | b'F', ..]) => Role::in_order(Kind::Plain),
        (Speaker::Server, [b'N']) if dialog.oldest == Some(Kind::Letter) => Role::Answer(Key::Order),
        (Speaker::Server, [b'S' | b'G']) if dialog.oldest == Some(Kind::Letter) => {
            Role::LastAnswer(Key::Order, TLS)
        }
        (Speaker::Server, _) if dialog.oldest == Some(Kind::Letter) => Role::Ends(OTHER),
        (Speaker::Server, [b'Z', ..]) => Role::Answer(Key::Order),
        _ => Role::Other,
    }
}
