//! Settings from the file and the environment.

use std::path::Path;

use super::super::settings::configurable;
use super::*;
use crate::client::load::LoadModel;
use crate::shell::{Keymap, Output, Override, RoleStyle, Themes};

const PLACE: &str = "/home/x/.config/bytewatch/config.toml";

/// Parses a line on a machine with this configuration file and these variables.
fn with(file: &str, variables: &[(&str, &str)], line: &str) -> Result<Command, String> {
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let read = |path: &Path| Ok((path == Path::new(PLACE)).then(|| file.to_owned()));
    let names = || variables.iter().map(|(name, _)| (*name).to_owned()).collect();
    let config_file = Some(PLACE.into());
    let surroundings = Surroundings { variable: &variable, names: &names, read: &read, config_file };
    let args = std::iter::once("bytewatch").chain(line.split_whitespace()).map(OsString::from);
    parse(args, &surroundings).map_err(|exit| match exit {
        Exit::Usage { message, .. } => message.replace(PLACE, "FILE"),
        Exit::Help(help) => panic!("{line}: {help}"),
    })
}

fn serve(file: &str, variables: &[(&str, &str)], line: &str) -> Options {
    match with(file, variables, line) {
        Ok(Command::Serve(options)) => *options,
        other => panic!("{line}: {other:?}"),
    }
}

fn addresses(options: &Options) -> Vec<String> {
    options.server.listen.iter().map(ToString::to_string).collect()
}

fn printed(file: &str, variables: &[(&str, &str)], line: &str) -> String {
    match with(file, variables, line) {
        Ok(Command::Print(text)) => text.replace(PLACE, "FILE"),
        other => panic!("{line}: {other:?}"),
    }
}

