//! Leases on the bytes of connections.

use super::*;
use crate::event::Forwarded;
use crate::fleet::wire::Chunk;

const SECOND: u64 = 1_000_000;

fn bytes(connection: u64, offset: u64, data: &[u8], forwarded: Option<Side>) -> Event {
    let stream =
        StreamId { connection: ConnectionId(connection), side: Side::Client, direction: Direction::Received };
    let event = StreamEvent::Bytes {
        offset,
        data: Bytes::copy_from_slice(data),
        summary: Utf8Summary::default(),
        origin: crate::event::Origin::Peer,
        forwarded: forwarded.map(|side| Forwarded { side, at: Timestamp(9) }),
        place: None,
    };
    Event::Stream(stream, event)
}

fn take(publication: &mut Publication, now: u64, event: Event) {
    publication.take(&[stamped(now, event)], Timestamp(now));
}

/// All chunks that wait: connection, side, direction, offset, length.
fn chunks(publication: &mut Publication) -> Vec<(u64, wire::Side, wire::Direction, u64, usize)> {
    while publication.next_batch().is_some() {}
    let mut all = Vec::new();
    while let Some((connection, message)) = publication.next_chunk() {
        let Chunk { head, data } = wire::read(&message).unwrap();
        assert_eq!(head.epoch, EPOCH);
        all.push((connection, head.side, head.direction, head.offset, data.len()));
    }
    all
}

fn why(outcome: &LeaseOutcome) -> &str {
    match &outcome.answer {
        Answer::Refused { why } => why.as_str(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_are_published_only_under_a_lease_of_a_host_that_allows_it() {
    let mut peers = publication(Published::Peers);
    take(&mut peers, 1, opened(1));
    assert!(why(&peers.lease("a", 1, SECOND, Timestamp(1))).contains("--publish-what bytes"));
    let mut host = publication(Published::Bytes);
    take(&mut host, 1, opened(1));
    take(&mut host, 1, opened(2));
    assert!(why(&host.lease("a", 3, SECOND, Timestamp(1))).contains("no such connection"));
    take(&mut host, 1, bytes(1, 0, b"before", None));
    assert!(!host.has_lease());
    let given = host.lease("a", 1, 9 * SECOND, Timestamp(1));
    let leased = Answer::Leased { epoch: EPOCH, micros: 4 * SECOND };
    assert_eq!(given, LeaseOutcome { answer: leased, is_new: true });
    assert!(!host.lease("a", 1, 4 * SECOND, Timestamp(1)).is_new, "renewed");
    take(&mut host, 2, bytes(1, 6, b"now", Some(Side::Upstream)));
    take(&mut host, 2, bytes(2, 0, b"another", None));
    let (client, upstream) = (wire::Side::Client, wire::Side::Upstream);
    let (received, sent) = (wire::Direction::Received, wire::Direction::Sent);
    assert_eq!(chunks(&mut host), [(1, client, received, 6, 3), (1, upstream, sent, 6, 3)]);
    assert_eq!(host.due(), Some(Timestamp(250_001)));
    take(&mut host, 4 * SECOND + 1, bytes(1, 9, b"too late", None));
    assert_eq!((chunks(&mut host), host.has_lease()), (vec![], false));
}

#[test]
fn a_watcher_has_one_lease_and_a_host_four() {
    let mut host = publication(Published::Bytes);
    (1..=6).for_each(|connection| take(&mut host, 1, opened(connection)));
    for (asker, connection) in [("a", 1), ("b", 2), ("c", 3), ("d", 3), ("a", 4)] {
        let outcome = host.lease(asker, connection, SECOND, Timestamp(1));
        assert!(matches!(outcome.answer, Answer::Leased { .. }) && outcome.is_new, "{asker}");
    }
    assert!(why(&host.lease("e", 5, SECOND, Timestamp(1))).contains("other watchers"));
    take(&mut host, 1, bytes(1, 0, b"given up", None));
    take(&mut host, 1, bytes(3, 0, b"two watchers, once", None));
    assert_eq!(chunks(&mut host).len(), 1);
    assert!(!host.lease("a", 4, 0, Timestamp(1)).is_new, "given back");
    assert!(matches!(host.lease("e", 5, SECOND, Timestamp(1)).answer, Answer::Leased { .. }));
    assert!(
        matches!(host.lease("f", 6, SECOND, Timestamp(SECOND + 1)).answer, Answer::Leased { .. }),
        "expired"
    );
}

#[test]
fn bytes_beyond_the_rate_are_left_out_and_counters_are_not() {
    let mut host = publication(Published::Bytes);
    take(&mut host, 1, opened(1));
    host.lease("a", 1, 4 * SECOND, Timestamp(1));
    let data = vec![b'x'; 64 << 10];
    let (mut offset, mut published) = (0, 0);
    // 12.8 MB in two seconds.
    for step in 0..200 {
        take(&mut host, 1 + step * 10_000, bytes(1, offset, &data, None));
        offset += data.len() as u64;
        published += chunks(&mut host).iter().map(|chunk| chunk.4 as u64).sum::<u64>();
    }
    assert!((2 << 20..(2 << 20) + (300 << 10)).contains(&published), "{published}");
    assert_eq!(host.here(Timestamp(1), false).shed, 0);
    assert_eq!(all(&host)[0].counters.received, offset);
}

#[test]
fn bytes_go_before_anything_else_is_shed() {
    let mut host = publication(Published::Bytes);
    take(&mut host, 1, opened(1));
    host.lease("a", 1, 4 * SECOND, Timestamp(1));
    take(&mut host, 1, bytes(1, 0, b"hello", None));
    (2..30_000).for_each(|connection| take(&mut host, 1, opened(connection)));
    assert!(host.has_chunk());
    assert_eq!(host.next_chunk(), None, "too much else waits");
    assert!(!host.has_chunk());
    assert_eq!(host.here(Timestamp(1), false).shed, 0);
}

#[test]
fn a_batch_that_was_not_published_counts_as_shed() {
    let mut host = publication(Published::Peers);
    (1..=5).for_each(|connection| take(&mut host, 1, opened(connection)));
    assert!(host.next_batch().is_some());
    host.shed_last_batch();
    host.shed_last_batch();
    let here = host.here(Timestamp(1), true);
    assert_eq!((here.next, here.shed), (5, 5));
    assert!(here.shed_bytes > 0);
}
