//! User stories.

use bytewatch::app::Effect;
use bytewatch::app::focus::Pane;
use bytewatch::model::event::{CloseReason, Fact};
use bytewatch::model::{BackendKind, Closing, ConnectionId, Direction};
use ratatui::crossterm::event::{KeyCode, MouseEventKind};
use ratatui::layout::Size;

use crate::stage::{OUTAGE, Stage};
use bytewatch::app::human;
use bytewatch::app::panel::{self, Row};

#[test]
fn nobody_is_there_yet_and_the_screen_says_what_to_type() {
    for (width, height) in [(40, 10), (80, 24), (120, 36), (200, 60)] {
        let stage = Stage::new(width, height);
        stage.sees("No client yet. In another terminal:");
        stage.sees("nc -N 127.0.0.1 7777");
        stage.sees("? help  q quit");
    }
    Stage::new(200, 60).sees("python3 -c 'import socket;");
    for command in ["curl -s --http0.9 -m 1 http://127.0.0.1:7777/", "in a browser", "bytewatch demo"] {
        Stage::new(80, 24).sees(command);
    }
}

#[test]
fn a_client_comes_says_something_and_goes() {
    let mut stage = Stage::with_clients(120, 36);
    stage.pass(3);
    stage.sees("3 live · 3 seen");
    stage.sees("127.0.0.1:50001 ● open          async       3s       6 B       6 B");
    stage.close(1, CloseReason::PeerFinished);
    stage.close(2, CloseReason::PeerReset);
    stage.sees("○ FIN");
    stage.sees("✕ RST");
    stage.resize(200, 60);
    stage.sees("○ closed by client");
    stage.sees("✕ reset by client");
}

#[test]
fn a_switch_shows_its_progress_and_its_result() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let mut stage = Stage::with_clients(120, 36);
    stage.pass(3);
    stage.sees("[async] threads ");
    assert_eq!(stage.keys("b"), [Effect::Switch(to)]);
    stage.fact(Fact::Switching { from, to, connections: 3 });
    stage.fact(Fact::HandedOver { connection: ConnectionId(2), to });
    stage.sees("to threads: 1 of 3");
    stage.fact(Fact::Switched { from, to, connections: 3, micros: 310_211, outage: OUTAGE });
    stage.sees(" async [threads]");
    stage.sees("switched to threads: 3 connections in 310 ms");
    stage.keys("3G");
    stage.sees("12:00:03 to threads: 3 in 310 ms");
}

#[test]
fn a_failed_switch_says_why_and_the_panel_remembers() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let mut stage = Stage::with_clients(120, 36);
    let detail = "the limit of 1500 threads is reached".to_owned();
    stage.fact(Fact::Switching { from, to, connections: 3 });
    stage.fact(Fact::SwitchFailed { from, to, moved_back: 2, detail });
    stage.sees("switch to threads failed: the limit of 1500 threads is reached");
    stage.pass(60);
    stage.sees_not("switch to threads failed: the limit");
    stage.keys("3G");
    stage.sees("12:00:00 to threads: failed");
    stage.sees("the limit of 1500 threads is");
    stage.sees("2 moved back");
}

#[test]
fn the_backend_that_ran_before_keeps_its_figures() {
    let mut stage = Stage::with_clients(120, 36);
    stage.pass(4);
    stage.keys("3");
    stage.sees("● async, 3");
    stage.sees("ctx switches/s            -     31.3k");
    stage.switch(3);
    stage.pass(4);
    stage.sees("● threads, 3");
    stage.sees("ctx switches/s        31.3k     31.3k");
    stage.keys("G");
    stage.sees("  voluntary          31,077    31,077");
}

#[test]
fn filtering_by_typing_shows_what_is_typed_and_how_many_match() {
    let mut stage = Stage::with_clients(80, 24);
    stage.keys("/50002");
    stage.sees("/50002 ");
    stage.sees("Enter keep  Esc no filter");
    stage.press(KeyCode::Enter);
    stage.sees("1 Clients · /50002 · 1 match · 3 live");
    stage.sees_not("127.0.0.1:50001 ");
    stage.keys("/x");
    stage.sees("No row matches \"50002x\" (rows are searched, not bytes). Esc clears the filter.");
    stage.press(KeyCode::Esc);
    stage.sees("127.0.0.1:50001 ");
}

#[test]
fn at_80_columns_other_panes_stand_where_the_stream_was() {
    let mut stage = Stage::with_clients(80, 24);
    for (key, title) in [("3", "3 Backends · threads vs async"), ("4", "4 Logs")] {
        stage.keys(key);
        stage.sees(title);
        stage.sees("1 Clients · 3 live");
    }
    stage.keys("3z");
    stage.sees_not("1 Clients · 3 live");
    stage.press(KeyCode::Esc);
    assert_eq!(stage.app.focus(), Pane::Backends);
    stage.press(KeyCode::Esc);
    assert_eq!(stage.app.focus(), Pane::Clients);
}