/// A line without the spaces that align the comments.
fn in_one_column(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn options_win_over_the_environment_and_that_over_the_file() {
    let file = "history = '1KiB'\nread-size = 2048\nbackend = 'threads'\n[relay]\nhistory = '3KiB'\n";
    for line in ["", "serve", "demo"] {
        let options = serve(file, &[], line);
        assert_eq!(options.budget.history, 1_024, "{line}");
        assert_eq!((options.server.read_size, options.server.backend), (2_048, BackendKind::Threads));
    }
    assert_eq!(serve(file, &[], "relay x:1").budget.history, 3 * 1_024);
    assert_eq!(serve(file, &[], "--history 5KiB").budget.history, 5 * 1_024);
    let variables = [("BYTEWATCH_HISTORY", "7KiB"), ("BYTEWATCH_RELAY_HISTORY", "8KiB")];
    assert_eq!(serve(file, &variables, "").budget.history, 7 * 1_024);
    assert_eq!(serve(file, &variables, "relay x:1").budget.history, 8 * 1_024);
    assert_eq!(serve(file, &variables, "--history 5KiB").budget.history, 5 * 1_024);
}

#[test]
fn addresses_on_the_command_line_replace_those_of_the_file() {
    let file = "listen = ['8001', '8002']\nport = 8003\n";
    assert_eq!(addresses(&serve(file, &[], "")), ["127.0.0.1:8001", "127.0.0.1:8002", "127.0.0.1:8003"]);
    for line in ["9000", "-p 9000", "-l 9000", "serve 9000", "demo 9000"] {
        assert_eq!(addresses(&serve(file, &[], line)), ["127.0.0.1:9000"], "{line}");
    }
    let variables = [("BYTEWATCH_LISTEN", "9001;9002")];
    assert_eq!(addresses(&serve(file, &variables, "")), ["127.0.0.1:9001", "127.0.0.1:9002"]);
    let fallen_back = serve("", &[], "demo").if_taken;
    assert_ne!(fallen_back, serve(file, &[], "demo").if_taken, "an address of the file is an address");
}

#[test]
fn a_flag_of_the_file_can_be_switched_off() {
    let file = "headless = true\nevents = ['opened']\ntls = true\n";
    let options = serve(file, &[], "");
    assert!(matches!(options.output, Output::Headless(_)) && options.server.tls.is_some());
    let options = serve(file, &[], "--no-headless --no-tls");
    assert!(matches!(options.output, Output::Dashboard) && options.server.tls.is_none());
    let options = serve(file, &[("BYTEWATCH_HEADLESS", "false")], "");
    assert!(
        matches!(options.output, Output::Dashboard),
        "events of the file wait for a run without dashboard"
    );
    assert_eq!(
        with("", &[], "--headless --no-headless").unwrap_err(),
        "--headless cannot be used with --no-headless"
    );
    assert_eq!(
        with("", &[], "--no-headles").unwrap_err(),
        "there is no option '--no-headles' here; did you mean --headless?"
    );
    assert!(serve("tls = true", &[], "demo").server.tls.is_none(), "its clients speak plain TCP");
}

#[test]
fn a_choice_on_the_command_line_hides_its_alternatives_in_the_file() {
    let options = serve("service = 'discard'", &[], "--reply ok");
    assert!(matches!(options.server.service, ServiceConfig::Reply(..)));
    for file in ["reply = 'ok'", "reply = 'ok'\nreply-to = 'once'"] {
        let options = serve(file, &[], "-s discard");
        assert_eq!(options.server.service, ServiceConfig::Discard, "{file}");
    }
    let options = serve("reply-to = 'once'", &[], "--reply ok");
    assert!(matches!(options.server.service, ServiceConfig::Reply(_, ReplyTo::Once)));
    let file = "[load]\npipeline = 4\n";
    let load = |line: &str| match with(file, &[], line) {
        Ok(Command::Load(options)) => options.plan,
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(load("load 7").pipeline, 4);
    assert_eq!(load("load 7 --rate 5").load_model, LoadModel::OpenLoop(5.0));
}

#[test]
fn other_commands_have_a_table_each() {
    let file =
        "[decode]\nencoding = 'latin1'\n[compare]\nconnections = [5, 7]\n[load]\nkind = 'steady=2,idle=3'\n";
    assert!(matches!(with(file, &[], "decode"), Ok(Command::Decode(options))
        if options.encoding == decode::EncodingChoice::Known(Encoding::LATIN_1)));
    assert!(
        matches!(with(file, &[], "compare"), Ok(Command::Compare(options)) if options.connections == [5, 7])
    );
    assert!(
        matches!(with(file, &[], "load 7"), Ok(Command::Load(options)) if options.plan.groups.len() == 2)
    );
    let variables = [("BYTEWATCH_COMPARE_CONNECTIONS", "1,2,3")];
    assert!(
        matches!(with(file, &variables, "compare"), Ok(Command::Compare(options)) if options.connections == [1, 2, 3])
    );
}

#[test]
fn what_is_wrong_is_one_line_with_its_place() {
    for (file, variables, line, expected) in [
        ("histroy = 5", &[][..], "", "FILE:1: there is no setting histroy; did you mean history?"),
        ("\n[load]\nread-size = 5", &[], "decode", "FILE:3: load has no option read-size"),
        ("history = 'lots'", &[], "", "FILE:1: history cannot be 'lots': "),
        ("[relay]\nconnect-timeout = 5", &[], "", "FILE:2: connect-timeout cannot be '5': a time is"),
        ("[load]\nrate = 'x'", &[], "relay h:1", "FILE:2: rate cannot be 'x'"),
        (
            "service = 'ecko'",
            &[],
            "",
            "FILE:1: service cannot be 'ecko': it is one of echo, discard, reply; did you mean echo?",
        ),
        ("events = ['opened', 'opned']", &[], "--headless", "FILE:1: events cannot be 'opned': it is one of"),
        (
            "headless = 'yes'",
            &[],
            "",
            "FILE:1: headless is on or off: write headless = true or headless = false",
        ),
        ("a = ", &[], "decode", "FILE:1: this is not TOML: "),
        (
            "",
            &[("BYTEWATCH_HISTORY", "lots")],
            "",
            "environment BYTEWATCH_HISTORY: history cannot be 'lots': ",
        ),
        (
            "",
            &[("BYTEWATCH_CONFIG", "/nowhere")],
            "",
            "there is no file /nowhere; --config none does without one",
        ),
        ("", &[], "--config /nowhere", "there is no file /nowhere; --config none does without one"),
        ("[load]\nrate = 5\npipeline = 2", &[], "load 7", "FILE:2: rate cannot be used with pipeline"),
        (
            "memory = '63KiB'",
            &[],
            "--history 64KiB",
            "--history cannot be more than --memory, which is 256MiB unless you set it; --memory is from FILE:1",
        ),
        ("tls-cert = 'x'", &[], "", "--tls-cert needs --tls-key; --tls-cert is from FILE:1"),
    ] {
        let message = with(file, variables, line).expect_err(file);
        assert!(message.starts_with(expected) && !message.contains('\n'), "{file}: {message}");
    }
}

#[test]
fn the_file_can_be_left_out() {
    let wrong = "this is wrong";
    assert!(with(wrong, &[], "").is_err());
    assert_eq!(serve(wrong, &[], "--config none").budget.history, 64 << 10);
    assert_eq!(serve(wrong, &[("BYTEWATCH_CONFIG", "none")], "").budget.history, 64 << 10);
    assert!(matches!(with(wrong, &[], "man"), Ok(Command::Print(_))), "what needs no settings reads none");
    assert!(matches!(with(wrong, &[], "decode --config none"), Ok(Command::Decode(_))));
}

#[test]
fn what_config_prints_has_the_same_effect_as_a_file() {
    let file = "history = '1KiB'\nlisten = ['unix:x,mode=660', '9']\n[load]\nrate = 5\n[keys]\nstream.next-view = ['L', 'O']\n";
    let variables = [("BYTEWATCH_READ_SIZE", "4KiB"), ("BYTEWATCH_RELAY_CONNECT_TIMEOUT", "9s")];
    let text = printed(file, &variables, "config");
    for line in [
        "history = \"1KiB\" # FILE:1",
        "read-size = \"4KiB\" # environment BYTEWATCH_READ_SIZE",
        "backend = \"async\" # default",
        "# service = # default: echo",
        "# reply = # not set",
        "connect-timeout = \"9s\" # environment BYTEWATCH_RELAY_CONNECT_TIMEOUT",
        "rate = 5 # FILE:4",
        "stream.next-view = [\"L\", \"O\"] # FILE:6",
    ] {
        assert!(text.lines().any(|printed| in_one_column(printed) == line), "{line}\n{text}");
    }
    let without_sources = |text: &str| {
        let lines = text.lines().map(|line| line.split(" # ").next().unwrap_or("").trim_end().to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(without_sources(&printed(&text, &[], "config")), without_sources(&text));
    for table in ["[relay]", "[demo]", "[load]", "[compare]", "[decode]", "[keys]"] {
        assert_eq!(text.matches(table).count(), 1, "{table}\n{text}");
    }
}

#[test]
fn variables_without_effect_are_listed() {
    let variables = [
        ("BYTEWATCH_HISTROY", "1KiB"),
        ("BYTEWATCH_SERVICE_HOST", "10.0.0.1"),
        ("BYTEWATCH_LOG", "warn"),
        ("BYTEWATCH_LOAD_RATE", "5"),
    ];
    let text = printed("", &variables, "config");
    let end: Vec<&str> = text.lines().rev().take(3).collect();
    assert_eq!(
        end,
        [
            "# the variable BYTEWATCH_SERVICE_HOST sets nothing",
            "# the variable BYTEWATCH_HISTROY sets nothing; did you mean BYTEWATCH_HISTORY?",
            "",
        ]
    );
    assert!(!printed("", &variables[2..], "config").contains("sets nothing"));
}

#[test]
fn config_prints_the_settings_of_a_command_line() {
    let text = printed("history = '1KiB'", &[], "config relay x:1 --memory 1GiB --no-headless -l 9");
    for line in [
        "history = \"1KiB\" # FILE:1",
        "memory = \"1GiB\" # flag",
        "listen = [9] # flag",
        "headless = false # flag",
        "connect-timeout = \"5s\" # default",
    ] {
        assert!(text.lines().any(|printed| in_one_column(printed) == line), "{line}\n{text}");
    }
    assert!(printed("", &[], "config --memory 1GiB").contains("# flag"));
    assert!(printed("", &[], "config load 7 --rate 9").starts_with("[load]\n"));
    assert_eq!(with("", &[], "config man").unwrap_err(), "man has no settings");
    assert_eq!(printed("wrong = 1", &[], "config --path"), "FILE\n");
    for (file, expected) in [
        ("wrong = 1", "FILE:1: there is no setting wrong"),
        ("[load]\nrate = 'x'", "FILE:2: rate cannot be 'x'"),
        ("theme = 'x'", "FILE:1: theme cannot be 'x'"),
        ("[keys]\nx = 'y'", "FILE:2: there is no command 'x'"),
    ] {
        let message = with(file, &[], "config").unwrap_err();
        assert!(message.starts_with(expected), "{file}: {message}");
    }
}

#[test]
fn every_option_that_is_no_setting_has_a_reason() {
    let definition = Cli::command();
    let commands = configurable(&definition);
    let mut seen = 0;
    for command in &commands {
        let own = definition.find_subcommand(&command.name).unwrap();
        for name in own.get_opts().filter(|option| !option.is_hide_set()).filter_map(clap::Arg::get_long) {
            let of_one_file = match command.name.as_str() {
                "open" => matches!(name, "connection" | "speed"),
                "replay" => matches!(name, "to" | "listen" | "connection"),
                _ => false,
            };
            let is_of_clients = name.starts_with("tls") || name == "proxy-protocol";
            let without = of_one_file || command.name == "demo" && is_of_clients;
            assert_eq!(command.option(name).is_none(), without, "{} --{name}", command.name);
            seen += 1;
        }
    }
    assert!(seen > 80, "the options are read: {seen}");
}

#[test]
fn themes_come_from_the_file() {
    let file = "theme = 'mine'\n[themes.mine]\nbase = 'light'\nbad = '#123456'\n[colors]\ngood = 'green'\n";
    let looks = serve(file, &[], "").looks;
    assert_eq!(looks.theme.as_deref(), Some("mine"));
    let mut expected = Themes::default();
    let styles = |all: &[(&str, &str)]| {
        all.iter().map(|(role, style)| RoleStyle::parse(role, style).unwrap()).collect::<Vec<_>>()
    };
    expected.define("mine", Some("light"), &styles(&[("bad", "#123456"), ("good", "green")])).unwrap();
    assert_eq!(looks.themes, expected);
    let dark = serve(file, &[], "--theme dark").looks;
    assert_eq!(dark.theme.as_deref(), Some("dark"));
    let mut expected = Themes::default();
    expected.define("mine", Some("light"), &styles(&[("bad", "#123456")])).unwrap();
    expected.change(expected.find("dark").unwrap(), &styles(&[("good", "green")]));
    assert_eq!(dark.themes, expected);
}

#[test]
fn what_is_wrong_with_a_theme_is_one_line() {
    for (file, line, expected) in [
        (
            "",
            "--theme drak",
            "--theme cannot be 'drak': it is one of terminal, dark, light, high-contrast, colour-blind, mono; did you mean dark?",
        ),
        ("theme = 'drak'", "", "FILE:1: theme cannot be 'drak': it is one of"),
        ("\n[themes.mine]\ntext = 'white'\n", "", "FILE:2: the theme mine lacks a colour for dim, title, "),
        ("[themes.mine]\nbase = 'drak'\n", "", "FILE:2: the base of the theme mine cannot be 'drak': "),
        (
            "[themes]\nmine = 'dark'\n",
            "",
            "FILE:2: a theme is a table: write [themes.mine], and its colours below",
        ),
        ("[colors]\nbda = 'red'\n", "", "FILE:2: no part of the screen is called bda; "),
        (
            "[colors]\nbad = '#ff00'\n",
            "",
            "FILE:2: bad cannot be \"#ff00\": '#ff00' is no colour: write #rrggbb",
        ),
        ("[colors]\nbad = true\n", "", "FILE:2: bad takes a style: write bad = \"#rrggbb bold\""),
        ("colors = 5", "", "FILE:1: colors is a table: write [colors], and what belongs to it below"),
    ] {
        let message = with(file, &[], line).expect_err(file);
        assert!(message.starts_with(expected) && !message.contains('\n'), "{file}: {message}");
    }
}

#[test]
fn keys_come_from_the_file() {
    let keymap = serve("[keys]\nbackends.switch = ['F5', 'F7']\napp.theme = 'F6'\n", &[], "").looks.keymap;
    let mut expected = Keymap::default();
    let keys = |id: &str, keys: &[&str]| Override {
        id: id.to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
    };
    expected.rebind(&[keys("backends.switch", &["F5", "F7"]), keys("app.theme", &["F6"])]).unwrap();
    assert_eq!(keymap, expected);
    assert_ne!(keymap, Keymap::default());
    for (file, expected) in [
        ("[keys]\n\napp.quti = 'x'", "FILE:3: there is no command 'app.quti'; did you mean 'app.quit'?"),
        (
            "[keys]\napp.theme = 'ctlr+x'",
            "FILE:2: 'ctlr+x' for 'app.theme' is not a key; write one like g, ctrl+r",
        ),
        (
            "[keys]\napp.theme = ['F6', '?']",
            "FILE:2: '?' cannot run 'app.theme', because it runs 'help.open'",
        ),
        ("[keys]\napp.theme = true", "FILE:2: app.theme takes keys: write app.theme = \"ctrl+r\""),
    ] {
        let message = with(file, &[], "").expect_err(file);
        assert!(message.starts_with(expected) && !message.contains('\n'), "{file}: {message}");
    }
}

#[test]
fn the_examples_of_the_documents_are_right() {
    let documents = [include_str!("../../../docs/config.md"), include_str!("../../../README.md")];
    let blocks = documents.iter().flat_map(|text| text.split("```toml\n").skip(1));
    let blocks: Vec<&str> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 4, "the examples are found: {blocks:?}");
    for block in blocks {
        let printed = printed(block, &[], "config");
        assert!(printed.contains("# FILE:"), "{block}\n{printed}");
    }
}
