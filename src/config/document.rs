//! The configuration file as a list of entries, each with its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::Fault;

/// One value of the file, or one table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The names of its tables and its own, the outermost first.
    pub path: Vec<String>,
    /// The line of its name, counted from 1.
    pub line: usize,
    /// What is written there.
    pub value: Value,
}

/// A value of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// `true` or `false`.
    Flag(bool),
    /// A string, or a number as it would be typed.
    Text(String),
    /// A list of strings and numbers.
    List(Vec<String>),
    /// A table; its entries follow.
    Table,
    /// Something that no setting is: a date, a list with a table in it.
    Other(&'static str),
}

/// Parses the text of the file.
///
/// # Errors
///
/// A [`Fault`] if it is not TOML.
pub fn parse(text: &str) -> Result<Vec<Entry>, Fault> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let words: Vec<&str> = error.message().split_whitespace().collect();
        Fault { line: line_of(text, at), message: format!("this is not TOML: {}", words.join(" ")) }
    })?;
    let mut entries = Vec::new();
    collect(text, table.get_ref(), &[], &mut entries);
    entries.sort_by_key(|entry: &Entry| entry.line);
    Ok(entries)
}

fn collect(text: &str, table: &DeTable<'_>, outer: &[String], entries: &mut Vec<Entry>) {
    for (name, value) in table {
        let path = [outer, &[name.get_ref().to_string()]].concat();
        let line = line_of(text, name.span().start);
        entries.push(Entry { path: path.clone(), line, value: converted(value.get_ref()) });
        if let DeValue::Table(inner) = value.get_ref() {
            collect(text, inner, &path, entries);
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    bytecount::count(before, b'\n') + 1
}

fn converted(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(Spanned::get_ref).map(text_of).collect();
            texts.map_or(Value::Other("a list of other things than strings and numbers"), Value::List)
        }
        DeValue::Table(_) => Value::Table,
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) => {
            text_of(value).map_or(Value::Other("a number that is not decimal"), Value::Text)
        }
    }
}

fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Integer(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_its_path_and_line() {
        let text = "# a comment\nhistory = \"1MiB\"\nlisten = [\"a\", 7]\n\n[load]\nrounds = 5\njson = true\n\n[keys]\nstream.next-view = 'v'\n";
        let entries = parse(text).unwrap();
        let shown: Vec<_> =
            entries.iter().map(|entry| (entry.path.join("."), entry.line, &entry.value)).collect();
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(
            shown,
            [
                ("history".to_owned(), 2, &text("1MiB")),
                ("listen".to_owned(), 3, &Value::List(vec!["a".to_owned(), "7".to_owned()])),
                ("load".to_owned(), 5, &Value::Table),
                ("load.rounds".to_owned(), 6, &text("5")),
                ("load.json".to_owned(), 7, &Value::Flag(true)),
                ("keys".to_owned(), 9, &Value::Table),
                ("keys.stream".to_owned(), 10, &Value::Table),
                ("keys.stream.next-view".to_owned(), 10, &text("v")),
            ]
        );
    }

    #[test]
    fn what_is_not_toml_is_said_with_its_line() {
        for (text, line) in [("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ("x = 'y", 1), ("[load\n", 1)] {
            let fault = parse(text).unwrap_err();
            assert!(
                fault.message.starts_with("this is not TOML: ") && !fault.message.contains('\n'),
                "{fault:?}"
            );
            assert_eq!(fault.line, line, "{text:?}: {fault:?}");
        }
    }

    #[test]
    fn other_values_are_named() {
        let value = |text: &str| parse(text).unwrap()[0].value.clone();
        assert_eq!(value("a = 2020-01-01"), Value::Other("a date"));
        assert_eq!(value("a = 0x10"), Value::Other("a number that is not decimal"));
        assert_eq!(value("a = 1_000"), Value::Text("1000".to_owned()));
        assert_eq!(value("a = 0.5"), Value::Text("0.5".to_owned()));
        assert!(matches!(value("a = [[1]]"), Value::Other(_)));
    }
}
