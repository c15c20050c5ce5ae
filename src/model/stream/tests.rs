use super::*;
use crate::event::{Origin, Utf8Scanner};

#[derive(Default)]
struct Scanned(Utf8Scanner);

impl Scanned {
    fn push(&mut self, stream: &mut Stream, data: &[u8]) {
        let offset = stream.total();
        let summary = self.0.scan(offset, data);
        let (at, origin) = (Timestamp(0), Origin::Peer);
        let chunk = NewChunk { seq: 0, at, wall_clock: at, offset, origin };
        stream.push(chunk, data.into(), &summary);
    }
}

#[test]
fn malformed_parts_are_marked_where_they_begin() {
    let mut stream = Stream::new(1 << 20);
    let mut scanned = Scanned::default();
    scanned.push(&mut stream, &[b'x'; 1023]);
    scanned.push(&mut stream, b"\xe2");
    scanned.push(&mut stream, b"\x82!");
    scanned.push(&mut stream, &[0xff; 2048]);
    scanned.push(&mut stream, b"\xc3");
    stream.end();
    let counts: Vec<u64> =
        (0..4).map(|block| stream.malformed_index.count(block * 1024..block * 1024 + 1)).collect();
    assert_eq!(counts, [1, 1022, 1024, 3]);
    assert_eq!(stream.characters.malformed, counts.iter().sum::<u64>());
}

#[test]
fn marks_go_with_the_bytes() {
    let mut stream = Stream::new(16 * 1024);
    let mut scanned = Scanned::default();
    scanned.push(&mut stream, b"\xff");
    for _ in 0..5 {
        scanned.push(&mut stream, &[b'x'; 4096]);
    }
    scanned.push(&mut stream, &[0xff; 1023]);
    assert_eq!(
        stream.malformed_index.next_block(0),
        Some(20_480..21_504),
        "the first was trimmed with its bytes"
    );
    assert_eq!(stream.cost(), stream.history.cost() + stream.malformed_index.cost());
    while stream.history.oldest_segment().is_some() {
        stream.drop_oldest();
    }
    assert_eq!((stream.malformed_index.next_block(0), stream.cost()), (None, 0));
}

#[test]
fn the_newest_bytes_are_kept_while_trimmed_ones_are_passed() {
    const LIMIT: usize = 4_096;
    let mut stream = Stream::new(LIMIT);
    let mut scanned = Scanned::default();
    let kept = |stream: &Stream| stream.history.copy(0..u64::MAX);
    for round in 1..5_u8 {
        for _ in 0..5 {
            scanned.push(&mut stream, &[round; 1_000]);
            assert_eq!(kept(&stream).len(), LIMIT.min(stream.total() as usize), "round {round}");
        }
        assert_eq!(kept(&stream), [round; LIMIT]);
        for _ in 0..300 {
            let offset = stream.total();
            stream.skip_trimmed(Timestamp(0), offset, 9_999, &Utf8Summary::default());
            assert_eq!((kept(&stream), stream.missed_at_end()), (vec![round; LIMIT], 0));
        }
    }
    scanned.push(&mut stream, b"the last");
    assert_eq!(kept(&stream), [4; LIMIT]);
    stream.end();
    assert_eq!(kept(&stream), b"the last", "nothing follows that could be waited for");
}

#[test]
fn what_follows_trimmed_bytes_can_be_given_up_as_well() {
    let mut stream = Stream::new(1 << 20);
    let mut scanned = Scanned::default();
    scanned.push(&mut stream, &[1; 5_000]);
    stream.skip_trimmed(Timestamp(0), 5_000, 1 << 30, &Utf8Summary::default());
    scanned.push(&mut stream, &[2; 5_000]);
    assert!(stream.cost() >= 10_000);
    stream.drop_oldest();
    assert_eq!(stream.history.copy(0..u64::MAX), [2; 5_000]);
    assert!(stream.cost() < 10_000);
    stream.drop_oldest();
    assert_eq!(stream.cost(), 0);
}

#[test]
fn a_gap_does_not_join_what_it_parts() {
    let mut stream = Stream::new(1 << 20);
    let mut scanned = Scanned::default();
    scanned.push(&mut stream, b"\xe2\x82");
    stream.record_missed(Timestamp(0), 1, 5000);
    scanned.push(&mut stream, b"\xac");
    assert_eq!(stream.characters.by_reason.iter().sum::<u64>(), 1);
    assert_eq!(stream.malformed_index.next_block(0), Some(4096..5120));
}
