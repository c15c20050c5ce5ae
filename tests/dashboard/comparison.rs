//! The comparison of threads and async for an audience: the table, latency bars, faults and captions.

use std::net::SocketAddr;

use bytewatch::app::action::Action;
use bytewatch::app::focus::Pane;
use bytewatch::app::{AppEvent, Effect};
use bytewatch::event::activity::{BackendActivity, IoCounters, ResponseTime};
use bytewatch::event::{BackendKind, Command, ConnectionId, Direction, Fault, FaultKind};
use bytewatch::event::{Call, CloseReason, ConnectionEvent, Event, ServerEvent};
use ratatui::crossterm::event::KeyCode;

use crate::harness::Harness;

const CLIENTS: u64 = 5;
const NAMES: [&str; CLIENTS as usize] = ["ann", "bob", "cleo", "dan", "eve"];

fn peer(id: u64) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 50_000 + id as u16))
}

/// Returns five named clients on `async`.
fn class(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    harness.pass(1);
    for (id, name) in (1..).zip(NAMES) {
        harness.open(id);
        harness.app_event(AppEvent::ClientNamed(peer(id), name.to_owned()));
    }
    harness.keys("3");
    harness
}

/// Lets each client send two messages within a second; `wait` gives the latency of each client.
fn talk(harness: &mut Harness, backend: BackendKind, wait: impl Fn(u64) -> u32) {
    for _ in 0..2 {
        let answers: Vec<_> = (1..=CLIENTS)
            .map(|id| ResponseTime { connection: ConnectionId(id), micros: wait(id), weight: 100 })
            .collect();
        let work = BackendActivity {
            io: IoCounters {
                reads: 500,
                read_bytes: 32_000,
                writes: 500,
                partial_writes: 2,
                blocked_micros: 1_200,
            },
            answers,
            scheduling_delays: vec![80, 90],
        };
        harness.event(Event::Server(ServerEvent::Worked { backend, work: Box::new(work) }));
        for id in 1..=CLIENTS {
            harness.bytes(id, Direction::Received, b"hello there");
        }
        harness.now += 500_000;
    }
    harness.now -= 1_000_000;
    harness.pass(1);
}

fn talking(width: u16, height: u16, seconds: u64) -> Harness {
    let mut harness = class(width, height);
    for second in 0..seconds {
        talk(&mut harness, BackendKind::Async, |id| 100 + (id * 37 + second * 11) as u32);
    }
    harness
}

/// The handler of #3 sleeps and blocks the loop twice a second.
fn hang_on_async(width: u16, height: u16) -> Harness {
    let mut harness = talking(width, height, 6);
    harness.keys("1jj3h");
    harness.pass(2);
    for _ in 0..4 {
        let connection = Some(ConnectionId(3));
        harness.event(Event::Server(ServerEvent::Blocked { connection, micros: 100_000 }));
        harness.event(Event::Server(ServerEvent::Unblocked { connection, micros: 203_000 }));
        talk(
            &mut harness,
            BackendKind::Async,
            |id| if id == 3 { 200_400 } else { 190_000 - id as u32 * 7_000 },
        );
    }
    harness
}

/// All connections are handed over to threads, and only #3 waits.
fn hang_on_threads(width: u16, height: u16) -> Harness {
    let mut harness = hang_on_async(width, height);
    harness.switch(CLIENTS);
    (harness.threads, harness.resident) = (12, 9_100_000);
    for second in 0..6 {
        talk(&mut harness, BackendKind::Threads, |id| {
            if id == 3 { 200_300 } else { 90 + (id * 20 + second * 13) as u32 }
        });
    }
    harness
}

#[test]
fn all_clients_wait_when_one_handler_hangs_on_async() {
    insta::assert_snapshot!(hang_on_async(80, 24).screen());
}

#[test]
fn one_waits_when_its_handler_hangs_on_threads() {
    insta::assert_debug_snapshot!(hang_on_threads(80, 24).buffer());
}

