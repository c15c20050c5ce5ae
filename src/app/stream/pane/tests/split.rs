//! The split view: the same bytes on both halves of a line.

use ratatui::layout::Position;

use super::super::*;
use super::fixture::TestConnection;
use super::moving::{conversation, cursor};
use super::{SIZE, line, pane_with};
use crate::app::action::Motion;
use crate::event::Direction::Received;

#[test]
fn one_moves_through_the_text_of_the_split_view_row_by_row() {
    let mut fixture = TestConnection::new(1 << 20);
    fixture.say(Received, 0, b"one line of text that is long\ntwo\n");
    fixture.say(Received, 1_000, b"three");
    let mut stream = StreamView { format: ByteFormat::Text, ..pane_with(View::Split, DirectionFilter::Both) };
    let frame = stream.frame(fixture.connection(), SIZE, 0);
    let format = |at: usize| frame.panels[at].rows.iter().map(line).collect::<Vec<_>>();
    assert_eq!(
        format(1),
        ["00.000<0 one line of text that is", "", "", "<24  long␊", "<30 two␊", "00.001<34 three"]
    );
    assert_eq!(
        format(0)[2..5],
        ["<16 20 74 68 61 74 20 69 73| that is", "<24 20 6c 6f 6e 67 0a| long␊", "<30 74 77 6f 0a|two␊"]
    );
    let mut seen = Vec::new();
    stream.scroll(Motion::Start, fixture.connection(), SIZE);
    for motion in [Motion::RowDown; 5].into_iter().chain([Motion::RowUp; 5]) {
        stream.scroll(motion, fixture.connection(), SIZE);
        seen.push(cursor(&stream, &fixture).1);
    }
    assert_eq!(seen, [24, 30, 34, 34, 34, 30, 24, 0, 0, 0]);
}

#[test]
fn pages_and_rolls_reach_both_ends_in_the_text_of_the_split_view() {
    let mut fixture = conversation(30);
    fixture.say(Received, 0, &[b'x'; 4_000]);
    for (up, down) in [
        (Motion::RowUp, Motion::RowDown),
        (Motion::PageUp, Motion::PageDown),
        (Motion::HalfUp, Motion::HalfDown),
        (Motion::Rows(-3), Motion::Rows(3)),
    ] {
        let mut stream =
            StreamView { format: ByteFormat::Text, ..pane_with(View::Split, DirectionFilter::Both) };
        (0..900).for_each(|_| stream.scroll(up, fixture.connection(), SIZE));
        assert_eq!(stream.frame(fixture.connection(), SIZE, 0).above, 0, "{up:?}");
        (0..900).for_each(|_| stream.scroll(down, fixture.connection(), SIZE));
        assert_eq!(stream.frame(fixture.connection(), SIZE, 0).below, 0, "{down:?}");
    }
}

#[test]
fn both_sides_of_the_split_view_show_the_byte_under_the_cursor() {
    let mut fixture = TestConnection::new(1 << 20);
    // Text rows are shorter than rows of hex here, and longer there.
    (0..60).for_each(|_| fixture.say(Received, 0, b"a\nb\nc\n"));
    fixture.say(Received, 0, &[b'x'; 4_000]);
    let mut stream = pane_with(View::Split, DirectionFilter::Both);
    let sides = |stream: &StreamView| {
        let frame = stream.frame(fixture.connection(), SIZE, 0);
        let unit = frame.unit.unwrap();
        frame.panels.iter().all(|panel| {
            panel.rows.iter().any(|row| row.body.range().is_some_and(|range| range.contains(&unit.cursor)))
        })
    };
    assert!(sides(&stream));
    for at in 0..200 {
        if at % 7 == 0 {
            stream.switch_format();
        }
        stream.scroll(if at % 3 == 0 { Motion::HalfUp } else { Motion::RowUp }, fixture.connection(), SIZE);
        assert!(sides(&stream), "{at}");
    }
}

#[test]
fn a_click_puts_the_cursor_there() {
    let mut fixture = TestConnection::new(4_000);
    fixture.say(Received, 0, "abc€def\nxyz\n0123456789".as_bytes());
    let mut stream = pane_with(View::Split, DirectionFilter::Both);
    let frame = stream.frame(fixture.connection(), SIZE, 0);
    let [hex, text] = [0, 1].map(|at| frame.panels[at].panel);
    stream.pick(Position { x: hex.columns.byte_x(4), y: 0 }, fixture.connection(), SIZE);
    assert_eq!((cursor(&stream, &fixture), stream.format()), ((Received, 4), ByteFormat::Hex));
    let x = text.area.x + text.columns.text_x() + 1;
    stream.pick(Position { x, y: 1 }, fixture.connection(), SIZE);
    assert_eq!(cursor(&stream, &fixture), (Received, 4), "the text of these bytes stands on the line above");
    stream.pick(Position { x, y: 2 }, fixture.connection(), SIZE);
    assert_eq!((cursor(&stream, &fixture), stream.format()), ((Received, 11), ByteFormat::Text));
    stream.pick(Position { x, y: 9 }, fixture.connection(), SIZE);
    assert_eq!(cursor(&stream, &fixture), (Received, 11), "there is nothing");
}
