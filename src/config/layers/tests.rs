use super::super::document::parse;
use super::super::options::OptionSpec;
use super::*;

fn option(name: &str, shape: OptionShape, default: &str, others: &[&str], conflicts: &[&str]) -> OptionSpec {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    OptionSpec {
        name: name.to_owned(),
        shape,
        default: if default.is_empty() { Vec::new() } else { vec![default.to_owned()] },
        alternatives: owned(&[others, conflicts].concat()),
        conflicts: owned(conflicts),
    }
}

fn relay() -> CommandOptions {
    let options = vec![
        option("listen", OptionShape::Many(';'), "", &["port"], &[]),
        option("port", OptionShape::Many(';'), "", &["listen"], &[]),
        option("history", OptionShape::One, "64KiB", &[], &[]),
        option("headless", OptionShape::Flag, "false", &[], &[]),
        option("rate", OptionShape::One, "", &[], &["pipeline"]),
        option("pipeline", OptionShape::One, "1", &[], &["rate"]),
    ];
    CommandOptions { name: "relay".to_owned(), options }
}

fn flag(name: &str, value: &str) -> Vec<Given> {
    vec![Given { name: name.to_owned(), values: vec![value.to_owned()], source: Source::Flag }]
}

/// The settings that are not defaults: name, values and source.
fn settings(file: &str, variables: &[(&str, &str)], flags: Vec<Given>) -> Result<Vec<String>, String> {
    let command = relay();
    let [top, table] = from_file(&command, &parse(file).unwrap(), "c.toml");
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let [shared, own] = environment(&command, &variable).map_err(|error| error.to_string())?;
    let all = effective(&command, &[top, table, shared, own, flags]).map_err(|error| error.to_string())?;
    assert_eq!(all.len(), command.options.len(), "each option has one setting");
    let set = all.into_iter().filter(|setting| setting.source != Source::Default);
    Ok(set
        .map(|setting| format!("{} = {} # {}", setting.name, setting.values.join(" "), setting.source))
        .collect())
}

#[test]
fn each_layer_wins_over_those_before_it() {
    let file = "history = 1\n[relay]\nhistory = 2\n";
    let variables = [("BYTEWATCH_HISTORY", "3"), ("BYTEWATCH_RELAY_HISTORY", "4")];
    for (file, variables, flags, expected) in [
        ("", &[][..], vec![], &[][..]),
        ("history = 1", &[], vec![], &["history = 1 # c.toml:1"]),
        (file, &[], vec![], &["history = 2 # c.toml:3"]),
        ("[serve]\nhistory = 1", &[], vec![], &[]),
        (file, &variables[..1], vec![], &["history = 3 # environment BYTEWATCH_HISTORY"]),
        (file, &variables, vec![], &["history = 4 # environment BYTEWATCH_RELAY_HISTORY"]),
        (file, &variables, flag("history", "5"), &["history = 5 # flag"]),
        (file, &[("BYTEWATCH_HISTORY", "")], vec![], &["history = 2 # c.toml:3"]),
    ] {
        assert_eq!(settings(file, variables, flags).unwrap(), expected, "{file}");
    }
}

#[test]
fn values_are_replaced_and_not_added() {
    let file = "listen = ['a', 'b']";
    assert_eq!(settings(file, &[], vec![]).unwrap(), ["listen = a b # c.toml:1"]);
    assert_eq!(settings(file, &[], flag("listen", "c")).unwrap(), ["listen = c # flag"]);
    let variables = [("BYTEWATCH_LISTEN", "unix:x,mode=660;7")];
    let [set] = settings(file, &variables, vec![]).unwrap().try_into().unwrap();
    assert_eq!(set, "listen = unix:x,mode=660 7 # environment BYTEWATCH_LISTEN");
}

#[test]
fn an_alternative_in_a_higher_layer_hides_what_lower_layers_say() {
    assert_eq!(settings("listen = 'a'", &[], flag("port", "9")).unwrap(), ["port = 9 # flag"]);
    let both = settings("listen = 'a'\nport = 9", &[], vec![]).unwrap();
    assert_eq!(both, ["listen = a # c.toml:1", "port = 9 # c.toml:2"]);
    assert_eq!(settings("rate = 5", &[], flag("pipeline", "2")).unwrap(), ["pipeline = 2 # flag"]);
}

#[test]
fn options_that_conflict_do_not_stand_in_one_layer() {
    let error = settings("rate = 5\npipeline = 2", &[], vec![]).unwrap_err();
    assert_eq!(error, "c.toml:1: rate cannot be used with pipeline");
}

#[test]
fn a_flag_of_the_environment_is_on_or_off() {
    let headless = |value: &str| settings("headless = true", &[("BYTEWATCH_HEADLESS", value)], vec![]);
    assert_eq!(headless("0").unwrap(), ["headless = false # environment BYTEWATCH_HEADLESS"]);
    assert_eq!(headless("true").unwrap(), ["headless = true # environment BYTEWATCH_HEADLESS"]);
    assert_eq!(
        headless("maybe").unwrap_err(),
        "environment BYTEWATCH_HEADLESS: it cannot be 'maybe': it is true or false"
    );
}
