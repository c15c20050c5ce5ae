//! The effective settings of a command: each layer wins over those before it.

use std::fmt;

use super::document::{Entry, Value};
use super::options::{CommandOptions, OptionShape, OptionSpec};
use super::source::Source;
use super::variables::{own_variable, shared_variable};

/// What one layer says about an option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    /// The long name of the option.
    pub name: String,
    /// Its values; `true` or `false` for a flag.
    pub values: Vec<String>,
    /// Where it stands.
    pub source: Source,
}

/// An option and what is in effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// The long name of the option.
    pub name: String,
    /// What the option takes.
    pub shape: OptionShape,
    /// The values in effect; none if it is not set and has no default.
    pub values: Vec<String>,
    /// Where they came from.
    pub source: Source,
}

/// Why the layers do not fit together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LayerError {
    /// Where the error is.
    pub source: Source,
    /// One sentence that says what is wrong.
    pub message: String,
}

impl fmt::Display for LayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.message)
    }
}

/// What the file says to a command: at its top, and then below the name of the command.
#[must_use]
pub fn from_file(command: &CommandOptions, entries: &[Entry], path: &str) -> [Vec<Given>; 2] {
    let given = |entry: &Entry, name: &str| {
        let option = command.option(name)?;
        let values = match &entry.value {
            Value::Flag(flag) => vec![flag.to_string()],
            Value::Text(text) => vec![text.clone()],
            Value::List(texts) => texts.clone(),
            Value::Table | Value::Other(_) => return None,
        };
        let source = Source::File { path: path.to_owned(), line: entry.line };
        Some(Given { name: option.name.clone(), values, source })
    };
    let top = entries.iter().filter_map(|entry| match entry.path.as_slice() {
        [name] if command.is_top_level() => given(entry, name),
        _ => None,
    });
    let table = entries.iter().filter_map(|entry| match entry.path.as_slice() {
        [table, name] if *table == command.name => given(entry, name),
        _ => None,
    });
    [top.collect(), table.collect()]
}

/// What the environment says to a command: `BYTEWATCH_READ_SIZE` for an option of serving, and then
/// `BYTEWATCH_LOAD_RATE` for the option of one command. An empty variable says nothing.
///
/// # Errors
///
/// When a flag is neither on nor off.
pub fn environment(
    command: &CommandOptions,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<[Vec<Given>; 2], LayerError> {
    let mut layers = [Vec::new(), Vec::new()];
    for option in &command.options {
        let shared = command.is_top_level().then(|| shared_variable(&option.name));
        let own = Some(own_variable(&command.name, &option.name));
        for (layer, name) in layers.iter_mut().zip([shared, own]) {
            let Some(name) = name else { continue };
            let Some(text) = variable(&name).filter(|text| !text.is_empty()) else { continue };
            let source = Source::Environment(name);
            let values = match (option.shape, text.as_str()) {
                (OptionShape::One, _) => vec![text],
                (OptionShape::Many(separator), _) => text.split(separator).map(str::to_owned).collect(),
                (OptionShape::Flag, "true" | "1") => vec!["true".to_owned()],
                (OptionShape::Flag, "false" | "0") => vec!["false".to_owned()],
                (OptionShape::Flag, _) => {
                    let message = format!("it cannot be '{text}': it is true or false");
                    return Err(LayerError { source, message });
                }
            };
            layer.push(Given { name: option.name.clone(), values, source });
        }
    }
    Ok(layers)
}

/// The effective settings of a command, in the order of its options. The layers come lowest first.
///
/// # Errors
///
/// When one layer sets two options that conflict.
pub fn effective(command: &CommandOptions, layers: &[Vec<Given>]) -> Result<Vec<Setting>, LayerError> {
    let mut in_effect: Vec<&Given> = Vec::new();
    for layer in layers {
        for given in layer {
            let Some(option) = command.option(&given.name) else { continue };
            let is_on = |given: &Given| option.shape != OptionShape::Flag || given.values == ["true"];
            let beside = |other: &&Given| option.conflicts.contains(&other.name) && other.values != ["false"];
            if let Some(other) = layer.iter().find(beside).filter(|_| is_on(given)) {
                let message = format!("{} cannot be used with {}", given.name, other.name);
                return Err(LayerError { source: given.source.clone(), message });
            }
            in_effect.retain(|lower| {
                let hides = lower.name == given.name || option.alternatives.contains(&lower.name);
                !hides || layer.contains(lower) && lower.name != given.name
            });
            in_effect.push(given);
        }
    }
    let setting = |option: &OptionSpec| {
        let given = in_effect.iter().find(|given| given.name == option.name);
        let (values, source) = given.map_or_else(
            || {
                // What is left out because of another option has no default either.
                let is_hidden = in_effect.iter().any(|given| option.conflicts.contains(&given.name));
                (if is_hidden { Vec::new() } else { option.default.clone() }, Source::Default)
            },
            |given| (given.values.clone(), given.source.clone()),
        );
        Setting { name: option.name.clone(), shape: option.shape, values, source }
    };
    Ok(command.options.iter().map(setting).collect())
}

#[cfg(test)]
mod tests;
