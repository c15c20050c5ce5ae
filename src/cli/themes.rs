//! The colour themes: those of the program, and those of the configuration file.

use super::config_file::{COLORS, ConfigFile, THEMES};
use crate::config::{Entry, Fault, Setting, Source, Value};
use crate::shell::{RoleStyle, Themes};

/// What a theme of the user takes from another one.
const BASE: &str = "base";

/// The themes that there are; `setting` is what says which of them is in effect.
///
/// # Errors
///
/// One line: where the configuration file is wrong, or that there is no such theme.
pub(super) fn themes(file: Option<&ConfigFile>, setting: Option<&Setting>) -> Result<Themes, String> {
    let mut themes = Themes::default();
    if let Some(file) = file {
        define(&mut themes, &file.entries).map_err(|fault| file.located(&fault))?;
    }
    let name = setting.and_then(|setting| setting.values.first());
    let number = themes.find(name.map_or(Themes::OF_TERMINAL, String::as_str)).map_err(|why| {
        let name = name.map_or("", String::as_str);
        match setting.map(|setting| &setting.source) {
            None | Some(Source::Flag | Source::Default) => format!("--theme cannot be '{name}': {why}"),
            Some(source) => format!("{source}: theme cannot be '{name}': {why}"),
        }
    })?;
    if let Some(file) = file {
        let changed = below(&file.entries, &[COLORS]).map(role_style).collect::<Result<Vec<_>, _>>();
        themes.change(number, &changed.map_err(|fault| file.located(&fault))?);
    }
    Ok(themes)
}

/// Defines the themes of the file.
fn define(themes: &mut Themes, entries: &[Entry]) -> Result<(), Fault> {
    let tables = entries.iter().filter(|entry| entry.path.len() == 2 && entry.path[0] == THEMES);
    for table in tables {
        let name = &table.path[1];
        let fault = |line, message| Fault { line, message };
        if table.value != Value::Table {
            let message = format!("a theme is a table: write [themes.{name}], and its colours below");
            return Err(fault(table.line, message));
        }
        let (mut base, mut styles) = (None, Vec::new());
        let mut base_line = table.line;
        let path = [THEMES, name];
        for entry in below(entries, &path) {
            match (&entry.value, entry.path[2].as_str()) {
                (Value::Text(text), BASE) => (base, base_line) = (Some(text.as_str()), entry.line),
                _ => styles.push(role_style(entry)?),
            }
        }
        // What is wrong with the base is said with its line.
        let line = if base.is_some_and(|base| themes.find(base).is_err()) { base_line } else { table.line };
        themes.define(name, base, &styles).map_err(|message| fault(line, message))?;
    }
    Ok(())
}

/// The entries of a table.
fn below<'a>(entries: &'a [Entry], table: &'a [&str]) -> impl Iterator<Item = &'a Entry> {
    entries.iter().filter(move |entry| {
        entry.path.len() == table.len() + 1 && entry.path.iter().zip(table).all(|(name, outer)| name == outer)
    })
}

fn role_style(entry: &Entry) -> Result<RoleStyle, Fault> {
    let role = entry.path.last().map_or("", String::as_str);
    let parsed = match &entry.value {
        Value::Text(text) => RoleStyle::parse(role, text),
        Value::Flag(_) | Value::List(_) | Value::Table | Value::Other(_) => {
            Err(format!("{role} takes a style: write {role} = \"#rrggbb bold\""))
        }
    };
    parsed.map_err(|message| Fault { line: entry.line, message })
}
