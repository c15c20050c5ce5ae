//! Recording from the dashboard: the prompt, the question, and what the first line says.

use bytewatch::app::{AppEvent, Effect, RecordedFile, RecordingProgress, RecordingReport};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::harness::Harness;

fn report(harness: &mut Harness, report: RecordingReport) {
    harness.app_event(AppEvent::Recording(report));
}

fn ctrl(harness: &mut Harness, letter: char) -> Vec<Effect> {
    harness.app.update(AppEvent::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
}

fn recorded(effects: Vec<Effect>) -> RecordedFile {
    match <[Effect; 1]>::try_from(effects) {
        Ok([Effect::Record(file)]) => file,
        other => panic!("not recorded: {other:?}"),
    }
}

fn progress(written: u64, missed: u64) -> RecordingProgress {
    RecordingProgress { path: "a.pcapng".to_owned(), written, missed }
}

fn recording() -> Harness {
    let mut harness = Harness::new(110, 30);
    assert_eq!(harness.keys("R"), []);
    harness.sees("record to bytewatch-2");
    harness.sees(".pcapng");
    ctrl(&mut harness, 'u');
    harness.keys("a.pcapng");
    let file = recorded(harness.press(KeyCode::Enter));
    assert_eq!(file, RecordedFile { path: "a.pcapng".to_owned(), replace: false });
    report(&mut harness, RecordingReport::Started { path: file.path });
    harness
}

#[test]
fn a_recording_is_begun_shown_and_ended() {
    let mut harness = recording();
    harness.sees("recording to a.pcapng");
    harness.sees_not("record to");
    harness.sees("REC 0 B");
    report(&mut harness, RecordingReport::Running(progress(5 << 20, 0)));
    harness.sees("REC 5.0 MiB");
    report(&mut harness, RecordingReport::Running(progress(5 << 20, 1_234)));
    harness.sees("missed");
    assert_eq!(harness.keys("R"), [Effect::EndRecording]);
    report(&mut harness, RecordingReport::Ended { progress: progress(5 << 20, 0), failure: None });
    harness.sees("5.0 MiB recorded to a.pcapng");
    harness.sees_not("REC");
}

#[test]
fn what_exists_is_replaced_only_after_a_question() {
    let mut harness = Harness::new(110, 30);
    harness.keys("R");
    let file = recorded(harness.press(KeyCode::Enter));
    report(&mut harness, RecordingReport::Exists);
    harness.sees("exists. Record over it?");
    assert_eq!(harness.keys("n"), []);
    harness.sees("nothing recorded: ");
    harness.sees_not("record to");
    harness.keys("R");
    let again = recorded(harness.press(KeyCode::Enter));
    assert_eq!(again, file);
    report(&mut harness, RecordingReport::Exists);
    assert!(recorded(harness.keys("y")).replace);
    report(&mut harness, RecordingReport::Started { path: file.path });
    harness.sees_not("record to");
}

#[test]
fn errors_are_shown() {
    let mut harness = Harness::new(110, 30);
    harness.keys("R");
    let why = "No such file or directory".to_owned();
    report(&mut harness, RecordingReport::NotStarted { path: "none/a".to_owned(), why });
    harness.sees("none/a: No such file or directory");
    harness.sees("record to");
    harness.press(KeyCode::Esc);
    harness.sees_not("record to");
    let mut harness = recording();
    let failure = Some("No space left on device".to_owned());
    report(&mut harness, RecordingReport::Ended { progress: progress(100, 2), failure });
    harness
        .sees("the recording a.pcapng ended after 100 B: No space left on device; 2 reads and writes missed");
    harness.sees_not("REC");
}