#[test]
fn a_zoomed_pane_has_room_for_a_sentence_and_for_the_table() {
    let mut harness = hang_on_threads(80, 24);
    harness.close(5, CloseReason::PeerFinished);
    harness.event(Event::Connection(
        ConnectionId(4),
        ConnectionEvent::Closed {
            reason: CloseReason::PeerReset,
            detail: None,
            failed_call: Some(Call::Read),
            received: 0,
            sent: 0,
        },
    ));
    harness.keys("z");
    insta::assert_snapshot!(harness.screen());
}

#[test]
fn the_table_stands_at_the_side_of_a_large_screen() {
    insta::assert_snapshot!(hang_on_threads(200, 60).screen());
}

#[test]
fn the_table_stands_at_the_side_of_a_screen_of_110x30() {
    insta::assert_snapshot!(hang_on_threads(110, 30).screen());
}

/// Returns whether these texts stand in one line of the Backends pane, in this order.
fn has_row(harness: &Harness, words: &[&str]) -> bool {
    let area = harness.app.layout().backends;
    let screen = harness.screen();
    let rows = screen.lines().skip(area.y.into()).take(area.height.into());
    let cells = rows.map(|row| row.chars().skip(area.x.into()).take(area.width.into()).collect::<String>());
    let follows = |row: String| {
        let mut rest = row.as_str();
        words.iter().all(|word| {
            let behind = rest.split_once(word).map(|(_, behind)| behind);
            rest = behind.unwrap_or("");
            behind.is_some()
        })
    };
    cells.into_iter().any(follows)
}

#[test]
fn the_table_of_the_textbook_is_there_at_every_size() {
    let calls = [
        ["accept", "own thread", "when ready"],
        ["read", "recv", "recv"],
        ["write", "send", "send"],
        ["close", "drain", "same"],
        ["clients", "thread", "task"],
        ["errors", "end", "end"],
        ["latency", "p50", ""],
    ];
    // A screen where the pane spells the calls in full has another wording for the first one.
    let also = ["accept", "poll", "wait"];
    let sizes = [80, 90, 100, 109, 110, 120, 140, 160, 200, 240]
        .into_iter()
        .flat_map(|width| [24, 30, 36, 40, 60, 67].map(|height| (width, height)));
    let mut harness = hang_on_threads(80, 24);
    harness.keys("h");
    for (width, height) in sizes {
        harness.resize(width, height);
        for row in &calls {
            let there = has_row(&harness, row) || row[0] == "accept" && has_row(&harness, &also);
            assert!(there, "no {row:?} in {width}x{height}:\n{}", harness.screen());
        }
    }
}

#[test]
fn a_caption_stands_above_the_footer_and_the_rest_is_still_useful() {
    let mut harness = hang_on_async(80, 24);
    let said = "Every client waits, although only ann's handler sleeps: the event loop has one thread, and it is asleep.";
    harness.app_event(AppEvent::CaptionChanged(said.into()));
    insta::assert_snapshot!(harness.screen());
}

#[test]
fn a_fault_is_announced_before_it_starts() {
    let mut harness = talking(80, 24, 4);
    assert_eq!(harness.keys("h"), []);
    insta::assert_snapshot!(harness.screen());
}

#[test]
fn the_whole_table_is_there_where_there_is_room() {
    let mut harness = hang_on_threads(80, 24);
    harness.keys("hz");
    insta::assert_snapshot!(harness.screen());
    harness.resize(100, 60);
    insta::assert_snapshot!(harness.screen());
}

#[test]
fn a_blocked_loop_is_seen_from_afar() {
    let mut harness = talking(80, 24, 3);
    harness.event(Event::Server(ServerEvent::Blocked { connection: Some(ConnectionId(3)), micros: 100_000 }));
    harness.pass(1);
    insta::assert_snapshot!(harness.screen());
}

