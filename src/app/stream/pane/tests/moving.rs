//! Following, holding still, moving the cursor.

use super::super::*;
use super::fixture::TestConnection;
use super::{SIZE, line, pane_with};
use crate::app::action::Motion;
use crate::app::stream::geometry::Gutter;
use crate::app::stream::row::StreamRow;
use crate::app::stream::{SeekResult, StreamFrame};
use crate::event::Direction::{self, Received, Sent};

/// Returns a conversation of more than a page: each line received is answered.
pub(super) fn conversation(lines: usize) -> TestConnection {
    let mut fixture = TestConnection::new(1 << 20);
    for number in 0..lines {
        talk(&mut fixture, number);
    }
    fixture
}

fn talk(fixture: &mut TestConnection, number: usize) {
    fixture.say(Received, 50_000, format!("question {number}\n").as_bytes());
    fixture.say(Sent, 50_000, format!("answer {number}\n").as_bytes());
}

fn rows(frame: &StreamFrame) -> &[StreamRow] {
    &frame.panels[0].rows
}

fn offset(row: &StreamRow) -> Option<u64> {
    row.body.range().map(|range| range.start)
}

fn ends(frame: &StreamFrame) -> [String; 2] {
    [line(&rows(frame)[0]), line(&rows(frame)[rows(frame).len() - 1])]
}

/// Returns the byte under the cursor.
pub(super) fn cursor(stream: &StreamView, fixture: &TestConnection) -> (Direction, u64) {
    let unit = stream.frame(fixture.connection(), SIZE, 0).unit.unwrap();
    (unit.channel.direction(), unit.cursor)
}

#[test]
fn follows_until_the_cursor_goes_up_and_not_before_it_is_told_to() {
    let mut fixture = conversation(20);
    let mut stream = pane_with(View::Text, DirectionFilter::Both);
    let followed = stream.frame(fixture.connection(), SIZE, 0);
    assert!(stream.follows() && followed.below == 0 && rows(&followed).len() == 10);
    assert_eq!(cursor(&stream, &fixture).0, Sent);
    stream.scroll(Motion::RowDown, fixture.connection(), SIZE);
    assert!(stream.follows());

    stream.scroll(Motion::RowUp, fixture.connection(), SIZE);
    assert!(!stream.follows());
    assert_eq!(cursor(&stream, &fixture).0, Received);
    let held = stream.frame(fixture.connection(), SIZE, 0);
    assert_eq!(rows(&held), rows(&followed));

    talk(&mut fixture, 20);
    let later = stream.frame(fixture.connection(), SIZE, 0);
    assert_eq!(rows(&later), rows(&held));
    assert_eq!(later.below, "question 20\nanswer 20\n".len() as u64);

    for _ in 0..3 {
        stream.scroll(Motion::RowDown, fixture.connection(), SIZE);
        assert!(!stream.follows());
    }
    let byte = cursor(&stream, &fixture);
    stream.scroll(Motion::RowDown, fixture.connection(), SIZE);
    assert!(!stream.follows() && cursor(&stream, &fixture) == byte, "there is no row below");
    stream.scroll(Motion::End, fixture.connection(), SIZE);
    assert!(stream.follows());
    talk(&mut fixture, 21);
    assert!(line(&rows(&stream.frame(fixture.connection(), SIZE, 0))[9]).contains("answer 21"));
}

#[test]
fn all_motions_reach_both_ends() {
    let fixture = conversation(50);
    let motions = [
        (Motion::RowUp, Motion::RowDown),
        (Motion::PageUp, Motion::PageDown),
        (Motion::HalfUp, Motion::HalfDown),
        (Motion::Start, Motion::End),
        (Motion::Rows(-7), Motion::Rows(3)),
        (Motion::Rows(i32::MIN), Motion::Rows(i32::MAX)),
    ];
    for (up, down) in motions {
        let mut stream = pane_with(View::Split, DirectionFilter::Both);
        let newest = stream.frame(fixture.connection(), SIZE, 0);
        (0..300).for_each(|_| stream.scroll(up, fixture.connection(), SIZE));
        let oldest = stream.frame(fixture.connection(), SIZE, 0);
        assert!(ends(&oldest)[0].contains("71 75 65 73 74 69 6f 6e|question") && oldest.above == 0, "{up:?}");
        (0..300).for_each(|_| stream.scroll(down, fixture.connection(), SIZE));
        assert_eq!(stream.follows(), down == Motion::End);
        assert_eq!(stream.frame(fixture.connection(), SIZE, 0).panels, newest.panels, "{down:?}");
    }
}

