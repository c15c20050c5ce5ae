//! Bytes of the stream as the input of a command.

use bytewatch::app::overlay::Overlay;
use bytewatch::app::{AppEvent, Effect, PipeEnd, PipeResult, PipeText, PipedBytes};
use bytewatch::event::Direction;
use ratatui::crossterm::event::{KeyCode, MouseEventKind};

use crate::harness::Harness;

fn conversation() -> Harness {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.bytes(1, Direction::Received, b"first line\nsecond line\n");
    harness.press(KeyCode::Enter);
    harness.keys("zg");
    harness
}

/// Types a command and runs it.
fn run(harness: &mut Harness, command: &str) -> PipedBytes {
    harness.keys("|");
    harness.keys(command);
    match <[Effect; 1]>::try_from(harness.press(KeyCode::Enter)) {
        Ok([Effect::Pipe(piped)]) => piped,
        other => panic!("not run: {other:?}"),
    }
}

fn text(bytes: &[u8]) -> PipeText {
    PipeText { bytes: bytes.to_vec().into(), length: bytes.len() as u64 }
}

fn ends(harness: &mut Harness, end: PipeEnd, output: &[u8], errors: &[u8]) {
    let result = PipeResult { end, output: text(output), errors: text(errors) };
    harness.app_event(AppEvent::Piped(result));
}

#[test]
fn the_selection_or_the_stream_is_given_to_a_command() {
    let mut harness = conversation();
    harness.keys("|");
    harness.sees("pipe 23 bytes received to");
    assert_eq!(harness.press(KeyCode::Enter), []);
    harness.sees("no command is typed");
    harness.press(KeyCode::Esc);
    harness.keys("vllll");
    let piped = run(&mut harness, "tr a-z A-Z");
    assert_eq!((&*piped.command, &*piped.bytes), ("tr a-z A-Z", &b"first"[..]));
    harness.sees("Output · tr a-z A-Z");
    harness.sees("runs; Esc stops it");
    harness.sees("given 5 bytes received of #1 from offset 0");
    ends(&mut harness, PipeEnd::Exited(0), b"FIRST", b"");
    harness.sees("exit status 0 · 5 bytes written");
    harness.sees("FIRST");
    harness.press(KeyCode::Esc);
    harness.sees_not("Output ·");
    // The command can be taken again.
    harness.keys("|");
    harness.press(KeyCode::Up);
    harness.sees("pipe 5 bytes received to tr a-z A-Z");
}

#[test]
fn errors_are_shown_and_what_is_no_text_commands_no_terminal() {
    let mut harness = conversation();
    run(&mut harness, "false");
    ends(&mut harness, PipeEnd::Exited(3), b"a\x1b[2Jb\xff\n", b"oh no\n");
    harness.sees("exit status 3 · 8 bytes written, 6 bytes of errors");
    harness.sees("a␛[2Jb");
    harness.sees("oh no");
    harness.press(KeyCode::Esc);
    run(&mut harness, "nothing");
    ends(&mut harness, PipeEnd::NotStarted("no memory".to_owned()), b"", b"");
    harness.sees("not started: no memory");
    harness.press(KeyCode::Esc);
    run(&mut harness, "killed");
    ends(&mut harness, PipeEnd::Signalled(9), b"", b"");
    harness.sees("ended by signal 9");
}

#[test]
fn a_long_output_scrolls_and_says_what_is_left_out() {
    let mut harness = conversation();
    run(&mut harness, "seq 100");
    let lines: String = (1..=100).map(|line| format!("number {line}\n")).collect();
    let output = PipeText { bytes: lines.into_bytes().into(), length: 123_456 };
    let result = PipeResult { end: PipeEnd::Exited(0), output, errors: PipeText::default() };
    harness.app_event(AppEvent::Piped(result));
    harness.sees("number 1 ");
    harness.mouse(MouseEventKind::ScrollDown, 9, 9);
    harness.sees_not("number 3 ");
    harness.sees("number 4 ");
    harness.keys("G");
    harness.sees("number 100 ");
    harness.sees("of 123,456 bytes are shown");
    harness.keys("g");
    harness.sees("number 1 ");
}

#[test]
fn a_command_that_runs_is_stopped_before_its_output_is_closed() {
    let mut harness = conversation();
    run(&mut harness, "sleep 1000");
    assert_eq!(harness.press(KeyCode::Esc), [Effect::StopPipe]);
    harness.sees("is being stopped");
    ends(&mut harness, PipeEnd::Stopped, b"", b"");
    harness.sees("stopped · 0 bytes written");
    assert_eq!(harness.press(KeyCode::Esc), []);
    assert_eq!(harness.app.overlay(), None);
}

#[test]
fn a_command_that_cannot_be_stopped_can_be_left_and_is_found_again() {
    let mut harness = conversation();
    run(&mut harness, "sleep 1000");
    harness.press(KeyCode::Esc);
    harness.press(KeyCode::Esc);
    assert_eq!(harness.app.overlay(), None);
    harness.keys("|");
    assert_eq!(harness.app.overlay(), Some(Overlay::Output), "not another one meanwhile");
    harness.press(KeyCode::Esc);
    ends(&mut harness, PipeEnd::Stopped, b"", b"");
    harness.sees("sleep 1000: stopped · 0 bytes written");
}
