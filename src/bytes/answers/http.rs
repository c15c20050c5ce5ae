//! Responses of HTTP/1, which come in the order of the requests.

use crate::bytes::answers::role::{Dialog, Key, Kind, OTHER, Role, words};
use crate::bytes::protocol::Speaker;

pub(super) fn http(dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    match from {
        Speaker::Client => request(beginning),
        Speaker::Server => response(dialog, beginning),
    }
}

fn request(beginning: &[u8]) -> Role {
    let mut words = words(beginning);
    let (method, version) = (words.next().unwrap_or_default(), words.nth(1));
    let is_cut = !beginning.contains(&b'\n');
    let is_method =
        !method.is_empty() && method.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
    // A long target may leave no room for the version.
    if !is_method || !is_cut && !version.is_some_and(|version| version.starts_with(b"HTTP/1.")) {
        return Role::Ends(OTHER);
    }
    Role::in_order(match method {
        b"CONNECT" => Kind::Connect,
        _ => Kind::Plain,
    })
}

fn response(dialog: &Dialog, beginning: &[u8]) -> Role {
    let mut words = words(beginning);
    let (version, status) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match (dialog.oldest, status) {
        _ if !version.starts_with(b"HTTP/1.") => Role::Ends(OTHER),
        (_, b"101") => Role::LastAnswer(Key::Order, OTHER),
        (_, [b'1', _, _]) => Role::Other,
        (Some(Kind::Connect), [b'2', _, _]) => Role::LastAnswer(Key::Order, OTHER),
        _ => Role::Answer(Key::Order),
    }
}
