//! The settings of each command: their names from the definition of the command line, their values from all layers.

use clap::builder::Resettable;
use clap::{Arg, ArgAction, Command as Definition};

use super::config_file::ConfigFile;
use super::usage_error;
use crate::config::{self, CommandOptions, Given, OptionShape, OptionSpec, Setting, Source, Surroundings};

/// The commands that have settings, in the order of the listing.
const CONFIGURABLE: [&str; 8] = ["serve", "relay", "demo", "open", "load", "compare", "decode", "replay"];

/// Options that are no settings: they say something about one run, or about the file itself.
const NO_SETTINGS: [&str; 3] = ["config", "help", "version"];

/// Options that are no settings of a command: those of serving that it does not have a use for, and those about one file.
const WITHOUT_USE: [(&str, &[&str]); 3] = [
    ("demo", &["tls", "tls-cert", "tls-key", "proxy-protocol"]),
    ("open", &["connection", "speed"]),
    ("replay", &["to", "listen", "connection"]),
];

/// Options that say the same in another way, beside those that conflict by the definition: who gives one of them on the
/// command line does not want what the file says about the others.
const ALTERNATIVES: [&[&str]; 4] = [
    &["listen", "port"],
    &["service", "reply"],
    &["tls-cert", "tls-key"],
    &["upstream-ca", "upstream-insecure"],
];

/// Separates several values in an environment variable where the option itself has no separator.
const SEPARATOR: char = ';';

/// The commands that have settings, with their options.
pub(super) fn configurable(definition: &Definition) -> Vec<CommandOptions> {
    let commands = CONFIGURABLE.iter().filter_map(|name| definition.find_subcommand(name));
    commands
        .map(|command| {
            let without = WITHOUT_USE.iter().find(|(name, _)| *name == command.get_name());
            let without = without.map_or(&[][..], |(_, options)| options);
            let options = options(command).filter(|(name, _)| !without.contains(name));
            let specs = options.map(|(name, argument)| spec(command, name, argument));
            CommandOptions { name: command.get_name().to_owned(), options: specs.collect() }
        })
        .collect()
}

fn options(command: &Definition) -> impl Iterator<Item = (&str, &Arg)> {
    let named = command.get_opts().filter_map(|argument| Some((argument.get_long()?, argument)));
    named.filter(|(name, argument)| !argument.is_hide_set() && !NO_SETTINGS.contains(name))
}

fn spec(command: &Definition, name: &str, argument: &Arg) -> OptionSpec {
    let refuses = |one: &Arg, other: &Arg| command.get_arg_conflicts_with(one).contains(&other);
    let conflicts = options(command)
        .filter(|(_, other)| refuses(argument, other) || refuses(other, argument))
        .map(|(name, _)| name.to_owned());
    let conflicts: Vec<String> = conflicts.collect();
    let same = ALTERNATIVES.iter().filter(|group| group.contains(&name)).flat_map(|group| group.iter());
    let others = same.filter(|other| **other != name).map(|other| (*other).to_owned());
    let separator = argument.get_value_delimiter();
    let shape = match argument.get_action() {
        ArgAction::SetTrue => OptionShape::Flag,
        ArgAction::Append => OptionShape::Many(separator.unwrap_or(SEPARATOR)),
        _ => OptionShape::One,
    };
    let default = argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
    let default: Vec<String> = match (shape, separator) {
        (OptionShape::Flag, _) => vec!["false".to_owned()],
        (_, Some(separator)) => {
            default.flat_map(|value| value.split(separator).map(str::to_owned).collect::<Vec<_>>()).collect()
        }
        _ => default.collect(),
    };
    let alternatives = conflicts.iter().cloned().chain(others).collect();
    OptionSpec { name: name.to_owned(), shape, default, alternatives, conflicts }
}

