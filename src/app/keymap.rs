//! The one key table: dispatch, footer, help and the table of docs/keys.md come from it, and no key is typed anywhere else.

use std::fmt::Write as _;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::command::{Command, Edit};
use super::focus::Pane;
use super::mode::Mode;

mod table;

pub use table::TABLE;

/// Where a key means something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Context {
    /// Whatever has the keys, the filter's line and the help included.
    Always,
    /// In every pane.
    Everywhere,
    /// In every pane while a lesson is played.
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
    /// In the filter's line.
    Filter,
    /// In the line for an offset.
    Offset,
    /// At the question whether to close a client.
    Confirm,
    /// In any line that is being typed.
    Line,
    /// In the help.
    Help,
}

impl Context {
    /// All, in the order of the help.
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
        Self::Line,
        Self::Help,
        Self::Always,
    ];

    /// What stands above its keys.
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
            Self::Line => "Typing",
            Self::Help => "Help",
        }
    }
}

/// What a key can mean in this mode while this pane has the keys, the nearest first.
#[must_use]
pub const fn contexts(mode: Mode, focus: Pane) -> &'static [Context] {
    use Context::{
        Always, Backends, Clients, Confirm, Everywhere, Filter, Help, Line, Logs, Moving, Offset, Stream,
    };
    match (mode, focus) {
        (Mode::Filter, _) => &[Filter, Line, Always],
        (Mode::Offset, _) => &[Offset, Line, Always],
        (Mode::Confirm(..), _) => &[Confirm, Always],
        (Mode::Help, _) => &[Help, Moving, Always],
        (Mode::Panes, Pane::Clients) => &[Clients, Everywhere, Moving, Always],
        (Mode::Panes, Pane::Stream) => &[Stream, Everywhere, Moving, Always],
        (Mode::Panes, Pane::Backends) => &[Backends, Everywhere, Moving, Always],
        (Mode::Panes, Pane::Logs) => &[Logs, Everywhere, Moving, Always],
    }
}

/// One key, with its modifiers.
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

    /// Shift is part of the character that it makes, and of the key named back-tab; terminals differ in whether they
    /// say it again.
    fn matches(self, event: KeyEvent) -> bool {
        self.code == event.code && self.modifiers == event.modifiers.difference(KeyModifiers::SHIFT)
    }

    /// How it is written: `q`, `^C`, `Esc`, `⇧Tab`.
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

/// A place in the footer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hint {
    /// Lower ones stay longer where there is little room; 0 always stays.
    pub rank: u8,
    /// The word beside the key.
    pub label: &'static str,
}

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// The keys, the one for the footer first.
    pub keys: &'static [Key],
    /// What they mean.
    pub command: Command,
    /// The same, for people.
    pub what: &'static str,
    /// Its place in the footer, if it has one.
    pub hint: Option<Hint>,
}

impl Binding {
    /// All its keys as they are written, a space between two.
    #[must_use]
    pub fn labels(&self) -> String {
        self.keys.iter().map(|key| key.label()).collect::<Vec<_>>().join(" ")
    }
}

/// The rows of one context, in the order of the table.
pub fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |binding| binding.context == context)
}

/// The key of a command as it is written, the one for the footer; empty if it has none.
#[must_use]
pub fn label(command: Command) -> String {
    let bound = TABLE.iter().find(|binding| binding.command == command);
    bound.and_then(|binding| binding.keys.first()).map(|key| key.label()).unwrap_or_default()
}

/// What a key means where these contexts hold, the nearest first. In a line every other character is text.
#[must_use]
pub fn command(contexts: &[Context], event: KeyEvent) -> Option<Command> {
    let bound = contexts.iter().find_map(|&context| {
        bindings(context).find(|binding| binding.keys.iter().any(|key| key.matches(event)))
    });
    let typed = || match event.code {
        KeyCode::Char(letter)
            if contexts.contains(&Context::Line)
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
