//! From the words of the command line to the values in effect: what they leave open comes from the configuration file and
//! the environment, as defaults of the definition.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command as Definition};

use super::config_file::{self, ConfigFile};
use super::exit::Exit;
use super::settings;
use super::{keys, themes, usage_error};
use crate::config::{self, CommandOptions, Given, OptionShape, Setting, Source, Surroundings};
use crate::shell::{Keymap, Themes};

/// A command line with all its values.
pub(super) struct Resolved {
    /// The name of the command.
    pub(super) name: String,
    /// The values, with those of the file and the environment.
    pub(super) matches: ArgMatches,
    /// The configuration file, if one is read.
    pub(super) file: Option<ConfigFile>,
    /// The colour themes that there are.
    pub(super) themes: Themes,
    /// The keys of the dashboard.
    pub(super) keymap: Keymap,
    /// The settings in effect; none if the command has no settings.
    pub(super) settings: Vec<Setting>,
    /// The command line that prints the help of the command.
    pub(super) help: String,
}

impl Resolved {
    /// An error about options, with where those come from that the command line does not give.
    pub(super) fn with_sources(&self, message: String) -> String {
        let is_named = |name: &str| {
            let words = message.split(|letter: char| letter != '-' && !letter.is_alphanumeric());
            words.filter_map(|word| word.strip_prefix("--")).any(|word| word == name)
        };
        let named = self.settings.iter().filter(|setting| settings::is_configured(setting));
        let sources = named
            .filter(|setting| is_named(&setting.name))
            .map(|setting| format!("; --{} is from {}", setting.name, setting.source));
        let sources: String = sources.collect();
        message + &sources
    }
}

/// Resolves a command line; `args` starts with the name of the program.
///
/// # Errors
///
/// [`Exit`] if help was requested, or the usage or the configuration file is wrong.
pub(super) fn resolve(
    definition: &Definition,
    args: &[OsString],
    surroundings: &Surroundings<'_>,
) -> Result<Resolved, Exit> {
    // A command is the first word, if there is one: options may not precede it.
    let subcommands = usage_error::shown_subcommands(definition);
    let asked = args.get(1).and_then(|word| subcommands.iter().find(|name| *word == name.as_str()));
    let help = match asked {
        Some(command) => format!("bytewatch {command} --help"),
        None => "bytewatch --help".to_owned(),
    };
    let matched = |definition: &Definition, args: &[OsString]| {
        definition.clone().try_get_matches_from(args).map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Help(error),
            _ => Exit::wrong(usage_error::sentence(&error, asked.map(String::as_str), &subcommands), &help),
        })
    };
    let commands = settings::configurable(definition);
    let options = commands.iter().find(|command| command.name == asked.map_or("serve", String::as_str));
    let (args, negated) =
        options.map_or((args.to_vec(), Vec::new()), |options| without_negations(args, options));
    let first = matched(definition, &args)?;
    let (name, inner) = first.subcommand().unwrap_or(("serve", &first));
    let name = name.to_owned();
    let file_argument = || inner.get_one::<std::path::PathBuf>("config").map(|path| path.as_path());
    let Some(options) = options.filter(|options| options.name == name) else {
        let file = match name.as_str() {
            "config" => {
                config_file::read_file(file_argument(), surroundings).map_err(Exit::wrong_settings)?
            }
            _ => None,
        };
        let themes = Themes::default();
        let (keymap, settings) = (Keymap::default(), Vec::new());
        return Ok(Resolved { name, matches: first, file, themes, keymap, settings, help });
    };
    let file = read(file_argument(), &commands, definition, surroundings)?;
    let own = definition.find_subcommand(&name).unwrap_or(definition);
    let flags = given(own, inner, options, &negated).map_err(|message| Exit::wrong(message, &help))?;
    let settings = settings::in_effect(options, own, file.as_ref(), surroundings, flags)
        .map_err(Exit::wrong_settings)?;
    let theme = settings.iter().find(|setting| setting.name == "theme");
    let themes = themes::themes(file.as_ref(), theme).map_err(Exit::wrong_settings)?;
    let keymap = keys::keymap(file.as_ref()).map_err(Exit::wrong_settings)?;
    let table = asked.map(String::as_str);
    let matches = matched(&settings::with_defaults(definition, table, own, &settings), &args)?;
    Ok(Resolved { name, matches, file, themes, keymap, settings, help })
}

/// Reads and checks the configuration file.
///
/// # Errors
///
/// [`Exit`] with what is wrong in it.
fn read(
    path: Option<&Path>,
    commands: &[CommandOptions],
    definition: &Definition,
    surroundings: &Surroundings<'_>,
) -> Result<Option<ConfigFile>, Exit> {
    let file = config_file::read_file(path, surroundings).map_err(Exit::wrong_settings)?;
    if let Some(file) = &file {
        config::check_names(&file.entries, commands, &config_file::OTHER_TABLES)
            .map_err(|fault| Exit::wrong_settings(file.located(&fault)))?;
        // A mistake in the table of another command is told now, not when that command is run.
        for options in commands {
            let own = definition.find_subcommand(&options.name).unwrap_or(definition);
            settings::in_effect(options, own, Some(file), &Surroundings::empty(), Vec::new())
                .map_err(Exit::wrong_settings)?;
        }
    }
    Ok(file)
}

/// Takes the words `--no-FLAG` out. A value cannot be such a word, because no option takes one that starts with hyphens.
fn without_negations(args: &[OsString], options: &CommandOptions) -> (Vec<OsString>, Vec<String>) {
    let end = args.iter().position(|word| word == "--").unwrap_or(args.len());
    let negated = |word: &OsStr| {
        let name = word.to_str()?.strip_prefix("--no-")?;
        options
            .option(name)
            .filter(|option| option.shape == OptionShape::Flag)
            .map(|option| option.name.clone())
    };
    let (before, after) = args.split_at(end);
    let kept = before.iter().filter(|word| negated(word).is_none()).chain(after).cloned().collect();
    (kept, before.iter().filter_map(|word| negated(word)).collect())
}

/// What the command line gives. An address without an option counts as `listen`, whose alternative it is.
///
/// # Errors
///
/// When a flag is both switched on and off.
fn given(
    own: &Definition,
    matches: &ArgMatches,
    options: &CommandOptions,
    negated: &[String],
) -> Result<Vec<Given>, String> {
    let values = |id: &str| {
        let is_given = matches.value_source(id) == Some(ValueSource::CommandLine);
        let raw = is_given.then(|| matches.get_raw(id)).flatten()?;
        Some(raw.map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>())
    };
    let mut all = Vec::new();
    for option in &options.options {
        let argument = own.get_opts().find(|argument| argument.get_long() == Some(&option.name));
        let mut found = argument.and_then(|argument| values(argument.get_id().as_str()));
        if option.name == "listen" && own.get_positionals().any(|argument| argument.get_id() == "addresses") {
            let addresses =
                values("addresses").map(|some| [some, found.clone().unwrap_or_default()].concat());
            found = addresses.or(found);
        }
        if option.shape == OptionShape::Flag && found.is_some() {
            found = Some(vec!["true".to_owned()]);
        }
        if negated.contains(&option.name) {
            if found.is_some() {
                return Err(format!("--{0} cannot be used with --no-{0}", option.name));
            }
            found = Some(vec!["false".to_owned()]);
        }
        if let Some(values) = found {
            all.push(Given { name: option.name.clone(), values, source: Source::Flag });
        }
    }
    Ok(all)
}
