//! The split view: the same bytes on both halves of a line.

use ratatui::layout::Position;

use super::super::*;
use super::moving::{conversation, cursor};
use super::told::Told;
use super::{SIZE, line, looking};
use crate::app::command::Motion;
use crate::model::Direction::Received;

#[test]
fn one_moves_through_the_text_of_the_split_view_row_by_row() {
    let mut told = Told::new(1 << 20);
    told.say(Received, 0, b"one line of text that is long\ntwo\n");
    told.say(Received, 1_000, b"three");
    let mut payload = Payload { side: Side::Text, ..looking(View::Split, Shown::Both) };
    let page = payload.page(told.connection(), SIZE, 0);
    let side = |at: usize| page.sheets[at].rows.iter().map(line).collect::<Vec<_>>();
    assert_eq!(
        side(1),
        ["00.000<0 one line of text that is", "", "", "<24  long␊", "<30 two␊", "00.001<34 three"]
    );
    assert_eq!(
        side(0)[2..5],
        ["<16 20 74 68 61 74 20 69 73| that is", "<24 20 6c 6f 6e 67 0a| long␊", "<30 74 77 6f 0a|two␊"]
    );
    let mut seen = Vec::new();
    payload.scroll(Motion::Start, told.connection(), SIZE);
    for motion in [Motion::RowDown; 5].into_iter().chain([Motion::RowUp; 5]) {
        payload.scroll(motion, told.connection(), SIZE);
        seen.push(cursor(&payload, &told).1);
    }
    assert_eq!(seen, [24, 30, 34, 34, 34, 30, 24, 0, 0, 0]);
}

#[test]
fn pages_and_rolls_reach_both_ends_in_the_text_of_the_split_view() {
    let mut told = conversation(30);
    told.say(Received, 0, &[b'x'; 4_000]);
    for (up, down) in [
        (Motion::RowUp, Motion::RowDown),
        (Motion::PageUp, Motion::PageDown),
        (Motion::HalfUp, Motion::HalfDown),
        (Motion::Rows(-3), Motion::Rows(3)),
    ] {
        let mut payload = Payload { side: Side::Text, ..looking(View::Split, Shown::Both) };
        (0..900).for_each(|_| payload.scroll(up, told.connection(), SIZE));
        assert_eq!(payload.page(told.connection(), SIZE, 0).above, 0, "{up:?}");
        (0..900).for_each(|_| payload.scroll(down, told.connection(), SIZE));
        assert_eq!(payload.page(told.connection(), SIZE, 0).below, 0, "{down:?}");
    }
}

#[test]
fn both_sides_of_the_split_view_show_the_byte_under_the_cursor() {
    let mut told = Told::new(1 << 20);
    // Text rows are shorter than rows of hex here, and longer there.
    (0..60).for_each(|_| told.say(Received, 0, b"a\nb\nc\n"));
    told.say(Received, 0, &[b'x'; 4_000]);
    let mut payload = looking(View::Split, Shown::Both);
    let sides = |payload: &Payload| {
        let page = payload.page(told.connection(), SIZE, 0);
        let unit = page.unit.unwrap();
        page.sheets.iter().all(|sheet| {
            sheet.rows.iter().any(|row| row.body.range().is_some_and(|range| range.contains(&unit.spot)))
        })
    };
    assert!(sides(&payload));
    for at in 0..200 {
        if at % 7 == 0 {
            payload.other_side();
        }
        payload.scroll(if at % 3 == 0 { Motion::HalfUp } else { Motion::RowUp }, told.connection(), SIZE);
        assert!(sides(&payload), "{at}");
    }
}

#[test]
fn a_click_puts_the_cursor_there() {
    let mut told = Told::new(4_000);
    told.say(Received, 0, "abc€def\nxyz\n0123456789".as_bytes());
    let mut payload = looking(View::Split, Shown::Both);
    let page = payload.page(told.connection(), SIZE, 0);
    let [hex, text] = [0, 1].map(|at| page.sheets[at].sheet);
    payload.pick(Position { x: hex.columns.byte_x(4), y: 0 }, told.connection(), SIZE);
    assert_eq!((cursor(&payload, &told), payload.side()), ((Received, 4), Side::Hex));
    let x = text.area.x + text.columns.text_x() + 1;
    payload.pick(Position { x, y: 1 }, told.connection(), SIZE);
    assert_eq!(cursor(&payload, &told), (Received, 4), "the text of these bytes stands on the line above");
    payload.pick(Position { x, y: 2 }, told.connection(), SIZE);
    assert_eq!((cursor(&payload, &told), payload.side()), ((Received, 11), Side::Text));
    payload.pick(Position { x, y: 9 }, told.connection(), SIZE);
    assert_eq!(cursor(&payload, &told), (Received, 11), "there is nothing");
}