/// What applies to each option without a value of its own, as its help says it: the name, and the default in words.
pub(super) fn described_defaults(command: &Definition) -> Vec<(String, String)> {
    let described = |(name, argument): (&str, &Arg)| {
        let help = argument.get_help()?.to_string();
        let (_, default) = help.rsplit_once("[default: ")?;
        Some((name.to_owned(), default.strip_suffix(']')?.to_owned()))
    };
    options(command).filter_map(described).collect()
}

/// The settings of a command that are in effect. `flags` is what the command line gives.
///
/// # Errors
///
/// One line that says where which value is wrong, and what would be right.
pub(super) fn in_effect(
    options: &CommandOptions,
    own: &Definition,
    file: Option<&ConfigFile>,
    surroundings: &Surroundings<'_>,
    flags: Vec<Given>,
) -> Result<Vec<Setting>, String> {
    let [top, table] = match file {
        Some(file) => config::from_file(options, &file.entries, &file.path),
        None => [Vec::new(), Vec::new()],
    };
    let [shared, only] =
        config::environment(options, surroundings.variable).map_err(|error| error.to_string())?;
    let layers = [top, table, shared, only, flags];
    for given in layers[..4].iter().flatten() {
        check(own, given)?;
    }
    let mut settings = config::effective(options, &layers).map_err(|error| error.to_string())?;
    forget_what_has_no_use(&mut settings);
    Ok(settings)
}

/// Takes back what the file or the environment says about something that is not there: it must not keep the program
/// from starting.
fn forget_what_has_no_use(settings: &mut [Setting]) {
    let has = |name: &str, wanted: &str| {
        let found = settings.iter().find(|setting| setting.name == name);
        found.is_some_and(|setting| setting.values.iter().any(|value| wanted.is_empty() || value == wanted))
    };
    // Which events are printed has no meaning for the dashboard, and what is replied to none for other services.
    let prints = has("headless", "true");
    let replies = has("reply", "") || has("service", "reply");
    for setting in settings.iter_mut().filter(|setting| is_configured(setting)) {
        let values = match setting.name.as_str() {
            "events" if !prints => Vec::new(),
            "reply-to" if !replies => vec!["read".to_owned()],
            _ => continue,
        };
        (setting.values, setting.source) = (values, Source::Default);
    }
}

/// Whether the file or the environment decides about a setting.
pub(super) const fn is_configured(setting: &Setting) -> bool {
    matches!(setting.source, Source::File { .. } | Source::Environment(_))
}

/// Checks values as if they stood on the command line, so that the error is the same sentence.
fn check(own: &Definition, given: &Given) -> Result<(), String> {
    let Some((name, argument)) = options(own).find(|(name, _)| *name == given.name) else { return Ok(()) };
    if matches!(argument.get_action(), ArgAction::SetTrue) {
        return Ok(());
    }
    let alone = argument.clone().conflicts_with(Resettable::Reset).global(false);
    let alone = Definition::new("bytewatch").no_binary_name(true).arg(alone);
    for value in &given.values {
        let parsed = alone.clone().try_get_matches_from([format!("--{name}={value}")]);
        parsed.map_err(|error| {
            let sentence = usage_error::sentence(&error, None, &[]);
            format!("{}: {}", given.source, sentence.strip_prefix("--").unwrap_or(&sentence))
        })?;
    }
    Ok(())
}

/// The definition with what the file and the environment say as the defaults of a command; `table` is its name, if the
/// command line names it.
pub(super) fn with_defaults(
    definition: &Definition,
    table: Option<&str>,
    own: &Definition,
    settings: &[Setting],
) -> Definition {
    let configured = settings.iter().filter(|setting| is_configured(setting));
    let defaults: Vec<_> = configured
        .filter_map(|setting| {
            let (_, argument) = options(own).find(|(name, _)| *name == setting.name)?;
            Some((argument.get_id().clone(), setting.values.clone()))
        })
        .collect();
    let set = |command: Definition| {
        defaults.iter().fold(command, |command, (id, values)| {
            command.mut_arg(id, |argument| argument.default_values(values.clone()))
        })
    };
    match table {
        Some(name) => definition.clone().mut_subcommand(name, set),
        None => set(definition.clone()),
    }
}
