//! The effects of clicks, scrolling in the table of clients, and the confirmation before a client is closed.

use bytewatch::app::columns::Column;
use bytewatch::app::focus::Pane;
use bytewatch::app::{Clipboard, Effect, Mode, Pointer};
use bytewatch::model::event::{CloseReason, Fact};
use bytewatch::model::{Closing, ConnectionId, Direction};
use ratatui::crossterm::event::{KeyCode, MouseEventKind};
use ratatui::layout::Size;

use crate::stage::{LOOPBACK, Stage};

/// Returns forty clients, each of which has sent a line, with the window scrolled to the rows from #10 on.
fn scrolled(width: u16, height: u16) -> Stage {
    let mut stage = Stage::new(width, height);
    for id in 1..=40 {
        stage.open(id);
        stage.bytes(id, Direction::Received, b"hello\n");
    }
    stage.pass(1);
    for _ in 0..3 {
        stage.mouse(MouseEventKind::ScrollDown, 9, 5);
    }
    assert_eq!(shown(&stage).first(), Some(&10));
    stage
}

/// Returns the numbers of the visible clients.
fn shown(stage: &Stage) -> Vec<u64> {
    let rows = stage.app.layout().client_rows();
    stage.app.clients().window(rows).1.iter().map(|id| id.0).collect()
}

fn selected(stage: &Stage) -> Option<u64> {
    stage.app.clients().selected().map(|id| id.0)
}

#[test]
fn a_click_selects_the_row_that_was_under_it() {
    for (width, height) in [(80, 24), (120, 36), (200, 60)] {
        let mut stage = scrolled(width, height);
        let before = shown(&stage);
        assert_eq!(before[2], 12);
        assert_eq!(stage.click("127.0.0.1:50012"), []);
        assert_eq!((selected(&stage), shown(&stage)), (Some(12), before), "{width}x{height}");
        let reset = Effect::Close(ConnectionId(12), Closing::Reset);
        assert_eq!(stage.keys("Dy"), [reset], "{width}x{height}");
    }
}

#[test]
fn a_click_from_another_pane_means_the_row_that_was_drawn() {
    for focus in ["2", "3", "4"] {
        let mut stage = scrolled(80, 24);
        stage.keys(focus);
        stage.click("127.0.0.1:50012");
        assert_eq!((selected(&stage), stage.app.focus()), (Some(12), Pane::Clients), "{focus}");
        assert_eq!(shown(&stage)[0], 10, "{focus}");
    }
}

#[test]
fn a_click_means_the_row_that_was_drawn_even_if_a_new_order_is_due() {
    let mut stage = Stage::new(80, 24);
    for id in 1..=600 {
        stage.open(id);
    }
    stage.pass(1);
    let fifth = shown(&stage)[4];
    // With more than 512 rows the order is rebuilt at intervals: the drawn rows are still the old ones.
    stage.close(1, CloseReason::PeerFinished);
    assert_eq!(shown(&stage)[4], fifth, "not rebuilt yet");
    stage.click(&format!("127.0.0.1:5{fifth:04}"));
    assert_eq!(selected(&stage), Some(fifth));
}

#[test]
fn a_double_click_opens_the_stream_of_its_row() {
    let mut stage = scrolled(80, 24);
    stage.click("127.0.0.1:50012");
    stage.click("127.0.0.1:50012");
    assert_eq!((selected(&stage), stage.app.focus()), (Some(12), Pane::Stream));
    assert_eq!(shown(&stage)[0], 10);
}

#[test]
fn the_table_stays_where_the_wheel_left_it() {
    for (width, height) in [(80, 24), (120, 36), (200, 60)] {
        let mut stage = scrolled(width, height);
        let before = shown(&stage);
        for keys in ["2", "4", "1", "31", "?\u{1b}"] {
            for key in keys.chars() {
                stage.press(if key == '\u{1b}' { KeyCode::Esc } else { KeyCode::Char(key) });
            }
            if keys != "2" && keys != "4" {
                assert_eq!(shown(&stage), before, "{keys:?} at {width}x{height}");
            }
        }
        for _ in 0..4 {
            stage.press(KeyCode::Tab);
            assert_eq!(shown(&stage)[0], 10, "Tab at {width}x{height}");
        }
        stage.click("2 Stream");
        assert_eq!(shown(&stage)[0], 10, "a click in another pane at {width}x{height}");
        stage.resize(width + 1, height);
        assert_eq!(shown(&stage)[0], 10, "one column more at {width}x{height}");
    }
}

