//! Following, holding still, moving the cursor.

use super::super::geometry::Gutter;
use super::super::row::Row;
use super::super::*;
use super::told::Told;
use super::{SIZE, line, looking};
use crate::app::command::Motion;
use crate::model::Direction::{Received, Sent};

/// Returns a conversation of more than a page: each line received is answered.
pub(super) fn conversation(lines: usize) -> Told {
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

fn rows(page: &Page) -> &[Row] {
    &page.sheets[0].rows
}

fn offset(row: &Row) -> Option<u64> {
    row.body.range().map(|range| range.start)
}

fn ends(page: &Page) -> [String; 2] {
    [line(&rows(page)[0]), line(&rows(page)[rows(page).len() - 1])]
}

/// Returns the byte under the cursor.
pub(super) fn cursor(payload: &Payload, told: &Told) -> (Direction, u64) {
    let unit = payload.page(told.connection(), SIZE, 0).unit.unwrap();
    (unit.direction, unit.spot)
}

#[test]
fn follows_until_the_cursor_goes_up_and_not_before_it_is_told_to() {
    let mut told = conversation(20);
    let mut payload = looking(View::Text, Shown::Both);
    let followed = payload.page(told.connection(), SIZE, 0);
    assert!(payload.follows() && followed.below == 0 && rows(&followed).len() == 10);
    assert_eq!(cursor(&payload, &told).0, Sent);
    payload.scroll(Motion::RowDown, told.connection(), SIZE);
    assert!(payload.follows());

    payload.scroll(Motion::RowUp, told.connection(), SIZE);
    assert!(!payload.follows());
    assert_eq!(cursor(&payload, &told).0, Received);
    let held = payload.page(told.connection(), SIZE, 0);
    assert_eq!(rows(&held), rows(&followed));

    talk(&mut told, 20);
    let later = payload.page(told.connection(), SIZE, 0);
    assert_eq!(rows(&later), rows(&held));
    assert_eq!(later.below, "question 20\nanswer 20\n".len() as u64);

    for _ in 0..3 {
        payload.scroll(Motion::RowDown, told.connection(), SIZE);
        assert!(!payload.follows());
    }
    let byte = cursor(&payload, &told);
    payload.scroll(Motion::RowDown, told.connection(), SIZE);
    assert!(!payload.follows() && cursor(&payload, &told) == byte, "there is no row below");
    payload.scroll(Motion::End, told.connection(), SIZE);
    assert!(payload.follows());
    talk(&mut told, 21);
    assert!(line(&rows(&payload.page(told.connection(), SIZE, 0))[9]).contains("answer 21"));
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
        (0..300).for_each(|_| payload.scroll(up, told.connection(), SIZE));
        let oldest = payload.page(told.connection(), SIZE, 0);
        assert!(ends(&oldest)[0].contains("71 75 65 73 74 69 6f 6e|question") && oldest.above == 0, "{up:?}");
        (0..300).for_each(|_| payload.scroll(down, told.connection(), SIZE));
        assert_eq!(payload.follows(), down == Motion::End);
        assert_eq!(payload.page(told.connection(), SIZE, 0).sheets, newest.sheets, "{down:?}");
    }
}

#[test]
fn the_cursor_keeps_its_column_over_short_rows() {
    let mut told = Told::new(1 << 20);
    told.say(Received, 0, b"0123456789\n012\n0123456789\n");
    let mut payload = looking(View::Text, Shown::Both);
    payload.scroll(Motion::Start, told.connection(), SIZE);
    for _ in 0..7 {
        payload.step(Way::On, told.connection(), SIZE);
    }
    let mut seen = vec![cursor(&payload, &told).1];
    for motion in [Motion::RowDown, Motion::RowDown, Motion::RowUp, Motion::RowUp] {
        payload.scroll(motion, told.connection(), SIZE);
        seen.push(cursor(&payload, &told).1);
    }
    assert_eq!(seen, [7, 14, 22, 14, 7]);
}