#[test]
fn what_is_announced_happens_a_little_later_and_ends_with_the_same_key() {
    let mut harness = talking(80, 24, 2);
    harness.keys("h");
    harness.sees("In a moment the handler of #1 (ann) sleeps 200 ms at each message.");
    harness.sees("h cancels.");
    harness.pass(1);
    assert_eq!(harness.effects, [], "a second is not enough to read it");
    harness.pass(1);
    assert_eq!(harness.effects, [Effect::Server(Command::StartFault(Fault::Hang(ConnectionId(1))))]);
    harness.sees("Now the handler of #1 (ann) sleeps 200 ms at each message.");
    harness.pass(9);
    harness.sees("h stops it.");
    harness.keys("1");
    harness.sees("3 h stops it.");
    assert_eq!(harness.keys("3h"), [Effect::Server(Command::EndFault(FaultKind::Hang))]);
    harness.sees("hang is over");
    harness.sees_not("sleeps");
}

#[test]
fn an_announcement_can_be_called_off() {
    let mut harness = talking(80, 24, 2);
    for key in ["h", "w", "r", "i", "u"] {
        harness.keys(key);
        harness.sees("In a moment");
        assert_eq!(harness.keys(key), [], "nothing has begun");
        harness.sees("is cancelled");
    }
    harness.pass(5);
    assert_eq!(harness.effects, []);
}

#[test]
fn the_one_that_hangs_is_the_selected_one_if_it_talks_else_the_last_that_did() {
    let hanging = |harness: &mut Harness| {
        harness.keys("3h");
        harness.pass(2);
        harness.effects.pop()
    };
    let hang = |id| Some(Effect::Server(Command::StartFault(Fault::Hang(ConnectionId(id)))));
    let mut harness = talking(80, 24, 2);
    harness.keys("1jjj");
    assert_eq!(hanging(&mut harness), hang(4));
    harness.keys("h");
    harness.pass(20);
    harness.bytes(2, Direction::Received, b"only me");
    assert_eq!(hanging(&mut harness), hang(2), "#4 is silent");
    harness.keys("h");
    harness.close(2, CloseReason::PeerFinished);
    harness.close(4, CloseReason::PeerFinished);
    assert_eq!(hanging(&mut harness), hang(5), "the client that talked last is still there");
    let mut harness = class(80, 24);
    assert_eq!(hanging(&mut harness), None);
    harness.keys("h");
    harness.sees("No client is sending, so there is nothing to delay");
}

#[test]
fn a_hang_ends_with_its_connection() {
    let mut harness = talking(80, 24, 2);
    harness.keys("h");
    harness.pass(2);
    harness.close(1, CloseReason::PeerReset);
    assert_eq!(harness.effects.last(), Some(&Effect::Server(Command::EndFault(FaultKind::Hang))));
    harness.sees("#1 (ann) disconnected; its delay ended with it");
    harness.sees_not("sleeps");
}

#[test]
fn work_grows_while_it_goes_on() {
    let mut harness = talking(80, 24, 2);
    assert_eq!(harness.keys("+"), []);
    harness.sees("work: 3.00 ms a message");
    harness.keys("w");
    harness.pass(2);
    assert_eq!(harness.effects, [Effect::Server(Command::StartFault(Fault::Work(3_000)))]);
    assert_eq!(harness.keys("+"), [Effect::Server(Command::StartFault(Fault::Work(10_000)))]);
    harness.sees("every handler computes 10.0 ms at each message");
    assert_eq!(
        harness.keys("----"),
        [3_000, 1_000, 300, 100].map(|micros| Effect::Server(Command::StartFault(Fault::Work(micros))))
    );
    assert_eq!(harness.keys("w"), [Effect::Server(Command::EndFault(FaultKind::Work))]);
}

