//! The comparison of threads and async for an audience: the table, latency bars, faults and captions.

use std::net::SocketAddr;

use bytewatch::app::command::Command;
use bytewatch::app::focus::Pane;
use bytewatch::app::{Effect, Event};
use bytewatch::model::event::{Call, CloseReason, Fact};
use bytewatch::model::work::{Answer, IoCounters, Work};
use bytewatch::model::{BackendKind, ConnectionId, Direction, Hurt, Pain};
use ratatui::crossterm::event::KeyCode;

use crate::stage::Stage;

const CLIENTS: u64 = 5;
const NAMES: [&str; CLIENTS as usize] = ["ann", "bob", "cleo", "dan", "eve"];

fn peer(id: u64) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 50_000 + id as u16))
}

/// Returns five named clients on `async`.
fn class(width: u16, height: u16) -> Stage {
    let mut stage = Stage::new(width, height);
    stage.pass(1);
    for (id, name) in (1..).zip(NAMES) {
        stage.open(id);
        stage.event(Event::Named(peer(id), name.to_owned()));
    }
    stage.keys("3");
    stage
}

/// Lets each client send two messages within a second; `wait` gives the latency of each client.
fn talk(stage: &mut Stage, backend: BackendKind, wait: impl Fn(u64) -> u32) {
    for _ in 0..2 {
        let answers: Vec<_> = (1..=CLIENTS)
            .map(|id| Answer { connection: ConnectionId(id), micros: wait(id), stands_for: 100 })
            .collect();
        let work = Work {
            io: IoCounters {
                reads: 500,
                read_bytes: 32_000,
                writes: 500,
                partial_writes: 2,
                blocked_micros: 1_200,
            },
            answers,
            lags: vec![80, 90],
        };
        stage.fact(Fact::Worked { backend, work: Box::new(work) });
        for id in 1..=CLIENTS {
            stage.bytes(id, Direction::Received, b"hello there");
        }
        stage.now += 500_000;
    }
    stage.now -= 1_000_000;
    stage.pass(1);
}

fn talking(width: u16, height: u16, seconds: u64) -> Stage {
    let mut stage = class(width, height);
    for second in 0..seconds {
        talk(&mut stage, BackendKind::Async, |id| 100 + (id * 37 + second * 11) as u32);
    }
    stage
}

/// The handler of #3 sleeps and blocks the loop twice a second.
fn hang_on_async(width: u16, height: u16) -> Stage {
    let mut stage = talking(width, height, 6);
    stage.keys("1jj3h");
    stage.pass(2);
    for _ in 0..4 {
        let connection = Some(ConnectionId(3));
        stage.fact(Fact::Blocked { connection, micros: 100_000 });
        stage.fact(Fact::Unblocked { connection, micros: 203_000 });
        talk(
            &mut stage,
            BackendKind::Async,
            |id| if id == 3 { 200_400 } else { 190_000 - id as u32 * 7_000 },
        );
    }
    stage
}

/// All connections are handed over to threads, and only #3 waits.
fn hang_on_threads(width: u16, height: u16) -> Stage {
    let mut stage = hang_on_async(width, height);
    stage.switch(CLIENTS);
    (stage.threads, stage.resident) = (12, 9_100_000);
    for second in 0..6 {
        talk(&mut stage, BackendKind::Threads, |id| {
            if id == 3 { 200_300 } else { 90 + (id * 20 + second * 13) as u32 }
        });
    }
    stage
}

#[test]
fn everybody_waits_when_one_handler_hangs_on_async() {
    insta::assert_snapshot!(hang_on_async(80, 24).screen());
}

#[test]
fn one_waits_when_its_handler_hangs_on_threads() {
    insta::assert_debug_snapshot!(hang_on_threads(80, 24).buffer());
}

