//! Which options there are, and which names the configuration file may have.

use super::document::{Entry, Value};
use super::source::Fault;
use crate::bytes::suggestion;

/// The commands whose options stand at the top of the file, without a table.
pub const TOP_LEVEL_COMMANDS: [&str; 4] = ["serve", "relay", "demo", "open"];

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptionShape {
    /// Nothing: it is there or not.
    Flag,
    /// One value.
    One,
    /// Several values; in an environment variable this character separates them.
    Many(char),
}

/// An option of a command.
#[derive(Clone, Debug)]
pub struct OptionSpec {
    /// Its long name, without the hyphens before it.
    pub name: String,
    /// What it takes.
    pub shape: OptionShape,
    /// Its values if nothing sets it.
    pub default: Vec<String>,
    /// Options that say the same in another way: a layer that sets one of them hides what lower layers say.
    pub alternatives: Vec<String>,
    /// Those of the alternatives that must not stand beside it.
    pub conflicts: Vec<String>,
}

/// A command, and the options that can be set for it.
#[derive(Clone, Debug)]
pub struct CommandOptions {
    /// The name of the command.
    pub name: String,
    /// Its options, in the order of the help.
    pub options: Vec<OptionSpec>,
}

impl CommandOptions {
    /// Whether its options stand at the top of the file.
    #[must_use]
    pub fn is_top_level(&self) -> bool {
        TOP_LEVEL_COMMANDS.contains(&self.name.as_str())
    }

    /// The option of this name.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&OptionSpec> {
        self.options.iter().find(|option| option.name == name)
    }
}

/// Checks that each entry of the file is a setting, and has a value of the right type. Tables of `others` are checked
/// elsewhere.
///
/// # Errors
///
/// The first [`Fault`] in the file.
pub fn check_names(entries: &[Entry], commands: &[CommandOptions], others: &[&str]) -> Result<(), Fault> {
    entries.iter().try_for_each(|entry| {
        check(entry, commands, others).map_err(|message| Fault { line: entry.line, message })
    })
}

fn check(entry: &Entry, commands: &[CommandOptions], others: &[&str]) -> Result<(), String> {
    let command = |name: &str| commands.iter().find(|command| command.name == name);
    match entry.path.as_slice() {
        [first, ..] if others.contains(&first.as_str()) => match (&entry.value, entry.path.len()) {
            (Value::Table, _) | (_, 2..) => Ok(()),
            (_, _) => {
                let top = commands.iter().filter(|command| command.is_top_level());
                let options = top.flat_map(|command| &command.options).map(|option| option.name.as_str());
                let meant = meant(first, options);
                Err(format!("{first} is a table: write [{first}], and what belongs to it below{meant}"))
            }
        },
        [name] => {
            let top = commands.iter().filter(|command| command.is_top_level());
            if let Some(option) = top.clone().find_map(|command| command.option(name)) {
                return has_shape(option, &entry.value);
            }
            if command(name).is_some() {
                return match entry.value {
                    Value::Table => Ok(()),
                    _ => Err(format!("{name} is a table: write [{name}], and its options below")),
                };
            }
            let options = top.flat_map(|command| &command.options).map(|option| option.name.as_str());
            let known = options.chain(commands.iter().map(|command| command.name.as_str()));
            Err(unknown(name, known.chain(others.iter().copied()), commands))
        }
        [table, name, rest @ ..] => {
            let Some(command) = command(table) else {
                let tables =
                    commands.iter().map(|command| command.name.as_str()).chain(others.iter().copied());
                return Err(format!("there is no table [{table}]{}", meant(table, tables)));
            };
            match command.option(name) {
                Some(option) if rest.is_empty() => has_shape(option, &entry.value),
                Some(_) => Err(format!("{name} is a value, not a table")),
                None => {
                    let known = command.options.iter().map(|option| option.name.as_str());
                    Err(format!("{table} has no option {name}{}", meant(name, known)))
                }
            }
        }
        [] => Ok(()),
    }
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>, commands: &[CommandOptions]) -> String {
    let meant = meant(name, known);
    let elsewhere: Vec<String> = commands
        .iter()
        .filter(|command| command.option(name).is_some())
        .map(|command| format!("[{}]", command.name))
        .collect();
    match (meant.as_str(), elsewhere.as_slice()) {
        ("", []) => format!("there is no setting {name}: bytewatch config prints all"),
        ("", tables) => format!("there is no setting {name} here: write it below {}", tables.join(" or ")),
        (meant, _) => format!("there is no setting {name}{meant}"),
    }
}

