//! The effects and the state that `update` produces, without a screen.

use std::net::SocketAddr;

use bytes::Bytes;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Rect, Size};

use super::*;
use crate::app::clients::columns::{Column, Order};
use crate::app::focus::Pane;
use crate::app::keymap::Keymap;
use crate::app::mouse::MouseTarget;
use crate::app::overlay::Overlay;
use crate::event::{
    BackendKind, CloseMode, CloseReason, Command, ConnectionCommand, ConnectionEvent, ConnectionId,
    Direction, Encryption, Event, Origin, ServerEvent, Stamped, StreamEvent, StreamId, SwitchEvent,
    Timestamp, Utf8Scanner,
};
use crate::model::Budget;

const SECOND: u64 = 1_000_000;

fn app() -> App {
    let mut app = App::new(Setup {
        budget: Budget { history: 64 * 1024, memory: 64 << 20 },
        utc_offset_seconds: 0,
        theme: Palette::new(0, 2),
        now: Timestamp(SECOND),
        size: Size { width: 80, height: 24 },
        opened: None,
        watching: None,
        capacity: Vec::new(),
        upstreams: Vec::new(),
        version: "1".into(),
        clipboard: Clipboard::Terminal,
        charset: crate::bytes::safe::Charset::Unicode,
        keymap: Keymap::default(),
    });
    report(
        &mut app,
        [Event::Server(ServerEvent::Listening {
            address: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
            backend: BackendKind::Async,
            service: "echo".into(),
            encryption: Encryption::default(),
        })],
    );
    app
}

fn with(connections: u64) -> App {
    let mut app = app();
    report(&mut app, (1..=connections).map(opened));
    app
}

fn report(app: &mut App, events: impl IntoIterator<Item = Event>) {
    let at = app.now();
    let events = events.into_iter().map(|event| Stamped { at, event }).collect();
    assert!(app.update(AppEvent::Reported(events)).is_empty());
}

fn opened(id: u64) -> Event {
    Event::Connection(
        ConnectionId(id),
        ConnectionEvent::Opened {
            peer: SocketAddr::from(([10, 0, 0, 1], 50_000 + id as u16)).into(),
            local: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
            backend: BackendKind::Async,
            upstream: None,
        },
    )
}

fn bytes(id: u64, direction: Direction, offset: u64, data: Bytes) -> Event {
    let summary = Utf8Scanner::default().scan(offset, &data);
    Event::Stream(
        StreamId::client(ConnectionId(id), direction),
        StreamEvent::Bytes {
            offset,
            data,
            summary,
            origin: Origin::of(direction),
            forwarded: None,
            place: None,
        },
    )
}

fn received(id: u64, offset: u64, len: usize) -> Event {
    let data = Bytes::from(vec![b'x'; len]);
    bytes(id, Direction::Received, offset, data)
}

fn closed(id: u64) -> Event {
    let (connection, reason) = (ConnectionId(id), CloseReason::PeerFinished);
    Event::Connection(
        connection,
        ConnectionEvent::Closed { reason, detail: None, failed_call: None, received: 0, sent: 0 },
    )
}

fn tick(app: &mut App, second: u64) {
    assert!(app.update(AppEvent::Ticked(Timestamp(second * SECOND))).is_empty());
}

