use std::net::SocketAddr;

use bytes::Bytes;
use serde_json::Value;

use super::*;
use crate::event::{BackendKind, Call, CloseReason, Encryption, Origin, Outage, SwitchEvent, Utf8Summary};

mod messages;

const ID: ConnectionId = ConnectionId(1);
const AT: Timestamp = Timestamp(1_700_000_000_000_000);

fn printed(kinds: LineKinds, events: impl IntoIterator<Item = Event>) -> String {
    let mut printer = Printer::new(kinds);
    for event in events {
        printer.print(&Stamped { at: AT, event }).unwrap();
    }
    printer.end(AT).unwrap();
    let text = String::from_utf8(printer.out.bytes().to_vec()).unwrap();
    assert_eq!(printer.out.records(), text.lines().count() as u64, "a line is a record");
    text
}

fn bytes(direction: Direction, offset: u64, data: &'static [u8]) -> Event {
    Event::Stream(
        StreamId::client(ID, direction),
        StreamEvent::Bytes {
            offset,
            data: Bytes::from_static(data),
            summary: Utf8Summary::default(),
            origin: Origin::of(direction),
            forwarded: None,
            place: None,
        },
    )
}

fn received(offset: u64, data: &'static [u8]) -> Event {
    bytes(Direction::Received, offset, data)
}

