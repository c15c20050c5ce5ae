//! Bindings: which keys call which action in which context.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::action::Action;
use crate::app::command_id::CommandId;
use crate::app::keymap::key_context::KeyContext;
use crate::bytes::safe::Charset;

/// A key with its modifiers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Key {
    pub(super) const fn char(letter: char) -> Self {
        Self::code(KeyCode::Char(letter))
    }

    pub(super) const fn ctrl(letter: char) -> Self {
        Self { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL }
    }

    pub(super) const fn code(code: KeyCode) -> Self {
        Self { code, modifiers: KeyModifiers::NONE }
    }

    pub(super) const fn with(self, modifiers: KeyModifiers) -> Self {
        Self { modifiers, ..self }
    }

    /// Returns whether the key is text where text is typed.
    pub(super) const fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }

    /// Returns whether an event is this key. Shift is ignored: it is part of the character that it produces, and of
    /// back-tab, and terminals differ in whether they report it again.
    pub(super) fn matches(self, event: KeyEvent) -> bool {
        self.code == event.code && self.modifiers == event.modifiers.difference(KeyModifiers::SHIFT)
    }

    /// Returns the key as a configuration spells it: `q`, `ctrl+c`, `esc`, `shift+tab`.
    #[must_use]
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "space".to_owned(),
            KeyCode::Char(letter) => letter.to_string(),
            KeyCode::F(number) => format!("F{number}"),
            KeyCode::PageUp => "pgup".to_owned(),
            KeyCode::PageDown => "pgdn".to_owned(),
            KeyCode::BackTab => "shift+tab".to_owned(),
            KeyCode::Delete => "del".to_owned(),
            other => other.to_string().to_lowercase(),
        };
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            format!("ctrl+{name}")
        } else if self.modifiers.contains(KeyModifiers::ALT) {
            format!("alt+{name}")
        } else {
            name
        }
    }

    /// Returns the key as the screen spells it: `q`, `^C`, `Esc`, `⇧Tab`.
    #[must_use]
    pub fn label(self) -> String {
        self.label_in(Charset::Unicode)
    }

    /// Returns the key as a screen with these characters spells it. Where there are no arrows, they are words: signs like
    /// `<` and `^` are other keys.
    #[must_use]
    pub fn label_in(self, charset: Charset) -> String {
        let either = |sign, word| if charset == Charset::Unicode { sign } else { word };
        let name = match self.code {
            KeyCode::Char(' ') => "Space",
            KeyCode::Char(letter) if self.modifiers == KeyModifiers::CONTROL => {
                return format!("^{}", letter.to_ascii_uppercase());
            }
            KeyCode::Char(letter) if self.modifiers == KeyModifiers::ALT => {
                return format!("alt+{letter}");
            }
            KeyCode::Char(letter) => return letter.to_string(),
            KeyCode::F(number) => return format!("F{number}"),
            KeyCode::Up => either("↑", "Up"),
            KeyCode::Down => either("↓", "Down"),
            KeyCode::Left => either("←", "Left"),
            KeyCode::Right => either("→", "Right"),
            KeyCode::PageUp => "PgUp",
            KeyCode::PageDown => "PgDn",
            KeyCode::BackTab => either("⇧Tab", "BackTab"),
            KeyCode::Backspace => either("⌫", "Backspace"),
            KeyCode::Delete => "Del",
            other => return other.to_string(),
        };
        name.to_owned()
    }
}

/// A hint in the footer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hint {
    /// Hints with lower ranks stay longer where there is little room; 0 always stays.
    pub rank: u8,
    /// The word beside the key.
    pub label: &'static str,
}

/// One row of the key table, as it is written there: with the keys that it has unless the user binds others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) context: KeyContext,
    pub(super) keys: &'static [Key],
    pub(super) action: Action,
    pub(super) what: &'static str,
    pub(super) hint: Option<Hint>,
}

/// One row of a key map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding {
    /// The context in which the keys work.
    pub context: KeyContext,
    /// The keys; the footer shows the first. There are none if the user has taken them away.
    pub keys: Vec<Key>,
    /// The action that the keys run.
    pub action: Action,
    /// The description of the action.
    pub what: &'static str,
    /// The hint in the footer, if any.
    pub hint: Option<Hint>,
    /// The characters that its keys are spelled with.
    pub(super) charset: Charset,
}

impl From<Row> for Binding {
    fn from(row: Row) -> Self {
        let Row { context, keys, action, what, hint } = row;
        Self { context, keys: keys.to_vec(), action, what, hint, charset: Charset::Unicode }
    }
}

impl Binding {
    /// Returns the id of the command.
    #[must_use]
    pub const fn id(&self) -> Option<CommandId> {
        CommandId::of(self.action)
    }

    /// Returns its first key as the screen spells it, if it has one.
    #[must_use]
    pub fn first_label(&self) -> Option<String> {
        self.keys.first().map(|key| key.label_in(self.charset))
    }

    /// Returns all keys as the screen spells them, separated by spaces.
    #[must_use]
    pub fn labels(&self) -> String {
        self.keys.iter().map(|key| key.label_in(self.charset)).collect::<Vec<_>>().join(" ")
    }
}
