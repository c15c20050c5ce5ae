//! Faults of the traffic: the header does not let one forget them, the selected connection says which it has, and an
//! overlay shows and changes them.

use bytewatch::app::overlay::Overlay;
use bytewatch::app::{AppEvent, Clipboard, Effect};
use bytewatch::event::{
    BackendKind, CloseReason, Command, ConnectionCommand, ConnectionEvent, ConnectionId, Event, FaultChange,
    FaultEdit, ServerEvent, Side, TrafficFaultKind,
};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use crate::harness::{Harness, LOOPBACK};

const SIZES: [(u16, u16); 5] = [(80, 24), (100, 24), (110, 30), (120, 40), (200, 60)];

fn header(harness: &Harness) -> String {
    harness.screen().lines().next().unwrap_or_default().to_owned()
}

/// The place of the backends, which warnings do not move.
fn place(header: &str) -> Option<usize> {
    header.find("async").map(|at| header[..at].chars().count())
}

#[test]
fn faults_are_not_forgotten_while_there_are_any() {
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        let before = header(&harness);
        let fault = |detail: &str| {
            let (to, kind) = (Side::Client, TrafficFaultKind::Latency);
            ConnectionEvent::Fault(FaultChange { to, kind, detail: detail.to_owned() })
        };
        harness.event(Event::Connection(ConnectionId(1), fault("100ms")));
        harness.event(Event::Connection(ConnectionId(2), fault("100ms")));
        let faulty = header(&harness);
        assert!(faulty.contains("FAULTS"), "{width}: {faulty}");
        assert_eq!(place(&faulty), place(&before), "{width}");
        harness.event(Event::Connection(ConnectionId(1), fault("50ms")));
        harness.event(Event::Connection(ConnectionId(1), fault("off")));
        assert!(header(&harness).contains("FAULTS"), "{width}: another one has some");
        let (reason, detail, failed_call) = (CloseReason::PeerFinished, None, None);
        let closed = ConnectionEvent::Closed { reason, detail, failed_call, received: 0, sent: 0 };
        harness.event(Event::Connection(ConnectionId(2), closed));
        assert!(!header(&harness).contains("FAULTS"), "{width}");
    }
}

#[test]
fn the_selected_connection_says_its_faults() {
    for (width, height) in SIZES {
        let mut harness = Harness::new(width, height);
        harness.open(1);
        harness.sees_not("fault to");
        let (to, kind, detail) = (Side::Client, TrafficFaultKind::Latency, "100ms,jitter=5ms".to_owned());
        harness.event(Event::Connection(
            ConnectionId(1),
            ConnectionEvent::Fault(FaultChange { to, kind, detail }),
        ));
        harness.sees("#1 fault to the client: latency 100ms,jitter=5ms");
    }
}

#[test]
fn a_relayed_connection_says_which_way_its_faults_are() {
    let size = Size { width: 200, height: 60 };
    let mut harness = Harness::relaying(&["127.0.0.1:6379"], LOOPBACK, size, Clipboard::Terminal);
    harness.event(Event::Connection(
        ConnectionId(1),
        ConnectionEvent::Opened {
            peer: LOOPBACK.into(),
            local: LOOPBACK.into(),
            backend: BackendKind::Async,
            upstream: Some("127.0.0.1:6379".to_owned()),
        },
    ));
    let mut fault = |to, kind, detail: &str| {
        let change = FaultChange { to, kind, detail: detail.to_owned() };
        harness.event(Event::Connection(ConnectionId(1), ConnectionEvent::Fault(change)));
    };
    fault(Side::Client, TrafficFaultKind::Latency, "100ms");
    fault(Side::Upstream, TrafficFaultKind::Latency, "100ms");
    fault(Side::Client, TrafficFaultKind::Bandwidth, "1MB");
    fault(Side::Upstream, TrafficFaultKind::Bandwidth, "2MB");
    harness.sees("fault both ways: latency 100ms");
    harness.sees("fault to the client: bandwidth 1MB");
    harness.sees("fault to the upstream: bandwidth 2MB");
    let screen = harness.screen();
    assert_eq!(screen.matches("latency 100ms").count(), 1, "{screen}");
}

fn change(kind: TrafficFaultKind, detail: &str) -> FaultChange {
    FaultChange { to: Side::Client, kind, detail: detail.to_owned() }
}

/// The command that makes these changes.
fn changes(text: &str) -> ConnectionCommand {
    ConnectionCommand::ChangeFaults(FaultEdit::parse_all(text).unwrap().into())
}

fn of_one(id: u64, text: &str) -> Effect {
    Effect::Server(Command::Connection(ConnectionId(id), changes(text)))
}

fn of_all(text: &str) -> Effect {
    Effect::Server(Command::All(changes(text)))
}

/// Types a line into the overlay, and enters it.
fn enter(harness: &mut Harness, text: &str) -> Vec<Effect> {
    assert_eq!(harness.keys(text), []);
    harness.press(KeyCode::Enter)
}

