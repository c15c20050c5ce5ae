//! The one key table: dispatch, footer, help and the table of docs/keys.md come from it, and no key is typed anywhere else.

use std::fmt::Write as _;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::command::{Command, Edit};
use super::focus::Pane;
use super::mode::Mode;

mod table;

pub use table::TABLE;

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
    /// While a confirmation is open.
    Confirm,
    /// In any prompt.
    Prompt,
    /// In the help.
    Help,
}

impl Context {
    /// All contexts, in the order of the help.
    pub const ALL: [Self; 13] = [
        Self::Clients,
        Self::Stream,
        Self::Backends,
        Self::Logs,
        Self::Lesson,
        Self::Everywhere,
        Self::Moving,
        Self::Filter,
        Self::Offset,
        Self::Confirm,
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
            Self::Confirm => "Closing",
            Self::Prompt => "Typing",
            Self::Help => "Help",
        }
    }
}

/// Returns the contexts of a mode and a focused pane, the most specific first.
#[must_use]
pub const fn contexts(mode: Mode, focus: Pane) -> &'static [Context] {
    use Context::{
        Always, Backends, Clients, Confirm, Everywhere, Filter, Help, Logs, Moving, Offset, Prompt, Stream,
    };
    match (mode, focus) {
        (Mode::Filter, _) => &[Filter, Prompt, Always],
        (Mode::Offset, _) => &[Offset, Prompt, Always],
        (Mode::Confirm(..), _) => &[Confirm, Always],
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
    const fn char(letter: char) -> Self {
        Self::code(KeyCode::Char(letter))
    }

    const fn ctrl(letter: char) -> Self {
        Self { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL }
    }

    const fn code(code: KeyCode) -> Self {
        Self { code, modifiers: KeyModifiers::NONE }
    }

    /// Returns whether an event is this key. Shift is ignored: it is part of the character that it produces, and of
    /// back-tab, and terminals differ in whether they report it again.
    fn matches(self, event: KeyEvent) -> bool {
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
    /// The command that the keys run.
    pub command: Command,
    /// The description of the command.
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

/// Returns the rows of one context, in the order of the table.
pub fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |binding| binding.context == context)
}

/// Returns the first key of a command as the screen spells it; empty if it has none.
#[must_use]
pub fn label(command: Command) -> String {
    let bound = TABLE.iter().find(|binding| binding.command == command);
    bound.and_then(|binding| binding.keys.first()).map(|key| key.label()).unwrap_or_default()
}

/// Returns the command of a key in these contexts, the most specific first. In a prompt, every other character is
/// text.
#[must_use]
pub fn command(contexts: &[Context], event: KeyEvent) -> Option<Command> {
    let bound = contexts.iter().find_map(|&context| {
        bindings(context).find(|binding| binding.keys.iter().any(|key| key.matches(event)))
    });
    let typed = || match event.code {
        KeyCode::Char(letter)
            if contexts.contains(&Context::Prompt)
                && event.modifiers.difference(KeyModifiers::SHIFT).is_empty() =>
        {
            Some(Command::Edit(Edit::Insert(letter)))
        }
        _ => None,
    };
    bound.map(|binding| binding.command).or_else(typed)
}

/// The table as Markdown, for the region of docs/keys.md between `<!-- keys:begin -->` and `<!-- keys:end -->`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| where | keys | what |\n|---|---|---|\n");
    for context in Context::ALL {
        for (index, binding) in bindings(context).enumerate() {
            let place = if index == 0 { context.title() } else { "" };
            let keys: Vec<_> =
                binding.keys.iter().map(|key| format!("`{}`", key.label().replace('|', "\\|"))).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(out, "| {place} | {} | {} |", keys.join(" "), binding.what);
        }
    }
    out
}

#[cfg(test)]
mod tests;
