use std::time::Duration;

use super::*;
use crate::event::FaultKind;
use crate::shell::demo::lesson::script::Step;

/// The reading speed in characters per second, the shortest time that a caption stays, and the length of the longest
/// caption.
const READ_A_SECOND: usize = 15;
const LEAST: Duration = Duration::from_secs(3);
const LONGEST: usize = 150;

fn all() -> impl Iterator<Item = (&'static str, Script)> {
    let default = ("scene", DEFAULT_LESSON);
    LESSONS
        .into_iter()
        .chain([default])
        .map(|(name, text)| (name, Script::parse(text).unwrap_or_else(|wrong| panic!("{name}: {wrong}"))))
}

fn waits(steps: &[Step]) -> Duration {
    steps.iter().map(|step| if let Step::Wait(time) = step { *time } else { Duration::ZERO }).sum()
}

#[test]
fn lessons_have_titles_and_take_the_time_they_should() {
    for (name, script) in all() {
        assert!(!script.title.is_empty() && script.title.len() < 70, "{name}: {}", script.title);
        let most = if name == "bytes-and-characters" { 105 } else { 120 };
        let time = waits(&script.steps);
        assert!(time <= Duration::from_secs(most), "{name} takes {time:?}");
    }
}

#[test]
fn captions_are_short_and_stay_long_enough_to_be_read() {
    for (name, script) in all() {
        let captions = script.steps.iter().enumerate();
        for (at, caption) in captions.filter_map(|(at, step)| match step {
            Step::Say(caption) if !caption.is_empty() => Some((at, caption)),
            _ => None,
        }) {
            let length = caption.chars().count();
            assert!(length <= LONGEST, "{name}: {length} characters: {caption}");
            let rest = &script.steps[at + 1..];
            let until = rest.iter().position(|step| matches!(step, Step::Say(_))).unwrap_or(rest.len());
            let stays = waits(&rest[..until]);
            let needed = Duration::from_secs_f64(length as f64 / READ_A_SECOND as f64).max(LEAST);
            assert!(stays >= needed, "{name}: {stays:?} for {needed:?}: {caption}");
        }
    }
}

#[test]
fn what_is_turned_on_is_turned_off() {
    for (name, script) in all() {
        let (mut active, mut paused, mut loads): (Vec<FaultKind>, Vec<_>, Vec<_>) = Default::default();
        for step in &script.steps {
            match step {
                Step::StartFault(fault) => active.push(*fault),
                Step::EndFault(None) => active.clear(),
                Step::EndFault(Some(ended)) => active.retain(|fault| fault != ended),
                Step::PauseReading(name) => paused.push(name),
                Step::ResumeReading(ended) => paused.retain(|name| *name != ended),
                Step::StartLoad(name, _) => loads.push(name),
                Step::EndLoad(gone) => loads.retain(|name| *name != gone),
                _ => {}
            }
        }
        assert!(active.is_empty(), "{name}: {active:?}");
        let repeats = script.steps.last() == Some(&Step::Repeat);
        assert!(repeats || (paused.is_empty() && loads.is_empty()), "{name}: {paused:?} {loads:?}");
    }
}

#[test]
fn a_lesson_is_known_by_its_name_or_its_file() {
    let read = |name: &str| LessonSource::Named(name.to_owned()).read();
    for (name, _) in LESSONS {
        assert!(read(name).is_ok());
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/lessons/slow-reader.txt");
    assert_eq!(read(file).unwrap(), read("slow-reader").unwrap());
    let complaint = |name: &str| format!("{:#}", read(name).unwrap_err());
    assert!(complaint("slow-raeder").contains("no lesson 'slow-raeder' and no such file"));
    assert!(complaint("/").starts_with("cannot read /"));
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert!(
        complaint(source).contains("Cargo.toml: line 1: there is no step '[package]'"),
        "{}",
        complaint(source)
    );
}

/// The error of a lesson, and its line.
fn wrong(text: &str) -> String {
    Script::parse(text).expect_err("it has to be refused").to_string()
}

#[test]
fn too_many_bytes_of_messages_are_an_error_with_its_line() {
    let bound = "all messages of a lesson together have 16MiB at most";
    let send = "send a \"x\"*1048576\n";
    assert!(Script::parse(&format!("client a\n{}", send.repeat(16))).is_ok());
    assert_eq!(wrong(&format!("client a\n{}", send.repeat(20_000))), format!("line 18: {bound}"));
    let many = vec!["\"x\"*1048576"; 3_000].join(", ");
    assert_eq!(wrong(&format!("client a\ntalk a 1ms {many}")), format!("line 2: {bound}"));
    let several = ["\"x\"*1048576"; 9].join(", ");
    assert_eq!(
        wrong(&format!("client a\ntalk a 1ms {several}\ntalk a 1ms {several}")),
        format!("line 3: {bound}")
    );
}

#[test]
fn too_many_clients_or_loads_are_an_error_with_its_line() {
    let clients: String = (0..100_000).map(|number| format!("client c{number}\n")).collect();
    assert!(wrong(&clients).starts_with("line 1001: 1000 clients with names at most"), "{}", wrong(&clients));
    let in_turn: String = (0..2_000).map(|number| format!("client c{number}\nfinish c{number}\n")).collect();
    assert!(Script::parse(&in_turn).is_ok(), "they are not there at once");
    let loads: String = (0..100).map(|number| format!("crowd c{number} 1 idle 1B\n")).collect();
    assert!(wrong(&loads).starts_with("line 33: 32 crowds at most"), "{}", wrong(&loads));
    let large = "crowd a 10000 idle 1B\ncrowd b 10000 idle 1B\ncrowd c 1 idle 1B";
    assert!(
        wrong(large).starts_with("line 3: all crowds that are there at once have 20000"),
        "{}",
        wrong(large)
    );
    assert!(Script::parse(&large.replace("crowd c", "end a\ncrowd c")).is_ok());
}

#[test]
fn what_has_no_end_is_not_read_to_its_end() {
    let complaint = format!("{:#}", LessonSource::Named("/dev/zero".to_owned()).read().unwrap_err());
    assert!(complaint.contains("a lesson is a text of at most 1MiB"), "{complaint}");
}
