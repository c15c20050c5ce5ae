use proptest::prelude::*;

use super::*;
use crate::event::ids::{BackendKind, ConnectionId, Timestamp};
use crate::event::{
    Address, CloseReason, ConnectionEvent, Direction, Event, Origin, Stamped, StreamEvent, StreamId,
    Utf8Summary,
};
use crate::model::{Budget, Model};

const OPENED: u64 = 1_000_000;

/// A model with connection 1, open and relayed to redis:6379, and connection 2, closed after a second.
fn model() -> Model {
    let mut model = Model::new(Budget { history: 1 << 10, memory: 1 << 20 });
    for (id, port, upstream) in [(1, 50_001, Some("redis:6379")), (2, 50_002, None)] {
        let event = ConnectionEvent::Opened {
            peer: Address::from(([10, 0, 0, 7], port)),
            local: Address::from(([127, 0, 0, 1], 7777)),
            backend: if id == 1 { BackendKind::Async } else { BackendKind::Threads },
            upstream: upstream.map(str::to_owned),
        };
        model.apply(&Stamped { at: Timestamp(OPENED), event: Event::Connection(ConnectionId(id), event) });
    }
    // A PROXY header with a ClientHello behind it, and a line of text.
    let hello = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03";
    let mut proxied = b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n".to_vec();
    proxied.extend_from_slice(hello);
    proxied.resize(proxied.len() + 39, 0);
    for (id, data) in [(1, &proxied[..]), (2, b"hello")] {
        let stream = StreamId::client(ConnectionId(id), Direction::Received);
        let event = StreamEvent::Bytes {
            offset: 0,
            data: data.to_vec().into(),
            summary: Utf8Summary::default(),
            origin: Origin::Peer,
            forwarded: None,
            place: None,
        };
        model.apply(&Stamped { at: Timestamp(OPENED), event: Event::Stream(stream, event) });
    }
    let event = ConnectionEvent::Closed {
        reason: CloseReason::PeerReset,
        detail: None,
        failed_call: None,
        received: 0,
        sent: 0,
    };
    model.apply(&Stamped {
        at: Timestamp(OPENED + 1_000_000),
        event: Event::Connection(ConnectionId(2), event),
    });
    model
}

/// The numbers of the connections that pass.
fn passing(text: &str) -> Vec<u64> {
    let (model, filter) = (model(), Filter::parse(text));
    assert_eq!(filter.error(), None, "{text}");
    let now = Timestamp(OPENED + 60_000_000);
    let passes = |id: &u64| {
        let connection = model.connection(ConnectionId(*id)).unwrap();
        let name = (*id == 1).then_some("Ann");
        filter.matches(Row { connection, host: None, name, note: name.map(|_| "Slow one"), now }, || {
            format!("{id} {} text", connection.peer)
        })
    };
    [1, 2].into_iter().filter(passes).collect()
}

#[test]
fn terms_are_words_or_conditions_and_all_must_hold() {
    for (text, expected) in [
        ("", &[1, 2][..]),
        ("  TEXT ", &[1, 2]),
        ("50001", &[1]),
        ("!50001", &[2]),
        ("10.0.0.7:50002", &[2]),
        ("peer:10.0", &[1, 2]),
        ("peer:0.0", &[]),
        ("local:127.", &[1, 2]),
        ("upstream:redis", &[1]),
        ("name:an", &[1]),
        ("!name:an", &[2]),
        ("note:ow", &[1]),
        ("!note:slow", &[2]),
        ("state:closed", &[2]),
        ("state:connecting", &[1]),
        ("state:live", &[1]),
        ("!state:live", &[2]),
        ("reason:reset", &[2]),
        ("backend:ASYNC", &[1]),
        ("side:upstream", &[1]),
        ("side:client", &[1, 2]),
        ("protocol:tl", &[1]),
        ("protocol:PROXYv1", &[1]),
        ("!protocol:tls", &[2]),
        ("protocol:text", &[2]),
        ("protocol:unknown", &[2]),
        ("protocol:binary", &[]),
        ("connection=2", &[2]),
        ("connection:2", &[2]),
        ("age<5m", &[1, 2]),
        ("age>30s", &[1]),
        ("age<=1s age>=1s", &[2]),
        ("idle>0s", &[1, 2]),
        ("malformed>0", &[]),
        ("sent<1k received>4 rate<1MiB", &[1, 2]),
        ("sent < 1k received > 4", &[1, 2]),
        ("connection = 2", &[2]),
        ("!connection =2", &[1]),
        ("connection= 2 text", &[2]),
        ("text state:live backend:threads", &[]),
        // Words that an address may be.
        ("redis:6379", &[]),
        ("[::1]:80", &[]),
    ] {
        assert_eq!(passing(text), expected, "{text}");
    }
}

