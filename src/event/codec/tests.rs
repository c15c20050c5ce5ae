use std::net::SocketAddr;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::event::*;

fn written(stamped: &Stamped) -> Option<String> {
    let mut line = String::new();
    let is_written = LineWriter::default().write(&mut line, stamped.at, &stamped.event).unwrap();
    is_written.then(|| line.trim_end().to_owned())
}

fn backends() -> impl Strategy<Value = BackendKind> {
    prop::sample::select(BackendKind::ALL.to_vec())
}

fn addresses() -> impl Strategy<Value = Address> {
    prop_oneof![
        any::<SocketAddr>().prop_map(without_scope),
        "/[a-z /.]{0,20}".prop_map(|path| Address::Unix(UnixAddress::Path(Path::new(&path).into()))),
        "[a-z0-9]{0,10}".prop_map(|name| Address::Unix(UnixAddress::Abstract(name.as_bytes().into()))),
        any::<Option<(i32, u32)>>().prop_map(|process| {
            Address::Unix(UnixAddress::Unnamed(process.map(|(pid, uid)| ProcessCredentials { pid, uid })))
        }),
    ]
}

/// The text of an address has no flow information.
fn without_scope(address: SocketAddr) -> Address {
    SocketAddr::new(address.ip(), address.port()).into()
}

fn streams() -> impl Strategy<Value = StreamId> {
    let sides = prop::sample::select(Side::ALL.to_vec());
    (any::<u64>(), sides, prop::sample::select(Direction::ALL.to_vec()))
        .prop_map(|(id, side, direction)| StreamId { connection: ConnectionId(id), side, direction })
}

fn holds() -> impl Strategy<Value = HoldChange> {
    let numbers = any::<(u64, u64, u64)>;
    prop_oneof![
        numbers().prop_map(|(offset, position, _)| HoldChange::Began { offset, position }),
        any::<(u64, Vec<u8>)>().prop_map(|(offset, data)| HoldChange::Held { offset, data: data.into() }),
        (numbers(), any::<Vec<u8>>()).prop_map(|((position, removed, dropped), data)| {
            HoldChange::Edited { position, removed, dropped, data: data.into() }
        }),
        numbers().prop_map(|(position, bytes, _)| HoldChange::Released { position, bytes }),
        Just(HoldChange::Ended),
    ]
}

fn connection_events() -> impl Strategy<Value = ConnectionEvent> {
    let side = || prop::sample::select(Side::ALL.to_vec());
    let call = prop::option::of(prop::sample::select(Call::ALL.to_vec()));
    let reason = prop::sample::select(CloseReason::ALL.to_vec());
    prop_oneof![
        (addresses(), addresses(), backends(), any::<Option<String>>()).prop_map(
            |(peer, local, backend, upstream)| ConnectionEvent::Opened { peer, local, backend, upstream }
        ),
        (addresses(), any::<u64>())
            .prop_map(|(upstream, micros)| ConnectionEvent::Connected { upstream, micros }),
        (side(), any::<Vec<u8>>())
            .prop_map(|(side, data)| ConnectionEvent::ProxyHeader { side, data: data.into() }),
        (side(), "[ -~]{0,9}", any::<[Option<String>; 3]>()).prop_map(
            |(side, version, [sni, alpn, certificate])| ConnectionEvent::Handshake {
                side,
                handshake: Box::new(Handshake { version, sni, alpn, certificate })
            }
        ),
        side().prop_map(|side| ConnectionEvent::Truncated { side }),
        side().prop_map(|side| ConnectionEvent::InputEnded { side }),
        side().prop_map(|side| ConnectionEvent::Slow { side }),
        side().prop_map(|side| ConnectionEvent::Flowing { side }),
        side().prop_map(|side| ConnectionEvent::Paused { side }),
        side().prop_map(|side| ConnectionEvent::Resumed { side }),
        side().prop_map(|side| ConnectionEvent::HalfClosed { side }),
        (side(), holds()).prop_map(|(side, change)| ConnectionEvent::Hold { side, change: Box::new(change) }),
        (side(), any::<String>()).prop_map(|(side, detail)| ConnectionEvent::Declined { side, detail }),
        faults().prop_map(ConnectionEvent::Fault),
        backends().prop_map(|to| ConnectionEvent::HandedOver { to }),
        (reason, any::<Option<String>>(), call, any::<(u64, u64)>()).prop_map(
            |(reason, detail, failed_call, (received, sent))| ConnectionEvent::Closed {
                reason,
                detail,
                failed_call,
                received,
                sent
            }
        ),
    ]
}

/// Bytes as a consumer that demands all of them gets them, but for their summary.
fn stream_events() -> impl Strategy<Value = Event> {
    let bytes = (streams(), any::<(u64, Vec<u8>, bool)>()).prop_map(|(id, (offset, data, by_user))| {
        let origin = if by_user { Origin::User } else { Origin::of(id.direction) };
        let (data, summary) = (data.into(), Utf8Summary::default());
        Event::Stream(id, StreamEvent::Bytes { offset, data, summary, origin, forwarded: None, place: None })
    });
    let missed = (streams(), any::<(u64, u64)>())
        .prop_map(|(id, (events, bytes))| Event::Stream(id, StreamEvent::Missed { events, bytes }));
    prop_oneof![bytes, missed]
}

