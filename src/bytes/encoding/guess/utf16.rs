//! Detection of UTF-16 and UTF-32 text without a byte order mark.

use std::collections::BTreeMap;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use crate::bytes::encoding::utf32::ByteOrder;

/// Fewer units can be text by chance.
const FEWEST: usize = 4;

/// In text, at most one of this number of letters belongs to a script other than the main one; Latin letters are not
/// counted.
const OF_ONE_SCRIPT: usize = 8;

/// The byte order in which all units of two bytes are text of one script and Latin, if the other order is not. If both
/// are, the order with surrogate pairs: by chance they are hardly ever well-formed.
pub(super) fn of_two(bytes: &[u8]) -> Option<ByteOrder> {
    if bytes.len() / 2 < FEWEST {
        return None;
    }
    let text = |order| decoded(bytes, order).filter(|text| is_text(text));
    let (little, big) = (text(ByteOrder::Little), text(ByteOrder::Big));
    let has_pairs = |text: &Option<Vec<char>>| text.iter().flatten().any(|ch| ch.len_utf16() == 2);
    one_of(little.is_some(), big.is_some()).or_else(|| one_of(has_pairs(&little), has_pairs(&big)))
}

/// Decodes units of two bytes; `None` if there is an unpaired surrogate before the end.
pub(super) fn decoded(bytes: &[u8], order: ByteOrder) -> Option<Vec<char>> {
    let (units, _) = bytes.as_chunks::<2>();
    let number = match order {
        ByteOrder::Little => u16::from_le_bytes,
        ByteOrder::Big => u16::from_be_bytes,
    };
    let found: Vec<_> = char::decode_utf16(units.iter().copied().map(number)).collect();
    // The last unit may be the first half of a pair that was cut.
    let last = found.len().saturating_sub(1);
    let found = found.into_iter().enumerate().filter(|(at, unit)| unit.is_ok() || *at != last);
    found.map(|(_, unit)| unit.ok()).collect()
}

/// The byte order in which all units of four bytes are text, if the other order is not.
pub(super) fn of_four(bytes: &[u8]) -> Option<ByteOrder> {
    let (units, _) = bytes.as_chunks::<4>();
    if units.len() < FEWEST {
        return None;
    }
    let is_text = |number: fn([u8; 4]) -> u32| {
        let text = units.iter().map(|unit| char::from_u32(number(*unit))).collect::<Option<Vec<char>>>();
        text.is_some_and(|text| is_text(&text))
    };
    one_of(is_text(u32::from_le_bytes), is_text(u32::from_be_bytes))
}

const fn one_of(little: bool, big: bool) -> Option<ByteOrder> {
    match (little, big) {
        (true, false) => Some(ByteOrder::Little),
        (false, true) => Some(ByteOrder::Big),
        _ => None,
    }
}

fn is_text(text: &[char]) -> bool {
    let mut scripts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for ch in text {
        if !may_stand_in_text(*ch) {
            return false;
        }
        if let Some(script) = group(ch.script()) {
            *scripts.entry(script).or_default() += 1;
        }
    }
    let letters: usize = scripts.values().sum();
    let most = scripts.into_values().max().unwrap_or_default();
    (letters - most) * OF_ONE_SCRIPT <= letters
}

/// The script by which texts are distinguished: Latin letters occur in all texts, and Japanese uses three scripts.
fn group(script: Script) -> Option<&'static str> {
    match script {
        Script::Common | Script::Inherited | Script::Latin => None,
        Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo => Some("Han"),
        other => Some(other.full_name()),
    }
}

fn may_stand_in_text(ch: char) -> bool {
    match ch.general_category() {
        GeneralCategory::Control => matches!(ch, '\t' | '\n' | '\u{c}' | '\r' | '\u{1b}'),
        GeneralCategory::Unassigned | GeneralCategory::PrivateUse | GeneralCategory::Surrogate => false,
        _ => true,
    }
}
