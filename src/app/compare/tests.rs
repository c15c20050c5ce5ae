use std::net::SocketAddr;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use crate::app::keymap::Keymap;
use crate::app::overlay::Overlay;
use crate::app::{
    App, AppEvent, Clipboard, OpenedFiles, Pace, Palette, PlaySpeed, Playback, ReadingProgress,
    RecordingNews, Setup,
};
use crate::bytes::safe::Charset;
use crate::event::{BackendKind, ConnectionEvent, ConnectionId, Event, Stamped, Timestamp};
use crate::model::Budget;

fn two_recordings() -> App {
    let files = OpenedFiles {
        first: "before.pcap".to_owned(),
        second: Some("after.pcap".to_owned()),
        payload: None,
        replay: None,
    };
    assert_eq!(files.title(), "A before.pcap, B after.pcap");
    App::new(Setup {
        budget: Budget { history: 64 * 1024, memory: 64 << 20 },
        utc_offset_seconds: 0,
        theme: Palette::new(0, 2),
        now: Timestamp(0),
        size: Size { width: 80, height: 24 },
        opened: Some(files),
        watching: None,
        capacity: Vec::new(),
        upstreams: Vec::new(),
        version: "1".into(),
        clipboard: Clipboard::Terminal,
        charset: Charset::Unicode,
        keymap: Keymap::default(),
    })
}

/// Reports connections, each with its number and the port of its server.
fn open(app: &mut App, connections: &[(u64, u16)]) {
    let opened = |&(id, port): &(u64, u16)| {
        let event = ConnectionEvent::Opened {
            peer: SocketAddr::from(([10, 0, 0, 1], 50_000 + id as u16)).into(),
            local: SocketAddr::from(([127, 0, 0, 1], port)).into(),
            backend: BackendKind::Async,
            upstream: None,
        };
        Stamped { at: Timestamp(1), event: Event::Connection(ConnectionId(id), event) }
    };
    assert!(app.update(AppEvent::Reported(connections.iter().map(opened).collect())).is_empty());
}

fn read_on(app: &mut App, second_from: Option<u64>) {
    let playback = Playback { pace: Pace::Whole, speed: PlaySpeed::NORMAL, at: Timestamp(1) };
    let second_from = second_from.map(ConnectionId);
    let progress = ReadingProgress { read: 1, total: None, is_whole: false, playback, second_from };
    assert!(app.update(AppEvent::Reading(RecordingNews::Read(progress))).is_empty());
}

fn press(app: &mut App, code: KeyCode) {
    assert!(app.update(AppEvent::Key(KeyEvent::new(code, KeyModifiers::NONE))).is_empty());
}

/// The numbers of the connections that are compared.
fn compared(app: &App) -> Option<(u64, u64)> {
    let compared = app.compare.compared(app.context())?;
    Some((compared.left.id.0, compared.right.id.0))
}

#[test]
fn a_connection_is_compared_with_its_counterpart_in_the_other_recording() {
    let mut app = two_recordings();
    read_on(&mut app, None);
    // That 4 is from the second recording is known only later.
    open(&mut app, &[(1, 80), (2, 443), (3, 80), (4, 443)]);
    read_on(&mut app, Some(4));
    open(&mut app, &[(5, 80), (6, 80), (7, 25)]);
    let label = |app: &App, id| app.context().label_of(ConnectionId(id));
    assert_eq!(
        [3, 4, 7].map(|id| label(&app, id)),
        ["#3 (A before.pcap)", "#4 (B after.pcap)", "#7 (B after.pcap)"]
    );
    press(&mut app, KeyCode::Char('g'));
    for expected in [(1, 5), (2, 4), (3, 6), (2, 4), (1, 5), (3, 6)] {
        press(&mut app, KeyCode::Char('='));
        assert_eq!((app.overlay(), compared(&app)), (Some(Overlay::Compare), Some(expected)));
        press(&mut app, KeyCode::Esc);
        press(&mut app, KeyCode::Down);
    }
    // The last one has no counterpart: another connection is chosen for it.
    press(&mut app, KeyCode::Char('='));
    assert_eq!(app.overlay(), None);
    press(&mut app, KeyCode::Char('='));
    assert_eq!(compared(&app), Some((7, 1)));
}
