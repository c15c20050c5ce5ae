//! User stories.

use std::net::SocketAddr;

use bytewatch::app::Effect;
use bytewatch::app::focus::Pane;
use bytewatch::event::{BackendKind, CloseMode, Command, ConnectionCommand, ConnectionId, Direction};
use bytewatch::event::{
    CloseReason, ConnectionEvent, Event, ServerEvent, Side, StreamEvent, StreamId, SwitchEvent,
};
use ratatui::crossterm::event::{KeyCode, MouseEventKind};
use ratatui::layout::Size;

use crate::harness::{Harness, OUTAGE};
use bytewatch::app::backends;
use bytewatch::app::backends::BackendRow;
use bytewatch::app::format;

#[test]
fn without_a_client_the_screen_says_what_to_type() {
    for (width, height) in [(40, 10), (80, 24), (120, 36), (200, 60)] {
        let harness = Harness::new(width, height);
        harness.sees("No client yet. In another terminal:");
        harness.sees("nc -N 127.0.0.1 7777");
        harness.sees("? help  q quit");
    }
    Harness::new(200, 60).sees("python3 -c 'import socket;");
    for action in ["curl -s --http0.9 -m 1 http://127.0.0.1:7777/", "in a browser", "bytewatch demo"] {
        Harness::new(80, 24).sees(action);
    }
}

#[test]
fn a_client_comes_says_something_and_goes() {
    let mut harness = Harness::with_clients(120, 36);
    harness.pass(3);
    harness.sees("3 live · 3 seen");
    harness.sees("127.0.0.1:50001 ● open          async       3s       6 B       6 B");
    harness.close(1, CloseReason::PeerFinished);
    harness.close(2, CloseReason::PeerReset);
    harness.sees("○ FIN");
    harness.sees("○ RST");
    harness.resize(200, 60);
    harness.sees("○ closed by client");
    harness.sees("○ reset by client");
}

#[test]
fn a_switch_shows_its_progress_and_its_result() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let mut harness = Harness::with_clients(120, 36);
    harness.pass(3);
    harness.sees("[async] threads ");
    assert_eq!(harness.keys("b"), [Effect::Server(Command::Switch(to))]);
    harness.event(Event::Switch(SwitchEvent::Started { from, to, connections: 3 }));
    harness.event(Event::Connection(ConnectionId(2), ConnectionEvent::HandedOver { to }));
    harness.sees("to threads: 1 of 3");
    harness.event(Event::Switch(SwitchEvent::Completed {
        from,
        to,
        connections: 3,
        micros: 310_211,
        outage: OUTAGE,
    }));
    harness.sees(" async [threads]");
    harness.sees("switched to threads: 3 connections in 310 ms");
    harness.keys("3G");
    harness.sees("12:00:03 to threads: 3 in 310 ms");
}

#[test]
fn a_failed_switch_says_why_and_the_panel_remembers() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let mut harness = Harness::with_clients(120, 36);
    let detail = "the limit of 1500 threads is reached".to_owned();
    harness.event(Event::Switch(SwitchEvent::Started { from, to, connections: 3 }));
    harness.event(Event::Switch(SwitchEvent::Failed { from, to, moved_back: 2, detail }));
    harness.sees("switch to threads failed: the limit of 1500 threads is reached");
    harness.pass(60);
    harness.sees_not("switch to threads failed: the limit");
    harness.keys("3G");
    harness.sees("12:00:00 to threads: failed");
    harness.sees("the limit of 1500 threads is");
    harness.sees("2 moved back");
}

#[test]
fn the_backend_that_ran_before_keeps_its_figures() {
    let mut harness = Harness::with_clients(120, 36);
    harness.pass(4);
    harness.keys("3");
    harness.sees("● async, 3");
    harness.sees("ctx switches/s            -     31.3k");
    harness.switch(3);
    harness.pass(4);
    harness.sees("● threads, 3");
    harness.sees("ctx switches/s        31.3k     31.3k");
    harness.keys("G");
    harness.sees("  voluntary          31,077    31,077");
}

