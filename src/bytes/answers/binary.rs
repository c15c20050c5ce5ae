//! Protocols in which a request and its answer have the same number at a fixed place.

use crate::bytes::answers::role::{Dialog, Key, Kind, Role, TLS, is_tls};
use crate::bytes::protocol::Speaker;

pub(super) fn cassandra(_dialog: &mut Dialog, _from: Speaker, beginning: &[u8]) -> Role {
    // The high bit of the version is set in responses. Events have the stream id -1.
    match beginning {
        [_, _, 0xff, 0xff, ..] | [] => Role::Other,
        [version, ..] => Role::with_id(beginning, 2, 2, version & 0x80 == 0),
    }
}

pub(super) fn diameter(_dialog: &mut Dialog, _from: Speaker, beginning: &[u8]) -> Role {
    beginning.get(4).map_or(Role::Other, |flags| Role::with_id(beginning, 12, 4, flags & 0x80 != 0))
}

pub(super) fn dns(_dialog: &mut Dialog, _from: Speaker, beginning: &[u8]) -> Role {
    beginning.get(4).map_or(Role::Other, |flags| Role::with_id(beginning, 2, 2, flags & 0x80 == 0))
}

pub(super) fn jdwp(_dialog: &mut Dialog, _from: Speaker, beginning: &[u8]) -> Role {
    match beginning {
        [b'J', b'D', b'W', b'P', b'-', ..] => Role::Other,
        // Events have no reply.
        [_, _, _, _, _, _, _, _, flags, 64, ..] if flags & 0x80 == 0 => Role::Other,
        [_, _, _, _, _, _, _, _, flags, ..] => Role::with_id(beginning, 4, 4, flags & 0x80 == 0),
        _ => Role::Other,
    }
}

pub(super) fn kafka(_dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    match from {
        Speaker::Client => Role::with_id(beginning, 8, 4, true),
        Speaker::Server => Role::with_id(beginning, 4, 4, false),
    }
}

pub(super) fn modbus(_dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    match beginning {
        [_, _, 0, 0, ..] => Role::with_id(beginning, 0, 2, from == Speaker::Client),
        _ => Role::Other,
    }
}

pub(super) fn mongodb(_dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    const UPDATE: u32 = 2001;
    const INSERT: u32 = 2002;
    const DELETE: u32 = 2006;
    const KILL_CURSORS: u32 = 2007;
    const MESSAGE: u32 = 2013;
    let Some(&[a, b, c, d]) = beginning.get(12..16) else { return Role::Other };
    match (from, u32::from_le_bytes([a, b, c, d])) {
        (Speaker::Server, _) => Role::with_id(beginning, 8, 4, false),
        (Speaker::Client, UPDATE | INSERT | DELETE | KILL_CURSORS) => Role::Other,
        // The flag says that no answer comes.
        (Speaker::Client, MESSAGE) if beginning.get(16).is_some_and(|flags| flags & 2 != 0) => Role::Other,
        (Speaker::Client, _) => Role::with_id(beginning, 4, 4, true),
    }
}

pub(super) fn smpp(_dialog: &mut Dialog, _from: Speaker, beginning: &[u8]) -> Role {
    match beginning.get(4..8) {
        // Outbind and alert notification have no response.
        None | Some([0, 0, 0, 0x0b] | [0, 0, 1, 2]) => Role::Other,
        Some(command) => Role::with_id(beginning, 12, 4, command[0] & 0x80 == 0),
    }
}

pub(super) fn zookeeper(dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    let is_request = from == Speaker::Client;
    // The first packets have no id.
    if dialog.before == 0 {
        let key = Key::Id(b"first".to_vec());
        return if is_request { Role::Request(key, Kind::Plain) } else { Role::Answer(key) };
    }
    // Notifications of watches have the id -1.
    let is_notification = beginning.get(4..8) == Some(&[0xff; 4]);
    if is_notification { Role::Other } else { Role::with_id(beginning, 4, 4, is_request) }
}

pub(super) fn ldap(_dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    if is_tls(beginning) {
        return Role::Ends(TLS);
    }
    let Some((id, operation)) = ldap_message(beginning) else { return Role::Other };
    match (from, operation) {
        // Bind, search, modify, add, delete, modify DN, compare, extended.
        (Speaker::Client, 0x60 | 0x63 | 0x66 | 0x68 | 0x4a | 0x6c | 0x6e | 0x77) => {
            Role::Request(Key::Id(id.to_vec()), Kind::Plain)
        }
        // Unbind and abandon have no response; entries, references and intermediate responses are not the last one.
        (Speaker::Client, _) | (Speaker::Server, 0x64 | 0x73 | 0x79) => Role::Other,
        (Speaker::Server, _) => Role::Answer(Key::Id(id.to_vec())),
    }
}

/// The message id and the tag of the operation.
fn ldap_message(beginning: &[u8]) -> Option<(&[u8], u8)> {
    let (&[tag, length], rest) = beginning.split_first_chunk()?;
    let skipped = if length & 0x80 == 0 { 0 } else { usize::from(length & 0x7f) };
    let (&[integer, width], rest) = rest.get(skipped..)?.split_first_chunk()?;
    let (id, rest) = rest.split_at_checked(usize::from(width))?;
    (tag == 0x30 && integer == 2 && width <= 8).then_some((id, *rest.first()?))
}