fn switch_events() -> impl Strategy<Value = SwitchEvent> {
    let started = (backends(), backends(), any::<u64>())
        .prop_map(|(from, to, connections)| SwitchEvent::Started { from, to, connections });
    let completed = (backends(), backends(), any::<[u64; 5]>()).prop_map(
        |(from, to, [connections, micros, p50, p99, max])| {
            let outage = Outage { p50, p99, max };
            SwitchEvent::Completed { from, to, connections, micros, outage }
        },
    );
    let failed = (backends(), backends(), any::<u64>(), any::<String>())
        .prop_map(|(from, to, moved_back, detail)| SwitchEvent::Failed { from, to, moved_back, detail });
    prop_oneof![started, completed, failed]
}

fn faults() -> impl Strategy<Value = FaultChange> {
    (
        prop::sample::select(Side::ALL.to_vec()),
        prop::sample::select(TrafficFaultKind::ALL.to_vec()),
        any::<String>(),
    )
        .prop_map(|(to, kind, detail)| FaultChange { to, kind, detail })
}

fn server_events() -> impl Strategy<Value = ServerEvent> {
    let direction = prop::sample::select(Direction::ALL.to_vec());
    let connection = || any::<Option<u64>>().prop_map(|id| id.map(ConnectionId));
    prop_oneof![
        (addresses(), backends(), any::<[String; 2]>(), any::<[Option<bool>; 2]>()).prop_map(
            |(address, backend, [service, print], [own, is_verified])| {
                let verification = |yes| if yes { Verification::Verified } else { Verification::Unverified };
                let encryption =
                    Encryption { fingerprint: own.map(|_| print), upstream: is_verified.map(verification) };
                ServerEvent::Listening { address, backend, service, encryption }
            }
        ),
        addresses().prop_map(|address| ServerEvent::ListenerClosed { address }),
        addresses().prop_map(|address| ServerEvent::ApiListening { address }),
        (direction, any::<(u64, u64)>()).prop_map(|(direction, (events, bytes))| ServerEvent::Missed {
            direction,
            events,
            bytes
        }),
        (connection(), any::<u64>())
            .prop_map(|(connection, micros)| ServerEvent::Blocked { connection, micros }),
        (connection(), any::<u64>())
            .prop_map(|(connection, micros)| ServerEvent::Unblocked { connection, micros }),
        any::<(u64, String)>().prop_map(|(clients, detail)| ServerEvent::Refused { clients, detail }),
        faults().prop_map(ServerEvent::Fault),
        (addresses(), faults())
            .prop_map(|(listener, change)| ServerEvent::ListenerFault { listener, change }),
        any::<String>().prop_map(|detail| ServerEvent::Failed { detail }),
        (connection(), any::<String>())
            .prop_map(|(connection, text)| ServerEvent::Comment { connection, text }),
        any::<(i64, u64)>().prop_map(|(micros, suspended)| ServerEvent::ClockStepped { micros, suspended }),
        Just(ServerEvent::Stopped),
    ]
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        (any::<u64>(), connection_events())
            .prop_map(|(id, event)| Event::Connection(ConnectionId(id), event)),
        stream_events(),
        switch_events().prop_map(Event::Switch),
        server_events().prop_map(Event::Server),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read(at in 0..253_402_300_000_000_000_u64, event in events()) {
        let stamped = Stamped { at: Timestamp(at), event };
        let line = written(&stamped).unwrap();
        prop_assert_eq!(decode(line.as_bytes()), Ok(Some(stamped)), "{}", line);
    }

    #[test]
    fn no_line_makes_the_reader_panic(line in ".{0,80}", cut in 0..200_usize, event in events()) {
        let _ = decode(line.as_bytes());
        let whole = written(&Stamped { at: Timestamp(1), event }).unwrap();
        if cut < whole.len() {
            prop_assert!(decode(&whole.as_bytes()[..cut]).is_err());
        }
    }
}

#[test]
fn an_error_names_the_place() {
    let error_of = |line: &str| decode(line.as_bytes()).unwrap_err().to_string();
    assert!(
        error_of("{\"event\":").starts_with("not a JSON object: ")
            && error_of("{\"event\":").ends_with("column 9")
    );
    assert_eq!(error_of("{}"), "`event` is missing");
    assert_eq!(error_of(r#"{"event":"lunch"}"#), r#"`event` is "lunch", which is not a kind of event"#);
    assert_eq!(error_of(r#"{"event":"slow","at":"noon"}"#), r#"`at` is "noon", which is not a time"#);
    let slow = r#"{"event":"slow","at":"2023-11-14T22:13:20.000000Z""#;
    assert_eq!(error_of(&format!("{slow}}}")), "`connection` is missing");
    assert_eq!(
        error_of(&format!(r#"{slow},"connection":-1}}"#)),
        "`connection` is -1, which is not a whole number"
    );
    let bytes =
        r#"{"event":"bytes","at":"2023-11-14T22:13:20.000000Z","connection":1,"direction":"sent","offset":0"#;
    for hex in ["f", "fg", "+f"] {
        let expected = format!("`hex` is \"{hex}\", which is not an even number of hexadecimal digits");
        assert_eq!(error_of(&format!(r#"{bytes},"hex":"{hex}"}}"#)), expected);
    }
}

#[test]
fn decoded_characters_are_not_an_event() {
    let line = br#"{"event":"decoded","at":"2023-11-14T22:13:20.000000Z","connection":1,"direction":"sent","offset":0,"text":"x","characters":1,"malformed":[],"pending":""}"#;
    assert_eq!(decode(line), Ok(None));
}
