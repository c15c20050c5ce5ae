//! The effects of clicks, scrolling in the table of clients, and the confirmation before a client is closed.

use bytewatch::app::clients::columns::Column;
use bytewatch::app::focus::Pane;
use bytewatch::app::{AppEvent, Clipboard, CopiedText, CopyResult, Effect, MouseOwner};
use bytewatch::event::{CloseMode, Command, ConnectionCommand, ConnectionId, Direction};
use bytewatch::event::{CloseReason, Event, ServerEvent};
use ratatui::crossterm::event::{KeyCode, MouseEventKind};
use ratatui::layout::Size;

use crate::harness::{Harness, LOOPBACK};

/// Returns forty clients, each of which has sent a line, with the window scrolled to the rows from #10 on.
fn scrolled(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    for id in 1..=40 {
        harness.open(id);
        harness.bytes(id, Direction::Received, b"hello\n");
    }
    harness.pass(1);
    for _ in 0..3 {
        harness.mouse(MouseEventKind::ScrollDown, 9, 5);
    }
    assert_eq!(shown(&harness).first(), Some(&10));
    harness
}

/// Returns the numbers of the visible clients.
fn shown(harness: &Harness) -> Vec<u64> {
    let rows = harness.app.layout().client_rows();
    harness.app.clients().window(rows).1.iter().map(|id| id.0).collect()
}

fn selected(harness: &Harness) -> Option<u64> {
    harness.app.clients().selected().map(|id| id.0)
}

#[test]
fn a_click_selects_the_row_that_was_under_it() {
    for (width, height) in [(80, 24), (120, 36), (200, 60)] {
        let mut harness = scrolled(width, height);
        let before = shown(&harness);
        assert_eq!(before[2], 12);
        assert_eq!(harness.click("127.0.0.1:50012"), []);
        assert_eq!((selected(&harness), shown(&harness)), (Some(12), before), "{width}x{height}");
        let reset =
            Effect::Server(Command::Connection(ConnectionId(12), ConnectionCommand::Close(CloseMode::Reset)));
        assert_eq!(harness.keys("Dy"), [reset], "{width}x{height}");
    }
}

#[test]
fn a_click_from_another_pane_means_the_row_that_was_drawn() {
    for focus in ["2", "3", "4"] {
        let mut harness = scrolled(80, 24);
        harness.keys(focus);
        harness.click("127.0.0.1:50012");
        assert_eq!((selected(&harness), harness.app.focus()), (Some(12), Pane::Clients), "{focus}");
        assert_eq!(shown(&harness)[0], 10, "{focus}");
    }
}

#[test]
fn a_click_means_the_row_that_was_drawn_even_if_a_new_order_is_due() {
    let mut harness = Harness::new(80, 24);
    for id in 1..=600 {
        harness.open(id);
    }
    harness.pass(1);
    let fifth = shown(&harness)[4];
    // With more than 512 rows the order is rebuilt at intervals: the drawn rows are still the old ones.
    harness.close(1, CloseReason::PeerFinished);
    assert_eq!(shown(&harness)[4], fifth, "not rebuilt yet");
    harness.click(&format!("127.0.0.1:5{fifth:04}"));
    assert_eq!(selected(&harness), Some(fifth));
}

#[test]
fn a_double_click_opens_the_stream_of_its_row() {
    let mut harness = scrolled(80, 24);
    harness.click("127.0.0.1:50012");
    harness.click("127.0.0.1:50012");
    assert_eq!((selected(&harness), harness.app.focus()), (Some(12), Pane::Stream));
    assert_eq!(shown(&harness)[0], 10);
}

#[test]
fn the_table_stays_where_the_wheel_left_it() {
    for (width, height) in [(80, 24), (120, 36), (200, 60)] {
        let mut harness = scrolled(width, height);
        let before = shown(&harness);
        for keys in ["2", "4", "1", "31", "?\u{1b}"] {
            for key in keys.chars() {
                harness.press(if key == '\u{1b}' { KeyCode::Esc } else { KeyCode::Char(key) });
            }
            if keys != "2" && keys != "4" {
                assert_eq!(shown(&harness), before, "{keys:?} at {width}x{height}");
            }
        }
        for _ in 0..4 {
            harness.press(KeyCode::Tab);
            assert_eq!(shown(&harness)[0], 10, "Tab at {width}x{height}");
        }
        harness.click("2 Stream");
        assert_eq!(shown(&harness)[0], 10, "a click in another pane at {width}x{height}");
        harness.resize(width + 1, height);
        assert_eq!(shown(&harness)[0], 10, "one column more at {width}x{height}");
    }
}

#[test]
fn a_lower_window_keeps_the_selected_row_and_moves_no_further() {
    let mut harness = scrolled(80, 24);
    let rows = shown(&harness);
    harness.click(&format!("127.0.0.1:500{}", rows.last().unwrap()));
    harness.resize(80, 20);
    let now = shown(&harness);
    assert!(now.len() < rows.len());
    assert_eq!(now.last(), rows.last());
}

