//! Where segments begin.

use proptest::prelude::*;

use super::super::group::{Document, Group};
use super::super::row::Mark;
use super::super::*;
use super::told::{Told, steps};
use crate::model::Direction::{self, Received, Sent};

fn document(told: &Told, shown: Shown) -> Document<'_> {
    Document { connection: told.connection(), shown }
}

fn groups(told: &Told, shown: Shown) -> Vec<Group> {
    let document = document(told, shown);
    std::iter::successors(document.first(), |group| document.next(group)).collect()
}

fn ranges(told: &Told, shown: Shown) -> Vec<(Direction, u64, u64)> {
    groups(told, shown).iter().map(|group| (group.direction, group.start, group.end)).collect()
}

fn marks(told: &Told) -> Vec<Option<Mark>> {
    groups(told, Shown::Both).iter().map(|group| group.mark).collect()
}

#[test]
fn a_change_of_direction_a_pause_and_a_full_block_begin_a_group() {
    let mut told = Told::new(1 << 20);
    told.say(Received, 0, b"ab");
    told.say(Received, 99_999, b"cd");
    told.say(Sent, 1, b"AB");
    told.say(Received, 1, b"ef");
    told.say(Received, 100_000, b"gh");
    told.say(Received, 1, &[b'x'; 2_000]);
    assert_eq!(
        ranges(&told, Shown::Both),
        [(Received, 0, 4), (Sent, 0, 2), (Received, 4, 6), (Received, 6, 1_030), (Received, 1_030, 2_008)]
    );
    assert_eq!(ranges(&told, Shown::Received)[..2], [(Received, 0, 6), (Received, 6, 1_030)]);
    assert_eq!(ranges(&told, Shown::Sent), [(Sent, 0, 2)]);
    assert_eq!(marks(&told), [None; 5]);
}

#[test]
fn what_is_not_there_is_marked() {
    let mut told = Told::new(1_000);
    told.say(Received, 0, &[b'x'; 900]);
    told.miss(Received, 500);
    told.say(Received, 0, &[b'y'; 200]);
    told.say(Sent, 0, &[b'z'; 1_500]);
    told.miss(Sent, 9);
    assert_eq!(
        ranges(&told, Shown::Both),
        [
            (Received, 600, 900),
            (Received, 1_400, 1_600),
            (Sent, 500, 1_024),
            (Sent, 1_024, 1_500),
            (Sent, 1_500, 1_500)
        ]
    );
    let expected = [
        Some(Mark::TrimmedOrMissed(600)),
        Some(Mark::Missed(500)),
        Some(Mark::Trimmed(500)),
        None,
        Some(Mark::Missed(9)),
    ];
    assert_eq!(marks(&told), expected);
}

#[test]
fn only_what_was_missed_is_known() {
    let mut told = Told::new(1_000);
    assert_eq!(ranges(&told, Shown::Both), []);
    told.miss(Sent, 9);
    assert_eq!(ranges(&told, Shown::Both), [(Sent, 0, 0)]);
    assert_eq!(document(&told, Shown::Both).last(), document(&told, Shown::Both).first());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn groups_are_the_same_from_every_place(steps in steps(40), history in 100..6_000_usize) {
        let mut told = Told::new(history);
        steps.iter().for_each(|step| told.step(step));
        for shown in [Shown::Both, Shown::Received, Shown::Sent] {
            let document = document(&told, shown);
            let down = groups(&told, shown);
            let mut up: Vec<_> =
                std::iter::successors(document.last(), |group| document.previous(group)).collect();
            up.reverse();
            prop_assert_eq!(&down, &up);
            for group in &down {
                for offset in [group.start, (group.start + group.end) / 2, group.end.saturating_sub(1)] {
                    prop_assert_eq!(document.find(group.direction, offset.max(group.start)), Some(*group));
                }
                prop_assert!(group.end - group.start <= crate::model::history::BLOCK);
            }
            for direction in Direction::ALL.into_iter().filter(|way| shown.includes(*way)) {
                let of_direction = down.iter().filter(|group| group.direction == direction);
                let seen: Vec<_> = of_direction.flat_map(|group| group.start..group.end).collect();
                let kept: Vec<_> = told.kept(direction).into_iter().map(|(offset, _)| offset).collect();
                prop_assert_eq!(seen, kept);
            }
        }
    }
}
