use super::*;
use crate::event::codec::LineWriter;
use crate::event::{
    Address, BackendKind, ConnectionEvent, Direction, Origin, PerDirection, StreamEvent, StreamId,
    Utf8Summary,
};
use crate::recording::write::{KnownConnection, PcapngWriter};

fn read(bytes: &[u8], wanted: Wanted) -> Vec<Stamped> {
    let mut recording = Recording::open(bytes, wanted).unwrap();
    let mut out = Vec::new();
    while recording.read(&mut out) == Progress::More {}
    out
}

const LINES: &str = r#"{"event":"listening","at":"2026-11-29T10:17:44.685790Z","address":"127.0.0.1:41399","backend":"async","service":"echo"}
{"event":"opened","at":"2026-11-29T10:17:45.392488Z","connection":1,"peer":"127.0.0.1:45160","local":"127.0.0.1:41399","backend":"async"}
{"event":"bytes","at":"2026-11-29T10:17:45.392574Z","connection":1,"direction":"received","offset":0,"length":7,"hex":"636166e920c0af"}
{"event":"clock","at":"2026-11-29T10:17:47.000000Z","step_micros":1000000,"suspended_micros":0}
{"event":"opened","at":"2026-11-29T10:17:48.392488Z","connection":2,"peer":"127.0.0.1:45161","local":"127.0.0.1:41399","backend":"async"}
{"event":"closed","at":"2026-11-29T10:17:49.392619Z","connection":1,"reason":"peer-finished","received":7,"sent":0}
"#;

#[test]
fn lines_are_read_as_they_were_printed() {
    let events = read(LINES.as_bytes(), Wanted::default());
    let mut ahead = 0;
    let printed = events.iter().map(|Stamped { at, event }| {
        if let Event::Server(ServerEvent::ClockStepped { micros, .. }) = event {
            ahead += *micros;
        }
        let mut line = String::new();
        let at = Timestamp(at.0.saturating_add_signed(ahead));
        assert!(LineWriter::default().write(&mut line, at, event).unwrap());
        line
    });
    assert_eq!(printed.collect::<String>(), LINES);
    assert_eq!(events[4].at.0 - events[1].at.0, 2_000_000, "the clock was set in between");
}

#[test]
fn one_connection_and_its_characters_can_be_wanted() {
    let wanted = Wanted { utf8: true, connection: Some(ConnectionId(1)), places: None };
    let events = read(LINES.as_bytes(), wanted);
    assert!(events.iter().all(|stamped| is_about(&stamped.event, ConnectionId(1))));
    let summary = events.iter().find_map(|stamped| match &stamped.event {
        Event::Stream(_, StreamEvent::Bytes { summary, .. }) => Some(summary.clone()),
        _ => None,
    });
    let summary = summary.unwrap();
    assert_eq!((summary.characters, summary.malformed.unwrap().by_reason.iter().sum::<u64>()), (4, 3));
    let other = Wanted { utf8: false, connection: Some(ConnectionId(2)), places: None };
    let opened =
        |stamped: &Stamped| matches!(stamped.event, Event::Connection(_, ConnectionEvent::Opened { .. }));
    assert_eq!(read(LINES.as_bytes(), other).iter().filter(|stamped| opened(stamped)).count(), 1);
}

#[test]
fn a_connection_whose_opening_is_missing_is_told_once() {
    let without: String = LINES
        .lines()
        .filter(|line| !line.contains("\"opened\""))
        .fold(String::new(), |all, line| all + line + "\n");
    let events = read(without.as_bytes(), Wanted::default());
    let opened: Vec<u64> = events
        .iter()
        .filter_map(|stamped| match &stamped.event {
            Event::Connection(id, ConnectionEvent::Opened { .. }) => Some(id.0),
            _ => None,
        })
        .collect();
    assert_eq!(opened, [1]);
    let comment = events.iter().find_map(|stamped| match &stamped.event {
        Event::Server(ServerEvent::Comment { connection, text }) => Some((*connection, text.as_str())),
        _ => None,
    });
    assert_eq!(comment.unwrap().0, Some(ConnectionId(1)));
    assert!(comment.unwrap().1.starts_with("no line says when connection 1 was opened"));
}

