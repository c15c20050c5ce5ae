//! The upstream's side of a relayed connection.

use bytes::Bytes;

use super::super::*;
use super::parsed::File;
use super::{ID, RECEIVED, Recording, SENT};
use crate::event::{BackendKind, CloseReason, HoldChange, Utf8Summary};

const UPSTREAM: &str = "10.0.0.9:6379";

impl Recording {
    fn relay() -> Self {
        let mut recording = Self::begin();
        let address = |text: &str| Address::Inet(text.parse().unwrap());
        recording.connection(ConnectionEvent::Opened {
            peer: address("127.0.0.1:50000"),
            local: address("127.0.0.1:7777"),
            backend: BackendKind::Async,
            upstream: Some("redis:6379".to_owned()),
        });
        recording.connection(ConnectionEvent::Connected { upstream: address(UPSTREAM), micros: 5 });
        recording
    }

    fn user(&mut self, side: Side, offset: u64, data: &'static [u8]) {
        let (summary, forwarded) = (Utf8Summary::default(), None);
        let data = Bytes::from_static(data);
        let event =
            StreamEvent::Bytes { offset, data, summary, origin: Origin::User, forwarded, place: None };
        self.event(Event::Stream(StreamId { connection: ID, side, direction: SENT }, event));
    }

    fn hold(&mut self, side: Side, change: HoldChange) {
        self.connection(ConnectionEvent::Hold { side, change: Box::new(change) });
    }

    fn upstream_side(&self) -> File {
        self.parse().of(UPSTREAM)
    }
}

#[test]
fn the_upstream_side_is_not_written_as_long_as_it_is_the_same() {
    let mut recording = Recording::relay();
    recording.bytes(RECEIVED, 0, b"question");
    recording.bytes(SENT, 0, b"answer");
    recording.user(Side::Client, 6, b"more");
    recording.close(CloseReason::PeerFinished, 8, 10);
    assert!(recording.upstream_side().packets.is_empty());
}

#[test]
fn what_the_user_puts_in_is_at_its_place() {
    let mut recording = Recording::relay();
    recording.bytes(RECEIVED, 0, b"abc");
    recording.bytes(SENT, 0, b"123");
    recording.user(Side::Upstream, 3, b"XY");
    recording.bytes(RECEIVED, 3, b"def");
    recording.bytes(SENT, 3, b"45");
    recording.bytes(RECEIVED, 6, b"ghi");
    // Two of the bytes before it were sent first.
    recording.user(Side::Upstream, 10, b"Z");
    recording.user(Side::Client, 5, b"user");
    recording.bytes(SENT, 9, b"6");
    recording.connection(ConnectionEvent::InputEnded { side: Side::Upstream });
    recording.close(CloseReason::UpstreamFinished, 9, 10);
    let file = recording.upstream_side();
    assert_eq!(file.stream(SENT), b"XYdefghZi");
    assert_eq!(file.stream(RECEIVED), b"456");
    let first = &file.packets[0];
    assert_eq!((first.from.as_str(), first.to.as_str()), ("127.0.0.1:50000", UPSTREAM));
    assert!(first.comments[0].contains("behind 3 bytes to it and 3 from it"), "{:?}", first.comments);
    let ends: Vec<_> =
        file.packets.iter().map(|packet| packet.flags()).filter(|flags| flags.contains('F')).collect();
    assert_eq!(ends, ["<FA", ">FA"]);
}

#[test]
fn bytes_that_were_on_their_way_are_a_gap() {
    let mut recording = Recording::relay();
    recording.bytes(RECEIVED, 0, b"abcdef");
    recording.user(Side::Upstream, 4, b"XY");
    recording.bytes(RECEIVED, 6, b"gh");
    recording.close(CloseReason::PeerReset, 8, 0);
    let file = recording.upstream_side();
    assert_eq!(file.pieces(SENT), [(0, b"XY".to_vec()), (4, b"gh".to_vec())]);
    assert_eq!(file.packets.last().unwrap().flags(), ">RA");
}

#[test]
fn what_is_edited_of_the_client_goes_on_as_it_was_edited() {
    let bytes = Bytes::from_static;
    let mut recording = Recording::relay();
    recording.bytes(RECEIVED, 0, b"abc");
    recording.hold(Side::Client, HoldChange::Began { offset: 3, position: 3 });
    recording.bytes(RECEIVED, 3, b"def\nghi");
    recording.hold(Side::Client, HoldChange::Held { offset: 3, data: bytes(b"def\nghi") });
    recording
        .hold(Side::Client, HoldChange::Edited { position: 4, removed: 2, dropped: 2, data: bytes(b"XYZ") });
    recording.hold(Side::Client, HoldChange::Released { position: 3, bytes: 5 });
    recording.user(Side::Upstream, 4, b"XYZ");
    recording
        .hold(Side::Client, HoldChange::Edited { position: 8, removed: 1, dropped: 1, data: Bytes::new() });
    recording.hold(Side::Client, HoldChange::Released { position: 8, bytes: 2 });
    recording.hold(Side::Client, HoldChange::Ended);
    recording.bytes(RECEIVED, 10, b"jkl");
    recording.close(CloseReason::PeerFinished, 13, 0);
    let file = recording.upstream_side();
    assert_eq!(file.stream(SENT), b"dXYZ\nhijkl");
    // What the client sent is beside it.
    assert_eq!(recording.parse().of("127.0.0.1:7777").stream(RECEIVED), b"abcdef\nghijkl");
}

#[test]
fn what_is_edited_of_the_upstream_is_written_as_it_came() {
    let bytes = Bytes::from_static;
    let mut recording = Recording::relay();
    recording.bytes(SENT, 0, b"ab");
    recording.hold(Side::Upstream, HoldChange::Began { offset: 4, position: 4 });
    recording.hold(Side::Upstream, HoldChange::Held { offset: 4, data: bytes(b"efgh") });
    // Behind those that were on their way.
    recording.bytes(SENT, 2, b"cd");
    recording.hold(
        Side::Upstream,
        HoldChange::Edited { position: 5, removed: 2, dropped: 2, data: bytes(b"XYZ") },
    );
    recording.hold(Side::Upstream, HoldChange::Released { position: 4, bytes: 5 });
    recording.bytes(SENT, 4, b"e");
    recording.user(Side::Client, 5, b"XYZ");
    recording.bytes(SENT, 8, b"h");
    recording.hold(Side::Upstream, HoldChange::Ended);
    recording.bytes(SENT, 9, b"ij");
    recording.close(CloseReason::UpstreamReset, 0, 11);
    let file = recording.upstream_side();
    assert_eq!(file.stream(RECEIVED), b"cdefghij");
    assert_eq!(recording.parse().of("127.0.0.1:7777").stream(SENT), b"abcdeXYZhij");
    assert_eq!(file.packets.last().unwrap().flags(), "<RA");
}