#[test]
fn filtering_by_typing_shows_what_is_typed_and_how_many_match() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("/50002");
    harness.sees("/50002 ");
    harness.sees("Enter keep  Esc no filter");
    harness.press(KeyCode::Enter);
    harness.sees("1 Clients · /50002 · 1 matches · 3 live");
    harness.sees_not("127.0.0.1:50001 ");
    harness.keys("/x");
    harness.sees("No row matches \"50002x\" (rows are searched, not bytes). Esc clears the filter.");
    harness.press(KeyCode::Esc);
    harness.sees("127.0.0.1:50001 ");
}

#[test]
fn at_80_columns_other_panes_stand_where_the_stream_was() {
    let mut harness = Harness::with_clients(80, 24);
    for (key, title) in [("3", "3 Backends · threads vs async"), ("4", "4 Logs")] {
        harness.keys(key);
        harness.sees(title);
        harness.sees("1 Clients · 3 live");
    }
    harness.keys("3z");
    harness.sees_not("1 Clients · 3 live");
    harness.press(KeyCode::Esc);
    assert_eq!(harness.app.focus(), Pane::Backends);
    harness.press(KeyCode::Esc);
    assert_eq!(harness.app.focus(), Pane::Clients);
}

#[test]
fn what_is_missed_and_refused_is_never_hidden() {
    let mut harness = Harness::with_clients(80, 24);
    harness.sees_not("missed");
    let connection = ConnectionId(1);
    harness.event(Event::Stream(
        StreamId::client(connection, Direction::Received),
        StreamEvent::Missed { events: 12, bytes: 49_152 },
    ));
    harness.event(Event::Server(ServerEvent::Refused { clients: 3, detail: "no descriptor is left".into() }));
    harness.sees("missed 48.0 KiB  refused 3");
    harness.sees("3 clients were turned away: no descriptor is left");
    harness.resize(40, 10);
    harness.sees("missed 48.0 KiB");
}

#[test]
fn the_mouse_does_what_the_keys_do() {
    let mut harness = Harness::with_clients(80, 24);
    harness.click("127.0.0.1:50003");
    assert_eq!(harness.app.clients().selected(), Some(ConnectionId(3)));
    harness.click("127.0.0.1:50003");
    assert_eq!(harness.app.focus(), Pane::Stream);
    harness.click("received ");
    assert_eq!(harness.app.focus(), Pane::Clients);
    harness.sees("sort received ▼");
    harness.click("received▼");
    harness.sees("sort received ▲");
    assert_eq!(harness.click("threads "), [Effect::Server(Command::Switch(BackendKind::Threads))]);
    harness.press(KeyCode::Esc);
    harness.click(" 4 Logs ");
    assert_eq!(harness.app.focus(), Pane::Logs);
    harness.click("? help");
    harness.sees("Help · bytewatch 0.1.0");
    harness.mouse(MouseEventKind::ScrollDown, 40, 12);
    harness.sees_not("│Logs");
    harness.click("Esc close");
    assert_eq!(harness.click("q quit"), [Effect::Quit]);
}

#[test]
fn closing_is_for_the_selected_connection() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("j");
    assert_eq!(
        harness.keys("dy"),
        [Effect::Server(Command::Connection(ConnectionId(2), ConnectionCommand::Close(CloseMode::Finish)))]
    );
    harness.sees("Closing #2 (FIN)");
}

#[test]
fn freezing_says_how_much_came_since() {
    let mut harness = Harness::with_clients(120, 36);
    harness.keys(" ");
    harness.bytes(2, Direction::Received, &[b'x'; 2_048]);
    harness.open(4);
    harness.sees("‖ FROZEN +2.0 KiB");
    harness.sees_not("127.0.0.1:50004");
    harness.keys(" ");
    harness.sees("127.0.0.1:50004");
}

