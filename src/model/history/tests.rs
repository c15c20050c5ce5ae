use super::*;

fn put(history: &mut History, seq: u64, at: Timestamp, offset: u64, data: &[u8]) {
    history.push(NewChunk { seq, at, wall_clock: at, offset, origin: Origin::Peer }, data.into());
}

fn push(history: &mut History, data: &[u8]) {
    let seq = history.chunks.back().map_or(0, |chunk| chunk.seq + 1);
    put(history, seq, Timestamp(seq), history.end, data);
}

#[test]
fn chunks_keep_their_borders_and_the_bytes_flow_together() {
    let mut history = History::new(1024);
    push(&mut history, b"\xe2");
    push(&mut history, b"\x82\xac!");
    assert_eq!(history.copy(0..4), b"\xe2\x82\xac!");
    assert_eq!(history.copy(1..3), b"\x82\xac");
    assert_eq!(
        history.chunks().iter().map(|chunk| (chunk.offset, chunk.len)).collect::<Vec<_>>(),
        [(0, 1), (1, 3)]
    );
    assert_eq!([0, 1, 3, 4].map(|offset| history.chunk_of(offset)), [Some(0), Some(1), Some(1), None]);
}

#[test]
fn exactly_the_newest_bytes_are_kept() {
    let mut history = History::new(10_000);
    for round in 0..100u8 {
        push(&mut history, &[round; 777]);
        let kept = history.end() - history.start();
        assert_eq!(kept, (777 * (u64::from(round) + 1)).min(10_000));
        assert_eq!(history.copy(0..u64::MAX).len() as u64, kept);
        // Trimmed bytes are not returned, though their segment may still be kept.
        assert_eq!(history.copy(0..history.start()), b"");
        assert_eq!(history.copy(0..history.start().min(2)), b"");
    }
    assert_eq!(history.copy(history.end() - 1..u64::MAX), [99]);
    assert!(history.cost() < 10_000 + 2 * SEGMENT + 32 * 1024);
}

#[test]
fn a_full_history_allocates_nothing() {
    let mut history = History::new(64 * 1024);
    push(&mut history, &[0; 40_000]);
    push(&mut history, &[1; 40_000]);
    let memory = |history: &History| {
        let mut blocks: Vec<_> =
            history.segments.iter().filter_map(Segment::memory).map(|bytes| bytes.as_ptr()).collect();
        blocks.extend(history.spare.iter().map(|spare| spare.as_ptr()));
        blocks.sort_unstable();
        blocks
    };
    push(&mut history, &[2; 16_384]);
    let before = memory(&history);
    for round in 0..100 {
        push(&mut history, &[round; 16_384]);
        assert_eq!(history.copy(0..u64::MAX).len(), 64 * 1024);
    }
    assert_eq!(memory(&history), before);
}

#[test]
fn a_chunk_longer_than_the_limit_leaves_its_end() {
    let mut history = History::new(50_000);
    let data: Vec<u8> = (0..200_000_u32).map(|index| index as u8).collect();
    push(&mut history, b"before");
    push(&mut history, &data);
    assert_eq!(history.copy(0..u64::MAX), data[150_000..]);
    assert!(history.cost() < 50_000 + 2 * SEGMENT, "{}", history.cost());
    let segments: Vec<_> = history.segments_from(0).collect();
    assert_eq!(segments, [0, 16_384, 32_768, 49_152].map(|at| 150_006 + at));
}

#[test]
fn holes_do_not_multiply_the_cost() {
    let mut history = History::new(64 * 1024);
    for round in 0..1_000 {
        put(&mut history, round, Timestamp(round), round * 100, &[7; 60]);
    }
    assert!(history.cost() < 64 * 1024 * 10, "{}", history.cost());
}

#[test]
fn single_bytes_do_not_multiply_the_cost() {
    let mut history = History::new(64 * 1024);
    for _ in 0..100_000 {
        push(&mut history, b"x");
    }
    assert_eq!(history.chunks().len(), 4096);
    assert_eq!(history.end() - history.start(), 4096);
    assert!(history.cost() < 300_000, "{}", history.cost());
}

#[test]
fn a_hole_stays_a_hole() {
    let mut history = History::new(1024);
    put(&mut history, 0, Timestamp(0), 0, b"ab");
    put(&mut history, 1, Timestamp(1), 10, b"cd");
    assert_eq!(history.copy(0..12), b"abcd");
    assert_eq!(history.copy(1..11), b"bc");
    assert_eq!(history.chunk_of(5), None);
    assert_eq!(history.chunk_of(11), Some(1));
}

#[test]
fn a_chunk_knows_where_its_run_began_when_that_is_trimmed() {
    let mut history = History::new(16);
    let data = b"0123456789";
    for (seq, at) in [(0, 0), (1, 10), (3, 20), (4, 20 + PAUSE), (5, 30 + PAUSE)] {
        let end = history.end;
        put(&mut history, seq, Timestamp(at), end, data);
        let last = history.chunks().back().map(|chunk| (chunk.run, chunk.run_alone()));
        let expected = [(0, 0), (0, 0), (20, 0), (20, 0), (30, 30), (30, 30)];
        assert_eq!(last, Some(expected[seq as usize]));
    }
    assert_eq!((history.start(), size_of::<Chunk>()), (34, 32));
}

#[test]
fn the_oldest_segment_can_be_given_up() {
    let mut history = History::new(1 << 20);
    for round in 0..4u8 {
        push(&mut history, &[round; SEGMENT]);
    }
    history.drop_oldest();
    assert_eq!(history.start(), SEGMENT as u64);
    assert_eq!(history.copy(0..u64::MAX).len(), 3 * SEGMENT);
    for _ in 0..4 {
        history.drop_oldest();
    }
    assert_eq!((history.start(), history.cost()), (history.end(), 0));
    push(&mut history, b"on");
    assert_eq!(history.copy(0..u64::MAX), b"on");
}
