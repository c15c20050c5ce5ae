//! What is said about a search pattern: its forms, how it was read, and that nothing was found.

use crate::app::action::{Action, FindAction};
use crate::app::context::Context;
use crate::app::format;
use crate::app::status::{Message, Severity};
use crate::app::stream::Seek;
use crate::bytes::encoding::Encoding;
use crate::bytes::pattern::{Pattern, PatternError, PatternKind, as_bytes};
use crate::model::search::Search;

/// What is said while nothing is typed.
const FORMS: &str = "text as it is: GET · a regular expression: re:[0-9]+ · bytes: hex: ff ?? 00 (?? is any byte, \
                     f? one from f0 to ff)";

/// The most cells that a pattern takes in a sentence.
const LONGEST: u16 = 40;

/// Says what a pattern may be, what is wrong with it, or that its digits are read as text; and what the bytes likely are
/// if the text is something else there.
pub(super) fn note(
    text: &str,
    parsed: Result<Pattern, PatternError>,
    overlooked: Option<Encoding>,
) -> Option<Message> {
    let info = |text: String| Some(Message { severity: Severity::Info, text, about: None });
    if text.is_empty() {
        // Most texts are the same bytes in all encodings that have ASCII.
        let other = overlooked.filter(|likely| likely.encode('a').as_deref() != Some(b"a"));
        let likely = other.map(|likely| format!("the bytes here are likely {likely} · "));
        return info(likely.unwrap_or_default() + FORMS);
    }
    match parsed {
        Err(error) => Some(Message { severity: Severity::Error, text: error.to_string(), about: None }),
        Ok(_) if text.chars().all(char::is_alphabetic) => None,
        Ok(_) => info(format!("as text; {} searches bytes", as_bytes(text)?)),
    }
}

/// Says in which encoding a text is searched for, if that is not UTF-8.
#[must_use]
pub fn in_encoding(pattern: &Pattern) -> String {
    let other = Some(pattern.encoding()).filter(|&encoding| encoding != Encoding::UTF_8);
    other.map(|other| format!(" in {other}")).unwrap_or_default()
}

/// Whether a pattern is a text that has other bytes in this encoding.
fn differs(pattern: &Pattern, encoding: Encoding) -> bool {
    let encoded = |encoding: Encoding| pattern.text().chars().map(move |ch| encoding.encode(ch));
    pattern.kind() == PatternKind::Text && encoded(encoding).ne(encoded(pattern.encoding()))
}

/// Says that nothing was found in the connection that is shown, and how the pattern may have been meant; `overlooked` is
/// the encoding that its bytes likely have, if that is another one.
pub(super) fn nothing_found(pattern: &Pattern, overlooked: Option<Encoding>, context: Context<'_>) -> String {
    let text = format::truncate(pattern.text(), LONGEST);
    let mut said = format!("Nothing like {text} is kept{}", in_encoding(pattern));
    if let Some(bytes) = as_bytes(pattern.text()) {
        said += &format!(" as text; {} searches bytes", format::truncate(&bytes, LONGEST));
    }
    if let Some(likely) = overlooked.filter(|&likely| differs(pattern, likely)) {
        let keys = [FindAction::Open, FindAction::Encoding(Seek::Forward)];
        let [open, other] = keys.map(|action| context.keymap().label(Action::Find(action)));
        said += &format!("; the bytes here are likely {likely}: {open} {other}");
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
        PatternKind::Text => format!("text{}", in_encoding(pattern)),
        PatternKind::Expression => "regular expression".to_owned(),
        PatternKind::Bytes => "bytes".to_owned(),
    };
    let searched = format::plural(search.connections() as u64, "connection");
    let so_far = if search.is_searching() { " so far" } else { "" };
    let mut said = vec![format!("No hits for {} ({kind}) in {searched}{so_far}", pattern.text())];
    said.extend(as_bytes(pattern.text()).map(|bytes| format!("{bytes} searches bytes")));
    said.push("What arrives will be searched, too.".to_owned());
    Some(said)
}
