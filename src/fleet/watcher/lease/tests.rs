use proptest::prelude::*;

use super::*;
use crate::fleet::subject::Name;
use crate::fleet::wire::{self, ChunkHead};

const RECEIVED: LeasedStream = LeasedStream { side: Side::Client, direction: Direction::Received };

fn lease() -> Lease {
    let name = |text| Name::parse(text).unwrap();
    Lease::new(Publisher { host: name("web-1"), instance: name("7777") }, 7, Text::new("me"))
}

fn chunk(epoch: u64, offset: u64, data: &[u8]) -> Vec<u8> {
    let direction = wire::Direction::Received;
    let head = ChunkHead { epoch, side: wire::Side::Client, direction, offset, at: 5 };
    wire::write(&Chunk { head, data })
}

fn bytes(offset: u64, data: &[u8]) -> LeaseNews {
    LeaseNews::Bytes { stream: RECEIVED, offset, at: 5, data: data.to_vec() }
}

fn missing(offset: u64, bytes: u64) -> LeaseNews {
    LeaseNews::Missing { stream: RECEIVED, offset, bytes }
}

#[test]
fn a_lease_is_renewed_while_its_connection_lives() {
    let mut lease = lease();
    assert!(matches!(
        lease.question(Timestamp(1)),
        Some(Ask::Lease { connection: 7, micros: 4_000_000, .. })
    ));
    assert_eq!(lease.question(Timestamp(3_000_000)), None, "one question at a time");
    let granted = wire::write(&Answer::Leased { epoch: 1, micros: 4_000_000 });
    lease.answered(Some(&granted), Timestamp(1000));
    assert_eq!(lease.news(Timestamp(1000)), [LeaseNews::Granted]);
    assert_eq!(lease.question(Timestamp(1_999_999)), None);
    assert!(lease.question(Timestamp(2_000_001)).is_some());
    lease.answered(Some(&granted), Timestamp(2_000_100));
    assert_eq!(lease.news(Timestamp(2_000_100)), [], "told once");
    lease.close(Counters::default(), Timestamp(3_000_000));
    assert_eq!(lease.question(Timestamp(9_000_000)), None);
}

#[test]
fn a_refusal_is_told_and_asked_again() {
    let mut lease = lease();
    let why = Text::new("no");
    let refused = wire::write(&Answer::Refused { why: why.clone() });
    for (at, answer, news) in [
        (0, Some(&refused[..]), Some(LeaseNews::Refused(why))),
        (1_000_000, Some(&refused[..]), None),
        (2_000_000, None, Some(LeaseNews::NoAnswer)),
        (3_000_000, Some(b"\xff"), None),
    ] {
        assert!(lease.question(Timestamp(at)).is_some(), "{at}");
        lease.answered(answer, Timestamp(at));
        assert_eq!(lease.question(Timestamp(at + 999_999)), None);
        assert_eq!(lease.news(Timestamp(at)), Vec::from_iter(news));
    }
    assert_eq!(lease.malformed(), 1);
}

#[test]
fn what_is_missing_shows_by_the_offsets() {
    let mut lease = lease();
    lease.take(&chunk(1, 100, b"abc"));
    lease.take(&chunk(1, 103, b"d"));
    lease.take(&chunk(1, 110, b"e"));
    let first = [bytes(100, b"abc"), bytes(103, b"d"), missing(104, 6), bytes(110, b"e")];
    assert_eq!(lease.news(Timestamp(0)), first);
    for hostile in [
        chunk(1, 110, b"again"),
        chunk(2, 111, b"another run"),
        chunk(1, u64::MAX, b"xy"),
        chunk(1, 111, b""),
        chunk(1, 111, &vec![0; LONGEST_CHUNK + 1]),
        b"\xff".to_vec(),
    ] {
        lease.take(&hostile);
    }
    assert_eq!((lease.news(Timestamp(0)), lease.malformed()), (vec![], 6));
    lease.close(Counters { received: 120, sent: 9, ..Counters::default() }, Timestamp(10));
    assert_eq!(lease.news(Timestamp(1_000_009)), [], "the last bytes may be late");
    assert_eq!(lease.news(Timestamp(1_000_010)), [missing(111, 9)], "of the other stream nothing has come");
    assert_eq!(lease.news(Timestamp(2_000_010)), []);
}

#[test]
fn a_connection_of_another_run_is_another_one() {
    let mut lease = lease();
    lease.take(&chunk(1, 100, b"abc"));
    lease.answered(Some(&wire::write(&Answer::Leased { epoch: 2, micros: 1 })), Timestamp(0));
    lease.take(&chunk(2, 5, b"x"));
    assert_eq!(lease.news(Timestamp(0)), [bytes(100, b"abc"), LeaseNews::Granted, bytes(5, b"x")]);
}

proptest! {
    #[test]
    fn every_byte_comes_or_is_missing(lengths in proptest::collection::vec((1..9_usize, any::<bool>()), 1..40)) {
        let mut lease = lease();
        let (mut offset, mut begin) = (0, None);
        for (length, arrives) in lengths {
            if arrives {
                lease.take(&chunk(1, offset, &vec![7; length]));
                begin.get_or_insert(offset);
            }
            offset += length as u64;
        }
        lease.close(Counters { received: offset, ..Counters::default() }, Timestamp(0));
        let news = lease.news(Timestamp(5_000_000));
        let mut at = begin;
        for new in news {
            let (offset, bytes) = match new {
                LeaseNews::Bytes { offset, data, .. } => (offset, data.len() as u64),
                LeaseNews::Missing { offset, bytes, .. } => (offset, bytes),
                other => panic!("{other:?}"),
            };
            prop_assert_eq!(Some(offset), at);
            at = Some(offset + bytes);
        }
        prop_assert_eq!(at, begin.map(|_| offset));
    }
}
