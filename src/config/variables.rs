//! The environment variables of the settings.

use super::options::CommandOptions;
use crate::bytes::suggestion;

/// What all variables of this program begin with.
pub const PREFIX: &str = "BYTEWATCH_";
/// Variables that are no options.
const OTHERS: [&str; 4] =
    ["BYTEWATCH_CONFIG", "BYTEWATCH_LOG", "BYTEWATCH_BUS_USER", "BYTEWATCH_BUS_PASSWORD"];

/// The variable that sets an option of all commands whose options stand at the top of the file.
#[must_use]
pub(super) fn shared_variable(option: &str) -> String {
    format!("{PREFIX}{}", upper(option))
}

/// The variable that sets an option of one command.
#[must_use]
pub(super) fn own_variable(command: &str, option: &str) -> String {
    format!("{PREFIX}{}_{}", upper(command), upper(option))
}

fn upper(text: &str) -> String {
    text.to_ascii_uppercase().replace('-', "_")
}

/// Says of each of these variables that sets nothing so, with the one that may have been meant. They are no errors: other
/// programs set variables that begin alike, as Kubernetes does for a service of this name.
#[must_use]
pub fn without_effect(names: &[String], commands: &[CommandOptions]) -> Vec<String> {
    let mut known: Vec<String> = OTHERS.map(str::to_owned).into();
    for command in commands {
        for option in &command.options {
            if command.is_top_level() {
                known.push(shared_variable(&option.name));
            }
            known.push(own_variable(&command.name, &option.name));
        }
    }
    let unknown = names.iter().filter(|name| name.starts_with(PREFIX) && !known.contains(name));
    unknown
        .map(|name| {
            let meant = suggestion::nearest(name, known.iter().map(String::as_str));
            let meant = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
            format!("the variable {name} sets nothing{meant}")
        })
        .collect()
}
