//! What is generated from the definition of the command line: completions for shells, and manual pages.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Command};
use clap_complete::Shell;

use super::help::HelpNotes;

/// What the help of `completions` says below its options.
pub(super) const COMPLETIONS_HELP: HelpNotes = HelpNotes {
    notes: "",
    examples: &[
        ("bytewatch completions bash > ~/.local/share/bash-completion/completions/bytewatch", ""),
        ("bytewatch completions zsh > ~/.zfunc/_bytewatch", "for a folder that $fpath names"),
        ("bytewatch completions fish > ~/.config/fish/completions/bytewatch.fish", ""),
        ("bytewatch completions elvish >> ~/.config/elvish/rc.elv", ""),
        ("bytewatch completions powershell >> $PROFILE", ""),
    ],
    environment: &[],
    units: "",
    exit_status: "0 done, 2 wrong usage.",
};

/// What the help of `man` says below its options.
pub(super) const MAN_HELP: HelpNotes = HelpNotes {
    notes: "",
    examples: &[
        ("bytewatch man | man -l -", "read it"),
        ("bytewatch man relay > bytewatch-relay.1", "the page of a command, as a file"),
    ],
    environment: &[],
    units: "",
    exit_status: "0 done, 2 wrong usage.",
};

/// The name of the program, under which shells complete it.
const PROGRAM: &str = "bytewatch";

#[derive(Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_parser = clap::value_parser!(Shell))]
    shell: Shell,
}

impl Completions {
    /// The script for the shell, from the definition of the command line.
    pub(super) fn print(&self, definition: &Command) -> String {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut without_hidden(definition), PROGRAM, &mut script);
        String::from_utf8_lossy(&script).into_owned()
    }
}

#[derive(Args)]
pub(super) struct Man {
    /// The command whose page is printed [default: that of the program]
    #[arg(value_name = "COMMAND", value_parser = page())]
    page: Option<String>,
}

/// The names of the commands that have a page.
const PAGES: [&str; 12] = [
    "serve",
    "relay",
    "demo",
    "open",
    "load",
    "compare",
    "decode",
    "replay",
    "watch",
    "config",
    "completions",
    "man",
];

fn page() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(PAGES)
}

impl Man {
    /// The page in roff, from the definition of the command line.
    pub(super) fn print(&self, definition: &Command) -> String {
        let mut definition = without_hidden(definition).disable_help_subcommand(true);
        definition.build();
        let found = self.page.as_ref().and_then(|name| definition.find_subcommand(name));
        let mut page = found.cloned().unwrap_or(definition);
        let usage = page.render_usage().to_string();
        let mut roff = Vec::new();
        // Writing into memory does not fail.
        let _ = clap_mangen::Man::new(page).render(&mut roff);
        with_synopsis(&String::from_utf8_lossy(&roff), &usage)
    }
}

/// Puts the usage as the help has it in the place of the list of all options, which has no values.
fn with_synopsis(roff: &str, usage: &str) -> String {
    const HEAD: &str = ".SH SYNOPSIS\n";
    let lines = usage.trim_start().trim_start_matches("Usage:").lines().map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).map(|line| line.replace('-', r"\-")).collect();
    match roff.split_once(HEAD).and_then(|(before, rest)| Some((before, rest.split_once('\n')?.1))) {
        Some((before, after)) => format!("{before}{HEAD}{}\n{after}", lines.join("\n.br\n")),
        None => roff.to_owned(),
    }
}

/// The definition without hidden commands and options, which some generators would list.
fn without_hidden(definition: &Command) -> Command {
    let arguments = definition.get_arguments().filter(|argument| !argument.is_hide_set()).cloned();
    let commands = definition.get_subcommands().filter(|command| !command.is_hide_set()).map(without_hidden);
    let mut shown = Command::new(definition.get_name().to_owned())
        .args_conflicts_with_subcommands(definition.is_args_conflicts_with_subcommands_set())
        .args(arguments)
        .subcommands(commands);
    if let Some(version) = definition.get_version() {
        shown = shown.version(version.to_owned());
    }
    if let Some(text) = definition.get_about() {
        shown = shown.about(text.clone());
    }
    if let Some(text) = definition.get_long_about() {
        shown = shown.long_about(text.clone());
    }
    if let Some(text) = definition.get_after_help() {
        shown = shown.after_help(text.clone());
    }
    if let Some(text) = definition.get_after_long_help() {
        shown = shown.after_long_help(text.clone());
    }
    shown
}