#[test]
fn the_overlay_lists_every_fault_with_who_has_it() {
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        harness.keys("F");
        harness.sees("no fault is set");
        for id in 1..=2 {
            let fault = ConnectionEvent::Fault(change(TrafficFaultKind::Latency, "100ms"));
            harness.event(Event::Connection(ConnectionId(id), fault));
        }
        harness.event(Event::Server(ServerEvent::Fault(change(TrafficFaultKind::Latency, "100ms"))));
        harness.event(Event::Server(ServerEvent::Fault(FaultChange::refuse(true))));
        harness.sees("Faults · 2 on");
        harness.sees("latency=100ms 2 connections, new ones");
        harness.sees("refuse new ones");
        harness.event(Event::Server(ServerEvent::Fault(FaultChange::refuse(false))));
        harness.sees_not("refuse new ones");
        harness.press(KeyCode::Esc);
        harness.sees_not("2 connections, new ones");
    }
}

#[test]
fn faults_of_new_connections_alone_are_not_forgotten_either() {
    for (width, height) in SIZES {
        let mut harness = Harness::new(width, height);
        harness.event(Event::Server(ServerEvent::Fault(FaultChange::refuse(true))));
        assert!(header(&harness).contains("FAULTS"), "{width}");
        assert_eq!(harness.click("FAULTS"), []);
        assert_eq!(harness.app.overlay(), Some(Overlay::Faults));
        harness.event(Event::Server(ServerEvent::Fault(FaultChange::refuse(false))));
        assert!(!header(&harness).contains("FAULTS"), "{width}");
    }
}

#[test]
fn what_is_typed_is_set_on_all_on_the_rows_of_the_table_or_on_one() {
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        harness.close(3, CloseReason::PeerFinished);
        harness.keys("/closed");
        harness.press(KeyCode::Enter);
        harness.keys("F");
        assert_eq!(enter(&mut harness, "latency=5ms refuse"), [of_all("latency=5ms refuse")]);
        harness.sees("Faults of all connections, and of new ones: latency=5ms refuse");
        harness.press(KeyCode::Tab);
        harness.sees("the 1 row of the table");
        assert_eq!(enter(&mut harness, "cut=1"), [], "no row of the table is live");
        harness.press(KeyCode::Esc);
        harness.press(KeyCode::Esc);
        harness.keys("F");
        harness.sees("the 3 rows of the table");
        harness.sees("> cut=1");
        assert_eq!(harness.press(KeyCode::Enter), [of_one(1, "cut=1"), of_one(2, "cut=1")]);
        harness.press(KeyCode::Tab);
        harness.sees("[#1]");
        assert_eq!(enter(&mut harness, "off"), [of_one(1, "off")]);
        assert_eq!(harness.press(KeyCode::Enter), [], "nothing is typed any more");
    }
}

#[test]
fn an_error_is_shown_while_it_is_typed_and_nothing_is_set() {
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        harness.keys("F");
        harness.sees("like latency=100ms");
        harness.keys("latency=5");
        harness.sees("a time is a number and ms, s, m or h");
        assert_eq!(harness.press(KeyCode::Enter), []);
        harness.sees("> latency=5");
        harness.keys("ms");
        harness.sees_not("a time is a number");
        harness.keys(",to=upstream");
        harness.sees("there is none unless it relays");
        assert_eq!(harness.press(KeyCode::Enter), []);
    }
    let size = Size { width: 100, height: 30 };
    let mut relay = Harness::relaying(&["127.0.0.1:6379"], LOOPBACK, size, Clipboard::Terminal);
    relay.keys("F");
    assert_eq!(enter(&mut relay, "cut=7,to=upstream"), [of_all("cut=7,to=upstream")]);
}

#[test]
fn a_fault_of_the_list_can_be_taken_changed_and_ended() {
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        for (kind, detail) in [(TrafficFaultKind::Latency, "100ms,jitter=5ms"), (TrafficFaultKind::Cut, "7")]
        {
            harness.event(Event::Server(ServerEvent::Fault(change(kind, detail))));
        }
        harness.keys("F");
        harness.press(KeyCode::Down);
        harness.sees("> latency=100ms,jitter=5ms");
        harness.press(KeyCode::Backspace);
        harness.press(KeyCode::Backspace);
        assert_eq!(harness.keys("s"), []);
        assert_eq!(harness.press(KeyCode::Enter), []);
        harness.sees("jitter is at most the latency");
        harness.press(KeyCode::Up);
        harness.sees("> cut=7");
        let end = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::CONTROL);
        assert_eq!(harness.app.update(AppEvent::Key(end)), [of_all("cut=off")]);
        assert_eq!(harness.click("latency=100ms"), []);
        harness.sees("> latency=100ms,jitter=5ms");
    }
}

#[test]
fn the_overlay_fits_every_screen() {
    for (width, height) in (30..=130).step_by(9).flat_map(|width| (6..=40).map(move |height| (width, height)))
    {
        let mut harness = Harness::with_clients(width, height);
        for (kind, detail) in
            TrafficFaultKind::ALL.into_iter().zip(["100ms", "1MB", "1ms,every=1s", "1,every=1ms", "7", "8"])
        {
            harness.event(Event::Server(ServerEvent::Fault(change(kind, detail))));
        }
        harness.keys("F");
        harness.app_event(AppEvent::Pasted("latency=\u{1b}[2J ".repeat(20)));
        harness.sees("> ");
        assert!(!harness.screen().contains('\u{1b}'));
    }
}
