use std::collections::HashSet;

use super::*;
use crate::app::action::ClientsAction;
use crate::app::focus::Pane;

fn pressed(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, modifiers)
}

#[test]
fn no_key_means_two_things_in_one_place() {
    for own in [&[Context::Clients][..], &[Context::Stream], &[Context::Backends], &[Context::Logs], &[]] {
        let mut seen = HashSet::new();
        let places = own.iter().chain(&[Context::Everywhere, Context::Moving, Context::Always]);
        for key in places.flat_map(|&context| bindings(context)).flat_map(|binding| binding.keys) {
            assert!(seen.insert(key), "{} twice with {own:?}", key.label());
        }
    }
    for context in Context::ALL {
        let mut seen = HashSet::new();
        assert!(
            bindings(context).flat_map(|binding| binding.keys).all(|key| seen.insert(key)),
            "{context:?}"
        );
    }
}

#[test]
fn every_row_is_described_and_every_pane_has_its_number() {
    for binding in all() {
        assert!(!binding.keys.is_empty() && binding.what.starts_with(|first: char| first.is_uppercase()));
        assert!(binding.what.chars().count() <= 52, "{}", binding.what);
    }
    for pane in Pane::ALL {
        let key = char::from_digit(pane.number() as u32, 10).unwrap();
        let event = pressed(KeyCode::Char(key), KeyModifiers::NONE);
        assert_eq!(action(&[Context::Everywhere], event), Some(Action::Focus(pane)));
    }
}

#[test]
fn shift_is_part_of_the_character() {
    let places = [Context::Clients, Context::Everywhere];
    for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
        let found = action(&places, pressed(KeyCode::Char('S'), modifiers));
        assert_eq!(found, Some(Action::Clients(ClientsAction::InvertSort)));
        assert_eq!(action(&places, pressed(KeyCode::BackTab, modifiers)), Some(Action::PreviousPane));
    }
    assert_eq!(action(&places, pressed(KeyCode::Char('s'), KeyModifiers::ALT)), None);
}

#[test]
fn in_the_filter_letters_are_text_and_control_c_still_quits() {
    let places = [Context::Filter, Context::Prompt, Context::Always];
    let typed = action(&places, pressed(KeyCode::Char('Q'), KeyModifiers::SHIFT));
    assert_eq!(typed, Some(Action::Edit(Edit::Insert('Q'))));
    assert_eq!(action(&places, pressed(KeyCode::Char('c'), KeyModifiers::CONTROL)), Some(Action::Quit));
    assert_eq!(action(&places, pressed(KeyCode::Char('x'), KeyModifiers::ALT)), None);
}

#[test]
fn markdown_has_every_row_once() {
    let text = markdown();
    assert_eq!(text.lines().count(), all().count() + 2);
    assert!(text.contains("| Clients | `Enter` | Open the selected connection |"), "{text}");
    assert!(text.contains("| Always | `^C` | Quit |"), "{text}");
}