#[test]
fn a_zoomed_pane_has_room_for_a_sentence_and_for_the_table() {
    let mut stage = hang_on_threads(80, 24);
    stage.close(5, CloseReason::PeerFinished);
    stage.fact(Fact::Closed {
        connection: ConnectionId(4),
        reason: CloseReason::PeerReset,
        detail: None,
        caught: Some(Call::Read),
        received: 0,
        sent: 0,
    });
    stage.keys("z");
    insta::assert_snapshot!(stage.screen());
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
fn has_row(stage: &Stage, words: &[&str]) -> bool {
    let area = stage.app.layout().backends;
    let screen = stage.screen();
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
    let mut stage = hang_on_threads(80, 24);
    stage.keys("h");
    for (width, height) in sizes {
        stage.resize(width, height);
        for row in &calls {
            let there = has_row(&stage, row) || row[0] == "accept" && has_row(&stage, &also);
            assert!(there, "no {row:?} in {width}x{height}:\n{}", stage.screen());
        }
    }
}

#[test]
fn a_lesson_speaks_above_the_footer_and_the_rest_is_still_useful() {
    let mut stage = hang_on_async(80, 24);
    let said = "Every client waits, although only ann's handler sleeps: the event loop has one thread, and it is asleep.";
    stage.event(Event::Said(said.into()));
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn what_hurts_is_announced_before_it_is_done() {
    let mut stage = talking(80, 24, 4);
    assert_eq!(stage.keys("h"), []);
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn the_whole_table_is_there_where_there_is_room() {
    let mut stage = hang_on_threads(80, 24);
    stage.keys("hz");
    insta::assert_snapshot!(stage.screen());
    stage.resize(100, 60);
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn a_blocked_loop_is_seen_from_afar() {
    let mut stage = talking(80, 24, 3);
    stage.fact(Fact::Blocked { connection: Some(ConnectionId(3)), micros: 100_000 });
    stage.pass(1);
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn what_is_announced_happens_a_little_later_and_ends_with_the_same_key() {
    let mut stage = talking(80, 24, 2);
    stage.keys("h");
    stage.sees("In a moment the handler of #1 (ann) sleeps 200 ms at each message.");
    stage.sees("h cancels.");
    stage.pass(1);
    assert_eq!(stage.effects, [], "a second is not enough to read it");
    stage.pass(1);
    assert_eq!(stage.effects, [Effect::Hurt(Pain::Hang(ConnectionId(1)))]);
    stage.sees("Now the handler of #1 (ann) sleeps 200 ms at each message.");
    stage.pass(9);
    stage.sees("h stops it.");
    stage.keys("1");
    stage.sees("3 h stops it.");
    assert_eq!(stage.keys("3h"), [Effect::Heal(Hurt::Hang)]);
    stage.sees("hang is over");
    stage.sees_not("sleeps");
}

#[test]
fn an_announcement_can_be_called_off() {
    let mut stage = talking(80, 24, 2);
    for key in ["h", "w", "r", "i", "u"] {
        stage.keys(key);
        stage.sees("In a moment");
        assert_eq!(stage.keys(key), [], "nothing has begun");
        stage.sees("is cancelled");
    }
    stage.pass(5);
    assert_eq!(stage.effects, []);
}

#[test]
fn the_one_that_hangs_is_the_selected_one_if_it_talks_else_the_last_that_did() {
    let hanging = |stage: &mut Stage| {
        stage.keys("3h");
        stage.pass(2);
        stage.effects.pop()
    };
    let hang = |id| Some(Effect::Hurt(Pain::Hang(ConnectionId(id))));
    let mut stage = talking(80, 24, 2);
    stage.keys("1jjj");
    assert_eq!(hanging(&mut stage), hang(4));
    stage.keys("h");
    stage.pass(20);
    stage.bytes(2, Direction::Received, b"only me");
    assert_eq!(hanging(&mut stage), hang(2), "#4 is silent");
    stage.keys("h");
    stage.close(2, CloseReason::PeerFinished);
    stage.close(4, CloseReason::PeerFinished);
    assert_eq!(hanging(&mut stage), hang(5), "the client that talked last is still there");
    let mut stage = class(80, 24);
    assert_eq!(hanging(&mut stage), None);
    stage.keys("h");
    stage.sees("No client is sending, so there is nothing to delay");
}

#[test]
fn a_hang_ends_with_its_connection() {
    let mut stage = talking(80, 24, 2);
    stage.keys("h");
    stage.pass(2);
    stage.close(1, CloseReason::PeerReset);
    assert_eq!(stage.effects.last(), Some(&Effect::Heal(Hurt::Hang)));
    stage.sees("#1 (ann) disconnected; its delay ended with it");
    stage.sees_not("sleeps");
}

#[test]
fn work_grows_while_it_goes_on() {
    let mut stage = talking(80, 24, 2);
    assert_eq!(stage.keys("+"), []);
    stage.sees("work: 3.00 ms a message");
    stage.keys("w");
    stage.pass(2);
    assert_eq!(stage.effects, [Effect::Hurt(Pain::Work(3_000))]);
    assert_eq!(stage.keys("+"), [Effect::Hurt(Pain::Work(10_000))]);
    stage.sees("every handler computes 10.0 ms at each message");
    assert_eq!(stage.keys("----"), [3_000, 1_000, 300, 100].map(|micros| Effect::Hurt(Pain::Work(micros))));
    assert_eq!(stage.keys("w"), [Effect::Heal(Hurt::Work)]);
}

#[test]
fn a_lesson_does_what_keys_do_but_at_once() {
    let mut stage = talking(80, 24, 2);
    stage.event(Event::Asked(Command::Hurt(Hurt::Idle)));
    assert_eq!(stage.effects, [Effect::Hurt(Pain::Idle)]);
    stage.event(Event::Asked(Command::Hurt(Hurt::Burst)));
    stage.sees("1,000 IDLE CLIENTS (i stops it)  BURST of 50 clients (u stops it)");
    stage.event(Event::Asked(Command::Hurt(Hurt::Idle)));
    assert_eq!(stage.effects.last(), Some(&Effect::Heal(Hurt::Idle)));
    stage.event(Event::Asked(Command::Focus(Pane::Clients)));
    assert_eq!(stage.app.focus(), Pane::Clients);
    stage.event(Event::Hurtless(Hurt::Burst, "no descriptor is left\u{1b}".into()));
    stage.sees("burst is over: no descriptor is left␛");
    stage.sees_not("BURST");
}

#[test]
fn a_caption_stays_until_the_next_one_and_is_cut_where_it_is_too_long() {
    let mut stage = talking(80, 24, 2);
    stage.event(Event::Said("Look at the lanes.".into()));
    stage.pass(30);
    stage.sees("▌ Look at the lanes.");
    stage.event(Event::Said("long ".repeat(100)));
    stage.sees_not("lanes");
    let screen = stage.screen();
    let told: Vec<_> = screen.lines().filter(|line| line.starts_with('▌')).collect();
    assert!(told.len() == 3 && told[2].ends_with('…'), "{told:?}");
    for height in 6..24 {
        stage.resize(80, height);
        let caption = stage.app.layout().caption.height;
        assert!((1..=height.div_ceil(4)).contains(&caption), "{height}: {caption}");
    }
    stage.event(Event::Said(String::new()));
    stage.sees_not("▌");
}

#[test]
fn our_own_clients_have_names_to_see_and_to_filter_by() {
    let mut stage = talking(80, 24, 1);
    stage.keys("1/cle");
    stage.sees("cleo :50003");
    stage.sees_not("bob :50002");
    stage.press(KeyCode::Esc);
    stage.keys("jd");
    stage.sees("Close #2 (bob) (FIN)?");
}

#[test]
fn a_lesson_looks_at_a_client_even_before_it_has_come() {
    let mut stage = class(80, 24);
    stage.event(Event::Selected(peer(4)));
    assert_eq!(stage.app.clients().selected(), Some(ConnectionId(4)));
    stage.event(Event::Selected(peer(60)));
    assert_eq!(stage.app.clients().selected(), Some(ConnectionId(4)));
    for id in 40..=60 {
        stage.open(id);
    }
    assert_eq!(stage.app.clients().selected(), Some(ConnectionId(60)));
    stage.pass(1);
    stage.sees("▶  60 127.0.0.1:50060");
}

#[test]
fn a_loop_that_is_blocked_again_and_again_is_told_once_a_second() {
    let mut stage = talking(120, 36, 2);
    let blocked = |stage: &mut Stage, micros| {
        let connection = Some(ConnectionId(3));
        stage.fact(Fact::Blocked { connection, micros: 100_000 });
        stage.sees("BLOCKED by #3 (cleo) for");
        stage.fact(Fact::Unblocked { connection, micros });
    };
    blocked(&mut stage, 203_000);
    stage.sees("the loop was blocked for 203 ms by #3 (cleo)");
    blocked(&mut stage, 350_000);
    blocked(&mut stage, 210_000);
    stage.sees("the loop was blocked for 203 ms by #3 (cleo)");
    stage.pass(1);
    stage.sees("the loop was blocked 2 times, 350 ms at most, last by #3 (cleo)");
    stage.fact(Fact::Failed { detail: "something else".into() });
    stage.pass(2);
    blocked(&mut stage, 203_000);
    stage.sees("something else");
}

#[test]
fn who_waits_can_be_sorted_by() {
    let mut stage = hang_on_threads(80, 24);
    stage.click("latency ");
    stage.sees("sort latency ▼");
    let first = stage.app.clients().window(1).1.to_vec();
    assert_eq!(first, [ConnectionId(3)]);
    stage.keys("3");
    stage.click("latency, last");
    stage.sees("sort latency ▼");
}

#[test]
fn a_switch_says_what_it_did() {
    let mut stage = hang_on_async(80, 24);
    stage.keys("h");
    stage.switch(CLIENTS);
    stage.sees("switch to threads: 5 clients in 310 ms");
    (stage.threads, stage.resident) = (12, 9_100_000);
    talk(&mut stage, BackendKind::Threads, |_| 880);
    stage.sees("switch threads 4 → 12, p99 200 ms → 883 µs");
    stage.keys("zjjj");
    stage.sees("OS threads 4 → 12, memory 7.1 → 8.6 MiB, p99 200 ms → 883 µs");
}

#[test]
fn a_low_pane_keeps_what_is_seen_at_a_glance() {
    let mut stage = hang_on_threads(80, 24);
    stage.event(Event::Said("one ".repeat(60)));
    for row in ["● threads, 5 connections", "clients own thread", "latency threads p50", "switch threads"] {
        stage.sees(row);
    }
    stage.sees_not("drain, close");
    stage.keys("G");
    stage.sees("history memory");
}

/// A thousand clients that keep a server busy.
#[test]
fn large_figures_have_room() {
    let mut stage = Stage::new(80, 24);
    stage.pass(1);
    for id in 1..=1_000 {
        stage.open(id);
        stage.bytes(id, Direction::Received, b"hello");
    }
    for id in 900..=1_000 {
        stage.close(id, if id % 3 == 0 { CloseReason::PeerReset } else { CloseReason::PeerFinished });
    }
    stage.switch(899);
    (stage.threads, stage.resident) = (906, 123_456_789);
    let answers = vec![Answer { connection: ConnectionId(1), micros: 12_345, stands_for: 9_000 }];
    for _ in 0..2 {
        stage.fact(Fact::Worked {
            backend: BackendKind::Threads,
            work: Box::new(Work {
                io: IoCounters {
                    reads: 123_456,
                    read_bytes: 123_456_789,
                    writes: 98_765,
                    partial_writes: 1_234,
                    blocked_micros: 45_678_901,
                },
                answers: answers.clone(),
                lags: vec![12_345],
            }),
        });
        stage.pass(1);
    }
    stage.keys("3");
    insta::assert_snapshot!(stage.screen());
    stage.keys("z");
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn the_keys_that_hurt_are_told_at_80_columns() {
    let mut stage = talking(80, 24, 1);
    stage.sees("h hang  w work  r slow reader  i idle  u burst");
    stage.keys("?");
    stage.sees("│Backends");
    stage.sees("Toggle: selected client's handler sleeps 200 ms");
}

#[test]
fn a_blocked_loop_is_named_in_a_narrow_pane_too() {
    let mut stage = talking(110, 30, 1);
    stage.fact(Fact::Blocked { connection: Some(ConnectionId(3)), micros: 180_000 });
    let screen = stage.screen();
    let line = screen.lines().find(|line| line.contains("●") && line.contains("BLOCKED"));
    assert!(line.is_some(), "{screen}");
    assert!(screen.contains("╭  BLOCKED by #3 (cleo) for 180 ms ─"), "{screen}");
}
