use std::collections::{HashMap, HashSet};

use super::*;
use crate::app::action::{ClientsAction, StreamAction};
use crate::app::focus::Pane;
use crate::app::keymap::rebind::Override;

fn pressed(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, modifiers)
}

#[test]
fn no_key_means_two_things_in_one_place() {
    let keymap = Keymap::default();
    for own in
        [&[KeyContext::Clients][..], &[KeyContext::Stream], &[KeyContext::Backends], &[KeyContext::Logs], &[]]
    {
        let mut seen = HashSet::new();
        let places = own.iter().chain(&[KeyContext::Everywhere, KeyContext::Moving, KeyContext::Always]);
        for key in places.flat_map(|&context| keymap.bindings(context)).flat_map(|binding| &binding.keys) {
            assert!(seen.insert(key), "{} twice with {own:?}", key.label());
        }
    }
    for context in KeyContext::ALL {
        let mut seen = HashSet::new();
        assert!(
            keymap.bindings(context).flat_map(|binding| &binding.keys).all(|key| seen.insert(key)),
            "{context:?}"
        );
    }
}

#[test]
fn every_row_is_described_and_every_pane_has_its_number() {
    let keymap = Keymap::default();
    for binding in keymap.all() {
        assert!(!binding.keys.is_empty() && binding.what.starts_with(|first: char| first.is_uppercase()));
        assert!(binding.what.chars().count() <= 52, "{}", binding.what);
    }
    for pane in Pane::ALL {
        let key = char::from_digit(pane.number() as u32, 10).unwrap();
        let event = pressed(KeyCode::Char(key), KeyModifiers::NONE);
        assert_eq!(keymap.action(&[KeyContext::Everywhere], event), Some(Action::Focus(pane)));
    }
}

#[test]
fn shift_is_part_of_the_character() {
    let keymap = Keymap::default();
    let places = [KeyContext::Clients, KeyContext::Everywhere];
    for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
        let found = keymap.action(&places, pressed(KeyCode::Char('S'), modifiers));
        assert_eq!(found, Some(Action::Clients(ClientsAction::InvertSort)));
        assert_eq!(keymap.action(&places, pressed(KeyCode::BackTab, modifiers)), Some(Action::PreviousPane));
    }
    assert_eq!(keymap.action(&places, pressed(KeyCode::Char('s'), KeyModifiers::ALT)), None);
}

#[test]
fn in_the_filter_letters_are_text_and_control_c_still_quits() {
    let keymap = Keymap::default();
    let places = [KeyContext::Filter, KeyContext::Prompt, KeyContext::Always];
    let typed = keymap.action(&places, pressed(KeyCode::Char('Q'), KeyModifiers::SHIFT));
    assert_eq!(typed, Some(Action::Edit(Edit::Insert('Q'))));
    assert_eq!(
        keymap.action(&places, pressed(KeyCode::Char('c'), KeyModifiers::CONTROL)),
        Some(Action::Interrupt)
    );
    assert_eq!(keymap.action(&places, pressed(KeyCode::Char('x'), KeyModifiers::ALT)), None);
}

#[test]
fn markdown_has_every_row_once() {
    let keymap = Keymap::default();
    let text = keymap.markdown();
    assert_eq!(text.lines().count(), keymap.all().count() + 2);
    assert!(text.contains("| Clients | `Enter` | Open the selected connection |"), "{text}");
    assert!(text.contains("| Always | `^C` | Quit, from a prompt too | `app.interrupt` |"), "{text}");
}

#[test]
fn every_row_has_an_id_and_every_id_one_action() {
    let keymap = Keymap::default();
    let mut actions = HashMap::new();
    for binding in keymap.all() {
        let id = binding.id().unwrap_or_else(|| panic!("{:?} has no id", binding.action));
        assert_eq!(*actions.entry(id).or_insert(binding.action), binding.action, "{id}");
        assert_eq!(keymap.action_of(id.as_str()), Some(binding.action));
        let (room, command) = id.as_str().split_once('.').unwrap();
        for word in [room, command] {
            let is_plain = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            assert!(!word.is_empty() && word.chars().all(is_plain), "{id}");
        }
    }
    assert_eq!(keymap.action_of("stream.next-view"), Some(Action::Stream(StreamAction::NextView)));
    assert_eq!(keymap.action_of("stream.next"), None);
}

#[test]
fn the_rows_of_one_action_have_the_same_keys() {
    // Rebinding a command changes all of its rows.
    let keymap = Keymap::default();
    for binding in keymap.all() {
        for other in keymap.all().filter(|other| other.action == binding.action) {
            assert_eq!(other.keys, binding.keys, "{:?}", binding.action);
        }
    }
}

#[test]
fn a_command_without_a_key_is_run_by_the_palette() {
    let mut keymap = Keymap::default();
    assert_eq!(keymap.way_to(Action::Zoom), "z");
    assert_eq!(keymap.pane_title(Pane::Logs), "4 Logs");
    let none = |id: &str| Override { id: id.to_owned(), keys: Vec::new() };
    keymap.rebind(&[none("pane.zoom"), none("pane.logs")]).unwrap();
    assert_eq!(keymap.way_to(Action::Zoom), ":pane.zoom");
    assert_eq!(keymap.pane_title(Pane::Logs), "Logs");
    let palette = Override { id: "palette.open".to_owned(), keys: vec!["F2".to_owned()] };
    keymap.rebind(&[palette]).unwrap();
    assert_eq!(keymap.way_to(Action::Zoom), "F2 pane.zoom");
}