#[test]
fn another_sort_shows_its_first_row() {
    let mut harness = Harness::new(80, 24);
    for id in 1..=16 {
        harness.open(id);
    }
    harness.bytes(2, Direction::Received, b"\xff \xff \xff \xff");
    harness.bytes(3, Direction::Received, b"\xff \xff");
    harness.keys("jjjjjjjjj");
    for _ in 0..3 {
        harness.press(KeyCode::Left);
    }
    assert_eq!(harness.app.clients().sort().column, Column::Malformed);
    assert_eq!((shown(&harness)[..2].to_vec(), selected(&harness)), (vec![2, 3], Some(10)));
    harness.pass(2);
    assert_eq!(shown(&harness)[0], 2, "and goes on showing it");
    harness.keys("S");
    harness.keys("S");
    assert_eq!(shown(&harness)[0], 2);
    harness.keys("j");
    assert_eq!((selected(&harness), shown(&harness)[0]), (Some(2), 2), "keys act on what is seen");
}

#[test]
fn a_step_selects_what_is_seen_while_the_selection_is_out_of_sight() {
    let mut harness = scrolled(80, 24);
    harness.keys("k");
    let last = *shown(&harness).last().unwrap();
    assert_eq!((selected(&harness), shown(&harness)[0]), (Some(last), 10));
    let mut harness = scrolled(80, 24);
    harness.keys("j");
    assert_eq!((selected(&harness), shown(&harness)[0]), (Some(10), 10));
    let mut harness = scrolled(80, 24);
    harness.keys("2]");
    assert_eq!(selected(&harness), Some(2), "the next client of the stream is the one after it");
}

#[test]
fn the_column_that_is_sorted_by_is_on_screen() {
    let mut harness = Harness::with_clients(80, 24);
    for _ in Column::SORTABLE {
        harness.keys("s");
        let sort = harness.app.clients().sort().column.title();
        let head = harness.screen().lines().nth(3).unwrap().to_owned();
        assert!(head.contains(&format!("{sort}▲")) || head.contains(&format!("{sort}▼")), "{sort}: {head}");
    }
}

#[test]
fn a_reversed_order_reverses_closed_rows_too() {
    let mut harness = Harness::new(80, 24);
    for id in 1..=3 {
        harness.open(id);
        harness.close(id, CloseReason::PeerFinished);
    }
    harness.pass(1);
    assert_eq!(shown(&harness), [1, 2, 3]);
    harness.keys("S");
    assert_eq!(shown(&harness), [3, 2, 1]);
}

#[test]
fn a_message_goes_with_the_next_key_and_after_four_seconds() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("y");
    harness.sees("127.0.0.1:50001 sent to the terminal; not all take it");
    harness.keys("j");
    assert_eq!(harness.app.status(), None);
    harness.sees("s sort");
    harness.keys("y");
    harness.pass(3);
    assert!(harness.app.status().is_some());
    harness.pass(1);
    assert_eq!(harness.app.status(), None);
    harness.event(Event::Server(ServerEvent::Failed { detail: "the disk is full".into() }));
    harness.sees("the disk is full");
    harness.pass(4);
    assert_eq!(harness.app.status(), None, "a warning too");
    harness.event(Event::Server(ServerEvent::Failed { detail: "the disk is full".into() }));
    harness.keys("k");
    assert_eq!(harness.app.status(), None);
}

#[test]
fn closing_a_client_is_asked_about() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("j");
    assert_eq!(harness.keys("d"), []);
    harness.sees("Close #2 (FIN)?");
    harness.sees("y yes");
    harness.sees("n no");
    assert_eq!(harness.keys("j"), [], "no");
    assert_eq!((harness.app.overlay(), selected(&harness)), (None, Some(2)), "and nothing else");
    assert_eq!(harness.keys("dn"), []);
    assert_eq!(harness.keys("d"), []);
    assert_eq!(harness.press(KeyCode::Esc), []);
    assert_eq!(harness.app.overlay(), None);
    assert_eq!(
        harness.keys("dy"),
        [Effect::Server(Command::Connection(ConnectionId(2), ConnectionCommand::Close(CloseMode::Finish)))]
    );
    harness.sees("Closing #2 (FIN)");
    harness.close(2, CloseReason::WeFinished);
    assert_eq!(harness.app.status(), None, "it has closed");
    assert_eq!(harness.keys("d"), []);
    harness.sees("#2 is already closed");
    harness.keys("gD");
    harness.sees("Reset #1 (RST)?");
    assert_eq!(
        harness.click("y yes"),
        [Effect::Server(Command::Connection(ConnectionId(1), ConnectionCommand::Close(CloseMode::Reset)))]
    );
}

