//! What is said about a search pattern: its forms, how it was read, and that nothing was found.

use crate::app::action::{Action, FindAction};
use crate::app::context::Context;
use crate::app::format;
use crate::app::status::{Message, Severity};
use crate::bytes::pattern::{Pattern, PatternError, PatternKind, as_bytes};
use crate::model::search::Search;

/// What is said while nothing is typed.
const FORMS: &str = "text as it is: GET · a regular expression: re:[0-9]+ · bytes: hex: ff ?? 00 (?? is any byte, \
                     f? one from f0 to ff)";

/// The most cells that a pattern takes in a sentence.
const LONGEST: u16 = 40;

/// Says what a pattern may be, what is wrong with it, or that its digits are read as text.
pub(super) fn note(text: &str, parsed: Result<Pattern, PatternError>) -> Option<Message> {
    let info = |text: String| Some(Message { severity: Severity::Info, text, about: None });
    if text.is_empty() {
        return info(FORMS.to_owned());
    }
    match parsed {
        Err(error) => Some(Message { severity: Severity::Error, text: error.to_string(), about: None }),
        Ok(_) if text.chars().all(char::is_alphabetic) => None,
        Ok(_) => info(format!("as text; {} searches bytes", as_bytes(text)?)),
    }
}

/// Says that nothing was found in the connection that is shown, and how the pattern may have been meant.
pub(super) fn nothing_found(pattern: &Pattern, context: Context<'_>) -> String {
    let text = format::truncate(pattern.text(), LONGEST);
    let mut said = format!("Nothing like {text} is kept");
    if let Some(bytes) = as_bytes(pattern.text()) {
        said += &format!(" as text; {} searches bytes", format::truncate(&bytes, LONGEST));
    }
    said += "; what arrives will be searched";
    if context.model().connections().len() > 1 {
        let key = context.keymap().way_to(Action::Find(FindAction::List));
        said += &format!("; {key}: all connections");
    }
    said
}

/// Says that nothing was found anywhere, if that is so.
pub(super) fn no_hits(search: &Search) -> Option<Vec<String>> {
    if search.total() > 0 {
        return None;
    }
    let pattern = search.pattern();
    let kind = match pattern.kind() {
        PatternKind::Text => "text",
        PatternKind::Expression => "regular expression",
        PatternKind::Bytes => "bytes",
    };
    let searched = format::plural(search.connections() as u64, "connection");
    let so_far = if search.is_searching() { " so far" } else { "" };
    let mut said = vec![format!("No hits for {} ({kind}) in {searched}{so_far}", pattern.text())];
    said.extend(as_bytes(pattern.text()).map(|bytes| format!("{bytes} searches bytes")));
    said.push("What arrives will be searched, too.".to_owned());
    Some(said)
}
