use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::event::ids::{Origin, Timestamp};
use crate::event::utf8_scanner::Utf8Summary;
use crate::model::stream::{NewChunk, Stream};

fn rule(text: &str) -> Rule {
    text.parse().unwrap()
}

fn say(stream: &mut Stream, data: &[u8]) {
    let at = Timestamp(stream.events * 1_000);
    let chunk =
        NewChunk { seq: stream.events, at, wall_clock: at, offset: stream.total(), origin: Origin::Peer };
    stream.push(chunk, data.into(), &Utf8Summary::default());
}

fn catch_up(stream: &mut Stream) {
    while stream.is_framing_behind() {
        assert!(stream.advance_framing(100) > 0, "it comes to an end");
    }
}

fn messages(stream: &Stream) -> &MessageIndex {
    stream.messages.as_ref().unwrap()
}

/// The starts of what is kept, and the number of messages.
fn found(stream: &Stream) -> (Vec<u64>, u64) {
    (messages(stream).starts(0..u64::MAX).collect(), messages(stream).count())
}

#[test]
fn messages_are_numbered_and_the_newest_may_be_open() {
    let mut stream = Stream::new(1 << 20);
    stream.set_framing(Some(&rule("length:width=2")));
    say(&mut stream, b"\0\x02hi\0");
    say(&mut stream, b"\x05he");
    let index = messages(&stream);
    assert_eq!(index.at(1), Some(Message { number: Some(1), range: 0..4, end: End::Arrived }));
    let open = index.at(7).unwrap();
    assert_eq!((open.number, open.range.clone(), open.end), (Some(2), 4..8, End::Due(11)));
    assert_eq!((open.length(), index.at(8), index.count()), (Some(7), None, 1));
    assert_eq!((index.numbered(1).map(|one| one.range), index.numbered(2)), (Some(0..4), None));
    assert_eq!((index.last_start(8), index.last_start(4), index.last_start(0)), (Some(4), Some(0), None));
}

#[test]
fn a_length_that_cannot_be_is_a_fault_behind_which_nothing_is_told_apart() {
    let mut stream = Stream::new(1 << 20);
    stream.set_framing(Some(&rule("length:width=4")));
    say(&mut stream, b"\0\0\0\x01!\xff\xff\xff\xffmore");
    say(&mut stream, b"\0\0\0\x01!");
    let index = messages(&stream);
    assert_eq!(found(&stream), (vec![0, 5], 1));
    let last = index.at(15).unwrap();
    assert_eq!((last.number, last.range.clone(), last.end, last.length()), (None, 5..18, End::Unknown, None));
    assert_eq!(index.faults(0..u64::MAX).map(|fault| fault.at).collect::<Vec<_>>(), [5]);
    assert_eq!((index.faults(6..9).count(), index.fault_count()), (0, 1));
}

#[test]
fn bytes_that_were_not_observed_end_the_framing_or_are_passed() {
    for (text, count) in [("length:width=2", 0), ("lf", 1)] {
        let mut stream = Stream::new(1 << 20);
        stream.set_framing(Some(&rule(text)));
        say(&mut stream, b"\0\x01");
        stream.record_missed(Timestamp(0), 1, 100);
        say(&mut stream, b"tail\n");
        assert_eq!((messages(&stream).fault_count(), messages(&stream).count()), (1, count), "{text}");
    }
}

#[test]
fn what_is_trimmed_stays_counted_and_memory_is_bounded() {
    let mut stream = Stream::new(16 * 1_024);
    stream.set_framing(Some(&rule("lf")));
    for _ in 0..100 {
        say(&mut stream, &b"\n".repeat(1_000));
    }
    let index = messages(&stream);
    assert_eq!(index.count(), 100_000);
    let most = 16 * 1_024 / BYTES_PER_MESSAGE;
    assert_eq!(index.starts(0..u64::MAX).count(), most);
    assert!(index.cost() < 2 * most.next_power_of_two() * size_of::<Border>() + 1_024, "{}", index.cost());
    assert_eq!(index.at(99_999).unwrap().number, Some(100_000));
    assert_eq!(index.numbered(1), None);
}

#[test]
fn a_stream_without_its_beginning_is_framed_from_a_read_on() {
    let mut stream = Stream::new(4_096);
    for _ in 0..10 {
        say(&mut stream, &[b'x'; 1_000]);
    }
    say(&mut stream, b"\0\x01!");
    stream.set_framing(Some(&rule("fixed:500")));
    catch_up(&mut stream);
    assert_eq!(messages(&stream).counted_from(), 6_000);
    assert_eq!(found(&stream), ((12..=20).map(|start| start * 500).collect(), 8));
}

proptest! {
    /// Whatever the reads are, and whenever the rule is chosen, the same messages are found.
    #[test]
    fn reads_and_slices_change_nothing(
        lengths in vec(0..40_u8, 1..40),
        reads in vec(1..60_usize, 1..40),
        late in 0..40_usize,
    ) {
        let mut bytes = Vec::new();
        let mut starts = Vec::new();
        for length in &lengths {
            starts.push(bytes.len() as u64);
            bytes.extend([0, *length]);
            bytes.extend(std::iter::repeat_n(b'.', usize::from(*length)));
        }
        let mut stream = Stream::new(1 << 20);
        let (mut at, mut nth) = (0, 0);
        while at < bytes.len() {
            if nth == late {
                stream.set_framing(Some(&rule("length:width=2")));
            }
            if nth == late + 2 {
                catch_up(&mut stream);
            }
            let end = bytes.len().min(at + reads[nth % reads.len()]);
            say(&mut stream, &bytes[at..end]);
            (at, nth) = (end, nth + 1);
        }
        if stream.messages.is_none() {
            stream.set_framing(Some(&rule("length:width=2")));
        }
        catch_up(&mut stream);
        prop_assert_eq!(found(&stream), (starts, lengths.len() as u64));
        prop_assert_eq!(messages(&stream).fault_count(), 0);
    }
}