#[test]
fn the_cursor_goes_by_bytes_in_hex_and_by_characters_in_text() {
    let mut told = Told::new(1 << 20);
    told.say(Received, 0, "a€".as_bytes());
    told.say(Received, 1_000_000, b"\xff\xe2\x82");
    let walk = |view| {
        let mut payload = looking(view, Shown::Both);
        payload.scroll(Motion::Start, told.connection(), SIZE);
        let mut seen = vec![cursor(&payload, &told).1];
        for _ in 0..8 {
            payload.step(Way::On, told.connection(), SIZE);
            seen.push(cursor(&payload, &told).1);
        }
        seen.dedup();
        seen
    };
    assert_eq!(walk(View::Hex), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(walk(View::Text), [0, 1, 4, 5]);
}

#[test]
fn another_choice_of_directions_stays_at_the_same_moment() {
    let told = conversation(60);
    let mut echo = Told::new(1 << 20);
    for number in 0..40 {
        let line = format!("line {number}\n");
        echo.say(Received, 1_000, line.as_bytes());
        echo.say(Sent, 1_000, line.as_bytes());
    }
    let other = |told: &Told, offset| {
        let mut payload = looking(View::Hex, Shown::Received);
        assert_eq!(payload.go_to(offset, told.connection(), SIZE), Found::There);
        payload.next_shown();
        cursor(&payload, told)
    };
    assert_eq!(other(&echo, 150), (Sent, 150), "an echo has the same byte");
    let (direction, offset) = other(&told, 110 + 12 * 32 + 5);
    let answer =
        told.kept(Sent)[offset as usize..].iter().map(|(_, byte)| *byte as char).take(9).collect::<String>();
    assert_eq!((direction, answer.as_str()), (Sent, "answer 42"));
}

#[test]
fn the_wheel_moves_the_page_and_the_cursor_gives_way() {
    let told = conversation(60);
    let mut payload = Payload::default();
    payload.scroll(Motion::Rows(-30), told.connection(), SIZE);
    let page = payload.page(told.connection(), SIZE, 0);
    let unit = page.unit.as_ref().unwrap();
    let last = &rows(&page)[9];
    assert!(last.direction == unit.direction && last.body.range().unwrap().contains(&unit.spot));
    payload.scroll(Motion::Rows(4), told.connection(), SIZE);
    assert_eq!(payload.page(told.connection(), SIZE, 0).unit, page.unit);
}

#[test]
fn a_toggle_holds_the_page_and_lets_go_of_it() {
    let mut told = conversation(20);
    let mut payload = Payload::default();
    let held = payload.page(told.connection(), SIZE, 0);
    payload.toggle_follow(told.connection(), SIZE);
    assert!(!payload.follows());
    talk(&mut told, 20);
    let later = payload.page(told.connection(), SIZE, 0);
    assert_eq!((rows(&later), &later.unit), (rows(&held), &held.unit));
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
    assert_eq!(offset(&rows(&payload.page(told.connection(), SIZE, 0))[0]), Some(24));
    told.say(Received, 0, &[b'b'; 520]);
    let cut = payload.page(told.connection(), SIZE, 0);
    assert_eq!((offset(&rows(&cut)[0]), cut.above, cut.trimmed), (Some(24), 4, 20));
    told.say(Received, 0, &[b'c'; 520]);
    let gone = payload.page(told.connection(), SIZE, 0);
    assert_eq!(line(&rows(&gone)[0]), "< Trimmed(540)");
    assert_eq!((offset(&rows(&gone)[1]), gone.above), (Some(540), 0));
    assert_eq!(cursor(&payload, &told), (Received, 540));
}

#[test]
fn the_same_byte_stays_in_sight_in_another_view() {
    let told = conversation(60);
    let mut payload = Payload::default();
    (0..40).for_each(|_| payload.scroll(Motion::RowUp, told.connection(), SIZE));
    let before = payload.page(told.connection(), SIZE, 0);
    let spot = cursor(&payload, &told);
    for _ in 0..5 {
        payload.next_view();
        assert_eq!(cursor(&payload, &told), spot);
    }
    assert_eq!(payload.page(told.connection(), SIZE, 0), before);
    payload.next_shown();
    payload.next_shown();
    payload.next_shown();
    assert_eq!(payload.page(told.connection(), SIZE, 0), before);
}

#[test]
fn malformed_parts_are_led_to_in_the_order_in_which_they_came() {
    let mut told = Told::new(1 << 20);
    told.say(Received, 0, b"ab\xffcd");
    told.say(Sent, 1_000, b"\xc0\xaf");
    told.say(Received, 1_000, &[b'x'; 5_000]);
    told.say(Received, 1_000, b"\xe2\x82 end");
    let mut payload = Payload::default();
    let mut seek = |way| (payload.seek_malformed(way, told.connection(), SIZE), cursor(&payload, &told));
    let back = [(Received, 5_005), (Sent, 1), (Sent, 0), (Received, 2)];
    for place in back {
        assert_eq!(seek(Way::Back), (Found::There, place));
    }
    assert_eq!(seek(Way::Back), (Found::Wrapped, back[0]));
    assert_eq!(seek(Way::On), (Found::Wrapped, back[3]));
    for place in back.into_iter().rev().skip(1) {
        assert_eq!(seek(Way::On), (Found::There, place));
    }
}

#[test]
fn a_cursor_that_follows_is_led_to_the_last_malformed_part() {
    let mut told = Told::new(1 << 20);
    let mut payload = Payload::default();
    told.say(Received, 0, b"fine");
    for way in [Way::On, Way::Back] {
        assert_eq!(payload.seek_malformed(way, told.connection(), SIZE), Found::Nothing);
        assert!(payload.follows());
    }
    told.say(Received, 1_000, b"a\xffb\xfe");
    assert_eq!(payload.seek_malformed(Way::On, told.connection(), SIZE), Found::There);
    assert_eq!(cursor(&payload, &told), (Received, 7), "the newest byte itself is malformed");
    told.say(Received, 1_000, b" and more");
    payload.reset();
    assert_eq!(payload.seek_malformed(Way::On, told.connection(), SIZE), Found::There);
    assert_eq!(cursor(&payload, &told), (Received, 7));
}

#[test]
fn a_row_says_what_its_bytes_leave_no_room_for() {
    let mut told = Told::new(1 << 20);
    told.say(Received, 0, &[b'x'; 100]);
    let mut payload = Payload::default();
    let wider = payload.denser(told.connection(), SIZE);
    let gutters = (wider.gutter_before, wider.gutter_after);
    assert_eq!((wider.before, wider.after, gutters), (8, 16, (Gutter::Full, Gutter::Short)));
    let narrow = Size { width: 8, height: 10 };
    let mut payload = Payload::default();
    let same = payload.denser(told.connection(), narrow);
    assert_eq!((same.before, same.gutter_before), (same.after, same.gutter_after));
    let mut text = looking(View::Text, Shown::Both);
    assert_eq!(text.sparser(told.connection(), SIZE).after, 0);
}

#[test]
fn an_offset_is_gone_to_if_its_byte_is_kept() {
    let mut told = Told::new(4_000);
    told.say(Received, 0, &[b'a'; 10_000]);
    let mut payload = Payload::default();
    assert_eq!(payload.go_to(7_777, told.connection(), SIZE), Found::There);
    assert_eq!(cursor(&payload, &told), (Received, 7_777));
    for offset in [0, 5_999, 10_000, u64::MAX] {
        assert_eq!(payload.go_to(offset, told.connection(), SIZE), Found::Nothing);
    }
    assert_eq!(payload.kept(told.connection()), Some(6_000..10_000));
}

#[test]
fn every_step_of_bytes_a_row_is_seen() {
    let told = conversation(3);
    let steps = |width, keys: &str| -> Vec<u16> {
        let (mut payload, size) = (Payload::default(), Size { width, height: 10 });
        keys.chars()
            .map(|key| {
                match key {
                    '}' => payload.denser(told.connection(), size),
                    _ => payload.sparser(told.connection(), size),
                };
                payload.page(told.connection(), size, 0).sheets[0].sheet.columns.per_row
            })
            .collect()
    };
    assert_eq!(steps(78, "}}{"), [16, 8, 8]);
    assert_eq!(steps(198, "}{{{}}}"), [32, 16, 8, 32, 32, 32, 32]);
    assert_eq!(steps(118, "}{{}"), [16, 8, 16, 16], "there is no room for 32");
}

#[test]
fn choices_survive_another_connection() {
    let told = Told::new(1);
    let mut payload = Payload::default();
    payload.sparser(told.connection(), Size { width: 198, height: 10 });
    assert_eq!(payload.density(), Density::Sixteen);
    payload.next_view();
    payload.previous_shown();
    payload.toggle_follow(told.connection(), SIZE);
    payload.reset();
    assert_eq!((payload.view(), payload.shown(), payload.follows()), (View::Text, Shown::Sent, true));
    assert_eq!(payload.density(), Density::Sixteen);
}
