//! A lesson on the screen: its position, pausing, and what small screens show of it.

use std::net::SocketAddr;

use bytewatch::app::demo::lesson::{LessonClock, LessonProgress};
use bytewatch::app::{AppEvent, Effect, LessonControl};
use bytewatch::event::{BackendKind, ConnectionId, Direction};
use bytewatch::event::{CloseReason, ConnectionEvent, Event};
use bytewatch::model::state::KEPT_CLOSED;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::harness::Harness;

const SAID: &str = "But a ! follows, which cannot be the second. So e9 is malformed, no character, and marked. Below stands the rule that it breaks.";

fn at(caption: usize, playing: LessonClock) -> AppEvent {
    AppEvent::Lesson(Some(LessonProgress { caption, captions: 13, playing }))
}

fn taught(width: u16, height: u16) -> Harness {
    let mut harness = Harness::with_clients(width, height);
    harness.app_event(at(7, LessonClock::Running));
    harness.app_event(AppEvent::CaptionChanged(SAID.to_owned()));
    harness
}

#[test]
fn space_holds_the_lesson_and_the_display_and_lets_both_go_on() {
    let mut harness = taught(80, 24);
    harness.sees("▌ 7/13 But a !");
    harness.sees("Space pause  n next");
    harness.sees_not("freeze");
    for pane in ["1", "2", "3", "4"] {
        harness.keys(pane);
        assert_eq!(harness.keys(" "), [Effect::Lesson(LessonControl::Pause)]);
        harness.sees("▌ 7/13 PAUSED But a !");
        harness.sees("FROZEN");
        assert_eq!(harness.keys(" "), [Effect::Lesson(LessonControl::Resume)]);
        harness.sees("▌ 7/13 But a !");
        harness.sees_not("FROZEN");
    }
}

#[test]
fn a_pause_is_seen_before_anything_is_said() {
    let mut harness = Harness::with_clients(80, 24);
    harness.app_event(at(0, LessonClock::Running));
    harness.sees_not("0/13");
    harness.keys(" ");
    harness.sees("▌ 0/13 PAUSED");
}

#[test]
fn the_next_caption_is_shown_with_what_it_describes() {
    let mut harness = taught(80, 24);
    assert_eq!(harness.keys("n"), [Effect::Lesson(LessonControl::Next)]);
    harness.keys(" ");
    assert_eq!(harness.keys("n"), [Effect::Lesson(LessonControl::Next)]);
    harness.sees_not("FROZEN");
    harness.app_event(at(8, LessonClock::Paused));
    harness.app_event(AppEvent::CaptionChanged("Next.".to_owned()));
    harness.bytes(1, Direction::Received, b"zz9");
    harness.sees("▌ 8/13 PAUSED Next.");
    harness.sees("zz9");
    assert_eq!(harness.keys(" "), [Effect::Lesson(LessonControl::Resume)]);
    harness.sees_not("FROZEN");
}

#[test]
fn without_a_lesson_or_behind_its_end_space_freezes_the_display() {
    let mut harness = taught(80, 24);
    harness.app_event(AppEvent::Lesson(None));
    assert_eq!(harness.keys(" n"), []);
    harness.sees("FROZEN");
    harness.sees_not("PAUSED");
    harness.sees_not("7/13");
}

#[test]
fn a_lesson_that_presses_space_freezes_and_does_not_hold_itself() {
    let mut harness = taught(80, 24);
    let space = KeyEvent::new(KeyCode::Char(' '), KeyModifiers::NONE);
    harness.app_event(AppEvent::Pressed(space));
    harness.sees("FROZEN");
    harness.sees_not("PAUSED");
}

#[test]
fn a_space_that_is_typed_is_text() {
    let mut harness = taught(80, 24);
    assert_eq!(harness.keys("1/ n"), []);
    harness.sees("/ n");
    harness.sees_not("PAUSED");
}

#[test]
fn small_screens_tell_something_and_high_ones_all_of_it() {
    let mut harness = taught(40, 10);
    let caption = |harness: &Harness| {
        let screen = harness.screen();
        let lines = screen.lines().filter_map(|line| line.strip_prefix("▌ "));
        lines.collect::<Vec<_>>().join(" ")
    };
    assert!(
        caption(&harness).starts_with("7/13 But a ! follows") && caption(&harness).len() > 60,
        "{}",
        caption(&harness)
    );
    for (width, height) in [(40, 60), (60, 40), (80, 24), (120, 40), (200, 60)] {
        harness.resize(width, height);
        assert_eq!(caption(&harness), format!("7/13 {SAID}"), "{width}x{height}");
    }
    harness.resize(30, 6);
    assert!(caption(&harness).starts_with("7/13 But"), "{}", harness.screen());
}

#[test]
fn the_keys_of_a_lesson_are_in_the_help() {
    let mut harness = taught(80, 60);
    harness.keys("?");
    harness.sees("Pause the lesson and freeze the display");
}

#[test]
fn a_single_peak_does_not_flatten_the_graph() {
    let mut harness = Harness::with_clients(120, 40);
    for second in 0..60 {
        let size = if second == 30 { 240 * 1024 } else { 900 };
        harness.bytes(2, Direction::Received, &vec![b'x'; size]);
        harness.pass(1);
    }
    harness.sees("peak 240 KiB/s");
    harness.sees("2.0 KiB");
    harness.sees("↑");
    harness.sees_not("500 KiB");
    let mut steady = Harness::with_clients(120, 40);
    for second in 0..60 {
        steady.bytes(2, Direction::Received, &vec![b'x'; 900 * (1 + second % 7)]);
        steady.pass(1);
    }
    steady.sees_not("↑");
}

#[test]
fn a_client_that_left_is_kept_while_built_in_ones_are_dropped() {
    let crowd = KEPT_CLOSED as u64 + 20;
    let mut harness = Harness::with_clients(120, 36);
    harness.close(1, CloseReason::PeerFinished);
    harness.app_event(AppEvent::ClientNamed(([127, 0, 0, 1], 50_002).into(), "ann".to_owned()));
    harness.bytes(2, Direction::Received, b"hello");
    harness.close(2, CloseReason::PeerFinished);
    harness.app_event(AppEvent::GroupNamed([127, 0, 0, 2].into(), "many".to_owned()));
    for id in 10..10 + crowd {
        harness.event(Event::Connection(
            ConnectionId(id),
            ConnectionEvent::Opened {
                peer: SocketAddr::from(([127, 0, 0, 2], id as u16)).into(),
                local: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
                backend: BackendKind::Async,
                upstream: None,
            },
        ));
        harness.bytes(id, Direction::Received, b"hello");
        harness.close(id, CloseReason::PeerFinished);
    }
    harness.pass(2);
    harness.sees("22 closed ones dropped");
    harness.keys("/50001");
    harness.sees("1 match");
    harness.sees("127.0.0.1:50001 ○ FIN");
    harness.press(KeyCode::Esc);
    // A built-in client that is like no other stays for longer than the many that are alike.
    harness.keys("/ann");
    harness.sees("1 match");
}
