//! The effective settings as TOML, each with where it came from.

use super::layers::Setting;
use super::options::OptionShape;
use super::source::Source;

/// Settings below one heading.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The name of the table; `None` at the top of the file.
    pub table: Option<String>,
    /// What stands there.
    pub settings: Vec<Setting>,
    /// What applies to a setting that has no value: its name, and the default in words.
    pub unset: Vec<(String, String)>,
}

/// The column at which the comments start, where a setting is short enough.
const COMMENTS: usize = 40;

/// The settings as a file that has the same effect, with a comment behind each.
#[must_use]
pub fn listing(tables: &[Listed]) -> String {
    let mut text = String::new();
    for Listed { table, settings, unset } in tables.iter().filter(|listed| !listed.settings.is_empty()) {
        if let Some(name) = table {
            text.push_str(&format!("{}[{}]\n", if text.is_empty() { "" } else { "\n" }, key_path(name)));
        }
        for setting in settings {
            let default = unset.iter().find(|(name, _)| *name == setting.name);
            text.push_str(&line(setting, default.map(|(_, default)| default.as_str())));
        }
    }
    text
}

fn line(setting: &Setting, default: Option<&str>) -> String {
    let Setting { name, shape, values, source } = setting;
    let is_set = !values.is_empty() || matches!(shape, OptionShape::Many(_)) && *source != Source::Default;
    if !is_set {
        let effect = default.map_or_else(|| "not set".to_owned(), |default| format!("default: {default}"));
        return format!("{:COMMENTS$} # {effect}\n", format!("# {name} ="));
    }
    let value = match (shape, values.as_slice()) {
        (OptionShape::Flag, [flag]) => flag.clone(),
        (OptionShape::One, [text]) => quoted(text),
        (_, texts) => format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
    };
    format!("{:COMMENTS$} # {source}\n", format!("{} = {value}", key_path(name)))
}

/// A text as TOML: a whole number without quotes, everything else as a string.
fn quoted(text: &str) -> String {
    match text.parse::<u32>() {
        Ok(number) if number.to_string() == text => text.to_owned(),
        _ => toml::Value::String(text.to_owned()).to_string(),
    }
}

/// A name, or several with points between them, as TOML has keys.
fn key_path(name: &str) -> String {
    let is_bare = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
    };
    let part = |part: &str| {
        if is_bare(part) { part.to_owned() } else { toml::Value::String(part.to_owned()).to_string() }
    };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::super::document::{Value, parse};
    use super::*;

    fn setting(name: &str, shape: OptionShape, values: &[&str], source: Source) -> Setting {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Setting { name: name.to_owned(), shape, values, source }
    }

    #[test]
    fn what_is_listed_can_be_read_again() {
        let hostile = "a \"b\" 'c'\n\u{1b}[2J # d";
        let tables = [
            Listed {
                table: None,
                settings: vec![
                    setting("history", OptionShape::One, &["64KiB"], Source::Default),
                    setting("reply", OptionShape::One, &[hostile], Source::Flag),
                    setting("max-connections", OptionShape::One, &[], Source::Default),
                    setting("headless", OptionShape::Flag, &["true"], Source::Environment("X".to_owned())),
                    setting("listen", OptionShape::Many(','), &[], Source::Default),
                ],
                unset: vec![("listen".to_owned(), "127.0.0.1:7777".to_owned())],
            },
            Listed {
                table: Some("load".to_owned()),
                settings: vec![setting("c", OptionShape::Many(','), &["10", "007"], Source::Flag)],
                unset: Vec::new(),
            },
            Listed { table: Some("demo".to_owned()), settings: Vec::new(), unset: Vec::new() },
        ];
        let text = listing(&tables);
        assert!(!text.contains('\u{1b}') && !text.contains("demo"), "{text}");
        assert!(text.contains("headless = true                          # environment X\n"), "{text}");
        assert!(text.contains("# max-connections =                      # not set\n"), "{text}");
        assert!(
            text.contains("# listen =                               # default: 127.0.0.1:7777\n"),
            "{text}"
        );
        assert!(text.contains("c = [10, \"007\"]"), "{text}");
        let entries = parse(&text).unwrap();
        let value =
            |name: &str| entries.iter().find(|entry| entry.path.join(".") == name).map(|entry| &entry.value);
        assert_eq!(value("reply"), Some(&Value::Text(hostile.to_owned())));
        assert_eq!(value("load.c"), Some(&Value::List(vec!["10".to_owned(), "007".to_owned()])));
        assert_eq!(value("max-connections"), None);
    }
}