fn press(app: &mut App, code: KeyCode) -> Vec<Effect> {
    app.update(AppEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn keys(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.chars().flat_map(|key| press(app, KeyCode::Char(key))).collect()
}

fn selected(app: &App) -> Option<u64> {
    app.clients().selected().map(|id| id.0)
}

fn rows(app: &App) -> Vec<u64> {
    app.clients().window(usize::MAX / 2).1.iter().map(|id| id.0).collect()
}

#[test]
fn the_first_connection_is_selected_by_itself() {
    let mut app = with(0);
    assert_eq!(selected(&app), None);
    report(&mut app, [opened(1), opened(2)]);
    assert_eq!(selected(&app), Some(1));
}

#[test]
fn the_selection_stays_on_its_connection_while_the_order_changes() {
    let mut app = with(3);
    keys(&mut app, "jj");
    assert_eq!(selected(&app), Some(3));
    report(&mut app, [received(3, 0, 10), received(1, 0, 30), received(2, 0, 20)]);
    for _ in 0..7 {
        keys(&mut app, "s");
    }
    assert_eq!(app.clients().sort().column, Column::Received);
    assert_eq!((rows(&app), selected(&app)), (vec![1, 2, 3], Some(3)));
    report(&mut app, [received(3, 10, 100)]);
    assert_eq!(rows(&app), [1, 2, 3], "bytes alone do not move rows");
    tick(&mut app, 2);
    assert_eq!((rows(&app), selected(&app)), (vec![3, 1, 2], Some(3)));
    keys(&mut app, "S");
    assert_eq!((rows(&app), app.clients().sort().order), (vec![2, 1, 3], Order::Ascending));
}

#[test]
fn a_selection_that_is_not_pinned_is_the_first_row() {
    let mut app = with(40);
    report(&mut app, [closed(1)]);
    assert_eq!((selected(&app), app.clients().window(5).0), (Some(2), 0), "not the closed one, far below");
    report(&mut app, [received(7, 0, 10)]);
    for _ in 0..7 {
        keys(&mut app, "s");
    }
    assert_eq!((app.clients().sort().column, rows(&app)[0], selected(&app)), (Column::Received, 7, Some(2)));
    let _ = app.click(MouseTarget::Scroll(Pane::Clients, action::Motion::Rows(20)));
    tick(&mut app, 2);
    assert_eq!((selected(&app), app.clients().window(5).0), (Some(2), 20), "the wheel chooses nothing");
    keys(&mut app, "S");
    assert_eq!(app.clients().window(5).0, 0, "sorted anew, from the top");
}

#[test]
fn a_choice_outlives_its_connection_but_not_the_memory_of_it() {
    let mut app = with(3);
    keys(&mut app, "j");
    report(&mut app, [closed(2)]);
    assert_eq!((rows(&app), selected(&app)), (vec![1, 3, 2], Some(2)));
    keys(&mut app, "/50003");
    assert_eq!(selected(&app), Some(3), "the filter hides it");
    press(&mut app, KeyCode::Esc);
    assert_eq!(selected(&app), Some(2));
    let many = crate::model::state::KEPT_CLOSED as u64 + 10;
    report(&mut app, (10..10 + many).flat_map(|id| [opened(id), closed(id)]));
    tick(&mut app, 2);
    assert_eq!(selected(&app), Some(1), "forgotten");
    report(&mut app, [closed(1)]);
    tick(&mut app, 3);
    assert_eq!(selected(&app), Some(1), "it is in sight");
    report(&mut app, [opened(2_000)]);
    tick(&mut app, 4);
    assert_eq!(selected(&app), Some(3), "and no longer a choice");
}

#[test]
fn opening_paging_or_closing_is_a_choice() {
    for choose in ["\n", "2k", "d"] {
        let mut app = with(2);
        let data = Bytes::from(vec![b'x'; 9_000]);
        report(&mut app, [received(1, 0, 1)]);
        report(&mut app, [bytes(1, Direction::Sent, 0, data)]);
        for key in choose.chars() {
            press(&mut app, if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) });
        }
        report(&mut app, [closed(1)]);
        assert_eq!(selected(&app), Some(1), "{choose:?}");
    }
}

#[test]
fn live_ones_come_first_and_each_part_is_in_order() {
    let mut app = with(5);
    report(&mut app, [closed(4)]);
    tick(&mut app, 2);
    report(&mut app, [closed(2)]);
    assert_eq!(rows(&app), [1, 3, 5, 2, 4]);
    keys(&mut app, "i");
    assert_eq!(rows(&app), [5, 3, 1, 4, 2]);
}

