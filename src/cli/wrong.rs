//! Wrong usage, in one sentence: what is wrong with it, and what would have been right.

use std::error::Error as _;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::bytes::safe;

/// The library's error as one line that is safe to print: it quotes what was typed, which may come from anywhere.
pub(super) fn sentence(error: &Error) -> String {
    let text = known(error).unwrap_or_else(|| one_line(error));
    safe::line(&text)
}

fn known(error: &Error) -> Option<String> {
    match error.kind() {
        ErrorKind::InvalidValue => Some(invalid_value(option(error, ContextKind::InvalidArg)?, error)),
        ErrorKind::ValueValidation => {
            let (option, value) =
                (option(error, ContextKind::InvalidArg)?, said(error, ContextKind::InvalidValue)?);
            Some(format!("{option} cannot be '{value}': {}", error.source()?))
        }
        ErrorKind::UnknownArgument => {
            let typed = said(error, ContextKind::InvalidArg)?;
            let meant = meant(error, ContextKind::SuggestedArg);
            Some(match typed.starts_with('-') {
                true => format!("there is no option '{typed}' here{meant}"),
                false => format!("'{typed}' is one word too many"),
            })
        }
        ErrorKind::InvalidSubcommand => {
            let typed = said(error, ContextKind::InvalidSubcommand)?;
            let meant = meant(error, ContextKind::SuggestedSubcommand);
            Some(format!(
                "there is no command '{typed}': it is serve, demo, load, compare, decode, help, or none{meant}"
            ))
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

fn invalid_value(option: &str, error: &Error) -> String {
    let value = said(error, ContextKind::InvalidValue).unwrap_or_default();
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
    if let Some(command) = said(error, ContextKind::InvalidSubcommand) {
        return Some(format!("options come after the command, and {other} stands before '{command}'"));
    }
    let option = option(error, ContextKind::InvalidArg)?;
    Some(if option == other {
        format!("{option} is given twice")
    } else {
        format!("{option} cannot be used with {other}")
    })
}

/// What the library knows of this kind, where it is one text.
fn said(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        // Several options before a command: the first will do.
        ContextValue::Strings(texts) => texts.first().map(String::as_str),
        _ => None,
    }
}

/// The option without what stands for its value.
fn option(error: &Error, kind: ContextKind) -> Option<&str> {
    said(error, kind).map(|text| text.split(' ').next().unwrap_or(text))
}

fn meant(error: &Error, kind: ContextKind) -> String {
    said(error, kind).map(|text| format!("; did you mean {text}?")).unwrap_or_default()
}

/// The library's own message of several lines, without its usage summary, as one.
fn one_line(error: &Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let kept =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let joined = kept.collect::<Vec<_>>().join(" ");
    joined.strip_prefix("error: ").unwrap_or(&joined).to_owned()
}
