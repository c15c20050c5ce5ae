//! Messages among the bytes.

use super::super::*;
use super::fixture::TestConnection;
use super::{SIZE, pane_with};
use crate::app::action::Motion;
use crate::app::stream::row::Body;
use crate::app::stream::{SeekResult, SelectionUnit};
use crate::event::Direction::{Received, Sent};

/// Two messages in three reads, an answer, a message whose end has not arrived.
fn fixture() -> TestConnection {
    let mut fixture = TestConnection::new(1 << 20);
    fixture.say(Received, 1_000, b"\0\x04");
    fixture.say(Received, 20_000, b"four\0\x06si");
    fixture.say(Received, 1_000, b"x...");
    fixture.say(Sent, 1_000, b"\0\x02ok");
    fixture.say(Received, 500_000, b"\0\x09nin");
    fixture.frame("length:width=2");
    fixture
}

/// The notes in the view, each as the number, the bytes that have arrived, and the time since the message before it.
fn notes(stream: &StreamView, fixture: &TestConnection) -> Vec<(Option<u64>, u64, Option<u64>)> {
    let frame = stream.frame(fixture.connection(), SIZE, 0);
    let rows = frame.panels[0].rows.iter().filter_map(|row| match &row.body {
        Body::Note(note) => note.message.clone(),
        _ => None,
    });
    rows.map(|message| (message.number, message.arrived, message.since)).collect()
}

#[test]
fn a_note_stands_above_each_message_in_every_view() {
    let fixture = fixture();
    for view in View::ALL {
        let mut stream = pane_with(view, DirectionFilter::Both);
        stream.scroll(Motion::Start, fixture.connection(), SIZE);
        let expected =
            [(Some(1), 6, None), (Some(2), 8, Some(20_000)), (Some(1), 4, None), (Some(3), 5, Some(502_000))];
        let found = notes(&stream, &fixture);
        assert!(expected.starts_with(&found) && !found.is_empty(), "{view:?}: {found:?}");
    }
}

#[test]
fn rows_begin_with_messages_and_the_cursor_never_stays_on_a_note() {
    let fixture = fixture();
    for view in [View::Hex, View::Text, View::Split] {
        let mut stream = pane_with(view, DirectionFilter::Received);
        stream.scroll(Motion::Start, fixture.connection(), SIZE);
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push(stream.place_of_cursor(fixture.connection()).unwrap().offset);
            stream.scroll(Motion::RowDown, fixture.connection(), SIZE);
        }
        seen.dedup();
        assert!(seen.starts_with(&[0]) && seen.contains(&6) && seen.ends_with(&[14]), "{view:?}: {seen:?}");
        for _ in 0..6 {
            stream.scroll(Motion::RowUp, fixture.connection(), SIZE);
        }
        assert_eq!(stream.place_of_cursor(fixture.connection()).unwrap().offset, 0, "{view:?}");
    }
}

#[test]
fn the_next_message_is_of_any_direction_and_the_search_wraps() {
    let fixture = fixture();
    let mut stream = pane_with(View::Hex, DirectionFilter::Both);
    stream.scroll(Motion::Start, fixture.connection(), SIZE);
    let mut seek = |way| {
        let result = stream.seek_message(way, fixture.connection(), SIZE);
        let place = stream.place_of_cursor(fixture.connection()).unwrap();
        (result, place.stream.direction, place.offset)
    };
    for (direction, offset) in [(Received, 6), (Sent, 0), (Received, 14)] {
        assert_eq!(seek(Seek::Forward), (SeekResult::Found, direction, offset));
    }
    assert_eq!(seek(Seek::Forward), (SeekResult::Wrapped, Received, 0));
    assert_eq!(seek(Seek::Backward), (SeekResult::Wrapped, Received, 14));
    assert_eq!(seek(Seek::Backward), (SeekResult::Found, Sent, 0));
}

#[test]
fn whole_messages_are_selected() {
    let fixture = fixture();
    let mut stream = pane_with(View::Hex, DirectionFilter::Received);
    stream.scroll(Motion::Start, fixture.connection(), SIZE);
    stream.go_to(8, fixture.connection(), SIZE);
    assert_eq!(stream.piece_under_cursor(fixture.connection()).unwrap().range, 6..14);
    stream.next_selection_unit(fixture.connection());
    let selected = |stream: &StreamView| {
        let selected = stream.selected(fixture.connection()).unwrap();
        (selected.unit, selected.range)
    };
    assert_eq!(selected(&stream), (SelectionUnit::Messages, 6..14));
    stream.go_to(16, fixture.connection(), SIZE);
    assert_eq!(selected(&stream), (SelectionUnit::Messages, 6..19), "as far as it has arrived");
    stream.next_selection_unit(fixture.connection());
    assert_eq!(selected(&stream).0, SelectionUnit::Lines);
}

#[test]
fn one_row_after_the_other_is_scrolled_to_and_back() {
    let mut fixture = TestConnection::new(1 << 20);
    for nth in 0..60 {
        fixture.say(Received, 1_000, format!("line {nth}\n\n").as_bytes());
    }
    fixture.frame("lf");
    for view in View::ALL {
        let mut stream = pane_with(view, DirectionFilter::Both);
        stream.scroll(Motion::Start, fixture.connection(), SIZE);
        let above = |stream: &StreamView| stream.frame(fixture.connection(), SIZE, 0).above;
        let (mut there, mut back) = (vec![above(&stream)], Vec::new());
        // There are two messages in each read, with a row each and what stands above it.
        for _ in 0..60 * 4 {
            stream.scroll(Motion::Rows(1), fixture.connection(), SIZE);
            there.push(above(&stream));
        }
        for _ in 0..there.len() {
            stream.scroll(Motion::Rows(-1), fixture.connection(), SIZE);
            back.push(above(&stream));
        }
        assert!(there.is_sorted() && *there.last().unwrap() > 300, "{view:?}");
        assert_eq!(back.last(), Some(&0), "{view:?}");
    }
}
