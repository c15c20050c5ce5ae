//! How the word that is being typed may go on.

use crate::model::filter::field::{NumberField, TextField};
use crate::model::filter::value;

/// The terms that the last one of `text` may become: fields with their signs, or values of a field. Each has a `!` if
/// the text has one. None if the last term is finished or empty.
///
/// ```
/// use bytewatch::model::filter::completions;
///
/// assert_eq!(completions("10.0 mal"), ["malformed>"]);
/// assert_eq!(completions("!state:cl"), ["!state:closed"]);
/// assert!(completions("state:closed ").is_empty());
/// ```
#[must_use]
pub fn completions(text: &str) -> Vec<String> {
    completions_among(text, &[])
}

/// The same where these hosts are watched.
#[must_use]
pub fn completions_among(text: &str, hosts: &[String]) -> Vec<String> {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or("");
    let (mark, term) = last.strip_prefix('!').map_or(("", last), |term| ("!", term));
    let term = term.to_lowercase();
    if term.is_empty() {
        return Vec::new();
    }
    let whole: Vec<String> = if let Some((name, _)) = term.split_once(':') {
        let field = TextField::ALL.into_iter().find(|field| field.word() == name);
        let values = match field {
            Some(TextField::Host) => hosts.to_vec(),
            Some(field) => value::words(field),
            None => Vec::new(),
        };
        values.into_iter().map(|value| format!("{name}:{value}")).collect()
    } else {
        let texts = TextField::ALL.map(|field| format!("{}:", field.word()));
        let numbers = NumberField::ALL.map(|field| format!("{}>", field.word()));
        texts.into_iter().chain(numbers).collect()
    };
    let fitting = whole.into_iter().filter(|candidate| candidate.starts_with(&term) && *candidate != term);
    fitting.map(|candidate| format!("{mark}{candidate}")).collect()
}