#[test]
fn openings_of_very_many_connections_are_not_remembered() {
    let line = |id| {
        format!("{{\"event\":\"half-closed\",\"at\":\"2026-11-29T10:17:45.392574Z\",\"connection\":{id}}}\n")
    };
    let many: String = (1..=300_000).map(line).collect();
    let opened =
        |stamped: &&Stamped| matches!(stamped.event, Event::Connection(_, ConnectionEvent::Opened { .. }));
    let events = read(many.as_bytes(), Wanted::default());
    assert_eq!(events.iter().filter(opened).count(), 1 << 18);
}

#[test]
fn lines_that_are_wrong_are_told_and_passed() {
    let mut text = "{\"event\":\"no such\"}\n\nnonsense\n".to_owned() + LINES;
    text.push_str("{\"event\":\"closed\",\"at\":\"20");
    let events = read(text.as_bytes(), Wanted::default());
    let failures: Vec<_> = events
        .iter()
        .filter_map(|stamped| match &stamped.event {
            Event::Server(ServerEvent::Failed { detail }) => Some(detail.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(failures.len(), 3, "{failures:?}");
    assert!(failures[0].starts_with("line 1 is no event") && failures[1].starts_with("line 3 is no event"));
    assert_eq!(failures[2], "the file ends within line 10");
    assert_eq!(events.len(), 9);
    let many = "{}\n".repeat(50);
    let events = read(many.as_bytes(), Wanted::default());
    assert_eq!(events.len(), 6, "five lines, and the sum");
}

#[test]
fn what_is_no_recording_is_refused() {
    let why = |bytes: &[u8]| Recording::open(bytes, Wanted::default()).unwrap_err().to_string();
    assert_eq!(why(b""), "the file is empty");
    for bytes in
        [&b"\x7fELF............"[..], b"GET / HTTP/1.1\r\n", b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a1234nope"]
    {
        assert!(why(bytes).starts_with("neither pcapng"), "{bytes:?}");
    }
    let folder = std::fs::File::open("/").unwrap();
    assert!(matches!(Recording::open(folder, Wanted::default()), Err(OpenError::Unreadable(_))));
}

#[test]
fn comments_of_packets_are_told_with_their_connection() {
    let mut writer = PcapngWriter::default();
    writer.begin_file();
    for id in [1, 2] {
        let known = KnownConnection {
            id: ConnectionId(id),
            peer: Address::Inet(([127, 0, 0, 1], 50_000 + id as u16).into()),
            local: Address::Inet(([127, 0, 0, 1], 7_777).into()),
            backend: BackendKind::Async,
            upstream: None,
            lengths: PerDirection { received: 0, sent: 0 },
        };
        writer.know(Timestamp(5_000_000), &known);
        let stream = StreamId::client(ConnectionId(id), Direction::Received);
        let (data, summary) = ("bytes".into(), Utf8Summary::default());
        let bytes = StreamEvent::Bytes {
            offset: 0,
            data,
            summary,
            origin: Origin::Peer,
            forwarded: None,
            place: None,
        };
        writer.take(&Stamped { at: Timestamp(6_000_000 + id), event: Event::Stream(stream, bytes) });
    }
    let comments = |wanted| {
        let events = read(writer.blocks(), wanted);
        assert!(events.iter().all(|stamped| stamped.at >= Timestamp(5_000_000)), "no time of its own");
        let comments = events.into_iter().filter_map(|stamped| match stamped.event {
            Event::Server(ServerEvent::Comment { connection, text }) => Some((connection, text)),
            _ => None,
        });
        comments.collect::<Vec<_>>()
    };
    let all = comments(Wanted::default());
    assert!(all[0].0.is_none() && all[0].1.starts_with("Recorded at sockets"), "{all:?}");
    for id in [1, 2] {
        let about = all.iter().find(|(connection, _)| *connection == Some(ConnectionId(id)));
        assert!(
            about.is_some_and(|(_, text)| text.contains(&format!("connection {id} was open"))),
            "{all:?}"
        );
    }
    let wanted = Wanted { connection: Some(ConnectionId(2)), ..Wanted::default() };
    assert!(comments(wanted).iter().all(|(connection, _)| connection.is_none_or(|id| id.0 == 2)));
    assert_eq!(comments(wanted).len(), all.len() - 1);
}
