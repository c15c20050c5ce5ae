//! A lesson on the screen: its position, pausing, and what small screens show of it.

use bytewatch::app::lesson::{Place, Playing};
use bytewatch::app::{Effect, Event, LessonControl};
use bytewatch::model::event::{CloseReason, Fact};
use bytewatch::model::state::KEPT_CLOSED;
use bytewatch::model::{BackendKind, ConnectionId, Direction};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::stage::Stage;

const SAID: &str = "But a ! follows, which cannot be the second. So e9 is malformed, no character, and marked. Below stands the rule that it breaks.";

fn at(caption: usize, playing: Playing) -> Event {
    Event::Lesson(Some(Place { caption, captions: 13, playing }))
}

fn taught(width: u16, height: u16) -> Stage {
    let mut stage = Stage::with_clients(width, height);
    stage.event(at(7, Playing::Running));
    stage.event(Event::Said(SAID.to_owned()));
    stage
}

#[test]
fn space_holds_the_lesson_and_the_display_and_lets_both_go_on() {
    let mut stage = taught(80, 24);
    stage.sees("▌ 7/13 But a !");
    stage.sees("Space pause  n next");
    stage.sees_not("freeze");
    for pane in ["1", "2", "3", "4"] {
        stage.keys(pane);
        assert_eq!(stage.keys(" "), [Effect::Lesson(LessonControl::Pause)]);
        stage.sees("▌ 7/13 PAUSED But a !");
        stage.sees("FROZEN");
        assert_eq!(stage.keys(" "), [Effect::Lesson(LessonControl::Resume)]);
        stage.sees("▌ 7/13 But a !");
        stage.sees_not("FROZEN");
    }
}

#[test]
fn a_pause_is_seen_before_anything_is_said() {
    let mut stage = Stage::with_clients(80, 24);
    stage.event(at(0, Playing::Running));
    stage.sees_not("0/13");
    stage.keys(" ");
    stage.sees("▌ 0/13 PAUSED");
}

#[test]
fn the_next_caption_is_shown_with_what_it_speaks_of() {
    let mut stage = taught(80, 24);
    assert_eq!(stage.keys("n"), [Effect::Lesson(LessonControl::Next)]);
    stage.keys(" ");
    assert_eq!(stage.keys("n"), [Effect::Lesson(LessonControl::Next)]);
    stage.sees_not("FROZEN");
    stage.event(at(8, Playing::Paused));
    stage.event(Event::Said("Next.".to_owned()));
    stage.bytes(1, Direction::Received, b"zz9");
    stage.sees("▌ 8/13 PAUSED Next.");
    stage.sees("zz9");
    assert_eq!(stage.keys(" "), [Effect::Lesson(LessonControl::Resume)]);
    stage.sees_not("FROZEN");
}

#[test]
fn without_a_lesson_or_behind_its_end_space_freezes_the_display() {
    let mut stage = taught(80, 24);
    stage.event(Event::Lesson(None));
    assert_eq!(stage.keys(" n"), []);
    stage.sees("FROZEN");
    stage.sees_not("PAUSED");
    stage.sees_not("7/13");
}

#[test]
fn a_lesson_that_presses_space_freezes_and_does_not_hold_itself() {
    let mut stage = taught(80, 24);
    let space = KeyEvent::new(KeyCode::Char(' '), KeyModifiers::NONE);
    stage.event(Event::Pressed(space));
    stage.sees("FROZEN");
    stage.sees_not("PAUSED");
}

#[test]
fn a_space_that_is_typed_is_text() {
    let mut stage = taught(80, 24);
    assert_eq!(stage.keys("1/ n"), []);
    stage.sees("/ n");
    stage.sees_not("PAUSED");
}

#[test]
fn small_screens_tell_something_and_high_ones_all_of_it() {
    let mut stage = taught(40, 10);
    let told = |stage: &Stage| {
        let screen = stage.screen();
        let lines = screen.lines().filter_map(|line| line.strip_prefix("▌ "));
        lines.collect::<Vec<_>>().join(" ")
    };
    assert!(told(&stage).starts_with("7/13 But a ! follows") && told(&stage).len() > 60, "{}", told(&stage));
    for (width, height) in [(40, 60), (60, 40), (80, 24), (120, 40), (200, 60)] {
        stage.resize(width, height);
        assert_eq!(told(&stage), format!("7/13 {SAID}"), "{width}x{height}");
    }
    stage.resize(30, 6);
    assert!(told(&stage).starts_with("7/13 But"), "{}", stage.screen());
}

#[test]
fn the_keys_of_a_lesson_are_in_the_help() {
    let mut stage = taught(80, 60);
    stage.keys("?");
    stage.sees("Pause the lesson and freeze the display");
}

#[test]
fn a_single_peak_does_not_flatten_the_graph() {
    let mut stage = Stage::with_clients(120, 40);
    for second in 0..60 {
        let size = if second == 30 { 240 * 1024 } else { 900 };
        stage.bytes(2, Direction::Received, &vec![b'x'; size]);
        stage.pass(1);
    }
    stage.sees("peak 240 KiB/s");
    stage.sees("2.0 KiB");
    stage.sees("↑");
    stage.sees_not("500 KiB");
    let mut steady = Stage::with_clients(120, 40);
    for second in 0..60 {
        steady.bytes(2, Direction::Received, &vec![b'x'; 900 * (1 + second % 7)]);
        steady.pass(1);
    }
    steady.sees_not("↑");
}

#[test]
fn a_client_that_left_is_kept_while_built_in_ones_are_dropped() {
    let crowd = KEPT_CLOSED as u64 + 20;
    let mut stage = Stage::with_clients(120, 36);
    stage.close(1, CloseReason::PeerFinished);
    stage.event(Event::Named(([127, 0, 0, 1], 50_002).into(), "ann".to_owned()));
    stage.bytes(2, Direction::Received, b"hello");
    stage.close(2, CloseReason::PeerFinished);
    stage.event(Event::CrowdNamed([127, 0, 0, 2].into(), "many".to_owned()));
    for id in 10..10 + crowd {
        stage.fact(Fact::Opened {
            connection: ConnectionId(id),
            peer: ([127, 0, 0, 2], id as u16).into(),
            local: ([127, 0, 0, 1], 7777).into(),
            backend: BackendKind::Async,
        });
        stage.bytes(id, Direction::Received, b"hello");
        stage.close(id, CloseReason::PeerFinished);
    }
    stage.pass(2);
    stage.sees("22 closed ones dropped");
    stage.keys("/50001");
    stage.sees("1 match");
    stage.sees("127.0.0.1:50001 ○ FIN");
    stage.press(KeyCode::Esc);
    stage.keys("/ann");
    stage.sees("0 match");
}
