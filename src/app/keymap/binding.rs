//! Bindings: which keys call which action in which context.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::action::Action;
use crate::app::focus::Pane;
use crate::app::mode::Mode;

/// A part of the screen or a mode in which a key has a meaning.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Context {
    /// Always, prompts and the help included.
    Always,
    /// In every pane.
    Everywhere,
    /// In every pane while a lesson runs.
    Lesson,
    /// In every pane and in the help.
    Moving,
    /// In the table of connections.
    Clients,
    /// In the stream.
    Stream,
    /// In the pane of backends.
    Backends,
    /// In the log.
    Logs,
    /// In the filter prompt.
    Filter,
    /// In the offset prompt.
    Offset,
    /// In the prompt for bytes to send.
    Send,
    /// In the overlay that shows what is held.
    Hold,
    /// In a prompt about what is held.
    HoldInput,
    /// While a confirmation is open.
    Confirm,
    /// In the overlay of the faults.
    Faults,
    /// In any prompt.
    Prompt,
    /// In the help.
    Help,
}

impl Context {
    /// All contexts, in the order of the help.
    pub const ALL: [Self; 17] = [
        Self::Clients,
        Self::Stream,
        Self::Backends,
        Self::Logs,
        Self::Lesson,
        Self::Everywhere,
        Self::Moving,
        Self::Filter,
        Self::Offset,
        Self::Send,
        Self::Hold,
        Self::HoldInput,
        Self::Confirm,
        Self::Faults,
        Self::Prompt,
        Self::Help,
        Self::Always,
    ];

    /// Returns the title of the context in the help.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::Everywhere => "In every pane",
            Self::Lesson => "Lesson",
            Self::Moving => "Moving",
            Self::Clients => "Clients",
            Self::Stream => "Stream",
            Self::Backends => "Backends",
            Self::Logs => "Logs",
            Self::Filter => "Filter",
            Self::Offset => "Offset",
            Self::Send => "Sending",
            Self::Hold => "Holding",
            Self::HoldInput => "Editing",
            Self::Confirm => "Closing",
            Self::Faults => "Faults",
            Self::Prompt => "Typing",
            Self::Help => "Help",
        }
    }
}

/// Returns the contexts of a mode and a focused pane, the most specific first.
#[must_use]
pub const fn contexts(mode: Mode, focus: Pane) -> &'static [Context] {
    use Context::{
        Always, Backends, Clients, Confirm, Everywhere, Faults, Filter, Help, Hold, HoldInput, Logs, Moving,
        Offset, Prompt, Send, Stream,
    };
    match (mode, focus) {
        (Mode::Filter, _) => &[Filter, Prompt, Always],
        (Mode::Offset, _) => &[Offset, Prompt, Always],
        (Mode::Send, _) => &[Send, Prompt, Always],
        (Mode::Hold, _) => &[Hold, Always],
        (Mode::HoldInput(_), _) => &[HoldInput, Prompt, Always],
        (Mode::Confirm(..), _) => &[Confirm, Always],
        (Mode::Faults, _) => &[Faults, Prompt, Always],
        (Mode::Help, _) => &[Help, Moving, Always],
        (Mode::Panes, Pane::Clients) => &[Clients, Everywhere, Moving, Always],
        (Mode::Panes, Pane::Stream) => &[Stream, Everywhere, Moving, Always],
        (Mode::Panes, Pane::Backends) => &[Backends, Everywhere, Moving, Always],
        (Mode::Panes, Pane::Logs) => &[Logs, Everywhere, Moving, Always],
    }
}

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

    /// Returns whether an event is this key. Shift is ignored: it is part of the character that it produces, and of
    /// back-tab, and terminals differ in whether they report it again.
    pub(super) fn matches(self, event: KeyEvent) -> bool {
        self.code == event.code && self.modifiers == event.modifiers.difference(KeyModifiers::SHIFT)
    }

    /// Returns the key as the screen spells it: `q`, `^C`, `Esc`, `⇧Tab`.
    #[must_use]
    pub fn label(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space",
            KeyCode::Char(letter) if self.modifiers == KeyModifiers::CONTROL => {
                return format!("^{}", letter.to_ascii_uppercase());
            }
            KeyCode::Char(letter) => return letter.to_string(),
            KeyCode::F(number) => return format!("F{number}"),
            KeyCode::Up => "↑",
            KeyCode::Down => "↓",
            KeyCode::Left => "←",
            KeyCode::Right => "→",
            KeyCode::PageUp => "PgUp",
            KeyCode::PageDown => "PgDn",
            KeyCode::BackTab => "⇧Tab",
            KeyCode::Backspace => "⌫",
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

/// One row of the key table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Binding {
    /// The context in which the keys work.
    pub context: Context,
    /// The keys; the footer shows the first.
    pub keys: &'static [Key],
    /// The action that the keys run.
    pub action: Action,
    /// The description of the action.
    pub what: &'static str,
    /// The hint in the footer, if any.
    pub hint: Option<Hint>,
}

impl Binding {
    /// Returns all keys as the screen spells them, separated by spaces.
    #[must_use]
    pub fn labels(&self) -> String {
        self.keys.iter().map(|key| key.label()).collect::<Vec<_>>().join(" ")
    }
}