#[test]
fn a_mistake_is_one_sentence_with_its_column_and_the_other_terms_apply() {
    for (text, column, part) in [
        ("a malformd>1", 3, "there is no field 'malformd'; did you mean 'malformed>'?"),
        ("bogus>5", 1, "there is no field 'bogus'; the numbers are connection, received, sent"),
        ("stat=open", 1, "there is no field 'stat'; did you mean 'state:'?"),
        ("state=closed", 6, "state is not a number: write state:closed"),
        ("> 5", 1, "> needs a field before it"),
        ("a stat:open", 3, "there is no field 'stat'; did you mean 'state:'?"),
        ("ä age<5", 7, "'5' is not a time"),
        ("age<", 5, "'' is not a time"),
        ("sent>1q", 6, "'1q' is not a size"),
        ("malformed>x", 11, "'x' is not a number"),
        ("!state:opne", 8, "'opne' is no state: it is one of connecting, open"),
        ("state:", 7, "state: needs one of connecting"),
        ("peer:", 6, "peer: needs some text"),
        ("peer>1", 5, "peer is not a number: write peer:"),
        ("reason:xx", 8, "no reason"),
        ("backend:x", 9, "one of async, threads"),
        ("protocol:", 10, "protocol: needs a part of the name of a protocol"),
        ("protocol:tlx", 10, "no protocol is called 'tlx'; did you mean tls?"),
        ("protocol:nonsense", 10, "no protocol is called 'nonsense'"),
        ("!", 1, "! needs a word"),
        ("sent>99999999999999999999", 6, "is not a size"),
    ] {
        let filter = Filter::parse(text);
        let error = filter.error().unwrap_or_else(|| panic!("{text} has a mistake"));
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
    let (filter, model) = (Filter::parse("age< state:closed"), model());
    let row = |id| Row {
        connection: model.connection(ConnectionId(id)).unwrap(),
        host: None,
        name: None,
        note: None,
        now: Timestamp(0),
    };
    assert!(!filter.matches(row(1), String::new) && filter.matches(row(2), String::new));
}

#[test]
fn what_is_typed_can_be_completed() {
    assert_eq!(completions("mal"), ["malformed>"]);
    assert_eq!(completions("S"), ["state:", "side:", "sent>"]);
    assert_eq!(completions("x !ba"), ["!backend:"]);
    assert_eq!(completions("backend:"), ["backend:async", "backend:threads"]);
    assert_eq!(completions("protocol:http"), ["protocol:http/1", "protocol:http/2"]);
    assert_eq!(completions("protocol:so"), ["protocol:socks4", "protocol:socks5"]);
    assert_eq!(completions("reason:peer"), ["reason:peer-finished", "reason:peer-reset"]);
    for none in ["", "a ", "zz", "peer:1", "malformed>", "10.0.0.1:8"] {
        assert_eq!(completions(none), [""; 0], "{none}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_filter_whose_error_lies_in_it(text in "[ !:<>=a-zäs0-9]{0,30}|\\PC{0,20}") {
        let filter = Filter::parse(&text);
        if let Some(error) = filter.error() {
            prop_assert!((1..=text.chars().count() + 1).contains(&error.column), "{error}");
        }
        for candidate in completions(&text) {
            let last = text.rsplit(char::is_whitespace).next().unwrap().to_lowercase();
            prop_assert!(candidate.starts_with(&last) && candidate.len() > last.len());
        }
    }
}

#[test]
fn hosts_are_named_whole_or_with_wildcards() {
    let model = model();
    let connection = model.connections().next().unwrap();
    let host = Some(HostOfRow { host: "web-1", instance: "edge" });
    let passes = |text: &str| {
        let row = Row { connection, host, name: None, note: None, now: Timestamp(0) };
        Filter::parse(text).matches(row, String::new)
    };
    for text in ["host:web-1", "HOST:WEB-*", "host:web-?", "host:web-1/edge", "host:*/e*", "!host:web"] {
        assert!(passes(text), "{text}");
    }
    for text in ["host:web", "host:web-10", "host:web-1/main", "!host:web-1"] {
        assert!(!passes(text), "{text}");
    }
    let error = Filter::parse("host:web.1").error().cloned().unwrap();
    assert_eq!(error.column, 6);
    assert!(error.message.contains("the name of no host"), "{error}");
    assert!(Filter::parse("host:").error().is_some());
    let hosts = ["db-1", "web-1"].map(str::to_owned);
    assert_eq!(completions_among("!host:", &hosts), ["!host:db-1", "!host:web-1"]);
    assert_eq!(completions_among("host:w", &hosts), ["host:web-1"]);
}
