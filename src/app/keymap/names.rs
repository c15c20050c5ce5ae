//! Keys by the names that the key table gives them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Returns the key press of this name, if there is one.
#[must_use]
pub fn key(name: &str) -> Option<KeyEvent> {
    let plain = |code| Some(KeyEvent::new(code, KeyModifiers::NONE));
    let mut letters = name.chars();
    match (letters.next()?, letters.next(), letters.next()) {
        ('↑', None, _) => return plain(KeyCode::Up),
        ('↓', None, _) => return plain(KeyCode::Down),
        ('←', None, _) => return plain(KeyCode::Left),
        ('→', None, _) => return plain(KeyCode::Right),
        ('⌫', None, _) => return plain(KeyCode::Backspace),
        (letter, None, _) => return plain(KeyCode::Char(letter)),
        ('^', Some(letter), None) if letter.is_ascii_alphabetic() => {
            let letter = KeyCode::Char(letter.to_ascii_lowercase());
            return Some(KeyEvent::new(letter, KeyModifiers::CONTROL));
        }
        _ => {}
    }
    let named = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "⇧Tab" | "BackTab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Del" => KeyCode::Delete,
        "Backspace" => KeyCode::Backspace,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        _ => KeyCode::F(name.strip_prefix('F')?.parse().ok().filter(|number| (1..=12).contains(number))?),
    };
    plain(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::lookup::action;
    use crate::app::keymap::lookup::all;

    #[test]
    fn every_key_of_the_table_is_found_by_its_name() {
        for binding in all() {
            for label in binding.labels().split(' ') {
                let event = key(label).unwrap_or_else(|| panic!("there is no {label}"));
                assert_eq!(action(&[binding.context], event), Some(binding.action), "{label}");
            }
        }
    }

    #[test]
    fn what_is_not_a_key_is_none() {
        for name in ["", "xx", "^CC", "^€", "F0", "F13", "Fx", "enter", "⇧x"] {
            assert!(key(name).is_none(), "{name}");
        }
    }
}
