//! The keys of the dashboard that the configuration file changes.

use super::config_file::{ConfigFile, KEYS};
use crate::config::{Fault, OptionShape};
use crate::shell::{Keymap, Override};

/// The keys in effect.
///
/// # Errors
///
/// One line: where the configuration file is wrong, and what to write.
pub(super) fn keymap(file: Option<&ConfigFile>) -> Result<Keymap, String> {
    let mut keymap = Keymap::default();
    let Some(file) = file else { return Ok(keymap) };
    let entries = file.below(KEYS);
    let mut overrides = Vec::new();
    for entry in &entries {
        if entry.setting.shape == OptionShape::Flag {
            let id = &entry.setting.name;
            let message =
                format!("{id} takes keys: write {id} = \"ctrl+r\", or [\"r\", \"F5\"]; [] for none");
            return Err(file.located(&Fault { line: entry.line, message }));
        }
        overrides.push(Override { id: entry.setting.name.clone(), keys: entry.setting.values.clone() });
    }
    let wrong = keymap.rebind(&overrides).err().unwrap_or_default();
    // Only the first one in the file: after it is corrected, the next one is reported.
    let faults = wrong.iter().map(|error| {
        let entry = entries.iter().find(|entry| entry.setting.name == error.id());
        Fault { line: entry.map_or(1, |entry| entry.line), message: error.to_string() }
    });
    match faults.min_by_key(|fault| fault.line) {
        Some(fault) => Err(file.located(&fault)),
        None => Ok(keymap),
    }
}
