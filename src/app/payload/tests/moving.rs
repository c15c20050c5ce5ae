//! Following, holding still, scrolling.

use super::super::*;
use super::told::Told;
use super::{SIZE, line, looking};
use crate::model::Direction::{Received, Sent};

/// A conversation of more than a page: each line received is answered.
fn conversation(lines: usize) -> Told {
    let mut told = Told::new(1 << 20);
    for number in 0..lines {
        talk(&mut told, number);
    }
    told
}

fn talk(told: &mut Told, number: usize) {
    told.say(Received, 50_000, format!("question {number}\n").as_bytes());
    told.say(Sent, 50_000, format!("answer {number}\n").as_bytes());
}

fn ends(page: &Page) -> [String; 2] {
    [line(&page.rows[0]), line(&page.rows[page.rows.len() - 1])]
}

#[test]
fn follows_until_one_scrolls_up_and_again_from_the_last_page_on() {
    let mut told = conversation(20);
    let mut payload = looking(View::Text, Shown::Both);
    let followed = payload.page(told.connection(), SIZE, 0);
    assert!(payload.follows() && followed.below == 0 && followed.rows.len() == 10);
    payload.scroll(Motion::RowDown, told.connection(), SIZE);
    assert!(payload.follows());

    payload.scroll(Motion::RowUp, told.connection(), SIZE);
    let held = payload.page(told.connection(), SIZE, 0);
    assert!(!payload.follows());
    assert_eq!(held.below, "answer 19\n".len() as u64);
    assert_eq!(held.rows[1..], followed.rows[..9]);

    talk(&mut told, 20);
    let later = payload.page(told.connection(), SIZE, 0);
    assert_eq!(later.rows, held.rows);
    assert_eq!(later.below, held.below + "question 20\nanswer 20\n".len() as u64);

    for _ in 0..2 {
        payload.scroll(Motion::RowDown, told.connection(), SIZE);
        assert!(!payload.follows());
    }
    payload.scroll(Motion::RowDown, told.connection(), SIZE);
    assert!(payload.follows());
    talk(&mut told, 21);
    assert!(line(&payload.page(told.connection(), SIZE, 0).rows[9]).contains("answer 21"));
}

#[test]
fn all_motions_reach_both_ends() {
    let told = conversation(50);
    let motions = [
        (Motion::RowUp, Motion::RowDown),
        (Motion::PageUp, Motion::PageDown),
        (Motion::HalfUp, Motion::HalfDown),
        (Motion::Start, Motion::End),
        (Motion::Rows(-7), Motion::Rows(3)),
        (Motion::Rows(i32::MIN), Motion::Rows(i32::MAX)),
    ];
    for (up, down) in motions {
        let mut payload = looking(View::Split, Shown::Both);
        let newest = payload.page(told.connection(), SIZE, 0);
        (0..200).for_each(|_| payload.scroll(up, told.connection(), SIZE));
        let oldest = payload.page(told.connection(), SIZE, 0);
        assert!(ends(&oldest)[0].contains("question 0") && oldest.above == 0, "{up:?}");
        (0..200).for_each(|_| payload.scroll(down, told.connection(), SIZE));
        assert!(payload.follows(), "{down:?}");
        assert_eq!(payload.page(told.connection(), SIZE, 0), newest);
    }
}

#[test]
fn a_toggle_holds_the_page_and_lets_go_of_it() {
    let mut told = conversation(20);
    let mut payload = Payload::default();
    let held = payload.page(told.connection(), SIZE, 0);
    payload.toggle_follow(told.connection(), SIZE);
    assert!(!payload.follows());
    talk(&mut told, 20);
    assert_eq!(payload.page(told.connection(), SIZE, 0).rows, held.rows);
    payload.toggle_follow(told.connection(), SIZE);
    assert!(payload.follows());
}

#[test]
fn a_page_that_is_held_before_anything_came_stays_at_the_first_row() {
    let mut told = Told::new(1 << 20);
    let mut payload = Payload::default();
    payload.scroll(Motion::RowUp, told.connection(), SIZE);
    assert!(payload.follows(), "there is nothing to scroll to");
    payload.toggle_follow(told.connection(), SIZE);
    (0..20).for_each(|number| talk(&mut told, number));
    assert!(!payload.follows());
    assert_eq!(payload.page(told.connection(), SIZE, 0).above, 0);
}

#[test]
fn what_is_trimmed_gives_way_to_the_first_kept_row() {
    let mut told = Told::new(2_000);
    told.say(Received, 0, &[b'a'; 1_500]);
    let mut payload = Payload::default();
    payload.scroll(Motion::Start, told.connection(), SIZE);
    payload.scroll(Motion::Rows(3), told.connection(), SIZE);
    assert_eq!(payload.page(told.connection(), SIZE, 0).rows[0].offset, Some(24));
    told.say(Received, 0, &[b'b'; 520]);
    let cut = payload.page(told.connection(), SIZE, 0);
    assert_eq!((cut.rows[0].offset, cut.above, cut.trimmed), (Some(24), 4, 20));
    told.say(Received, 0, &[b'c'; 520]);
    let gone = payload.page(told.connection(), SIZE, 0);
    assert_eq!(line(&gone.rows[0]), "< Trimmed(540)");
    assert_eq!((gone.rows[1].offset, gone.above), (Some(540), 0));
}

#[test]
fn the_same_byte_stays_at_the_top_in_another_view() {
    let told = conversation(60);
    let mut payload = Payload::default();
    (0..40).for_each(|_| payload.scroll(Motion::RowUp, told.connection(), SIZE));
    let before = payload.page(told.connection(), SIZE, 0);
    let top = |payload: &Payload| {
        let page = payload.page(told.connection(), SIZE, 0);
        (page.rows[0].direction, page.rows[0].offset)
    };
    let hex = top(&payload);
    for _ in 0..3 {
        payload.next_view();
        let (direction, offset) = top(&payload);
        assert_eq!(direction, hex.0);
        assert!(offset <= hex.1 && offset.unwrap() + 16 > hex.1.unwrap());
    }
    assert_eq!(payload.page(told.connection(), SIZE, 0), before);
    payload.next_shown();
    assert_eq!(payload.page(told.connection(), SIZE, 0).rows.len(), 10);
    payload.next_shown();
    payload.next_shown();
    assert_eq!(payload.page(told.connection(), SIZE, 0), before);
}

#[test]
fn choices_go_around_and_survive_another_connection() {
    let mut payload = Payload::default();
    payload.sparser();
    assert_eq!(payload.density(), Density::Eight);
    payload.denser();
    payload.denser();
    assert_eq!(payload.density(), Density::ThirtyTwo);
    payload.denser();
    assert_eq!(payload.density(), Density::Fit);
    payload.next_view();
    payload.previous_shown();
    payload.toggle_follow(Told::new(1).connection(), SIZE);
    payload.reset();
    assert_eq!((payload.view(), payload.shown(), payload.follows()), (View::Text, Shown::Sent, true));
}
