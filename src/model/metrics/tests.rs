//! Events in, text out.

use std::net::SocketAddr;

use super::*;
use crate::event::activity::ResponseTime;
use crate::event::{BackendKind, CloseReason, Encryption, Side, Timestamp, Utf8Scanner};

fn address(port: u16) -> Address {
    SocketAddr::from(([127, 0, 0, 1], port)).into()
}

fn apply(metrics: &mut Metrics, events: impl IntoIterator<Item = Event>) {
    events.into_iter().for_each(|event| metrics.apply(&Stamped { at: Timestamp(0), event }));
}

fn listening(address: Address) -> Event {
    let (backend, service) = (BackendKind::Async, "echo".to_owned());
    let encryption = Encryption::default();
    Event::Server(ServerEvent::Listening { address, backend, service, encryption })
}

fn opened(id: u64, local: Address) -> Event {
    let (peer, backend) = (address(1), BackendKind::Async);
    Event::Connection(ConnectionId(id), ConnectionEvent::Opened { peer, local, backend, upstream: None })
}

fn closed(id: u64) -> Event {
    let (reason, detail, failed_call) = (CloseReason::PeerFinished, None, None);
    let event = ConnectionEvent::Closed { reason, detail, failed_call, received: 0, sent: 0 };
    Event::Connection(ConnectionId(id), event)
}

fn received(id: u64, bytes: &[u8]) -> Event {
    let summary = Utf8Scanner::default().scan(0, bytes);
    let stream = StreamId::client(ConnectionId(id), Direction::Received);
    let (data, origin) = (bytes.to_vec().into(), crate::event::Origin::Peer);
    Event::Stream(
        stream,
        StreamEvent::Bytes { offset: 0, data, summary, origin, forwarded: None, place: None },
    )
}

fn line(metrics: &Metrics, start: &str) -> Option<String> {
    let text = metrics.to_open_metrics();
    let found = text.lines().find_map(|line| line.strip_prefix(start));
    found.map(|value| value.trim().to_owned())
}

#[test]
fn what_happens_is_counted_by_listener_and_backend() {
    let mut metrics = Metrics::default();
    let handed_over = ConnectionEvent::HandedOver { to: BackendKind::Threads };
    let answer = |micros| ResponseTime { connection: ConnectionId(1), micros, weight: 2 };
    let answers = vec![answer(60), answer(7_000_000)];
    let work = Box::new(BackendActivity { answers, ..BackendActivity::default() });
    apply(
        &mut metrics,
        [
            listening(address(7)),
            opened(1, address(7)),
            received(1, b"ab\xff\xffc"),
            Event::Server(ServerEvent::Worked { backend: BackendKind::Async, work }),
            Event::Connection(ConnectionId(1), handed_over),
            received(1, b"abc"),
        ],
    );
    let labels = |backend: &str| format!("{{listener=\"127.0.0.1:7\",backend=\"{backend}\"");
    let (old, new) = (labels("async"), labels("threads"));
    let side = ",direction=\"received\"}";
    for (start, value) in [
        (format!("bytewatch_connections_open{old}}}"), "0"),
        (format!("bytewatch_connections_open{new}}}"), "1"),
        (format!("bytewatch_connections_total{old}}}"), "1"),
        (format!("bytewatch_bytes_total{old}{side}"), "5"),
        (format!("bytewatch_bytes_total{new}{side}"), "3"),
        (format!("bytewatch_malformed_total{old}{side}"), "2"),
        (format!("bytewatch_latency_seconds_bucket{old},le=\"0.00005\"}}"), "0"),
        (format!("bytewatch_latency_seconds_bucket{old},le=\"0.0001\"}}"), "2"),
        (format!("bytewatch_latency_seconds_bucket{old},le=\"5\"}}"), "2"),
        (format!("bytewatch_latency_seconds_bucket{old},le=\"+Inf\"}}"), "4"),
        (format!("bytewatch_latency_seconds_sum{old}}}"), "14.00012"),
        ("bytewatch_clients_refused_total".to_owned(), "0"),
    ] {
        assert_eq!(line(&metrics, &start).as_deref(), Some(value), "{start}");
    }
    assert!(metrics.to_open_metrics().ends_with("# EOF\n"));
}

#[test]
fn a_closed_listener_is_forgotten_with_its_last_connection() {
    let mut metrics = Metrics::default();
    let wildcard: Address = SocketAddr::from(([0, 0, 0, 0], 9)).into();
    apply(&mut metrics, [listening(wildcard.clone()), opened(1, address(9)), received(1, b"x")]);
    let open = "bytewatch_connections_open{listener=\"0.0.0.0:9\",backend=\"async\"}";
    assert_eq!(line(&metrics, open).as_deref(), Some("1"));
    apply(&mut metrics, [Event::Server(ServerEvent::ListenerClosed { address: wildcard })]);
    assert_eq!(line(&metrics, open).as_deref(), Some("1"));
    apply(&mut metrics, [closed(1)]);
    assert_eq!(line(&metrics, open), None);
    assert!(metrics.series.is_empty() && metrics.connections.is_empty());
}

#[test]
fn an_echo_counts_in_both_directions() {
    let mut metrics = Metrics::default();
    let forwarded = Some(crate::event::Forwarded { side: Side::Client, at: Timestamp(1) });
    let event = match received(1, b"abc") {
        Event::Stream(id, StreamEvent::Bytes { offset, data, summary, origin, .. }) => {
            Event::Stream(id, StreamEvent::Bytes { offset, data, summary, origin, forwarded, place: None })
        }
        other => other,
    };
    apply(&mut metrics, [listening(address(7)), opened(1, address(7)), event]);
    let start = "bytewatch_bytes_total{listener=\"127.0.0.1:7\",backend=\"async\"";
    let sent = line(&metrics, &format!("{start},direction=\"sent\"}}"));
    assert_eq!(sent.as_deref(), Some("3"));
}