#[test]
fn the_cursor_keeps_its_column_over_short_rows() {
    let mut fixture = TestConnection::new(1 << 20);
    fixture.say(Received, 0, b"0123456789\n012\n0123456789\n");
    let mut stream = pane_with(View::Text, DirectionFilter::Both);
    stream.scroll(Motion::Start, fixture.connection(), SIZE);
    for _ in 0..7 {
        stream.step(Seek::Forward, fixture.connection(), SIZE);
    }
    let mut seen = vec![cursor(&stream, &fixture).1];
    for motion in [Motion::RowDown, Motion::RowDown, Motion::RowUp, Motion::RowUp] {
        stream.scroll(motion, fixture.connection(), SIZE);
        seen.push(cursor(&stream, &fixture).1);
    }
    assert_eq!(seen, [7, 14, 22, 14, 7]);
}

#[test]
fn the_cursor_goes_by_bytes_in_hex_and_by_characters_in_text() {
    let mut fixture = TestConnection::new(1 << 20);
    fixture.say(Received, 0, "a€".as_bytes());
    fixture.say(Received, 1_000_000, b"\xff\xe2\x82");
    let row_cursor = |view| {
        let mut stream = pane_with(view, DirectionFilter::Both);
        stream.scroll(Motion::Start, fixture.connection(), SIZE);
        let mut seen = vec![cursor(&stream, &fixture).1];
        for _ in 0..8 {
            stream.step(Seek::Forward, fixture.connection(), SIZE);
            seen.push(cursor(&stream, &fixture).1);
        }
        seen.dedup();
        seen
    };
    assert_eq!(row_cursor(View::Hex), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(row_cursor(View::Text), [0, 1, 4, 5]);
}

#[test]
fn another_choice_of_directions_stays_at_the_same_moment() {
    let fixture = conversation(60);
    let mut echo = TestConnection::new(1 << 20);
    for number in 0..40 {
        let line = format!("line {number}\n");
        echo.say(Received, 1_000, line.as_bytes());
        echo.say(Sent, 1_000, line.as_bytes());
    }
    let other = |fixture: &TestConnection, offset| {
        let mut stream = pane_with(View::Hex, DirectionFilter::Received);
        assert_eq!(stream.go_to(offset, fixture.connection(), SIZE), SeekResult::Found);
        stream.next_directions();
        cursor(&stream, fixture)
    };
    assert_eq!(other(&echo, 150), (Sent, 150), "an echo has the same byte");
    let (direction, offset) = other(&fixture, 110 + 12 * 32 + 5);
    let answer = fixture.kept(Sent)[offset as usize..]
        .iter()
        .map(|(_, byte)| *byte as char)
        .take(9)
        .collect::<String>();
    assert_eq!((direction, answer.as_str()), (Sent, "answer 42"));
}

#[test]
fn the_wheel_moves_the_page_and_the_cursor_gives_way() {
    let fixture = conversation(60);
    let mut stream = StreamView::default();
    stream.scroll(Motion::Rows(-30), fixture.connection(), SIZE);
    let frame = stream.frame(fixture.connection(), SIZE, 0);
    let unit = frame.unit.as_ref().unwrap();
    let last = &rows(&frame)[9];
    assert!(
        last.channel.direction() == unit.channel.direction()
            && last.body.range().unwrap().contains(&unit.cursor)
    );
    stream.scroll(Motion::Rows(4), fixture.connection(), SIZE);
    assert_eq!(stream.frame(fixture.connection(), SIZE, 0).unit, frame.unit);
}

#[test]
fn a_toggle_holds_the_page_and_lets_go_of_it() {
    let mut fixture = conversation(20);
    let mut stream = StreamView::default();
    let held = stream.frame(fixture.connection(), SIZE, 0);
    stream.toggle_follow(fixture.connection(), SIZE);
    assert!(!stream.follows());
    talk(&mut fixture, 20);
    let later = stream.frame(fixture.connection(), SIZE, 0);
    assert_eq!((rows(&later), &later.unit), (rows(&held), &held.unit));
    stream.toggle_follow(fixture.connection(), SIZE);
    assert!(stream.follows());
}

#[test]
fn a_page_that_is_held_before_anything_came_stays_at_the_first_row() {
    let mut fixture = TestConnection::new(1 << 20);
    let mut stream = StreamView::default();
    stream.scroll(Motion::RowUp, fixture.connection(), SIZE);
    assert!(stream.follows(), "there is nothing to scroll to");
    stream.toggle_follow(fixture.connection(), SIZE);
    (0..20).for_each(|number| talk(&mut fixture, number));
    assert!(!stream.follows());
    assert_eq!(stream.frame(fixture.connection(), SIZE, 0).above, 0);
}

#[test]
fn what_is_trimmed_gives_way_to_the_first_kept_row() {
    let mut fixture = TestConnection::new(2_000);
    fixture.say(Received, 0, &[b'a'; 1_500]);
    let mut stream = StreamView::default();
    stream.scroll(Motion::Start, fixture.connection(), SIZE);
    stream.scroll(Motion::Rows(3), fixture.connection(), SIZE);
    assert_eq!(offset(&rows(&stream.frame(fixture.connection(), SIZE, 0))[0]), Some(24));
    fixture.say(Received, 0, &[b'b'; 520]);
    let cut = stream.frame(fixture.connection(), SIZE, 0);
    assert_eq!((offset(&rows(&cut)[0]), cut.above, cut.trimmed), (Some(24), 4, 20));
    fixture.say(Received, 0, &[b'c'; 520]);
    let gone = stream.frame(fixture.connection(), SIZE, 0);
    assert_eq!(line(&rows(&gone)[0]), "< Trimmed(540)");
    assert_eq!((offset(&rows(&gone)[1]), gone.above), (Some(540), 0));
    assert_eq!(cursor(&stream, &fixture), (Received, 540));
}

#[test]
fn the_same_byte_stays_in_sight_in_another_view() {
    let fixture = conversation(60);
    let mut stream = StreamView::default();
    (0..40).for_each(|_| stream.scroll(Motion::RowUp, fixture.connection(), SIZE));
    let before = stream.frame(fixture.connection(), SIZE, 0);
    let position = cursor(&stream, &fixture);
    for _ in 0..6 {
        stream.next_view();
        assert_eq!(cursor(&stream, &fixture), position);
    }
    assert_eq!(stream.frame(fixture.connection(), SIZE, 0), before);
    stream.next_directions();
    stream.next_directions();
    stream.next_directions();
    assert_eq!(stream.frame(fixture.connection(), SIZE, 0), before);
}

#[test]
fn malformed_parts_are_led_to_in_the_order_in_which_they_came() {
    let mut fixture = TestConnection::new(1 << 20);
    fixture.say(Received, 0, b"ab\xffcd");
    fixture.say(Sent, 1_000, b"\xc0\xaf");
    fixture.say(Received, 1_000, &[b'x'; 5_000]);
    fixture.say(Received, 1_000, b"\xe2\x82 end");
    let mut stream = StreamView::default();
    let mut seek = |way| (stream.seek_malformed(way, fixture.connection(), SIZE), cursor(&stream, &fixture));
    let back = [(Received, 5_005), (Sent, 1), (Sent, 0), (Received, 2)];
    for place in back {
        assert_eq!(seek(Seek::Backward), (SeekResult::Found, place));
    }
    assert_eq!(seek(Seek::Backward), (SeekResult::Wrapped, back[0]));
    assert_eq!(seek(Seek::Forward), (SeekResult::Wrapped, back[3]));
    for place in back.into_iter().rev().skip(1) {
        assert_eq!(seek(Seek::Forward), (SeekResult::Found, place));
    }
}

#[test]
fn a_cursor_that_follows_is_led_to_the_last_malformed_part() {
    let mut fixture = TestConnection::new(1 << 20);
    let mut stream = StreamView::default();
    fixture.say(Received, 0, b"fine");
    for way in [Seek::Forward, Seek::Backward] {
        assert_eq!(stream.seek_malformed(way, fixture.connection(), SIZE), SeekResult::NotFound);
        assert!(stream.follows());
    }
    fixture.say(Received, 1_000, b"a\xffb\xfe");
    assert_eq!(stream.seek_malformed(Seek::Forward, fixture.connection(), SIZE), SeekResult::Found);
    assert_eq!(cursor(&stream, &fixture), (Received, 7), "the newest byte itself is malformed");
    fixture.say(Received, 1_000, b" and more");
    stream.reset();
    assert_eq!(stream.seek_malformed(Seek::Forward, fixture.connection(), SIZE), SeekResult::Found);
    assert_eq!(cursor(&stream, &fixture), (Received, 7));
}

#[test]
fn a_row_says_what_its_bytes_leave_no_room_for() {
    let mut fixture = TestConnection::new(1 << 20);
    fixture.say(Received, 0, &[b'x'; 100]);
    let mut stream = StreamView::default();
    let wider = stream.more_bytes(fixture.connection(), SIZE);
    let gutters = (wider.gutter_before, wider.gutter_after);
    assert_eq!((wider.before, wider.after, gutters), (8, 16, (Gutter::Full, Gutter::Short)));
    let narrow = Size { width: 8, height: 10 };
    let mut stream = StreamView::default();
    let same = stream.more_bytes(fixture.connection(), narrow);
    assert_eq!((same.before, same.gutter_before), (same.after, same.gutter_after));
    let mut text = pane_with(View::Text, DirectionFilter::Both);
    assert_eq!(text.fewer_bytes(fixture.connection(), SIZE).after, 0);
}

#[test]
fn an_offset_is_gone_to_if_its_byte_is_kept() {
    let mut fixture = TestConnection::new(4_000);
    fixture.say(Received, 0, &[b'a'; 10_000]);
    let mut stream = StreamView::default();
    assert_eq!(stream.go_to(7_777, fixture.connection(), SIZE), SeekResult::Found);
    assert_eq!(cursor(&stream, &fixture), (Received, 7_777));
    for offset in [0, 5_999, 10_000, u64::MAX] {
        assert_eq!(stream.go_to(offset, fixture.connection(), SIZE), SeekResult::NotFound);
    }
    assert_eq!(stream.kept(fixture.connection()), Some(6_000..10_000));
}

#[test]
fn every_step_of_bytes_a_row_is_seen() {
    let fixture = conversation(3);
    let steps = |width, keys: &str| -> Vec<u16> {
        let (mut stream, size) = (StreamView::default(), Size { width, height: 10 });
        keys.chars()
            .map(|key| {
                match key {
                    '}' => stream.more_bytes(fixture.connection(), size),
                    _ => stream.fewer_bytes(fixture.connection(), size),
                };
                stream.frame(fixture.connection(), size, 0).panels[0].panel.columns.per_row
            })
            .collect()
    };
    assert_eq!(steps(78, "}}{"), [16, 8, 8]);
    assert_eq!(steps(198, "}{{{}}}"), [32, 16, 8, 32, 32, 32, 32]);
    assert_eq!(steps(118, "}{{}"), [16, 8, 16, 16], "there is no room for 32");
}

#[test]
fn choices_survive_another_connection() {
    let fixture = TestConnection::new(1);
    let mut stream = StreamView::default();
    stream.fewer_bytes(fixture.connection(), Size { width: 198, height: 10 });
    assert_eq!(stream.bytes_per_row(), BytesPerRow::Sixteen);
    stream.next_view();
    stream.previous_directions();
    stream.toggle_follow(fixture.connection(), SIZE);
    stream.reset();
    assert_eq!(
        (stream.view(), stream.direction_filter(), stream.follows()),
        (View::Text, DirectionFilter::Sent, true)
    );
    assert_eq!(stream.bytes_per_row(), BytesPerRow::Sixteen);
}