#[test]
fn what_is_missed_and_refused_is_never_hidden() {
    let mut stage = Stage::with_clients(80, 24);
    stage.sees_not("missed");
    let connection = Some(ConnectionId(1));
    stage.fact(Fact::Missed { connection, direction: Direction::Received, events: 12, bytes: 49_152 });
    stage.fact(Fact::Refused { clients: 3, detail: "no descriptor is left".into() });
    stage.sees("missed 48.0 KiB  refused 3");
    stage.sees("3 clients were turned away: no descriptor is left");
    stage.resize(40, 10);
    stage.sees("missed 48.0 KiB");
}

#[test]
fn the_mouse_does_what_the_keys_do() {
    let mut stage = Stage::with_clients(80, 24);
    stage.click("127.0.0.1:50003");
    assert_eq!(stage.app.clients().selected(), Some(ConnectionId(3)));
    stage.click("127.0.0.1:50003");
    assert_eq!(stage.app.focus(), Pane::Stream);
    stage.click("received ");
    assert_eq!(stage.app.focus(), Pane::Clients);
    stage.sees("sort received ▼");
    stage.click("received▼");
    stage.sees("sort received ▲");
    assert_eq!(stage.click("threads "), [Effect::Switch(BackendKind::Threads)]);
    stage.press(KeyCode::Esc);
    stage.click(" 4 Logs ");
    assert_eq!(stage.app.focus(), Pane::Logs);
    stage.click("? help");
    stage.sees("Help · bytewatch 0.1.0");
    stage.mouse(MouseEventKind::ScrollDown, 40, 12);
    stage.sees_not("│In every pane");
    stage.click("Esc close");
    assert_eq!(stage.click("q quit"), [Effect::Quit]);
}

#[test]
fn closing_is_for_the_selected_connection() {
    let mut stage = Stage::with_clients(80, 24);
    stage.keys("j");
    assert_eq!(stage.keys("dy"), [Effect::Close(ConnectionId(2), Closing::Finish)]);
    stage.sees("Closing #2 (FIN)");
}

#[test]
fn freezing_says_how_much_came_since() {
    let mut stage = Stage::with_clients(120, 36);
    stage.keys(" ");
    stage.bytes(2, Direction::Received, &[b'x'; 2_048]);
    stage.open(4);
    stage.sees("‖ FROZEN +2.0 KiB");
    stage.sees_not("127.0.0.1:50004");
    stage.keys(" ");
    stage.sees("127.0.0.1:50004");
}

#[test]
fn errors_from_outside_cannot_write_to_the_terminal() {
    let mut stage = Stage::with_clients(120, 36);
    stage.fact(Fact::Failed { detail: "bad\u{1b}[2J\u{202e}\n".into() });
    let buffer = stage.buffer();
    let hostile = |symbol: &str| symbol.chars().any(|letter| letter.is_control() || letter == '\u{202e}');
    assert!(buffer.content.iter().all(|cell| !hostile(cell.symbol())));
}

#[test]
fn a_message_leaves_room_for_the_hints_that_fit() {
    let mut stage = Stage::with_clients(120, 36);
    stage.keys("dy");
    stage.sees("Closing #1 (FIN)");
    stage.sees("Enter open");
    stage.sees("? help  q quit");
    stage.resize(60, 20);
    stage.sees("Closing #1 (FIN)");
    stage.sees("b backend");
    stage.sees("? help  q quit");
}

#[test]
fn one_connection_is_not_one_connections() {
    let mut stage = Stage::with_clients(120, 36);
    stage.switch(1);
    stage.sees("switched to threads: 1 connection in 310 ms");
}

#[test]
fn a_long_filter_says_where_it_is_cut() {
    let mut stage = Stage::with_clients(60, 20);
    stage.keys("/");
    stage.keys(&"abcdefghi ".repeat(9));
    stage.sees("/…");
    stage.press(KeyCode::Home);
    stage.sees_not("/…");
    stage.sees("/abc");
}

#[test]
fn the_peak_of_what_is_received_has_its_place() {
    for width in [110, 120, 150] {
        let mut stage = Stage::with_clients(width, 36);
        for _ in 0..3 {
            stage.pass(1);
            for _ in 0..10 {
                stage.bytes(1, Direction::Received, &[b'x'; 104_000]);
            }
        }
        stage.pass(1);
        stage.sees("◂ received 1015 KiB/s");
        stage.sees("peak 1015 KiB");
    }
}

#[test]
fn following_is_offered_where_something_can_be_followed() {
    let mut stage = Stage::with_clients(200, 36);
    for (keys, offered) in [("1", true), ("2", true), ("3", false), ("4", true), ("1z", false)] {
        stage.keys(keys);
        assert_eq!(stage.screen().contains("f follow"), offered, "{keys}");
    }
}

#[test]
fn what_is_told_of_a_switch_is_whole_at_every_width() {
    let mut stage = Stage::with_clients(80, 24);
    stage.switch(3);
    for width in 34..80 {
        let rows = panel::rows(&stage.app, Size { width, height: 20 });
        let told: Vec<_> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Switch(_, text) | Row::Detail(_, text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert!(told.iter().all(|text| human::width(text) <= width), "{width}: {told:?}");
        let words = told.join(" ");
        assert!(
            ["p50 2.10 ms", "p99 8.40 ms", "max 12.6 ms"]
                .iter()
                .all(|part| words.replace("  ", "").contains(part)),
            "{width}: {told:?}"
        );
    }
}
