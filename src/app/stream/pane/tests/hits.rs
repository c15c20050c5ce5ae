//! Hits of a search in the transcript.

use super::super::*;
use super::fixture::TestConnection;
use super::moving::{conversation, cursor};
use super::{SIZE, pane_with};
use crate::app::action::Motion;
use crate::app::stream::{Channel, SeekResult};
use crate::bytes::encoding::Encoding;
use crate::bytes::pattern::Pattern;
use crate::event::Direction::{Received, Sent};
use crate::model::search::{Scope, Search};

/// Returns the finished search for a pattern in a connection.
pub(crate) fn searched(pattern: &str, fixture: &TestConnection) -> Search {
    let connection = fixture.connection();
    let pattern = Pattern::parse(pattern, Encoding::UTF_8).unwrap();
    let mut search = Search::new(pattern, Scope::Connection(connection.id));
    Channel::ALL.into_iter().for_each(|channel| search.arrived(channel.id(connection.id)));
    while search.is_searching() {
        search.advance(1 << 16, |id| connection.stream_of(id.side, id.direction));
    }
    search
}

#[test]
fn hits_of_both_directions_come_in_the_order_of_the_transcript() {
    let fixture = conversation(12);
    let search = searched("re:(question|answer) 1", &fixture);
    let mut stream = pane_with(View::Text, DirectionFilter::Both);
    stream.scroll(Motion::Start, fixture.connection(), SIZE);
    let expected = [(Received, 11), (Sent, 9), (Received, 110), (Sent, 90), (Received, 122), (Sent, 100)];
    for (number, hit) in (1..).zip(expected) {
        let found = stream.seek_hit(&search, Seek::Forward, fixture.connection(), SIZE);
        assert_eq!((found, cursor(&stream, &fixture)), (SeekResult::Found, hit));
        let count = stream.search_marks(&search, fixture.connection(), 10).count;
        assert_eq!((count.number, count.total, count.is_searching), (Some(number), 6, false));
    }
    let wrapped = stream.seek_hit(&search, Seek::Forward, fixture.connection(), SIZE);
    assert_eq!((wrapped, cursor(&stream, &fixture)), (SeekResult::Wrapped, expected[0]));
    let back = stream.seek_hit(&search, Seek::Backward, fixture.connection(), SIZE);
    assert_eq!((back, cursor(&stream, &fixture)), (SeekResult::Wrapped, expected[5]));
    stream.step(Seek::Forward, fixture.connection(), SIZE);
    let within = stream.search_marks(&search, fixture.connection(), 10).count;
    assert_eq!(within.number, Some(6), "the cursor is within the hit");
}

#[test]
fn only_the_hits_of_the_shown_direction_count() {
    let fixture = conversation(12);
    let search = searched("1", &fixture);
    for (filter, total) in [(DirectionFilter::Both, 8), (DirectionFilter::Sent, 4)] {
        let mut stream = pane_with(View::Hex, filter);
        assert_eq!(stream.search_marks(&search, fixture.connection(), 4).count.total, total);
        let found = stream.seek_hit(&search, Seek::Forward, fixture.connection(), SIZE);
        assert_eq!(
            (found, cursor(&stream, &fixture).0),
            (SeekResult::Found, Sent),
            "from the end, the last one"
        );
    }
    let none = searched("nowhere", &fixture);
    let mut stream = pane_with(View::Hex, DirectionFilter::Both);
    let found = stream.seek_hit(&none, Seek::Forward, fixture.connection(), SIZE);
    assert_eq!((found, stream.follows()), (SeekResult::NotFound, true));
}

#[test]
fn the_overview_has_hits_where_they_are() {
    let mut fixture = TestConnection::new(1 << 20);
    for number in 0..100 {
        fixture.say(Received, 1_000, format!("{number:09}\n").as_bytes());
    }
    let search = searched("000000055", &fixture);
    let stream = pane_with(View::Hex, DirectionFilter::Both);
    let overview = stream.search_marks(&search, fixture.connection(), 10).overview;
    assert_eq!(overview.iter().position(|is_hit| *is_hit), Some(5));
    assert_eq!(overview.iter().filter(|is_hit| **is_hit).count(), 1);
}
