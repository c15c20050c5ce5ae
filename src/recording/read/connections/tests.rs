use std::collections::BTreeMap;

use bytes::Bytes;

use super::*;
use crate::event::{CloseReason, ConnectionEvent, Direction, Event, PerDirection, StreamEvent};

mod random_pairs;

fn client() -> SocketAddr {
    "10.0.0.1:40000".parse().unwrap()
}

fn server() -> SocketAddr {
    "10.0.0.2:80".parse().unwrap()
}

/// A segment in one direction: `received` is what the client sends.
fn segment(direction: Direction, sequence: u32, acknowledged: Option<u32>, payload: &[u8]) -> Segment {
    let (from, to) = match direction {
        Received => (client(), server()),
        Sent => (server(), client()),
    };
    Segment {
        from,
        to,
        sequence,
        acknowledged,
        syn: false,
        fin: false,
        rst: false,
        payload: Bytes::copy_from_slice(payload).into(),
        cut: 0,
    }
}

fn syn(direction: Direction, sequence: u32, acknowledged: Option<u32>) -> Segment {
    Segment { syn: true, ..segment(direction, sequence, acknowledged, b"") }
}

fn fin(segment: Segment) -> Segment {
    Segment { fin: true, ..segment }
}

fn rst(segment: Segment) -> Segment {
    Segment { rst: true, ..segment }
}

/// The events of these segments, in short words.
fn told(segments: &[Segment]) -> Vec<String> {
    let mut connections = Connections::new(Scan::Nothing);
    let mut out = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        assert_eq!(connections.take(segment, Timestamp(index as u64), &mut out), Taken::Yes);
    }
    connections.end(&mut out);
    out.iter().map(|stamped| words(&stamped.event)).collect()
}

fn words(event: &Event) -> String {
    match event {
        Event::Connection(id, ConnectionEvent::Opened { peer, local, .. }) => format!("{id} {peer}>{local}"),
        Event::Connection(id, ConnectionEvent::InputEnded { .. }) => format!("{id} end"),
        Event::Connection(id, ConnectionEvent::Closed { reason, received, sent, .. }) => {
            format!("{id} {} {received} {sent}", reason.word())
        }
        Event::Stream(id, StreamEvent::Bytes { offset, data, .. }) => {
            format!("{} {offset} {}", id.direction, String::from_utf8_lossy(data))
        }
        Event::Stream(id, StreamEvent::Missed { bytes, .. }) => format!("{} missed {bytes}", id.direction),
        other => panic!("{other:?}"),
    }
}

use Direction::{Received, Sent};

fn opened() -> Vec<Segment> {
    vec![syn(Received, 99, None), syn(Sent, 199, Some(100)), segment(Received, 100, Some(200), b"")]
}

#[test]
fn a_whole_connection_is_told_as_the_server_would() {
    let mut all = opened();
    all.extend([
        segment(Received, 100, Some(200), b"hello"),
        segment(Sent, 200, Some(105), b"world"),
        fin(segment(Received, 105, Some(205), b"")),
        segment(Sent, 205, Some(106), b"!"),
        fin(segment(Sent, 206, Some(106), b"")),
        segment(Received, 106, Some(207), b""),
        segment(Sent, 205, Some(106), b"!"),
    ]);
    let expected = [
        "#1 10.0.0.1:40000>10.0.0.2:80",
        "received 0 hello",
        "sent 0 world",
        "#1 end",
        "sent 5 !",
        "#1 peer-finished 5 6",
    ];
    assert_eq!(told(&all), expected);
}

#[test]
fn who_ends_it_is_the_reason() {
    let close = |last: &[Segment]| told(&[opened(), last.to_vec()].concat()).pop().unwrap();
    assert_eq!(close(&[rst(segment(Received, 100, Some(200), b""))]), "#1 peer-reset 0 0");
    assert_eq!(close(&[rst(segment(Sent, 200, Some(100), b""))]), "#1 we-reset 0 0");
    let both = [fin(segment(Sent, 200, Some(100), b"x")), fin(segment(Received, 100, Some(202), b""))];
    assert_eq!(close(&both), "#1 we-finished 0 1");
    let refused = [syn(Received, 99, None), rst(segment(Sent, 0, Some(100), b""))];
    assert_eq!(told(&refused).pop().unwrap(), "#1 refused 0 0");
}

#[test]
fn a_reset_delivers_what_waits() {
    let mut all = opened();
    all.extend([segment(Received, 103, Some(200), b"de"), rst(segment(Sent, 200, Some(100), b""))]);
    assert_eq!(told(&all)[1..], ["received missed 3", "received 3 de", "#1 we-reset 5 0"]);
}

#[test]
fn ports_are_used_again() {
    let mut all = opened();
    all.extend([segment(Received, 100, Some(200), b"first"), syn(Received, 99, None)]);
    assert_eq!(told(&all).len(), 2, "that was a repetition");
    all.extend([syn(Received, 5_000, None), segment(Received, 5_001, None, b"second")]);
    let expected = [
        "#1 10.0.0.1:40000>10.0.0.2:80",
        "received 0 first",
        "#1 error 5 0",
        "#2 10.0.0.1:40000>10.0.0.2:80",
        "received 0 second",
    ];
    assert_eq!(told(&all), expected);
}

#[test]
fn a_connection_without_its_start_is_entered_where_it_is() {
    let all = [
        segment(Sent, 7, Some(3), b""),
        segment(Sent, 1_000, Some(50), b"late"),
        segment(Received, 50, Some(1_004), b"yes"),
        segment(Received, 57, Some(1_010), b"no"),
        syn(Received, 49, None),
        syn(Received, 1 << 30, None),
    ];
    let expected = [
        "#1 10.0.0.1:40000>10.0.0.2:80",
        "sent 0 late",
        "received 0 yes",
        "sent missed 5",
        "received missed 4",
        "received 7 no",
    ];
    let told = told(&all);
    assert_eq!(told[..4], expected[..4]);
    assert_eq!(told[4..6], expected[4..6]);
    assert!(told.last().unwrap().starts_with("#2"), "another start is another connection: {told:?}");
}

#[test]
fn the_server_is_who_was_connected_to() {
    let turned = [syn(Sent, 1, None), syn(Received, 1, Some(2))];
    assert_eq!(told(&turned)[0], "#1 10.0.0.2:80>10.0.0.1:40000");
    assert_eq!(told(&turned[1..])[0], "#1 10.0.0.2:80>10.0.0.1:40000");
    assert_eq!(told(&[segment(Sent, 1, None, b"x")])[0], "#1 10.0.0.1:40000>10.0.0.2:80");
}

#[test]
fn closed_connections_give_way_and_open_ones_do_not() {
    let mut connections = Connections::new(Scan::Nothing);
    let mut out = Vec::new();
    let from =
        |number: u32| SocketAddr::from(([10, (number >> 16) as u8, (number >> 8) as u8, number as u8], 999));
    let start = |number| Segment { from: from(number), ..syn(Received, 1, None) };
    for number in 0..MOST as u32 {
        assert_eq!(connections.take(&start(number), Timestamp(0), &mut out), Taken::Yes);
        out.clear();
    }
    assert_eq!(connections.take(&start(1 << 20), Timestamp(0), &mut out), Taken::NoRoom);
    connections.take(
        &rst(Segment { from: from(5), ..segment(Received, 2, None, b"") }),
        Timestamp(0),
        &mut out,
    );
    assert_eq!(connections.take(&start(1 << 20), Timestamp(0), &mut out), Taken::Yes);
    assert_eq!(connections.take(&start(1 << 21), Timestamp(0), &mut out), Taken::NoRoom);
}
