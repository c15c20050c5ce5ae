//! The command line: parses it into a command, or into one clear line that says what is wrong.
//!
//! It only converts words to values, and opens or starts nothing. What the command line leaves open comes from the
//! configuration file and the environment.

mod address;
mod bus_args;
mod command;
mod compare;
mod config_file;
mod decode;
mod definition;
mod demo;
mod exit;
mod fault_args;
mod generated;
mod help;
mod keys;
mod load;
mod misplaced;
mod open;
mod record_args;
mod relay;
mod replay;
mod resolve;
mod serve;
mod server_args;
mod settings;
mod settings_listing;
mod themes;
mod tls_args;
mod usage_error;
mod values;
mod watch;
mod workload_args;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};

pub use self::command::Command;
use self::definition::{Cli, Subcommand};
pub use self::exit::Exit;
pub use crate::config::{Surroundings, VARIABLE_PREFIX, file_text};

/// Parses the command line; `args` starts with the name of the program.
///
/// # Errors
///
/// [`Exit`] if help was requested, or the usage or the configuration file is wrong.
pub fn parse(
    args: impl IntoIterator<Item = OsString>,
    surroundings: &Surroundings<'_>,
) -> Result<Command, Exit> {
    let args: Vec<OsString> = args.into_iter().collect();
    let definition = Cli::command();
    let resolved = resolve::resolve(&definition, &args, surroundings)?;
    if let Some(message) = misplaced::misplaced(&resolved.settings) {
        return Err(Exit::wrong(resolved.with_sources(message), &resolved.help));
    }
    let cli = Cli::from_arg_matches(&resolved.matches)
        .map_err(|error| Exit::wrong(usage_error::sentence(&error, None, &[]), &resolved.help))?;
    let mut command = match cli.command {
        None => cli.serve.into_options().map(Box::new).map(Command::Serve),
        Some(Subcommand::Serve(serve)) => serve.into_options().map(Box::new).map(Command::Serve),
        Some(Subcommand::Relay(relay)) => relay.into_options().map(Box::new).map(Command::Serve),
        Some(Subcommand::Demo(demo)) => demo.into_command(),
        Some(Subcommand::Load(load)) => load.into_command(),
        Some(Subcommand::Compare(compare)) => compare.into_command(),
        Some(Subcommand::Candidate { backend, hang }) => {
            Ok(Command::Candidate(backend, compare::handlers(hang)))
        }
        Some(Subcommand::Decode(decode)) => Ok(Command::Decode(decode.into())),
        Some(Subcommand::Open(open)) => open.into_options().map(Box::new).map(Command::Open),
        Some(Subcommand::Replay(replay)) => replay.into_command(),
        Some(Subcommand::Watch(watch)) => watch.into_options().map(Box::new).map(Command::Watch),
        Some(Subcommand::Config(config)) => {
            return config.print(&definition, &resolved, surroundings).map(Command::Print);
        }
        Some(Subcommand::Completions(completions)) => Ok(Command::Print(completions.print(&definition))),
        Some(Subcommand::Man(man)) => Ok(Command::Print(man.print(&definition))),
    };
    if let Ok(looks) = command.as_mut().map(Command::looks)
        && let Some(looks) = looks
    {
        looks.themes = resolved.themes.clone();
        looks.keymap = resolved.keymap.clone();
    }
    command.map_err(|message| Exit::wrong(resolved.with_sources(message), &resolved.help))
}

#[cfg(test)]
mod tests;