#[test]
fn a_lesson_does_what_keys_do_but_at_once() {
    let mut harness = talking(80, 24, 2);
    harness.app_event(AppEvent::ActionRequested(Action::ToggleFault(FaultKind::Idle)));
    assert_eq!(harness.effects, [Effect::Server(Command::StartFault(Fault::Idle))]);
    harness.app_event(AppEvent::ActionRequested(Action::ToggleFault(FaultKind::Burst)));
    harness.sees("1,000 IDLE CLIENTS (i stops it)  BURST of 50 clients (u stops it)");
    harness.app_event(AppEvent::ActionRequested(Action::ToggleFault(FaultKind::Idle)));
    assert_eq!(harness.effects.last(), Some(&Effect::Server(Command::EndFault(FaultKind::Idle))));
    harness.app_event(AppEvent::ActionRequested(Action::Focus(Pane::Clients)));
    assert_eq!(harness.app.focus(), Pane::Clients);
    harness.app_event(AppEvent::FaultEnded(FaultKind::Burst, "no descriptor is left\u{1b}".into()));
    harness.sees("burst is over: no descriptor is left␛");
    harness.sees_not("BURST");
}

#[test]
fn a_caption_stays_until_the_next_one_and_is_shown_in_pages_where_it_is_too_long() {
    let mut harness = talking(80, 24, 2);
    harness.app_event(AppEvent::CaptionChanged("Look at the lanes.".into()));
    harness.pass(30);
    harness.sees("▌ Look at the lanes.");
    harness.app_event(AppEvent::CaptionChanged((100..150).map(|word| format!("word{word} ")).collect()));
    harness.sees_not("lanes");
    let mut seen = String::new();
    for _ in 0..6 {
        let screen = harness.screen();
        let captions: Vec<_> = screen.lines().filter(|line| line.starts_with('▌')).collect();
        assert!((1..=3).contains(&captions.len()), "{captions:?}");
        seen.extend(captions);
        harness.pass(4);
    }
    assert!((100..150).all(|word| seen.contains(&format!("word{word}"))), "{seen}");
    for height in 6..24 {
        harness.resize(80, height);
        let caption = harness.app.layout().caption.height;
        assert!((1..=height.div_ceil(4)).contains(&caption), "{height}: {caption}");
    }
    harness.app_event(AppEvent::CaptionChanged(String::new()));
    harness.sees_not("▌");
}

#[test]
fn our_own_clients_have_names_to_see_and_to_filter_by() {
    let mut harness = talking(80, 24, 1);
    harness.keys("1/cle");
    harness.sees("cleo :50003");
    harness.sees_not("bob :50002");
    harness.press(KeyCode::Esc);
    harness.keys("jd");
    harness.sees("Close #2 (bob) (FIN)?");
}

#[test]
fn a_lesson_looks_at_a_client_even_before_it_has_come() {
    let mut harness = class(80, 24);
    harness.app_event(AppEvent::ClientSelected(peer(4)));
    assert_eq!(harness.app.clients().selected(), Some(ConnectionId(4)));
    harness.app_event(AppEvent::ClientSelected(peer(60)));
    assert_eq!(harness.app.clients().selected(), Some(ConnectionId(4)));
    for id in 40..=60 {
        harness.open(id);
    }
    assert_eq!(harness.app.clients().selected(), Some(ConnectionId(60)));
    harness.pass(1);
    harness.sees("▶  60 127.0.0.1:50060");
}

#[test]
fn a_loop_that_is_blocked_again_and_again_is_logged_once_a_second() {
    let mut harness = talking(120, 36, 2);
    let blocked = |harness: &mut Harness, micros| {
        let connection = Some(ConnectionId(3));
        harness.event(Event::Server(ServerEvent::Blocked { connection, micros: 100_000 }));
        harness.sees("BLOCKED by #3 (cleo) for");
        harness.event(Event::Server(ServerEvent::Unblocked { connection, micros }));
    };
    blocked(&mut harness, 203_000);
    harness.sees("the loop was blocked for 203 ms by #3 (cleo)");
    blocked(&mut harness, 350_000);
    blocked(&mut harness, 210_000);
    harness.sees("the loop was blocked for 203 ms by #3 (cleo)");
    harness.pass(1);
    harness.sees("the loop was blocked 2 times, 350 ms at most, last by #3 (cleo)");
    harness.event(Event::Server(ServerEvent::Failed { detail: "something else".into() }));
    harness.pass(2);
    blocked(&mut harness, 203_000);
    harness.sees("something else");
}

