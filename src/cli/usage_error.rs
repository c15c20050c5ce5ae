//! Messages for wrong usage: one sentence that says what is wrong and what would be valid.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use super::serve::ADDRESS;
use crate::bytes::{safe, suggestion};

/// Formats an error of clap as one line that is safe to print, because it quotes arguments, which may come from
/// anywhere. `command` is the subcommand that was given, one of `subcommands`.
pub(super) fn sentence(error: &Error, command: Option<&str>, subcommands: &[String]) -> String {
    let text = known(error, command, subcommands).unwrap_or_else(|| one_line(error));
    safe::line(&text)
}

/// The names of all subcommands that the help shows.
pub(super) fn shown_subcommands(cli: &Command) -> Vec<String> {
    cli.get_subcommands().filter(|word| !word.is_hide_set()).map(|word| word.get_name().to_owned()).collect()
}

fn known(error: &Error, command: Option<&str>, subcommands: &[String]) -> Option<String> {
    match error.kind() {
        ErrorKind::InvalidValue => Some(invalid_value(option(error, ContextKind::InvalidArg)?, error)),
        ErrorKind::ValueValidation => {
            let (option, value) =
                (option(error, ContextKind::InvalidArg)?, context_value(error, ContextKind::InvalidValue)?);
            if option == format!("[{ADDRESS}]...") {
                return Some(address(value, &error.source()?.to_string(), command, subcommands));
            }
            Some(format!("{option} cannot be '{value}': {}", error.source()?))
        }
        ErrorKind::UnknownArgument => {
            let typed = context_value(error, ContextKind::InvalidArg)?;
            let meant = meant(error, ContextKind::SuggestedArg);
            Some(match typed.starts_with('-') {
                true => format!("there is no option '{typed}' here{meant}"),
                false => format!("'{typed}' is one word too many"),
            })
        }
        ErrorKind::InvalidSubcommand => {
            Some(no_command(context_value(error, ContextKind::InvalidSubcommand)?, subcommands))
        }
        ErrorKind::ArgumentConflict => conflict(error),
        ErrorKind::MissingRequiredArgument => {
            let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
                return None;
            };
            Some(format!("{} is missing", missing.join(", ")))
        }
        _ => None,
    }
}

/// Formats the error of a word that may be an address or a subcommand.
fn address(typed: &str, why: &str, command: Option<&str>, subcommands: &[String]) -> String {
    // A word without a colon that does not start with a digit is hardly meant as an address.
    let like_address = typed.contains(':') || typed.starts_with(|first: char| first.is_ascii_digit());
    match command {
        None if subcommands.iter().any(|name| name == typed) => {
            format!("the command {typed} comes first, options come after it")
        }
        None if !like_address => no_command(typed, subcommands),
        _ => format!("it cannot listen on '{typed}': {why}"),
    }
}

fn no_command(typed: &str, subcommands: &[String]) -> String {
    let meant = suggestion::nearest(typed, subcommands.iter().map(String::as_str));
    let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    format!(
        "there is no command '{typed}': it is {}, help, a port to listen on, or none{meant}",
        subcommands.join(", ")
    )
}

fn invalid_value(option: &str, error: &Error) -> String {
    let value = context_value(error, ContextKind::InvalidValue).unwrap_or_default();
    let choices = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(choices)) => choices.join(", "),
        _ => String::new(),
    };
    match (value, choices.as_str()) {
        ("", "") => format!("{option} needs a value"),
        ("", choices) => format!("{option} needs a value, one of {choices}"),
        (value, "") => format!("{option} cannot be '{value}'"),
        (value, choices) => {
            let meant = meant(error, ContextKind::SuggestedValue);
            format!("{option} cannot be '{value}': it is one of {choices}{meant}")
        }
    }
}

fn conflict(error: &Error) -> Option<String> {
    let other = option(error, ContextKind::PriorArg)?;
    if let Some(command) = context_value(error, ContextKind::InvalidSubcommand) {
        return Some(format!("options come after the command, and {other} stands before '{command}'"));
    }
    let option = option(error, ContextKind::InvalidArg)?;
    Some(if option == other {
        format!("{option} is given twice")
    } else {
        format!("{option} cannot be used with {other}")
    })
}

/// The text that clap attached to the error under this kind.
fn context_value(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        // There may be several options before a command; the first one suffices.
        ContextValue::Strings(texts) => texts.first().map(String::as_str),
        _ => None,
    }
}

/// The option without the placeholder of its value.
fn option(error: &Error, kind: ContextKind) -> Option<&str> {
    context_value(error, kind).map(|text| text.split(' ').next().unwrap_or(text))
}

fn meant(error: &Error, kind: ContextKind) -> String {
    context_value(error, kind).map(|text| format!("; did you mean {text}?")).unwrap_or_default()
}

/// The message of clap, without its usage summary, joined into one line.
fn one_line(error: &Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let kept =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let joined = kept.collect::<Vec<_>>().join(" ");
    joined.strip_prefix("error: ").unwrap_or(&joined).to_owned()
}