fn closed(received: u64, sent: u64) -> Event {
    Event::Connection(
        ID,
        ConnectionEvent::Closed {
            reason: CloseReason::PeerFinished,
            detail: None,
            failed_call: None,
            received,
            sent,
        },
    )
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn decoded(events: impl IntoIterator<Item = Event>) -> Vec<Value> {
    let text = printed([LineKind::Decoded].into_iter().collect(), events);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_connection_from_its_start_to_its_end() {
    let (async_, local) = (BackendKind::Async, address("127.0.0.1:7777"));
    let text = printed(
        LineKinds::DEFAULT,
        [
            Event::Server(ServerEvent::Listening {
                address: local.into(),
                backend: async_,
                service: "echo".to_owned(),
                encryption: Encryption::default(),
            }),
            Event::Connection(
                ID,
                ConnectionEvent::Opened {
                    peer: address("127.0.0.1:53122").into(),
                    local: local.into(),
                    backend: async_,
                    upstream: None,
                },
            ),
            received(0, b"h\xc3\xa9\xe2\x82\xac"),
            received(6, b"\xff\xe2\x82"),
            Event::Connection(ID, ConnectionEvent::InputEnded { side: Side::Client }),
            closed(9, 0),
        ],
    );
    let lines = r#"{"event":"listening","at":"2023-11-14T22:13:20.000000Z","address":"127.0.0.1:7777","backend":"async","service":"echo"}
{"event":"opened","at":"2023-11-14T22:13:20.000000Z","connection":1,"peer":"127.0.0.1:53122","local":"127.0.0.1:7777","backend":"async"}
{"event":"bytes","at":"2023-11-14T22:13:20.000000Z","connection":1,"direction":"received","offset":0,"length":6,"hex":"68c3a9e282ac"}
{"event":"decoded","at":"2023-11-14T22:13:20.000000Z","connection":1,"direction":"received","offset":0,"text":"hé€","characters":3,"malformed":[],"pending":""}
{"event":"bytes","at":"2023-11-14T22:13:20.000000Z","connection":1,"direction":"received","offset":6,"length":3,"hex":"ffe282"}
{"event":"decoded","at":"2023-11-14T22:13:20.000000Z","connection":1,"direction":"received","offset":6,"text":"\ufffd","characters":1,"malformed":[{"offset":6,"bytes":"ff","reason":"invalid-lead"}],"pending":"e282"}
{"event":"decoded","at":"2023-11-14T22:13:20.000000Z","connection":1,"direction":"received","offset":7,"text":"\ufffd","characters":1,"malformed":[{"offset":7,"bytes":"e282","reason":"incomplete"}],"pending":""}
{"event":"input-ended","at":"2023-11-14T22:13:20.000000Z","connection":1}
{"event":"closed","at":"2023-11-14T22:13:20.000000Z","connection":1,"reason":"peer-finished","received":9,"sent":0}
{"event":"ended","at":"2023-11-14T22:13:20.000000Z","connections":1,"received":9,"sent":0,"missed":0}
"#;
    assert_eq!(text, lines);
}

#[test]
fn the_other_events_name_their_fields_in_order() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let detail = || "no \u{1b}[2J threads".to_owned();
    let text = printed(
        LineKinds::DEFAULT,
        [
            Event::Switch(SwitchEvent::Started { from, to, connections: 2 }),
            Event::Connection(ID, ConnectionEvent::HandedOver { to }),
            Event::Switch(SwitchEvent::Completed {
                from,
                to,
                connections: 2,
                micros: 31,
                outage: Outage { p50: 3, p99: 8, max: 9 },
            }),
            Event::Switch(SwitchEvent::Failed { from, to, moved_back: 1, detail: detail() }),
            Event::Stream(
                StreamId::client(ID, Direction::Received),
                StreamEvent::Missed { events: 12, bytes: 49152 },
            ),
            Event::Server(ServerEvent::Missed { direction: Direction::Sent, events: 1, bytes: 2 }),
            Event::Server(ServerEvent::Refused { clients: 3, detail: detail() }),
            Event::Server(ServerEvent::Failed { detail: detail() }),
            Event::Connection(ID, ConnectionEvent::Slow { side: Side::Client }),
            Event::Connection(ID, ConnectionEvent::Flowing { side: Side::Client }),
            Event::Server(ServerEvent::Blocked { connection: Some(ID), micros: 100_000 }),
            Event::Server(ServerEvent::Unblocked { connection: None, micros: 200_000 }),
            Event::Connection(
                ID,
                ConnectionEvent::Closed {
                    reason: CloseReason::Error,
                    detail: Some(detail()),
                    failed_call: Some(Call::Write),
                    received: 1,
                    sent: 2,
                },
            ),
        ],
    );
    let at = "\"at\":\"2023-11-14T22:13:20.000000Z\",";
    let lines = r#"{"event":"switching","from":"async","to":"threads","connections":2}
{"event":"handed-over","connection":1,"to":"threads"}
{"event":"switched","from":"async","to":"threads","connections":2,"micros":31,"outage_p50_micros":3,"outage_p99_micros":8,"outage_max_micros":9}
{"event":"switch-failed","from":"async","to":"threads","moved_back":1,"detail":"no \u001b[2J threads"}
{"event":"missed","connection":1,"direction":"received","events":12,"bytes":49152}
{"event":"missed","connection":null,"direction":"sent","events":1,"bytes":2}
{"event":"refused","clients":3,"detail":"no \u001b[2J threads"}
{"event":"failed","detail":"no \u001b[2J threads"}
{"event":"slow","connection":1}
{"event":"flowing","connection":1}
{"event":"blocked","connection":1,"micros":100000}
{"event":"unblocked","connection":null,"micros":200000}
{"event":"closed","connection":1,"reason":"error","detail":"no \u001b[2J threads","caught":"write","received":1,"sent":2}
{"event":"ended","connections":0,"received":49152,"sent":2,"missed":49154}
"#;
    assert_eq!(text.replace(at, ""), lines);
}

#[test]
fn the_side_of_the_upstream_is_named() {
    let upstream = |direction| StreamId { connection: ID, side: Side::Upstream, direction };
    let opened = ConnectionEvent::Opened {
        peer: address("127.0.0.1:53122").into(),
        local: address("127.0.0.1:7777").into(),
        backend: BackendKind::Async,
        upstream: Some("127.0.0.1:6379".to_owned()),
    };
    let connected = ConnectionEvent::Connected { upstream: address("127.0.0.1:6379").into(), micros: 311 };
    let injected = StreamEvent::Bytes {
        offset: 0,
        data: Bytes::from_static(b"PING\r\n"),
        summary: Utf8Summary::default(),
        origin: Origin::User,
        forwarded: None,
        place: None,
    };
    let closed = ConnectionEvent::Closed {
        reason: CloseReason::UpstreamUnreachable,
        detail: None,
        failed_call: Some(Call::Connect),
        received: 0,
        sent: 0,
    };
    let text = printed(
        [LineKind::Opened, LineKind::Connected, LineKind::Bytes, LineKind::InputEnded, LineKind::Slow]
            .into_iter()
            .chain([LineKind::Flowing, LineKind::Missed, LineKind::Closed])
            .collect(),
        [
            Event::Connection(ID, opened),
            Event::Connection(ID, connected),
            Event::Stream(upstream(Direction::Sent), injected),
            Event::Stream(upstream(Direction::Received), StreamEvent::Missed { events: 1, bytes: 2 }),
            Event::Connection(ID, ConnectionEvent::InputEnded { side: Side::Upstream }),
            Event::Connection(ID, ConnectionEvent::Slow { side: Side::Upstream }),
            Event::Connection(ID, ConnectionEvent::Flowing { side: Side::Upstream }),
            Event::Connection(ID, closed),
        ],
    );
    let lines = r#"{"event":"opened","connection":1,"peer":"127.0.0.1:53122","local":"127.0.0.1:7777","backend":"async","upstream":"127.0.0.1:6379"}
{"event":"connected","connection":1,"upstream":"127.0.0.1:6379","micros":311}
{"event":"bytes","connection":1,"side":"upstream","direction":"sent","offset":0,"length":6,"hex":"50494e470d0a","origin":"user"}
{"event":"missed","connection":1,"side":"upstream","direction":"received","events":1,"bytes":2}
{"event":"input-ended","connection":1,"side":"upstream"}
{"event":"slow","connection":1,"side":"upstream"}
{"event":"flowing","connection":1,"side":"upstream"}
{"event":"closed","connection":1,"reason":"upstream-unreachable","caught":"connect","received":0,"sent":0}
"#;
    assert_eq!(text.replace("\"at\":\"2023-11-14T22:13:20.000000Z\",", ""), lines);
}

#[test]
fn the_sides_of_a_connection_decode_apart() {
    let mut upstream = bytes(Direction::Received, 0, b"\x82\xac");
    let Event::Stream(id, _) = &mut upstream else { panic!("{upstream:?}") };
    id.side = Side::Upstream;
    let lines = decoded([received(0, b"\xe2"), upstream, received(1, b"\x82\xac")]);
    assert_eq!((&lines[1]["side"], &lines[1]["text"]), (&"upstream".into(), &"\u{fffd}\u{fffd}".into()));
    assert_eq!((&lines[2]["side"], &lines[2]["text"]), (&Value::Null, &"€".into()));
}

#[test]
fn only_what_is_wanted_is_printed() {
    let events = || {
        [
            received(0, b"ab"),
            Event::Connection(ID, ConnectionEvent::Slow { side: Side::Client }),
            closed(2, 0),
        ]
    };
    let names = |kinds: &[LineKind]| {
        let text = printed(kinds.iter().copied().collect(), events());
        let name =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["event"].as_str().unwrap().to_owned();
        text.lines().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(&[LineKind::Slow, LineKind::Ended]), ["slow", "ended"]);
    assert_eq!(names(&[LineKind::Bytes]), ["bytes"]);
    assert_eq!(names(&[LineKind::Decoded]), ["decoded"]);
}

#[test]
fn a_character_is_where_its_first_byte_is() {
    let lines = decoded([received(0, b"x\xe2"), received(2, b"\x82"), received(3, b"\xac!")]);
    let fields_of = |line: &Value| (line["offset"].clone(), line["text"].clone(), line["pending"].clone());
    assert_eq!(fields_of(&lines[0]), (0.into(), "x".into(), "e2".into()));
    assert_eq!(fields_of(&lines[1]), (1.into(), "".into(), "e282".into()));
    assert_eq!(fields_of(&lines[2]), (1.into(), "€!".into(), "".into()));
}

#[test]
fn directions_and_connections_do_not_mix() {
    let other = Event::Stream(
        StreamId::client(ConnectionId(2), Direction::Received),
        StreamEvent::Bytes {
            offset: 0,
            data: Bytes::from_static(b"\x82\xac"),
            summary: Utf8Summary::default(),
            origin: Origin::Peer,
            forwarded: None,
            place: None,
        },
    );
    let lines = decoded([
        received(0, b"\xe2"),
        bytes(Direction::Sent, 0, b"\x82\xac"),
        other,
        received(1, b"\x82\xac"),
    ]);
    assert_eq!(lines[1]["malformed"][0]["reason"], "unexpected-continuation");
    assert_eq!(lines[2]["malformed"][0]["reason"], "unexpected-continuation");
    assert_eq!(lines[3]["text"], "€");
}

#[test]
fn a_gap_forgets_what_was_pending() {
    let lines = decoded([received(0, b"\xe2"), received(100, b"\x82\xac"), closed(200, 0)]);
    assert_eq!(lines[1]["malformed"][0]["offset"], 100);
    assert_eq!(lines.len(), 2, "nobody knows how the missed end decodes");
}

#[test]
fn the_end_reports_what_is_pending_once() {
    let lines = decoded([
        received(0, b"\xf0\x9f"),
        bytes(Direction::Sent, 0, b"\xc3"),
        Event::Connection(ID, ConnectionEvent::InputEnded { side: Side::Client }),
        closed(2, 1),
    ]);
    let reasons: Vec<_> =
        lines.iter().map(|line| (&line["direction"], &line["malformed"][0]["reason"])).collect();
    assert_eq!(reasons.len(), 4);
    assert_eq!(reasons[2], (&"received".into(), &"incomplete".into()));
    assert_eq!(reasons[3], (&"sent".into(), &"incomplete".into()));
    assert_eq!(lines[3]["text"], "\u{fffd}");
}

#[test]
fn closed_connections_leave_nothing_behind() {
    let mut printer = Printer::new(LineKinds::DEFAULT);
    for event in [received(0, b"a"), closed(1, 0)] {
        printer.print(&Stamped { at: AT, event }).unwrap();
    }
    assert!(printer.decoders.is_empty());
}

#[test]
fn times_follow_the_wall_clock_from_its_step_on() {
    let mut printer = Printer::new(LineKinds::DEFAULT);
    let events = [
        Event::Connection(ID, ConnectionEvent::InputEnded { side: Side::Client }),
        Event::Server(ServerEvent::ClockStepped { micros: 3_600_000_000, suspended: 0 }),
        Event::Connection(ID, ConnectionEvent::InputEnded { side: Side::Client }),
        Event::Server(ServerEvent::ClockStepped { micros: -7_200_000_000, suspended: 9 }),
    ];
    events.into_iter().for_each(|event| printer.print(&Stamped { at: AT, event }).unwrap());
    printer.end(AT).unwrap();
    let lines = String::from_utf8(printer.out.bytes().to_vec()).unwrap();
    assert!(lines.starts_with(
        r#"{"event":"input-ended","at":"2023-11-14T22:13:20.000000Z","connection":1}
{"event":"clock","at":"2023-11-14T23:13:20.000000Z","step_micros":3600000000,"suspended_micros":0}
{"event":"input-ended","at":"2023-11-14T23:13:20.000000Z","connection":1}
{"event":"clock","at":"2023-11-14T21:13:20.000000Z","step_micros":-7200000000,"suspended_micros":9}
{"event":"ended","at":"2023-11-14T21:13:20.000000Z","#
    ));
}

#[test]
fn a_protocol_is_told_once_and_on_request_only() {
    let request = [LineKind::Recognised].into_iter().collect();
    let sent = |offset, data| bytes(Direction::Sent, offset, data);
    // The head is cut, and nothing is told before it is whole.
    let events = || {
        [
            received(0, b"GET /secret HT"),
            received(14, b"TP/1.1\r\nHost: h\r\n\r\n"),
            sent(0, b"HTTP"),
            closed(32, 4),
        ]
    };
    let line = r#"{"event":"recognised","at":"2023-11-14T22:13:20.000000Z","connection":1,"protocol":"HTTP/1","detail":"GET, HTTP/1.1, host h","evidence":"request line GET ... HTTP/1.1","sure":true}"#;
    assert_eq!(printed(request, events()), format!("{line}\n"));
    assert!(!printed(LineKinds::DEFAULT, events()).contains("recognised"));
    // A head that never ends is told at the end.
    assert!(printed(request, [received(0, b"GET / HTTP/1.1\r\nHo"), closed(18, 0)]).contains("\"HTTP/1\""));
    // A server that greets.
    let greeted = [sent(0, b"220 h ESMTP\r\n"), received(0, b"EHLO h\r\n"), closed(8, 13)];
    assert!(printed(request, greeted).contains("\"SMTP\""));
    // Text of no protocol, and a beginning that was not observed.
    assert_eq!(printed(request, [received(0, b"hello\n"), closed(6, 0)]), "");
    assert_eq!(printed(request, [received(3, b"GET / HTTP/1.1\r\n\r\n"), closed(21, 0)]), "");
    // The upstream's side is that of another connection.
    let up = StreamId { connection: ID, side: Side::Upstream, direction: Direction::Received };
    let Event::Stream(_, event) = received(0, b"GET / HTTP/1.1\r\n\r\n") else { unreachable!() };
    assert_eq!(printed(request, [Event::Stream(up, event), closed(0, 0)]), "");
}

#[test]
fn a_recognised_line_is_skipped_by_the_reader() {
    let text = printed([LineKind::Recognised].into_iter().collect(), [received(0, b"*IDN?\n")]);
    assert_eq!(crate::event::codec::decode(text.trim_end().as_bytes()), Ok(None));
}