#[test]
fn waiting_connections_can_be_sorted_by_latency() {
    let mut harness = hang_on_threads(80, 24);
    harness.click("latency ");
    harness.sees("sort latency ▼");
    let first = harness.app.clients().window(1).1.to_vec();
    assert_eq!(first, [ConnectionId(3)]);
    harness.keys("3");
    harness.click("waits, last");
    harness.sees("sort latency ▼");
}

#[test]
fn a_switch_says_what_it_did() {
    let mut harness = hang_on_async(80, 24);
    harness.keys("h");
    harness.switch(CLIENTS);
    harness.sees("switch to threads: 5 clients in 310 ms");
    (harness.threads, harness.resident) = (12, 9_100_000);
    talk(&mut harness, BackendKind::Threads, |_| 880);
    harness.sees("switch threads 4 → 12, p99 200 ms → 883 µs");
    harness.keys("zjjj");
    harness.sees("OS threads 4 → 12, memory 7.1 → 8.6 MiB, p99 200 ms → 883 µs");
}

#[test]
fn a_low_pane_keeps_what_is_seen_at_a_glance() {
    let mut harness = hang_on_threads(80, 24);
    harness.app_event(AppEvent::CaptionChanged("one ".repeat(60)));
    for row in ["● threads, 5 connections", "clients own thread", "latency threads p50", "switch threads"] {
        harness.sees(row);
    }
    harness.sees_not("drain, close");
    harness.keys("G");
    harness.sees("history memory");
}

/// A thousand clients that keep a server busy.
#[test]
fn large_figures_have_room() {
    let mut harness = Harness::new(80, 24);
    harness.pass(1);
    for id in 1..=1_000 {
        harness.open(id);
        harness.bytes(id, Direction::Received, b"hello");
    }
    for id in 900..=1_000 {
        harness.close(id, if id % 3 == 0 { CloseReason::PeerReset } else { CloseReason::PeerFinished });
    }
    harness.switch(899);
    (harness.threads, harness.resident) = (906, 123_456_789);
    let answers = vec![ResponseTime { connection: ConnectionId(1), micros: 12_345, weight: 9_000 }];
    for _ in 0..2 {
        harness.event(Event::Server(ServerEvent::Worked {
            backend: BackendKind::Threads,
            work: Box::new(BackendActivity {
                io: IoCounters {
                    reads: 123_456,
                    read_bytes: 123_456_789,
                    writes: 98_765,
                    partial_writes: 1_234,
                    blocked_micros: 45_678_901,
                },
                answers: answers.clone(),
                scheduling_delays: vec![12_345],
            }),
        }));
        harness.pass(1);
    }
    harness.keys("3");
    insta::assert_snapshot!(harness.screen());
    harness.keys("z");
    insta::assert_snapshot!(harness.screen());
}

#[test]
fn the_keys_of_the_faults_are_shown_at_80_columns() {
    let mut harness = talking(80, 24, 1);
    harness.sees("h hang  w work  r slow reader  i idle  u burst");
    harness.keys("?");
    harness.sees("│Backends");
    harness.sees("Toggle: selected client's handler sleeps 200 ms");
}

#[test]
fn a_blocked_loop_is_named_in_a_narrow_pane_too() {
    let mut harness = talking(110, 30, 1);
    harness.event(Event::Server(ServerEvent::Blocked { connection: Some(ConnectionId(3)), micros: 180_000 }));
    let screen = harness.screen();
    let line = screen.lines().find(|line| line.contains("●") && line.contains("BLOCKED"));
    assert!(line.is_some(), "{screen}");
    assert!(screen.contains("╭  BLOCKED by #3 (cleo) for 180 ms ─"), "{screen}");
}
