//! The packets of MQTT, which both sides acknowledge.

use crate::bytes::answers::role::{Dialog, Key, Kind, Role};
use crate::bytes::protocol::Speaker;

const CONNECT: u8 = 1;
const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const PUBREC: u8 = 5;
const PUBREL: u8 = 6;
const PUBCOMP: u8 = 7;
const SUBSCRIBE: u8 = 8;
const SUBACK: u8 = 9;
const UNSUBSCRIBE: u8 = 10;
const UNSUBACK: u8 = 11;
const PINGREQ: u8 = 12;
const PINGRESP: u8 = 13;

pub(super) fn mqtt(_dialog: &mut Dialog, _from: Speaker, beginning: &[u8]) -> Role {
    packet(beginning).unwrap_or(Role::Other)
}

/// An id is the kind of packet that answers, and the packet id if there is one.
fn packet(beginning: &[u8]) -> Option<Role> {
    let (first, rest) = beginning.split_first()?;
    let width = rest.iter().take(4).position(|byte| byte & 0x80 == 0)? + 1;
    let body = &rest[width..];
    let request = |answer: u8, id: &[u8]| {
        let key = [&[answer], id].concat();
        Role::Request(Key::Id(key), Kind::Plain)
    };
    let kind = first >> 4;
    let id = body.get(..2);
    let role = match kind {
        CONNECT => request(CONNACK, &[]),
        PINGREQ => request(PINGRESP, &[]),
        PUBLISH => {
            let (topic, _) = body.split_first_chunk()?;
            let topic = usize::from(u16::from_be_bytes(*topic));
            // The packet id stands behind the topic, and only if the packet is acknowledged.
            let id = body.get(2 + topic..4 + topic);
            match first >> 1 & 3 {
                1 => request(PUBACK, id?),
                2 => request(PUBREC, id?),
                _ => Role::Other,
            }
        }
        SUBSCRIBE => request(SUBACK, id?),
        UNSUBSCRIBE => request(UNSUBACK, id?),
        PUBREL => request(PUBCOMP, id?),
        CONNACK | PINGRESP => Role::Answer(Key::Id(vec![kind])),
        PUBACK | PUBREC | PUBCOMP | SUBACK | UNSUBACK => Role::Answer(Key::Id([&[kind], id?].concat())),
        _ => Role::Other,
    };
    Some(role)
}