fn meant<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    // An underscore is what other programs have in their names.
    let typed = typed.replace('_', "-");
    suggestion::nearest(&typed, known).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default()
}

fn has_shape(option: &OptionSpec, value: &Value) -> Result<(), String> {
    let name = &option.name;
    match (option.shape, value) {
        (OptionShape::Flag, Value::Flag(_))
        | (OptionShape::One, Value::Text(_))
        | (OptionShape::Many(_), Value::Text(_) | Value::List(_)) => Ok(()),
        (OptionShape::Flag, _) => Err(format!("{name} is on or off: write {name} = true or {name} = false")),
        (_, Value::Other(what)) => Err(format!("{name} cannot be {what}")),
        (OptionShape::One, _) => Err(format!("{name} takes one value: write {name} = \"…\"")),
        (OptionShape::Many(_), _) => Err(format!("{name} takes values: write {name} = [\"…\", \"…\"]")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::parse;
    use super::*;

    fn option(name: &str, shape: OptionShape) -> OptionSpec {
        OptionSpec {
            name: name.to_owned(),
            shape,
            default: Vec::new(),
            alternatives: Vec::new(),
            conflicts: Vec::new(),
        }
    }

    fn fault(text: &str) -> String {
        let serve = [
            option("history", OptionShape::One),
            option("headless", OptionShape::Flag),
            option("theme", OptionShape::One),
        ];
        let load = [option("kind", OptionShape::Many(',')), option("json", OptionShape::Flag)];
        let commands = [("serve", serve.to_vec()), ("load", load.to_vec())]
            .map(|(name, options)| CommandOptions { name: name.to_owned(), options });
        let checked = check_names(&parse(text).unwrap(), &commands, &["keys", "themes"]);
        checked.map_or_else(|fault| format!("{}: {}", fault.line, fault.message), |()| String::new())
    }

    #[test]
    fn what_is_right_passes() {
        let text = "history = 5\nheadless = true\n[load]\nkind = ['a', 'b']\njson = false\n[serve]\nhistory = '5'\n[keys]\na.b = 'x'\n";
        assert_eq!(fault(text), "");
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        for (text, expected) in [
            ("\nhistroy = 5", "2: there is no setting histroy; did you mean history?"),
            ("head_less = true", "1: there is no setting head_less; did you mean headless?"),
            ("colour = 5", "1: there is no setting colour: bytewatch config prints all"),
            ("kind = 'x'", "1: there is no setting kind here: write it below [load]"),
            ("[laod]", "1: there is no setting laod; did you mean load?"),
            ("[laod]\nkind = 'x'", "1: there is no setting laod; did you mean load?"),
            ("[load]\nkidn = 'x'", "2: load has no option kidn; did you mean kind?"),
            ("load = 5", "1: load is a table: write [load], and its options below"),
            ("keys = 5", "1: keys is a table: write [keys], and what belongs to it below"),
            (
                "themes = 'dark'",
                "1: themes is a table: write [themes], and what belongs to it below; did you mean theme?",
            ),
            ("headless = 'yes'", "1: headless is on or off: write headless = true or headless = false"),
            ("history = ['a']", "1: history takes one value: write history = \"…\""),
            ("history = 2020-01-01", "1: history cannot be a date"),
            ("[load]\nkind = true", "2: kind takes values: write kind = [\"…\", \"…\"]"),
            ("[load.kind]\nx = 1", "1: kind takes values: write kind = [\"…\", \"…\"]"),
        ] {
            assert_eq!(fault(text), expected, "{text}");
        }
    }
}