#[test]
fn a_lower_window_keeps_the_selected_row_and_moves_no_further() {
    let mut stage = scrolled(80, 24);
    let rows = shown(&stage);
    stage.click(&format!("127.0.0.1:500{}", rows.last().unwrap()));
    stage.resize(80, 20);
    let now = shown(&stage);
    assert!(now.len() < rows.len());
    assert_eq!(now.last(), rows.last());
}

#[test]
fn another_sort_shows_its_first_row() {
    let mut stage = Stage::new(80, 24);
    for id in 1..=16 {
        stage.open(id);
    }
    stage.bytes(2, Direction::Received, b"\xff \xff \xff \xff");
    stage.bytes(3, Direction::Received, b"\xff \xff");
    stage.keys("jjjjjjjjj");
    for _ in 0..3 {
        stage.press(KeyCode::Left);
    }
    assert_eq!(stage.app.clients().sort().column, Column::Malformed);
    assert_eq!((shown(&stage)[..2].to_vec(), selected(&stage)), (vec![2, 3], Some(10)));
    stage.pass(2);
    assert_eq!(shown(&stage)[0], 2, "and goes on showing it");
    stage.keys("S");
    stage.keys("S");
    assert_eq!(shown(&stage)[0], 2);
    stage.keys("j");
    assert_eq!((selected(&stage), shown(&stage)[0]), (Some(2), 2), "keys act on what is seen");
}

#[test]
fn a_step_selects_what_is_seen_while_the_selection_is_out_of_sight() {
    let mut stage = scrolled(80, 24);
    stage.keys("k");
    let last = *shown(&stage).last().unwrap();
    assert_eq!((selected(&stage), shown(&stage)[0]), (Some(last), 10));
    let mut stage = scrolled(80, 24);
    stage.keys("j");
    assert_eq!((selected(&stage), shown(&stage)[0]), (Some(10), 10));
    let mut stage = scrolled(80, 24);
    stage.keys("2]");
    assert_eq!(selected(&stage), Some(2), "the next client of the stream is the one after it");
}

#[test]
fn the_column_that_is_sorted_by_is_on_screen() {
    let mut stage = Stage::with_clients(80, 24);
    for _ in Column::SORTABLE {
        stage.keys("s");
        let sort = stage.app.clients().sort().column.title();
        let head = stage.screen().lines().nth(3).unwrap().to_owned();
        assert!(head.contains(&format!("{sort}▲")) || head.contains(&format!("{sort}▼")), "{sort}: {head}");
    }
}

#[test]
fn a_reversed_order_reverses_closed_rows_too() {
    let mut stage = Stage::new(80, 24);
    for id in 1..=3 {
        stage.open(id);
        stage.close(id, CloseReason::PeerFinished);
    }
    stage.pass(1);
    assert_eq!(shown(&stage), [1, 2, 3]);
    stage.keys("S");
    assert_eq!(shown(&stage), [3, 2, 1]);
}

#[test]
fn a_message_goes_with_the_next_key_and_after_four_seconds() {
    let mut stage = Stage::with_clients(80, 24);
    stage.keys("y");
    stage.sees("sent to the terminal's clipboard (OSC 52): 127.0.0.1:50001");
    stage.keys("j");
    assert_eq!(stage.app.status(), None);
    stage.sees("s sort");
    stage.keys("y");
    stage.pass(3);
    assert!(stage.app.status().is_some());
    stage.pass(1);
    assert_eq!(stage.app.status(), None);
    stage.fact(Fact::Failed { detail: "the disk is full".into() });
    stage.sees("the disk is full");
    stage.pass(4);
    assert_eq!(stage.app.status(), None, "a warning too");
    stage.fact(Fact::Failed { detail: "the disk is full".into() });
    stage.keys("k");
    assert_eq!(stage.app.status(), None);
}