#[test]
fn the_filter_needs_all_words_and_escape_clears_it() {
    let mut app = with(12);
    report(&mut app, [closed(3), closed(11)]);
    keys(&mut app, "/LIVE 5001");
    assert_eq!(rows(&app), [10, 12], "the peers end in their number");
    assert_eq!((app.overlay(), selected(&app)), (Some(Overlay::Filter), Some(10)));
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    keys(&mut app, "/");
    for _ in 0..9 {
        press(&mut app, KeyCode::Backspace);
    }
    assert!(app.update(AppEvent::Pasted("peer-fin\n".into())).is_empty());
    assert_eq!(rows(&app), [3, 11]);
    press(&mut app, KeyCode::Enter);
    press(&mut app, KeyCode::Esc);
    assert_eq!((app.clients().len(), app.overlay()), (12, None));
}

#[test]
fn commands_on_a_connection_need_a_live_one_and_say_so() {
    let mut app = with(2);
    assert_eq!(
        keys(&mut app, "dy"),
        [Effect::Server(Command::Connection(ConnectionId(1), ConnectionCommand::Close(CloseMode::Finish)))]
    );
    assert_eq!(
        keys(&mut app, "jDy"),
        [Effect::Server(Command::Connection(ConnectionId(2), ConnectionCommand::Close(CloseMode::Reset)))]
    );
    let peer = "10.0.0.1:50002";
    assert_eq!(
        keys(&mut app, "y"),
        [Effect::Copy(CopiedText { text: peer.to_owned(), what: peer.to_owned() })]
    );
    report(&mut app, [closed(2)]);
    assert_eq!(keys(&mut app, "D"), []);
    assert_eq!(app.status().unwrap().text, "#2 is already closed");
    tick(&mut app, 60);
    assert_eq!(app.status(), None);
}

#[test]
fn the_backend_is_switched_once_at_a_time() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let mut app = with(1);
    assert_eq!(keys(&mut app, "b"), [Effect::Server(Command::Switch(to))]);
    report(&mut app, [Event::Switch(SwitchEvent::Started { from, to, connections: 1 })]);
    assert_eq!(keys(&mut app, "b"), []);
    report(
        &mut app,
        [Event::Switch(SwitchEvent::Failed { from, to, moved_back: 1, detail: "thread limit".into() })],
    );
    assert_eq!(app.status().unwrap().text, "switch to threads failed: thread limit");
    assert_eq!(keys(&mut app, "b"), [Effect::Server(Command::Switch(to))]);
}

#[test]
fn quitting_needs_no_second_word_but_never_happens_by_escape() {
    let mut app = with(1);
    for _ in 0..8 {
        assert_eq!(press(&mut app, KeyCode::Esc), []);
    }
    assert_eq!(keys(&mut app, "q"), [Effect::Quit]);
    assert_eq!(keys(&mut app, "?q"), [], "leaves the help");
    assert_eq!(keys(&mut app, "/q"), [], "is text");
    let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(app.update(AppEvent::Key(control_c)), [Effect::Quit]);
}

#[test]
fn a_frozen_view_holds_still_while_events_are_counted() {
    let mut app = with(2);
    keys(&mut app, " ");
    report(&mut app, [opened(3), received(1, 0, 1_000), closed(1)]);
    tick(&mut app, 9);
    assert_eq!((rows(&app), app.model().totals.seen), (vec![1, 2], 3));
    let before = app.context().display().frozen.unwrap().bytes;
    assert_eq!(app.model().totals.bytes.received - before, 1_000);
    keys(&mut app, " ");
    assert_eq!(rows(&app), [2, 3, 1]);
    assert!(app.context().display().frozen.is_none());
}

#[test]
fn the_window_follows_the_selection_and_the_wheel_moves_it_alone() {
    let mut app = with(40);
    let height = app.clients().visible(app.context()).len();
    press(&mut app, KeyCode::End);
    assert_eq!((selected(&app), app.clients().window(height).0), (Some(40), 40 - height));
    keys(&mut app, "k");
    assert_eq!(app.clients().window(height).0, 40 - height);
    let _ = app.click(MouseTarget::Scroll(Pane::Clients, action::Motion::Rows(-3)));
    assert_eq!((selected(&app), app.clients().window(height).0), (Some(39), 37 - height));
    tick(&mut app, 3);
    assert_eq!(
        app.clients().window(height).0,
        37 - height,
        "the last row but one is out of sight and may be"
    );
    assert!(app.update(AppEvent::Resized { width: 80, height: 60 }).is_empty());
    let height = app.clients().visible(app.context()).len();
    let (top, window) = app.clients().window(height);
    assert!(window.contains(&ConnectionId(39)) && top + window.len() <= 40);
}

