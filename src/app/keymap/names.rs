//! Keys by the names that the key table gives them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::keymap::binding::Key;

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

/// Returns the key that a configuration names: `g`, `ctrl+r`, `alt+x`, `shift+tab`, `space`, `F1`; or as the screen
/// spells it.
pub(super) fn parse(name: &str) -> Option<Key> {
    if let Some(event) = key(name) {
        return Some(Key::code(event.code).with(event.modifiers));
    }
    let lower = name.to_lowercase();
    if let Some(letter) = lower.strip_prefix("ctrl+").and_then(only) {
        // A terminal cannot tell the others apart: they are Tab, Enter and Escape.
        let is_reported = letter.is_ascii_alphabetic() && !matches!(letter, 'i' | 'm');
        return is_reported.then(|| Key::ctrl(letter));
    }
    if lower.starts_with("alt+") {
        // As it is typed: upper case is another key.
        let letter = only(name.get("alt+".len()..)?)?;
        return Some(Key::char(letter).with(KeyModifiers::ALT));
    }
    let code = match lower.as_str() {
        "enter" => KeyCode::Enter,
        "esc" | "escape" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "shift+tab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "pgup" | "pageup" => KeyCode::PageUp,
        "pgdn" | "pagedown" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "del" | "delete" => KeyCode::Delete,
        "backspace" => KeyCode::Backspace,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        _ => KeyCode::F(lower.strip_prefix('f')?.parse().ok().filter(|number| (1..=12).contains(number))?),
    };
    Some(Key::code(code))
}

/// Returns the only character of a text.
fn only(text: &str) -> Option<char> {
    let mut letters = text.chars();
    letters.next().filter(|letter| letters.as_str().is_empty() && !letter.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::bindings::Keymap;

    #[test]
    fn every_key_of_the_table_is_found_by_its_name() {
        let keymap = Keymap::default();
        for binding in keymap.all() {
            for label in binding.labels().split(' ') {
                let event = key(label).unwrap_or_else(|| panic!("there is no {label}"));
                assert_eq!(keymap.action(&[binding.context], event), Some(binding.action), "{label}");
            }
        }
    }

    #[test]
    fn every_key_is_read_as_a_configuration_spells_it() {
        for binding in Keymap::default().all() {
            for &key in &binding.keys {
                assert_eq!(parse(&key.name()), Some(key), "{}", key.name());
                assert_eq!(parse(&key.label()), Some(key), "{}", key.label());
            }
        }
        for (name, label) in [
            ("Ctrl+R", "^R"),
            ("CTRL+r", "^R"),
            ("alt+X", "alt+X"),
            ("alt+x", "alt+x"),
            ("f12", "F12"),
            ("Shift+Tab", "⇧Tab"),
            ("Space", "Space"),
            ("+", "+"),
        ] {
            assert_eq!(parse(name).map(Key::label).as_deref(), Some(label), "{name}");
        }
        for name in
            ["", "ctrl+", "ctrl+i", "ctrl+xx", "ctrl+1", "shift+x", "alt+", "alt+xy", "f13", "control+x"]
        {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_not_a_key_is_none() {
        for name in ["", "xx", "^CC", "^€", "F0", "F13", "Fx", "enter", "⇧x"] {
            assert!(key(name).is_none(), "{name}");
        }
    }
}