#[test]
fn closing_a_client_is_asked_about() {
    let mut stage = Stage::with_clients(80, 24);
    stage.keys("j");
    assert_eq!(stage.keys("d"), []);
    stage.sees("Close #2 (FIN)?");
    stage.sees("y yes");
    stage.sees("n or any other key: no");
    assert_eq!(stage.keys("j"), [], "no");
    assert_eq!((stage.app.mode(), selected(&stage)), (Mode::Panes, Some(2)), "and nothing else");
    assert_eq!(stage.keys("dn"), []);
    assert_eq!(stage.keys("d"), []);
    assert_eq!(stage.press(KeyCode::Esc), []);
    assert_eq!(stage.app.mode(), Mode::Panes);
    assert_eq!(stage.keys("dy"), [Effect::Close(ConnectionId(2), Closing::Finish)]);
    stage.sees("Closing #2 (FIN)");
    stage.close(2, CloseReason::WeFinished);
    assert_eq!(stage.app.status(), None, "it has closed");
    assert_eq!(stage.keys("d"), []);
    stage.sees("#2 is already closed");
    stage.keys("gD");
    stage.sees("Reset #1 (RST)?");
    assert_eq!(stage.click("y yes"), [Effect::Close(ConnectionId(1), Closing::Reset)]);
}

#[test]
fn the_question_is_about_one_client_and_goes_with_it() {
    let mut stage = Stage::with_clients(80, 24);
    stage.keys("d");
    stage.close(1, CloseReason::PeerReset);
    stage.sees("#1 disconnected");
    assert_eq!(
        (stage.app.mode(), stage.keys("y")),
        (Mode::Panes, vec![Effect::Copy("127.0.0.1:50001".into())])
    );
    stage.keys("?");
    for _ in 0..20 {
        stage.press(KeyCode::PageDown);
        if stage.screen().contains("any other key means no") {
            return;
        }
    }
    panic!("the help does not list the answers");
}

#[test]
fn inside_tmux_the_setting_that_it_needs_is_named() {
    let mut stage = Stage::set_up(LOOPBACK, Size { width: 80, height: 24 }, Clipboard::Tmux);
    stage.open(1);
    assert_eq!(stage.keys("y"), [Effect::Copy("127.0.0.1:50001".into())]);
    stage.sees("OSC 52 sent; tmux needs set -g set-clipboard on");
}

#[test]
fn the_mouse_is_given_to_the_terminal_and_taken_back() {
    let mut stage = Stage::with_clients(80, 24);
    assert_eq!(stage.keys("R"), [Effect::Mouse(Pointer::Terminal)]);
    stage.sees("MOUSE OFF");
    stage.sees("R takes it back");
    stage.keys("2");
    stage.sees("MOUSE OFF");
    assert_eq!(stage.keys("R"), [Effect::Mouse(Pointer::Here)]);
    stage.sees_not("MOUSE OFF");
}

#[test]
fn a_client_that_closes_moves_no_column() {
    let mut stage = Stage::with_clients(80, 24);
    let head = |stage: &Stage| stage.screen().lines().nth(3).unwrap().to_owned();
    let before = head(&stage);
    assert!(before.contains("backend"), "{before}");
    stage.close(1, CloseReason::PeerFinished);
    stage.pass(1);
    assert_eq!(head(&stage), before);
    stage.sees("○ FIN");
}

#[test]
fn a_filter_knows_the_words_of_the_screen_and_of_the_events() {
    for words in ["closed by client", "peer-finished"] {
        let mut stage = Stage::with_clients(200, 60);
        stage.close(2, CloseReason::PeerFinished);
        stage.keys("/");
        stage.keys(words);
        assert_eq!(shown(&stage), [2], "{words}");
        stage.sees("○ closed by client");
    }
}

#[test]
fn the_title_says_how_many_closed_rows_were_dropped() {
    let mut stage = Stage::new(120, 36);
    stage.open(1);
    stage.bytes(1, Direction::Received, b"caf\xe9");
    stage.close(1, CloseReason::PeerFinished);
    for id in 2..=1_501 {
        stage.open(id);
        stage.close(id, CloseReason::PeerFinished);
    }
    stage.pass(1);
    stage.sees("501 closed ones dropped");
    assert_eq!(shown(&stage)[0], 1, "the one with bytes is kept");
}
