use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::bytes::encoding::Encoding;
use crate::bytes::pattern::{Window, WindowEnd};
use crate::event::ids::{Direction, Origin, Timestamp};
use crate::event::utf8_scanner::Utf8Summary;
use crate::model::stream::NewChunk;

fn id(connection: u64) -> StreamId {
    StreamId::client(ConnectionId(connection), Direction::Received)
}

fn search(pattern: &str, scope: Scope) -> Search {
    Search::new(Pattern::parse(pattern, Encoding::UTF_8).unwrap(), scope)
}

fn push(stream: &mut Stream, data: &[u8]) {
    let (at, offset) = (Timestamp(0), stream.total());
    let chunk = NewChunk { seq: stream.events, at, wall_clock: at, offset, origin: Origin::Peer };
    stream.push(chunk, data.into(), &Utf8Summary::default());
}

fn stream(history: usize, data: &[u8]) -> Stream {
    let mut stream = Stream::new(history);
    data.chunks(1_000).for_each(|data| push(&mut stream, data));
    stream
}

/// Searches everything that can be.
fn finish(search: &mut Search, streams: &[Stream]) {
    while search.is_searching() {
        search.advance(1 << 10, |id| streams.get(id.connection.0 as usize));
    }
}

fn offsets(search: &Search, stream: StreamId) -> Vec<u64> {
    search.hits(stream, 0..u64::MAX).map(|hit| hit.offset).collect()
}

#[test]
fn a_hit_across_segments_and_reads_is_found_once() {
    let mut data = vec![b'.'; 200_000];
    for at in [0, 16_380, 16_384, 65_530, 131_071, 199_991] {
        data[at..at + 9].copy_from_slice(b"the cross");
    }
    let streams = [stream(1 << 20, &data)];
    let mut search = search("the cross", Scope::All);
    search.arrived(id(0));
    finish(&mut search, &streams);
    assert_eq!(offsets(&search, id(0)), [0, 16_384, 65_530, 131_071, 199_991], "16380 is overwritten");
    assert_eq!((search.total(), search.count_of(id(0))), (5, 5));
}

#[test]
fn what_arrives_is_searched_from_where_a_match_may_begin() {
    let mut streams = [stream(1 << 20, b"")];
    let mut search = search("re:a+", Scope::All);
    for (data, expected) in [("xa", vec![(1, 1)]), ("a", vec![(1, 2)]), ("ba", vec![(1, 2), (4, 1)])] {
        push(&mut streams[0], data.as_bytes());
        search.arrived(id(0));
        finish(&mut search, &streams);
        let hits: Vec<(u64, u32)> =
            search.hits(id(0), 0..u64::MAX).map(|hit| (hit.offset, hit.length)).collect();
        assert_eq!((hits, search.total()), (expected.clone(), expected.len() as u64), "{data}");
    }
}

#[test]
fn hits_go_with_their_bytes_and_with_their_connection() {
    let mut streams = vec![stream(4_096, b"hit"), stream(4_096, b"hit hit")];
    let mut search = search("hit", Scope::All);
    search.arrived(id(0));
    search.arrived(id(1));
    finish(&mut search, &streams);
    assert_eq!(search.streams().collect::<Vec<_>>(), [(id(0), 1), (id(1), 2)]);
    let listed = (0..4).map(|index| search.nth(index).map(|(stream, hit)| (stream, hit.offset)));
    let expected = [Some((id(0), 0)), Some((id(1), 0)), Some((id(1), 4)), None];
    assert_eq!((listed.collect::<Vec<_>>(), search.kept()), (expected.to_vec(), 3));
    for _ in 0..5 {
        push(&mut streams[1], &[b'.'; 1_000]);
    }
    search.tidy(|id| streams.get(id.connection.0 as usize));
    assert_eq!(search.streams().collect::<Vec<_>>(), [(id(0), 1)]);
    streams.clear();
    search.tidy(|id| streams.get(id.connection.0 as usize));
    assert_eq!((search.total(), search.is_searching()), (0, false));
}

#[test]
fn only_the_streams_of_the_scope_are_searched() {
    let streams = [stream(4_096, b"hit"), stream(4_096, b"hit")];
    let mut search = search("hit", Scope::Connection(ConnectionId(1)));
    search.arrived(id(0));
    search.arrived(id(1));
    finish(&mut search, &streams);
    assert_eq!((search.count_of(id(0)), search.total()), (0, 1));
    search.set_scope(Scope::Connection(ConnectionId(0)));
    assert_eq!(search.total(), 0, "the other one's are forgotten");
}

#[test]
fn the_hits_around_a_place_are_numbered() {
    let streams = [stream(4_096, b".a.a.a")];
    let mut search = search("a", Scope::All);
    search.arrived(id(0));
    finish(&mut search, &streams);
    let hit = |offset| Hit { offset, length: 1 };
    assert_eq!(search.next(id(0), 0), Some(hit(1)));
    assert_eq!(search.next(id(0), 3), Some(hit(3)));
    assert_eq!(search.next(id(0), 6), None);
    assert_eq!(search.previous(id(0), 5), Some(hit(3)));
    assert_eq!(search.previous(id(0), 1), None);
    assert_eq!(search.hits(id(0), 2..4).collect::<Vec<_>>(), [hit(3)]);
    assert_eq!([0, 1, 2, 9].map(|before| search.count_before(id(0), before)), [0, 0, 1, 3]);
    assert_eq!((search.next(id(7), 0), search.count_before(id(7), 9)), (None, 0));
}

