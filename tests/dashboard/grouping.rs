//! Like connections that have ended, in one row with a count.

use bytewatch::event::{CloseReason, Direction};
use ratatui::crossterm::event::KeyCode;

use crate::harness::Harness;
use crate::sizes::check_screen;

/// A health check: a client that asks the same each time.
fn check(harness: &mut Harness, id: u64) {
    harness.open(id);
    harness.bytes(id, Direction::Received, b"GET /health HTTP/1.0\r\n\r\n");
    harness.bytes(id, Direction::Sent, b"HTTP/1.0 200 OK\r\n\r\n");
    harness.close(id, CloseReason::PeerFinished);
}

/// Two live clients, eight health checks that have ended, and a client that was reset, with the table in focus.
fn checked(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    harness.open(1);
    harness.open(2);
    harness.bytes(1, Direction::Received, b"*1\r\n$4\r\nPING\r\n");
    harness.bytes(2, Direction::Received, b"hello\n");
    (3..=10).for_each(|id| check(&mut harness, id));
    harness.open(11);
    harness.bytes(11, Direction::Received, b"hello\n");
    harness.close(11, CloseReason::PeerReset);
    harness.pass(1);
    harness.keys("1");
    harness
}

fn ids(ids: &[bytewatch::event::ConnectionId]) -> Vec<u64> {
    ids.iter().map(|id| id.0).collect()
}

fn rows(harness: &Harness) -> Vec<u64> {
    ids(harness.app.clients().window(1_000).1)
}

fn selected(harness: &Harness) -> u64 {
    harness.app.clients().selected().unwrap().0
}

#[test]
fn like_connections_share_a_row() {
    let grouped = |width, height| {
        let mut harness = checked(width, height);
        harness.keys("ojj");
        harness
    };
    check_screen("group", grouped);
    check_screen("unfolded_group", |width, height| {
        let mut harness = grouped(width, height);
        harness.press(KeyCode::Enter);
        harness
    });
}

#[test]
fn a_group_is_unfolded_and_folded_by_its_first_row() {
    let mut harness = checked(120, 40);
    harness.keys("o");
    assert_eq!(rows(&harness), [1, 2, 10, 11]);
    assert_eq!(ids(harness.app.clients().listed()), (1..=11).collect::<Vec<_>>());
    harness.sees("127.0.0.1 ×8");
    harness.sees("grouped");
    harness.keys("jj");
    let unfolded = [1, 2, 10, 9, 8, 7, 6, 5, 4, 3, 11];
    harness.press(KeyCode::Enter);
    assert_eq!((rows(&harness), selected(&harness)), (unfolded.to_vec(), 10));
    harness.press(KeyCode::Enter);
    assert_eq!((rows(&harness), selected(&harness)), (vec![1, 2, 10, 11], 10));
    harness.keys("+");
    assert_eq!(rows(&harness), unfolded);
    harness.keys("o");
    assert_eq!((rows(&harness), selected(&harness)), ((1..=11).collect(), 10));
    harness.sees_not("grouped");
}

#[test]
fn the_selected_connection_stays_selected_in_its_group() {
    let mut harness = checked(120, 40);
    harness.keys("ojj+jj");
    assert_eq!(selected(&harness), 8);
    harness.keys("+");
    assert_eq!((rows(&harness), selected(&harness)), (vec![1, 2, 8, 11], 8));
    check(&mut harness, 12);
    assert_eq!((rows(&harness), selected(&harness)), (vec![1, 2, 11, 8], 8));
    harness.sees("127.0.0.1 ×9");
    harness.keys("gG");
    assert_eq!(selected(&harness), 8, "the last row");
    harness.keys("k");
    check(&mut harness, 13);
    assert_eq!((rows(&harness), selected(&harness)), (vec![1, 2, 11, 13], 11), "the newest stands for all");
}

#[test]
fn a_connection_that_is_open_or_has_a_note_stands_alone() {
    let mut harness = checked(120, 40);
    harness.keys("ojj+jjj");
    assert_eq!(selected(&harness), 7);
    harness.keys("alook\n");
    assert_eq!(rows(&harness), [1, 2, 7, 10, 9, 8, 6, 5, 4, 3, 11]);
    for id in 12..15 {
        harness.open(id);
        harness.bytes(id, Direction::Received, b"GET /health HTTP/1.0\r\n\r\n");
    }
    assert!((12..15).all(|id| rows(&harness).contains(&id)));
}

#[test]
fn a_filter_counts_connections_and_not_rows() {
    let mut harness = checked(120, 40);
    harness.keys("o/protocol:http\n");
    assert_eq!(rows(&harness), [10]);
    harness.sees("8 match");
    harness.keys("+");
    assert_eq!(rows(&harness).len(), 8);
    harness.sees("8 match");
}

#[test]
fn groups_are_sorted_as_their_newest_connection() {
    let mut harness = checked(120, 40);
    harness.keys("oS");
    assert_eq!(rows(&harness), [2, 1, 11, 10]);
    harness.keys("G+");
    assert_eq!(rows(&harness), [2, 1, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
}

#[test]
fn a_row_that_is_no_group_says_so() {
    let mut harness = checked(120, 40);
    harness.keys("o+");
    harness.sees("the selected row is no group of like connections");
}
