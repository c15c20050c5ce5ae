//! The key map: looks up actions by keys, and keys by actions.

use std::fmt::Write as _;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::action::{Action, Edit, PaletteAction};
use crate::app::command_id::CommandId;
use crate::app::focus::Pane;
use crate::app::keymap::acting_table::ACTING_TABLE;
use crate::app::keymap::binding::{Binding, Key};
use crate::app::keymap::comparing_table::COMPARING_TABLE;
use crate::app::keymap::export_table::EXPORT_TABLE;
use crate::app::keymap::finding_table::FINDING_TABLE;
use crate::app::keymap::hosts_table::HOSTS_TABLE;
use crate::app::keymap::key_context::KeyContext;
use crate::app::keymap::marking_table::MARKING_TABLE;
use crate::app::keymap::message_table::MESSAGE_TABLE;
use crate::app::keymap::overlay_table::OVERLAY_TABLE;
use crate::app::keymap::replay_table::REPLAY_TABLE;
use crate::app::keymap::table::TABLE;
use crate::app::keymap::timeline_table::TIMELINE_TABLE;
use crate::bytes::safe::Charset;

/// Which keys run which commands. It begins as the key table, and the user can bind other keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keymap {
    pub(super) rows: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self {
            rows: TABLE
                .iter()
                .chain(MESSAGE_TABLE)
                .chain(FINDING_TABLE)
                .chain(COMPARING_TABLE)
                .chain(MARKING_TABLE)
                .chain(EXPORT_TABLE)
                .chain(ACTING_TABLE)
                .chain(OVERLAY_TABLE)
                .chain(TIMELINE_TABLE)
                .chain(REPLAY_TABLE)
                .chain(HOSTS_TABLE)
                .copied()
                .map(Binding::from)
                .collect(),
        }
    }
}

impl Keymap {
    /// Returns the same key map for a screen that shows these characters.
    #[must_use]
    pub fn spelled_in(mut self, charset: Charset) -> Self {
        for row in &mut self.rows {
            row.charset = charset;
        }
        self
    }

    /// Returns all rows.
    pub fn all(&self) -> impl Iterator<Item = &Binding> {
        self.rows.iter()
    }

    /// Returns the rows of one context, in the order of the table.
    pub fn bindings(&self, context: KeyContext) -> impl Iterator<Item = &Binding> {
        self.all().filter(move |binding| binding.context == context)
    }

    /// Returns the action with this id, if there is one.
    #[must_use]
    pub fn action_of(&self, id: &str) -> Option<Action> {
        let has_id = |binding: &&Binding| binding.id().is_some_and(|known| known.as_str() == id);
        self.all().find(has_id).map(|binding| binding.action)
    }

    /// Returns the first key of an action as the screen spells it; empty if it has none.
    #[must_use]
    pub fn label(&self, action: Action) -> String {
        let mut bound = self.all().filter(|binding| binding.action == action);
        bound.find_map(Binding::first_label).unwrap_or_default()
    }

    /// Returns how the user runs an action, for texts that say so: its first key or, if it has none, what to type in the
    /// palette, like `:pane.zoom`.
    #[must_use]
    pub fn way_to(&self, action: Action) -> String {
        let key = self.label(action);
        let Some(id) = CommandId::of(action).filter(|_| key.is_empty()) else { return key };
        let palette = self.label(Action::Palette(PaletteAction::Open));
        let gap = if palette.chars().count() > 1 { " " } else { "" };
        format!("{palette}{gap}{}", id.as_str())
    }

    /// Returns the name of a pane behind the key that focuses it, if there is one.
    #[must_use]
    pub fn pane_title(&self, pane: Pane) -> String {
        let key = self.label(Action::Focus(pane));
        if key.is_empty() { pane.name().to_owned() } else { format!("{key} {}", pane.name()) }
    }

    /// Returns the action of a key in these contexts, the most specific first. In a prompt, every other character is
    /// text.
    #[must_use]
    pub fn action(&self, contexts: &[KeyContext], event: KeyEvent) -> Option<Action> {
        let bound = contexts.iter().find_map(|&context| {
            self.bindings(context).find(|binding| binding.keys.iter().any(|key| key.matches(event)))
        });
        let typed = || match event.code {
            KeyCode::Char(letter)
                if contexts.contains(&KeyContext::Prompt)
                    && event.modifiers.difference(KeyModifiers::SHIFT).is_empty() =>
            {
                Some(Action::Edit(Edit::Insert(letter)))
            }
            _ => None,
        };
        bound.map(|binding| binding.action).or_else(typed)
    }

    /// Returns what a key would do in another pane, and how to get there, as a sentence.
    #[must_use]
    pub fn elsewhere(&self, event: KeyEvent) -> Option<String> {
        let of_pane =
            |pane: Pane| self.bindings(KeyContext::of_pane(pane)).map(move |binding| (pane, binding));
        let mut bound = Pane::ALL.into_iter().flat_map(of_pane);
        bound.find_map(|(pane, binding)| {
            let key = binding.keys.iter().find(|key| key.matches(event))?.label_in(binding.charset);
            Some(format!("{key} belongs to {}: {}", self.pane_title(pane), binding.what))
        })
    }

    /// The table as Markdown, for the region of docs/keys.md between `<!-- keys:begin -->` and `<!-- keys:end -->`.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::from("| where | keys | what | id |\n|---|---|---|---|\n");
        for context in KeyContext::ALL {
            for (index, binding) in self.bindings(context).enumerate() {
                let place = if index == 0 { context.title() } else { "" };
                let key = |key: &Key| format!("`{}`", key.label().replace('|', "\\|"));
                let keys: Vec<_> = binding.keys.iter().map(key).collect();
                let id = binding.id().map(|id| format!("`{id}`")).unwrap_or_default();
                // Writing to a string cannot fail.
                let _ = writeln!(out, "| {place} | {} | {} | {id} |", keys.join(" "), binding.what);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