#[test]
fn more_hits_than_are_kept_are_counted_and_kept_once_there_is_room() {
    const HITS: usize = 3 * MOST_OF_STREAM;
    let mut streams = [stream(HITS, &vec![b'a'; HITS])];
    let mut search = search("a", Scope::All);
    search.arrived(id(0));
    finish(&mut search, &streams);
    assert_eq!((search.total(), offsets(&search, id(0)).len()), (HITS as u64, MOST_OF_STREAM));
    // Most of the kept ones are trimmed, and no others take their place.
    let trimmed = MOST_OF_STREAM - 100;
    for size in [trimmed / 2, trimmed - trimmed / 2] {
        push(&mut streams[0], &vec![b'.'; size]);
    }
    search.tidy(|id| streams.get(id.connection.0 as usize));
    assert!(search.is_searching());
    finish(&mut search, &streams);
    let kept = offsets(&search, id(0));
    assert_eq!((search.total(), kept.len()), ((HITS - trimmed) as u64, MOST_OF_STREAM));
    assert_eq!((kept[0], kept[1]), (trimmed as u64, trimmed as u64 + 1));
}

/// A step of a stream.
#[derive(Clone, Debug)]
enum Step {
    Read(Vec<u8>),
    Missed(u8),
    Search,
    Tidy,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let byte = prop::sample::select(b"aab\n".as_slice());
    let step = prop_oneof![
        6 => vec(byte, 1..40).prop_map(Step::Read),
        1 => (1..20_u8).prop_map(Step::Missed),
        4 => Just(Step::Search),
        1 => Just(Step::Tidy),
    ];
    vec(step, 0..40)
}

/// All hits of a stream of which nothing is trimmed, and in which bytes were missed between the runs.
fn naive(pattern: &Pattern, runs: &[(u64, Vec<u8>)]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (offset, bytes) in runs {
        pattern.scan(Window { bytes, from: 0, end: WindowEnd::Final }, usize::MAX, |range| {
            hits.push(Hit { offset: offset + range.start as u64, length: range.len() as u32 });
        });
    }
    hits
}

/// Patterns, each with the limit of a history. Where bytes are trimmed that a match could still begin with, fewer of them
/// are found than in all bytes, so a pattern without a longest match has a history that is not trimmed.
const CASES: [(&str, usize); 7] = [
    ("aa", 100),
    ("re:^a", 100),
    ("hex: 61 ?? 62", 100),
    ("aa", 4_000),
    ("re:a+b", 4_000),
    ("re:(?s)a.*b", 4_000),
    ("re:a$", 4_000),
];

proptest! {
    #[test]
    fn live_hits_are_those_of_all_bytes(
        steps in steps(),
        (text, history) in prop::sample::select(CASES.as_slice()),
    ) {
        let mut search = search(text, Scope::All);
        let mut streams = [Stream::new(history)];
        let mut runs: Vec<(u64, Vec<u8>)> = vec![(0, Vec::new())];
        for step in steps.into_iter().chain([Step::Search, Step::Tidy, Step::Search]) {
            match step {
                Step::Read(data) => {
                    push(&mut streams[0], &data);
                    runs.last_mut().unwrap().1.extend(data);
                    search.arrived(id(0));
                    // The search keeps up, or it would not know what has been trimmed.
                    finish(&mut search, &streams);
                }
                Step::Missed(bytes) => {
                    streams[0].record_missed(Timestamp(0), 1, bytes.into());
                    runs.push((streams[0].total(), Vec::new()));
                }
                Step::Search => finish(&mut search, &streams),
                Step::Tidy => search.tidy(|_| streams.first()),
            }
        }
        let start = streams[0].history.start();
        let expected: Vec<Hit> =
            naive(search.pattern(), &runs).into_iter().filter(|hit| hit.offset >= start).collect();
        prop_assert_eq!(search.hits(id(0), 0..u64::MAX).collect::<Vec<_>>(), expected.clone());
        prop_assert_eq!(search.total(), expected.len() as u64);
    }

    #[test]
    fn a_search_in_slices_finds_the_same(
        data in vec(prop::sample::select(b"aab\n".as_slice()), 0..3_000),
        budget in 1..500_usize,
    ) {
        let streams = [stream(1 << 20, &data)];
        let mut search = search("re:a+b", Scope::All);
        search.arrived(id(0));
        while search.is_searching() {
            search.advance(budget, |_| streams.first());
        }
        let expected = naive(search.pattern(), &[(0, data)]);
        prop_assert_eq!(search.hits(id(0), 0..u64::MAX).collect::<Vec<_>>(), expected);
    }
}