#[test]
fn errors_from_outside_cannot_write_to_the_terminal() {
    let mut harness = Harness::with_clients(120, 36);
    harness.event(Event::Server(ServerEvent::Failed { detail: "bad\u{1b}[2J\u{202e}\n".into() }));
    let buffer = harness.buffer();
    let hostile = |symbol: &str| symbol.chars().any(|letter| letter.is_control() || letter == '\u{202e}');
    assert!(buffer.content.iter().all(|cell| !hostile(cell.symbol())));
}

#[test]
fn a_message_leaves_room_for_the_hints_that_fit() {
    let mut harness = Harness::with_clients(120, 36);
    harness.keys("dy");
    harness.sees("Closing #1 (FIN)");
    harness.sees("Enter open");
    harness.sees("? help  q quit");
    harness.resize(60, 20);
    harness.sees("Closing #1 (FIN)");
    harness.sees("b backend");
    harness.sees("? help  q quit");
}

#[test]
fn one_connection_is_not_one_connections() {
    let mut harness = Harness::with_clients(120, 36);
    harness.switch(1);
    harness.sees("switched to threads: 1 connection in 310 ms");
}

#[test]
fn a_long_filter_says_where_it_is_cut() {
    let mut harness = Harness::with_clients(60, 20);
    harness.keys("/");
    harness.keys(&"abcdefghi ".repeat(9));
    harness.sees("/…");
    harness.press(KeyCode::Home);
    harness.sees_not("/…");
    harness.sees("/abc");
}

#[test]
fn the_peak_of_what_is_received_has_its_place() {
    for width in [110, 120, 150] {
        let mut harness = Harness::with_clients(width, 36);
        for _ in 0..3 {
            harness.pass(1);
            for _ in 0..10 {
                harness.bytes(1, Direction::Received, &[b'x'; 104_000]);
            }
        }
        harness.pass(1);
        harness.sees("◂ received 1015 KiB/s");
        harness.sees("peak 1015 KiB");
    }
}

#[test]
fn following_is_offered_where_something_can_be_followed() {
    let mut harness = Harness::with_clients(200, 36);
    for (keys, offered) in [("1", true), ("2", true), ("3", false), ("4", true), ("1z", false)] {
        harness.keys(keys);
        assert_eq!(harness.screen().contains("f follow"), offered, "{keys}");
    }
}

#[test]
fn the_report_of_a_switch_is_whole_at_every_width() {
    let mut harness = Harness::with_clients(80, 24);
    harness.switch(3);
    for width in 34..80 {
        let rows = backends::rows(harness.app.context(), Size { width, height: 20 });
        let texts: Vec<_> = rows
            .iter()
            .filter_map(|row| match row {
                BackendRow::Switch(_, text) | BackendRow::Detail(_, text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert!(texts.iter().all(|text| format::width(text) <= width), "{width}: {texts:?}");
        let words = texts.join(" ");
        assert!(
            ["p50 2.10 ms", "p99 8.40 ms", "max 12.6 ms"]
                .iter()
                .all(|part| words.replace("  ", "").contains(part)),
            "{width}: {texts:?}"
        );
    }
}

#[test]
fn a_relayed_connection_names_its_upstream_and_how_that_ended() {
    let mut harness = Harness::with_clients(140, 36);
    let id = ConnectionId(4);
    harness.event(Event::Connection(
        id,
        ConnectionEvent::Opened {
            peer: SocketAddr::from(([127, 0, 0, 1], 50_004)).into(),
            local: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
            backend: BackendKind::Async,
            upstream: Some("db.example:6379".to_owned()),
        },
    ));
    harness.bytes(4, Direction::Received, b"PING\r\n");
    harness.event(Event::Connection(id, ConnectionEvent::Slow { side: Side::Upstream }));
    harness.keys("/db.example");
    harness.sees("1 match");
    harness.press(KeyCode::Enter);
    harness.press(KeyCode::Enter);
    harness.sees("#4 127.0.0.1:50004 to db.example:6379");
    harness.sees("slow");
    harness.close(4, CloseReason::UpstreamReset);
    harness.pass(1);
    harness.sees("127.0.0.1:50004 ✕ RST");
    harness.resize(240, 36);
    harness.sees("✕ upstream reset");
}
