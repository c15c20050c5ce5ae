//! Other keys for commands, as a configuration gives them, and what can be wrong with them.

use std::fmt;

use crate::app::command_id::CommandId;
use crate::app::keymap::binding::{Binding, Key};
use crate::app::keymap::bindings::Keymap;
use crate::app::keymap::key_context::KeyContext;
use crate::app::keymap::names;
use crate::bytes::suggestion;

/// The keys that the user binds to a command, in the place of those of the key table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Override {
    /// The id of the command.
    pub id: String,
    /// The names of the keys, such as `ctrl+r`, `F1` or `g`; none if no key shall run the command.
    pub keys: Vec<String>,
}

/// What is wrong with an override, in one sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RebindError {
    /// No command has this id; the one whose id is most like it.
    UnknownId(String, Option<CommandId>),
    /// This is a key, and the id of a command stands in the place of the keys.
    Reversed(String, CommandId),
    /// The name of a key for this command is none.
    UnreadableKey(CommandId, String),
    /// A character would run this command where characters are text.
    TextKey(CommandId, String),
    /// The key runs another command where this one would be run, too.
    Taken {
        /// The command that gets the key.
        id: CommandId,
        /// The key.
        key: String,
        /// The command that has the key.
        other: CommandId,
        /// Where it has it.
        context: KeyContext,
    },
}

impl RebindError {
    /// Returns the id in the override that is wrong.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::UnknownId(id, _) | Self::Reversed(id, _) => id,
            Self::UnreadableKey(id, _) | Self::TextKey(id, _) | Self::Taken { id, .. } => id.as_str(),
        }
    }
}

impl fmt::Display for RebindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownId(id, Some(near)) => {
                write!(f, "there is no command '{id}'; did you mean '{near}'?")
            }
            Self::UnknownId(id, None) => write!(f, "there is no command '{id}'"),
            Self::Reversed(key, id) => {
                write!(
                    f,
                    "there is no command '{key}'; the id of the command stands first: \"{id}\" = \"{key}\""
                )
            }
            Self::UnreadableKey(id, key) => {
                write!(f, "'{key}' for '{id}' is not a key; write one like g, ctrl+r, shift+tab, space or F1")
            }
            Self::TextKey(id, key) => {
                write!(
                    f,
                    "'{key}' cannot run '{id}', because it is text there; write a key like ctrl+{key} or F5"
                )
            }
            Self::Taken { id, key, other, context } => {
                let place = context.title();
                write!(
                    f,
                    "'{key}' cannot run '{id}', because it runs '{other}' ({place}); give '{other}' another key, too"
                )
            }
        }
    }
}

impl std::error::Error for RebindError {}

impl Keymap {
    /// Binds other keys to commands. A command gets them wherever it can be run.
    ///
    /// # Errors
    ///
    /// All that is wrong with the overrides. No key is then bound to another command.
    pub fn rebind(&mut self, overrides: &[Override]) -> Result<(), Vec<RebindError>> {
        let mut changed = self.clone();
        let mut errors = Vec::new();
        let mut ids = Vec::new();
        for Override { id, keys } in overrides {
            match changed.find(id, keys).and_then(|id| Ok((id, read(id, keys)?))) {
                Ok((id, keys)) => {
                    for row in changed.rows.iter_mut().filter(|row| row.id() == Some(id)) {
                        row.keys.clone_from(&keys);
                    }
                    ids.push(id);
                }
                Err(error) => errors.push(error),
            }
        }
        // Only now: two commands may have changed their keys with each other.
        for id in ids {
            errors.extend(changed.conflicts(id));
        }
        if errors.is_empty() {
            *self = changed;
            return Ok(());
        }
        Err(errors)
    }

    /// Returns the id of this text.
    fn find(&self, text: &str, keys: &[String]) -> Result<CommandId, RebindError> {
        let known = |text: &str| self.all().filter_map(Binding::id).find(|id| id.as_str() == text);
        known(text).ok_or_else(|| match keys.iter().find_map(|key| known(key)) {
            Some(id) => RebindError::Reversed(text.to_owned(), id),
            None => {
                let ids = self.all().filter_map(Binding::id).map(CommandId::as_str);
                RebindError::UnknownId(text.to_owned(), suggestion::nearest(text, ids).and_then(known))
            }
        })
    }

    /// Returns what the keys of a command would do beside running it.
    fn conflicts(&self, id: CommandId) -> Vec<RebindError> {
        let mut found = Vec::new();
        for own in self.all().filter(|row| row.id() == Some(id)) {
            for &key in &own.keys {
                let is_text = own.context.chain().contains(&KeyContext::Prompt) && key.is_text();
                if is_text {
                    found.push(RebindError::TextKey(id, key.name()));
                    continue;
                }
                let others =
                    self.all().filter(|row| meet(own.context, row.context) && row.keys.contains(&key));
                for other in others {
                    let Some(other_id) = other.id().filter(|&other| other != id) else { continue };
                    let (key, context) = (key.name(), other.context);
                    let taken = RebindError::Taken { id, key, other: other_id, context };
                    // A command with two rows meets the same one twice.
                    if !found.contains(&taken) {
                        found.push(taken);
                    }
                }
            }
        }
        found
    }
}

/// Returns whether a key of one context is looked up in the other one, too. The keys of a lesson and of a
/// recording take precedence over those of the panes on purpose.
fn meet(one: KeyContext, other: KeyContext) -> bool {
    let encloses = |inner: KeyContext, outer| inner.chain().contains(&outer);
    let is_mode = |context| matches!(context, KeyContext::Lesson | KeyContext::Recording);
    let mode = one != other && (is_mode(one) || is_mode(other));
    !mode && (encloses(one, other) || encloses(other, one))
}

fn read(id: CommandId, names: &[String]) -> Result<Vec<Key>, RebindError> {
    let read = |name: &String| names::parse(name).ok_or_else(|| RebindError::UnreadableKey(id, name.clone()));
    let mut keys = Vec::new();
    for key in names.iter().map(read) {
        let key = key?;
        // A key that is written twice is one key, in the help, too.
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests;
