use std::time::Duration;

use super::script::Step;
use super::*;
use crate::model::Hurt;

/// Characters that are read in a second, the shortest time a caption stays, and the longest one.
const READ_A_SECOND: usize = 15;
const LEAST: Duration = Duration::from_secs(3);
const LONGEST: usize = 150;

fn all() -> impl Iterator<Item = (&'static str, Script)> {
    let scene = ("scene", SCENE);
    LESSONS
        .into_iter()
        .chain([scene])
        .map(|(name, text)| (name, Script::parse(text).unwrap_or_else(|wrong| panic!("{name}: {wrong}"))))
}

fn waits(steps: &[Step]) -> Duration {
    steps.iter().map(|step| if let Step::Wait(time) = step { *time } else { Duration::ZERO }).sum()
}

#[test]
fn lessons_have_titles_and_take_the_time_they_should() {
    for (name, script) in all() {
        assert!(!script.title.is_empty() && script.title.len() < 70, "{name}: {}", script.title);
        let most = if name == "bytes-and-characters" { 100 } else { 120 };
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
        let (mut hurting, mut deaf, mut crowds): (Vec<Hurt>, Vec<_>, Vec<_>) = Default::default();
        for step in &script.steps {
            match step {
                Step::Hurt(hurt) => hurting.push(*hurt),
                Step::Heal(None) => hurting.clear(),
                Step::Heal(Some(healed)) => hurting.retain(|hurt| hurt != healed),
                Step::Deaf(name) => deaf.push(name),
                Step::Hears(healed) => deaf.retain(|name| *name != healed),
                Step::Crowd(name, _) => crowds.push(name),
                Step::End(gone) => crowds.retain(|name| *name != gone),
                _ => {}
            }
        }
        assert!(hurting.is_empty(), "{name}: {hurting:?}");
        let repeats = script.steps.last() == Some(&Step::Repeat);
        assert!(repeats || (deaf.is_empty() && crowds.is_empty()), "{name}: {deaf:?} {crowds:?}");
    }
}

#[test]
fn a_lesson_is_known_by_its_name_or_its_file() {
    let read = |name: &str| Choice::Named(name.to_owned()).read();
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
