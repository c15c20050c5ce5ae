//! The configuration file: where it is, and what it says.

use std::path::{Path, PathBuf};

use crate::config::{self, Entry, Fault, OptionShape, Setting, Source, Surroundings, Value};

/// The table that changes the theme in effect.
pub(super) const COLORS: &str = "colors";
/// The table with a table for each theme of the user.
pub(super) const THEMES: &str = "themes";
/// The table that gives commands of the dashboard other keys.
pub(super) const KEYS: &str = "keys";

/// Tables of the file that do not hold options.
pub(super) const OTHER_TABLES: [&str; 3] = [COLORS, THEMES, KEYS];

/// The configuration file.
#[derive(Debug)]
pub(super) struct ConfigFile {
    /// The file as the user knows it.
    pub(super) path: String,
    /// What it says.
    pub(super) entries: Vec<Entry>,
}

/// A value of a table that does not hold options.
pub(super) struct Located {
    /// The line of its name.
    pub(super) line: usize,
    /// The value, under its name in the table.
    pub(super) setting: Setting,
}

impl ConfigFile {
    /// What is wrong, with the file and the line.
    pub(super) fn located(&self, fault: &Fault) -> String {
        format!("{}:{}: {}", self.path, fault.line, fault.message)
    }

    /// The values of a table that does not hold options, under their names in it.
    pub(super) fn below(&self, table: &str) -> Vec<Located> {
        let entries = self.entries.iter().filter(|entry| entry.path.len() > 1 && entry.path[0] == table);
        entries
            .filter_map(|entry| {
                let (shape, values) = match &entry.value {
                    Value::Flag(flag) => (OptionShape::Flag, vec![flag.to_string()]),
                    Value::Text(text) => (OptionShape::One, vec![text.clone()]),
                    Value::List(texts) => (OptionShape::Many(','), texts.clone()),
                    Value::Table | Value::Other(_) => return None,
                };
                let source = Source::File { path: self.path.clone(), line: entry.line };
                let setting = Setting { name: entry.path[1..].join("."), shape, values, source };
                Some(Located { line: entry.line, setting })
            })
            .collect()
    }
}

/// The file that the command line or the environment names, if any.
fn named(given: Option<&Path>, surroundings: &Surroundings<'_>) -> Option<PathBuf> {
    let variable = || (surroundings.variable)("BYTEWATCH_CONFIG").filter(|path| !path.is_empty());
    given.map(Path::to_path_buf).or_else(|| variable().map(PathBuf::from))
}

/// Whether the command line, or else the environment, says that no file is read.
pub(super) fn reads_none(given: Option<&Path>, surroundings: &Surroundings<'_>) -> bool {
    named(given, surroundings).is_some_and(|path| path == Path::new("none"))
}

/// Reads the configuration file: the one that the command line names, or else the environment, or else the one at the
/// platform's place, which need not exist.
///
/// # Errors
///
/// One line: it cannot be read, or it is not TOML.
pub(super) fn read_file(
    given: Option<&Path>,
    surroundings: &Surroundings<'_>,
) -> Result<Option<ConfigFile>, String> {
    let named = named(given, surroundings);
    let named = named.as_deref();
    let Some(path) = named.or(surroundings.config_file.as_deref()) else { return Ok(None) };
    if reads_none(given, surroundings) {
        return Ok(None);
    }
    let shown = path.display().to_string();
    let text = (surroundings.read)(path).map_err(|why| format!("{shown} cannot be read: {why}"))?;
    let Some(text) = text else {
        return match named {
            Some(_) => Err(format!("there is no file {shown}; --config none does without one")),
            None => Ok(None),
        };
    };
    match config::parse(&text) {
        Ok(entries) => Ok(Some(ConfigFile { path: shown, entries })),
        Err(Fault { line, message }) => Err(format!("{shown}:{line}: {message}")),
    }
}