#[test]
fn ten_thousand_connections_are_not_sorted_for_every_report() {
    let mut app = with(10_000);
    assert_eq!(app.clients().len(), 10_000, "the first report is shown at once");
    let start = std::time::Instant::now();
    for id in 10_001..=10_500 {
        report(&mut app, [opened(id)]);
    }
    assert_eq!(app.clients().len(), 10_000, "not yet");
    tick(&mut app, 2);
    assert_eq!(app.clients().len(), 10_500);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn level_keys_show_the_list_of_targets_first() {
    let mut app = with(0);
    assert_eq!(keys(&mut app, "4+"), [Effect::Logs(LogsAction::ToggleTargets)]);
    assert_eq!(keys(&mut app, "+"), [Effect::Logs(LogsAction::CaptureMore)]);
    assert_eq!(keys(&mut app, "o"), [Effect::Logs(LogsAction::FocusTarget)]);
    assert_eq!(app.screen().logs.lines, Lines::Selected);
    assert_eq!(keys(&mut app, "j"), [Effect::Logs(LogsAction::TargetDown)]);
}

#[test]
fn rows_are_lines_of_the_log_while_its_targets_are_hidden() {
    let mut app = with(0);
    let scroll = |rows| [Effect::Logs(LogsAction::Scroll(rows))];
    assert_eq!(keys(&mut app, "4k"), scroll(-1));
    assert_eq!(keys(&mut app, "j"), scroll(1));
    let page = i32::from(layout::inner(app.layout().logs).height);
    assert_eq!(press(&mut app, KeyCode::PageUp), scroll(-page));
    assert_eq!(app.click(MouseTarget::Scroll(Pane::Logs, action::Motion::Rows(3))), scroll(3));
    assert_eq!(keys(&mut app, "g"), [Effect::Logs(LogsAction::Oldest)]);
    assert_eq!(keys(&mut app, "tk").last(), Some(&Effect::Logs(LogsAction::TargetUp)));
    assert_eq!(press(&mut app, KeyCode::PageUp), scroll(-page));
}

#[test]
fn following_is_nothing_where_nothing_can_be_followed() {
    let mut app = with(1);
    report(&mut app, [received(1, 0, 9_000)]);
    keys(&mut app, "3f");
    assert!(app.screen().stream.view().follows(), "the stream is out of sight");
}

#[test]
fn something_is_dirty_once() {
    let mut app = with(1);
    assert!(app.take_dirty() && !app.take_dirty());
    tick(&mut app, 2);
    assert!(app.take_dirty());
}

#[test]
fn a_recording_is_only_looked_into() {
    let mut app = app();
    app.world.setup.opened = Some(OpenedFiles { first: "a.pcap".to_owned(), ..OpenedFiles::default() });
    report(&mut app, [opened(1)]);
    let press = |app: &mut App, letter| {
        app.update(AppEvent::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)))
    };
    for letter in ['d', 'D', 'e', 'P', 'H', 'F', 'b', 'c'] {
        assert!(press(&mut app, letter).is_empty());
        let said = app.status.as_ref().map(|status| status.text.clone());
        assert_eq!(said.as_deref(), Some(recording::READ_ONLY), "{letter}");
    }
    app.status = None;
    let footer = chrome::footer::footer(app.screen_of(Rect::new(0, 0, 200, 60)));
    let said: String = footer.items.iter().map(|item| item.text.as_str()).collect();
    assert!(said.contains("p play") && !said.contains("b backend"), "{said}");
    assert_eq!(press(&mut app, 'p'), [Effect::Timeline(TimelineStep::Play)]);
    assert_eq!(app.world.model.connections().len(), 1);
    assert!(app.update(AppEvent::Reading(RecordingNews::Restarted)).is_empty());
    assert_eq!((app.world.model.connections().len(), app.clients.len()), (0, 0));
    report(&mut app, [opened(1), opened(2)]);
    assert_eq!(app.world.model.connections().len(), 2);
}