#[test]
fn the_question_is_about_one_client_and_goes_with_it() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("d");
    harness.close(1, CloseReason::PeerReset);
    harness.sees("#1 disconnected");
    assert_eq!((harness.app.overlay(), harness.keys("y")), (None, vec![copied("127.0.0.1:50001")]));
    harness.keys("?");
    for _ in 0..20 {
        harness.press(KeyCode::PageDown);
        if harness.screen().contains("any other key means no") {
            return;
        }
    }
    panic!("the help does not list the answers");
}

/// The effect that copies an address.
fn copied(address: &str) -> Effect {
    Effect::Copy(CopiedText { text: address.to_owned(), what: address.to_owned() })
}

#[test]
fn the_clipboard_is_told_about_only_as_far_as_it_is_known() {
    let size = Size { width: 80, height: 24 };
    let what = || "127.0.0.1:50001".to_owned();
    let mut harness = Harness::set_up(LOOPBACK, size, Clipboard::Tmux);
    harness.open(1);
    assert_eq!(harness.keys("y"), [copied("127.0.0.1:50001")]);
    assert_eq!(harness.app.status(), None, "tmux has not answered yet");
    harness.app_event(AppEvent::Copied(CopyResult::GivenToTmux { what: what() }));
    harness.sees("127.0.0.1:50001 given to tmux");
    let why = "no server".to_owned();
    harness.app_event(AppEvent::Copied(CopyResult::SentInstead { what: what(), why }));
    harness.sees("127.0.0.1:50001 sent by OSC 52, as tmux failed: no server");
    for (clipboard, doubt) in [
        (Clipboard::Terminal, "sent to the terminal; not all take it"),
        (Clipboard::Screen, "sent through screen to the terminal"),
    ] {
        let mut harness = Harness::set_up(LOOPBACK, size, clipboard);
        harness.open(1);
        assert_eq!(harness.keys("y"), [copied("127.0.0.1:50001")]);
        harness.sees(doubt);
    }
}

#[test]
fn the_mouse_is_given_to_the_terminal_and_taken_back() {
    let mut harness = Harness::with_clients(80, 24);
    assert_eq!(harness.keys("U"), [Effect::Mouse(MouseOwner::Terminal)]);
    harness.sees("MOUSE OFF");
    harness.sees("U takes it back");
    harness.keys("2");
    harness.sees("MOUSE OFF");
    assert_eq!(harness.keys("U"), [Effect::Mouse(MouseOwner::App)]);
    harness.sees_not("MOUSE OFF");
}

#[test]
fn a_client_that_closes_moves_no_column() {
    let mut harness = Harness::with_clients(80, 24);
    let head = |harness: &Harness| harness.screen().lines().nth(3).unwrap().to_owned();
    let before = head(&harness);
    assert!(before.contains("backend"), "{before}");
    harness.close(1, CloseReason::PeerFinished);
    harness.pass(1);
    assert_eq!(head(&harness), before);
    harness.sees("○ FIN");
}

#[test]
fn the_connection_that_was_looked_at_stays_selected_when_it_closes() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.close(1, CloseReason::PeerFinished);
    harness.open(2);
    harness.bytes(2, Direction::Received, b"\xe2");
    assert_eq!((selected(&harness), shown(&harness)), (Some(2), vec![2, 1]));
    harness.bytes(2, Direction::Received, b"\x82\xac");
    harness.close(2, CloseReason::PeerFinished);
    assert_eq!((selected(&harness), shown(&harness)), (Some(2), vec![1, 2]), "no key was pressed");
    harness.sees("€");
    harness.open(3);
    assert_eq!(selected(&harness), Some(3), "a new one is looked at");
    harness.close(3, CloseReason::PeerFinished);
    harness.keys("/");
    harness.keys("50001");
    assert_eq!(selected(&harness), Some(1), "a filter begins at its first row");
}

#[test]
fn a_filter_knows_the_words_of_the_screen_and_of_the_events() {
    for words in ["closed by client", "peer-finished"] {
        let mut harness = Harness::with_clients(200, 60);
        harness.close(2, CloseReason::PeerFinished);
        harness.keys("/");
        harness.keys(words);
        assert_eq!(shown(&harness), [2], "{words}");
        harness.sees("○ closed by client");
    }
}

#[test]
fn the_title_says_how_many_closed_rows_were_dropped() {
    let mut harness = Harness::new(120, 36);
    harness.open(1);
    harness.bytes(1, Direction::Received, b"caf\xe9");
    harness.close(1, CloseReason::PeerFinished);
    for id in 2..=1_501 {
        harness.open(id);
        harness.close(id, CloseReason::PeerFinished);
    }
    harness.pass(1);
    harness.sees("501 closed ones dropped");
    assert_eq!(shown(&harness)[0], 1, "the one with bytes is kept");
}

#[test]
fn a_click_on_the_warning_of_a_frozen_display_ends_it() {
    let mut harness = Harness::with_clients(120, 40);
    harness.keys(" ");
    assert!(harness.click("FROZEN").is_empty());
    harness.sees_not("FROZEN");
}
