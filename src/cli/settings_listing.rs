//! The arguments of `config`, and what it prints.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Command as Definition};

use super::config_file::{self, ConfigFile, OTHER_TABLES};
use super::exit::Exit;
use super::help::HelpNotes;
use super::resolve::{self, Resolved};
use super::{keys, settings, themes};
use crate::config::{self, CommandOptions, Listed, Setting, Surroundings};

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "Settings come from the options of the command line, or else the environment, or else the file, or else they are the defaults. \
The file is TOML: options of serve, relay, demo and open stand at its top, read-size = \"4KiB\", and those of one command below \
its name, [load]. --no-NAME switches a flag off that is on there. docs/config.md, beside the source, says more. What is printed is such a file itself.",
    examples: &[
        ("bytewatch config", "all settings, each with where it came from"),
        ("bytewatch config --path", "where the file is, or would be"),
        ("bytewatch config relay web:80 --memory 1GiB", "the settings that this command line has"),
    ],
    environment: &[
        ("BYTEWATCH_CONFIG", "the file; none reads none"),
        ("BYTEWATCH_READ_SIZE", "any option of serve, relay, demo and open, in capitals"),
        ("BYTEWATCH_LOAD_RATE", "an option of one command"),
    ],
    units: "",
    exit_status: "0 done, 2 the file or a variable is wrong (one line says where, and what to write).",
};

#[derive(Args)]
pub(super) struct ConfigArgs {
    /// Print only where the file is, or would be
    #[arg(long)]
    path: bool,

    /// The command line whose settings are printed, without bytewatch [default: the settings of all commands]
    #[arg(value_name = "COMMAND LINE", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

impl ConfigArgs {
    /// The text to print.
    ///
    /// # Errors
    ///
    /// [`Exit`] if the file, the environment or the command line is wrong.
    pub(super) fn print(
        self,
        definition: &Definition,
        resolved: &Resolved,
        surroundings: &Surroundings<'_>,
    ) -> Result<String, Exit> {
        if self.path {
            let given =
                resolved.matches.subcommand().and_then(|(_, inner)| inner.get_one::<PathBuf>("config"));
            if config_file::reads_none(given.map(PathBuf::as_path), surroundings) {
                return Ok("none: no configuration file is read\n".to_owned());
            }
            let file = resolved.file.as_ref().map(|file| file.path.clone());
            let place = surroundings.config_file.as_ref().map(|path| path.display().to_string());
            let path = file.or(place).ok_or_else(|| {
                Exit::wrong_settings(
                    "this system has no place for settings; --config FILE names a file".to_owned(),
                )
            })?;
            return Ok(format!("{path}\n"));
        }
        let commands = settings::configurable(definition);
        if self.words.is_empty() {
            return all(definition, &commands, resolved.file.as_ref(), surroundings);
        }
        let mut args: Vec<OsString> = std::iter::once("bytewatch".into()).chain(self.words).collect();
        if let Some(file) = &resolved.file
            && !args.iter().any(|word| word == "--config")
        {
            args.extend(["--config".into(), file.path.clone().into()]);
        }
        let inner = resolve::resolve(definition, &args, surroundings)?;
        let Some(command) = commands.iter().find(|command| command.name == inner.name) else {
            return Err(Exit::wrong_settings(format!("{} has no settings", inner.name)));
        };
        let table = (!command.is_top_level()).then(|| command.name.clone());
        let own = definition.find_subcommand(&command.name).unwrap_or(definition);
        let unset = settings::described_defaults(own);
        let mut tables = vec![Listed { table, settings: inner.settings, unset }];
        if command.is_top_level() {
            tables.extend(other_tables(inner.file.as_ref()));
        }
        Ok(config::listing(&tables))
    }
}

/// The settings of all commands: what commands share stands at the top, what is different for one below its name.
fn all(
    definition: &Definition,
    commands: &[CommandOptions],
    file: Option<&ConfigFile>,
    surroundings: &Surroundings<'_>,
) -> Result<String, Exit> {
    if let Some(file) = file {
        config::check_names(&file.entries, commands, &OTHER_TABLES)
            .map_err(|fault| Exit::wrong_settings(file.located(&fault)))?;
    }
    let mut tables: Vec<Listed> = Vec::new();
    for command in commands {
        let own = definition.find_subcommand(&command.name).unwrap_or(definition);
        let mut settings = settings::in_effect(command, own, file, surroundings, Vec::new())
            .map_err(Exit::wrong_settings)?;
        let shared = tables.first().map(|listed| listed.settings.clone()).unwrap_or_default();
        if command.is_top_level() {
            settings.retain(|setting: &Setting| !shared.contains(setting));
        }
        let table = (!tables.is_empty()).then(|| command.name.clone());
        tables.push(Listed { table, settings, unset: settings::described_defaults(own) });
    }
    let theme =
        tables.first().and_then(|listed| listed.settings.iter().find(|setting| setting.name == "theme"));
    themes::themes(file, theme).map_err(Exit::wrong_settings)?;
    keys::keymap(file).map_err(Exit::wrong_settings)?;
    tables.extend(other_tables(file));
    let mut text = config::listing(&tables);
    let without_effect = config::without_effect(&(surroundings.names)(), commands);
    if !without_effect.is_empty() {
        text.push('\n');
    }
    without_effect.iter().for_each(|line| text.push_str(&format!("# {line}\n")));
    Ok(text)
}

/// The tables of the file that do not hold options, as they are.
fn other_tables(file: Option<&ConfigFile>) -> Vec<Listed> {
    let Some(file) = file else { return Vec::new() };
    OTHER_TABLES
        .iter()
        .map(|table| {
            let settings = file.below(table).into_iter().map(|located| located.setting).collect();
            Listed { table: Some((*table).to_owned()), settings, unset: Vec::new() }
        })
        .collect()
}
