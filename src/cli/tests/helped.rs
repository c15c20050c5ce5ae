//! Help, suggestions, and what is generated from the definition.

use super::*;

#[test]
fn help_and_version_are_printed() {
    let printed = |line: &str| match command(line) {
        Err(Exit::Help(help)) => help.to_string(),
        other => panic!("{line}: {other:?}"),
    };
    for line in ["-h", "--version", "decode --help"] {
        assert!(printed(line).contains("bytewatch"), "{line}");
    }
    for line in ["--help", "serve --help", "help", "help serve"] {
        let help = printed(line);
        assert!(help.contains("Times are written") && help.contains("Exit status: 0"), "{line}: {help}");
        assert!(help.contains("as --service reply"), "{line}: {help}");
    }
    assert!(printed("help decode").contains("3 malformed and --strict"));
    for line in ["--help", "help"] {
        let help = printed(line);
        for word in ["Examples:", "press ? there", "BYTEWATCH_LOG", "NO_COLOR", "3 malformed bytes"] {
            assert!(help.contains(word), "{line}: {word}");
        }
    }
    let short = printed("-h");
    assert!(
        short.contains("press ? for the keys")
            && short.contains("3 malformed")
            && !short.contains("Examples")
    );
}

#[test]
fn every_command_has_a_short_and_a_long_help() {
    let printed = |line: &str| match command(line) {
        Err(Exit::Help(help)) => help.to_string(),
        other => panic!("{line}: {other:?}"),
    };
    let definition = Cli::command();
    for name in usage_error::shown_subcommands(&definition) {
        let (short, long) = (printed(&format!("{name} -h")), printed(&format!("{name} --help")));
        assert!(short.contains("--help has examples") && !short.contains("Examples:"), "{name}: {short}");
        assert!(long.contains("Examples:") && short.len() < long.len(), "{name}: {long}");
        for help in [&short, &long] {
            assert!(help.contains("Exit status: 0 "), "{name}: {help}");
        }
    }
}

#[test]
fn a_mistyped_option_suggests_the_right_one_in_every_command() {
    for (line, meant) in [
        ("--histroy 5", "--history"),
        ("serve --histroy 5", "--history"),
        ("relay x:1 --conect-timeout 5s", "--connect-timeout"),
        ("demo --scrpt list", "--script"),
        ("load 7 --pipline 5", "--pipeline"),
        ("compare --round 5", "--rounds"),
        ("decode --anatomie", "--anatomy"),
        ("completions bsh", "bash"),
        ("man rely", "relay"),
        ("completion bash", "completions"),
    ] {
        let message = wrong(line);
        assert!(message.ends_with(&format!("; did you mean {meant}?")), "{line}: {message}");
    }
}

#[test]
fn what_is_generated_knows_every_option_but_no_hidden_one() {
    let printed = |line: &str| match command(line) {
        Ok(Command::Print(text)) => text,
        other => panic!("{line}: {other:?}"),
    };
    let definition = Cli::command();
    let shells =
        ["bash", "zsh", "fish", "elvish", "powershell"].map(|shell| printed(&format!("completions {shell}")));
    for command in definition.get_subcommands().filter(|command| !command.is_hide_set()) {
        let page = printed(&format!("man {}", command.get_name())).replace("\\-", "-");
        for option in command.get_opts().filter_map(clap::Arg::get_long) {
            let is_shown = !matches!(option, "source");
            for text in shells.iter().chain([&page]) {
                assert_eq!(text.contains(option), is_shown, "{} --{option}: {text}", command.get_name());
            }
        }
    }
    let page = printed("man").replace("\\-", "-");
    assert!(page.contains("\n.SH SYNOPSIS\nbytewatch [OPTIONS] [PORT]"), "{page}");
    for text in shells.iter().chain([&page]) {
        assert!(text.contains("relay") && !text.contains("contender"), "{text}");
    }
    assert!(page.contains("bytewatch-relay(1)") && page.contains("--max-connections"), "{page}");
}
