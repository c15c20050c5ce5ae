//! Where segments begin.

use crate::bytes::safe::Charset;
use proptest::prelude::*;

use super::super::*;
use super::fixture::{TestConnection, directions, steps};
use crate::app::stream::row::Gap;
use crate::app::stream::segment::{Segment, Transcript};
use crate::event::Direction;
use crate::event::Direction::{Received, Sent};

fn transcript(fixture: &TestConnection, direction_filter: DirectionFilter) -> Transcript<'_> {
    Transcript { connection: fixture.connection(), direction_filter, charset: Charset::Unicode }
}

fn segments(fixture: &TestConnection, direction_filter: DirectionFilter) -> Vec<Segment> {
    let transcript = transcript(fixture, direction_filter);
    std::iter::successors(transcript.first(), |segment| transcript.next(segment)).collect()
}

fn ranges(fixture: &TestConnection, direction_filter: DirectionFilter) -> Vec<(Direction, u64, u64)> {
    segments(fixture, direction_filter)
        .iter()
        .map(|segment| (segment.channel.direction(), segment.start, segment.end))
        .collect()
}

fn marks(fixture: &TestConnection) -> Vec<Option<Gap>> {
    segments(fixture, DirectionFilter::Both).iter().map(|segment| segment.gap).collect()
}

#[test]
fn a_change_of_direction_a_pause_and_a_full_block_begin_a_group() {
    let mut fixture = TestConnection::new(1 << 20);
    fixture.say(Received, 0, b"ab");
    fixture.say(Received, 99_999, b"cd");
    fixture.say(Sent, 1, b"AB");
    fixture.say(Received, 1, b"ef");
    fixture.say(Received, 100_000, b"gh");
    fixture.say(Received, 1, &[b'x'; 2_000]);
    assert_eq!(
        ranges(&fixture, DirectionFilter::Both),
        [(Received, 0, 4), (Sent, 0, 2), (Received, 4, 6), (Received, 6, 1_030), (Received, 1_030, 2_008)]
    );
    assert_eq!(ranges(&fixture, DirectionFilter::Received)[..2], [(Received, 0, 6), (Received, 6, 1_030)]);
    assert_eq!(ranges(&fixture, DirectionFilter::Sent), [(Sent, 0, 2)]);
    assert_eq!(marks(&fixture), [None; 5]);
}

#[test]
fn what_is_not_there_is_marked() {
    let mut fixture = TestConnection::new(1_000);
    fixture.say(Received, 0, &[b'x'; 900]);
    fixture.miss(Received, 500);
    fixture.say(Received, 0, &[b'y'; 200]);
    fixture.say(Sent, 0, &[b'z'; 1_500]);
    fixture.miss(Sent, 9);
    assert_eq!(
        ranges(&fixture, DirectionFilter::Both),
        [
            (Received, 600, 900),
            (Received, 1_400, 1_600),
            (Sent, 500, 1_024),
            (Sent, 1_024, 1_500),
            (Sent, 1_500, 1_500)
        ]
    );
    let expected = [
        Some(Gap::TrimmedOrMissed(600)),
        Some(Gap::Missed(500)),
        Some(Gap::Trimmed(500)),
        None,
        Some(Gap::Missed(9)),
    ];
    assert_eq!(marks(&fixture), expected);
}

#[test]
fn only_what_was_missed_is_known() {
    let mut fixture = TestConnection::new(1_000);
    assert_eq!(ranges(&fixture, DirectionFilter::Both), []);
    fixture.miss(Sent, 9);
    assert_eq!(ranges(&fixture, DirectionFilter::Both), [(Sent, 0, 0)]);
    assert_eq!(
        transcript(&fixture, DirectionFilter::Both).last(),
        transcript(&fixture, DirectionFilter::Both).first()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn groups_are_the_same_from_every_place(steps in steps(40), history in 100..6_000_usize) {
        let mut fixture = TestConnection::new(history);
        steps.iter().for_each(|step| fixture.step(step));
        for direction_filter in [DirectionFilter::Both, DirectionFilter::Received, DirectionFilter::Sent] {
            let transcript = transcript(&fixture, direction_filter);
            let down = segments(&fixture, direction_filter);
            let mut up: Vec<_> =
                std::iter::successors(transcript.last(), |segment| transcript.previous(segment)).collect();
            up.reverse();
            prop_assert_eq!(&down, &up);
            for segment in &down {
                for offset in [segment.start, (segment.start + segment.end) / 2, segment.end.saturating_sub(1)] {
                    prop_assert_eq!(transcript.find(segment.channel, offset.max(segment.start)), Some(*segment));
                }
                prop_assert!(segment.end - segment.start <= crate::model::history::BLOCK);
            }
            for direction in directions(direction_filter) {
                let of_direction = down.iter().filter(|segment| segment.channel.direction() == direction);
                let seen: Vec<_> = of_direction.flat_map(|segment| segment.start..segment.end).collect();
                let kept: Vec<_> = fixture.kept(direction).into_iter().map(|(offset, _)| offset).collect();
                prop_assert_eq!(seen, kept);
            }
        }
    }
}
