//! Looks up actions by keys, and keys by actions.

use std::fmt::Write as _;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::action::{Action, Edit};
use crate::app::keymap::acting_table::ACTING_TABLE;
use crate::app::keymap::binding::{Binding, Context};
use crate::app::keymap::table::TABLE;

/// Returns all rows of the key table.
pub fn all() -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().chain(ACTING_TABLE)
}

/// Returns the rows of one context, in the order of the table.
pub fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    all().filter(move |binding| binding.context == context)
}

/// Returns the first key of an action as the screen spells it; empty if it has none.
#[must_use]
pub fn label(action: Action) -> String {
    let bound = all().find(|binding| binding.action == action);
    bound.and_then(|binding| binding.keys.first()).map(|key| key.label()).unwrap_or_default()
}

/// Returns the action of a key in these contexts, the most specific first. In a prompt, every other character is
/// text.
#[must_use]
pub fn action(contexts: &[Context], event: KeyEvent) -> Option<Action> {
    let bound = contexts.iter().find_map(|&context| {
        bindings(context).find(|binding| binding.keys.iter().any(|key| key.matches(event)))
    });
    let typed = || match event.code {
        KeyCode::Char(letter)
            if contexts.contains(&Context::Prompt)
                && event.modifiers.difference(KeyModifiers::SHIFT).is_empty() =>
        {
            Some(Action::Edit(Edit::Insert(letter)))
        }
        _ => None,
    };
    bound.map(|binding| binding.action).or_else(typed)
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
