//! The names of protocols, as a filter has them: in lower case and without spaces, which would end a term.

use crate::bytes::protocol::{NAMES, Recognition};
use crate::model::opening::Opening;

/// Of no protocol that is known, and text.
const TEXT: &str = "text";
/// Of no protocol that is known, and no text.
const BINARY: &str = "binary";
/// Of no protocol that is known, whether there are bytes or not.
const UNKNOWN: &str = "unknown";

/// What the protocol of a connection may be compared with.
pub(super) fn words() -> impl Iterator<Item = String> {
    NAMES.into_iter().map(word).chain([TEXT, BINARY, UNKNOWN].map(str::to_owned))
}

fn word(name: &str) -> String {
    name.chars().filter(|sign| *sign != ' ').flat_map(char::to_lowercase).collect()
}

/// Whether a protocol has a name with this part, which is in lower case; or one that it carries.
pub(super) fn has(opening: &Opening, part: &str) -> bool {
    match opening.recognition() {
        Recognition::Recognised(found) => found.names().any(|name| word(name).contains(part)),
        Recognition::UnknownText => TEXT.contains(part) || UNKNOWN.contains(part),
        Recognition::UnknownBinary => BINARY.contains(part) || UNKNOWN.contains(part),
        Recognition::Undecided => UNKNOWN.contains(part),
    }
}
