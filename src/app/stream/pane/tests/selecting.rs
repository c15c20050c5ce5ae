//! Selecting bytes.

use super::super::*;
use super::fixture::TestConnection;
use super::{SIZE, pane_with};
use crate::app::action::Motion;
use crate::app::stream::{Channel, SelectionUnit};
use crate::event::Direction::{Received, Sent};

/// Two lines in three reads, an answer between them, and the start of a third line.
fn fixture() -> TestConnection {
    let mut fixture = TestConnection::new(1 << 20);
    fixture.say(Received, 1_000, b"first ");
    fixture.say(Sent, 1_000, b"answer\n");
    fixture.say(Received, 1_000, b"line\nsecond ");
    fixture.say(Received, 1_000, b"line\nthird");
    fixture
}

fn at_start(filter: DirectionFilter, fixture: &TestConnection) -> StreamView {
    let mut stream = pane_with(View::Hex, filter);
    stream.scroll(Motion::Start, fixture.connection(), SIZE);
    stream
}

fn range(stream: &StreamView, fixture: &TestConnection) -> Option<(Channel, std::ops::Range<u64>)> {
    stream.selected(fixture.connection()).map(|selected| (selected.channel, selected.range))
}

#[test]
fn bytes_are_selected_from_where_it_began_to_the_cursor() {
    let fixture = fixture();
    let mut stream = at_start(DirectionFilter::Received, &fixture);
    stream.go_to(8, fixture.connection(), SIZE);
    assert_eq!(range(&stream, &fixture), None);
    stream.toggle_selection(fixture.connection());
    assert_eq!(range(&stream, &fixture), Some((Channel::Received, 8..9)));
    for (to, expected) in [(12, 8..13), (3, 3..9)] {
        stream.go_to(to, fixture.connection(), SIZE);
        assert_eq!(range(&stream, &fixture), Some((Channel::Received, expected)));
    }
    stream.next_directions();
    assert_eq!(range(&stream, &fixture), None, "it is of a direction that is not shown");
    stream.previous_directions();
    stream.toggle_selection(fixture.connection());
    assert_eq!((range(&stream, &fixture), stream.end_selection()), (None, false));
}

#[test]
fn whole_lines_and_reads_can_be_selected() {
    let fixture = fixture();
    let mut stream = at_start(DirectionFilter::Received, &fixture);
    stream.go_to(8, fixture.connection(), SIZE);
    stream.next_selection_unit(fixture.connection());
    let unit = |stream: &StreamView| stream.selected(fixture.connection()).unwrap().unit;
    for (to, lines, reads) in [(8, 0..11, 6..18), (12, 0..23, 6..18), (24, 0..28, 6..28), (0, 0..11, 0..18)] {
        stream.go_to(to, fixture.connection(), SIZE);
        assert_eq!(
            (unit(&stream), range(&stream, &fixture)),
            (SelectionUnit::Lines, Some((Channel::Received, lines)))
        );
        stream.next_selection_unit(fixture.connection());
        assert_eq!(
            (unit(&stream), range(&stream, &fixture)),
            (SelectionUnit::Chunks, Some((Channel::Received, reads)))
        );
        stream.next_selection_unit(fixture.connection());
        stream.next_selection_unit(fixture.connection());
    }
    let chunk = stream.piece_under_cursor(fixture.connection()).unwrap();
    assert_eq!(chunk.range, 0..6);
}

#[test]
fn a_selection_stays_in_its_direction() {
    let fixture = fixture();
    let mut stream = at_start(DirectionFilter::Both, &fixture);
    for _ in 0..4 {
        stream.step(Seek::Forward, fixture.connection(), SIZE);
    }
    stream.toggle_selection(fixture.connection());
    assert_eq!(range(&stream, &fixture), Some((Channel::Received, 4..5)));
    stream.step(Seek::Forward, fixture.connection(), SIZE);
    stream.step(Seek::Forward, fixture.connection(), SIZE);
    // The cursor is on the answer now, between two reads.
    assert_eq!(range(&stream, &fixture), Some((Channel::Received, 4..6)));
    stream.scroll(Motion::End, fixture.connection(), SIZE);
    assert_eq!(range(&stream, &fixture), Some((Channel::Received, 4..28)));
}

#[test]
fn what_is_trimmed_is_not_selected_any_more() {
    let mut fixture = TestConnection::new(20);
    fixture.say(Received, 1_000, b"0123456789");
    let mut stream = at_start(DirectionFilter::Both, &fixture);
    stream.toggle_selection(fixture.connection());
    fixture.say(Received, 1_000, &[b'.'; 15]);
    stream.scroll(Motion::End, fixture.connection(), SIZE);
    assert_eq!(range(&stream, &fixture), Some((Channel::Received, 5..25)));
    stream.reset();
    assert_eq!(range(&stream, &fixture), None);
}
