//! Whether some bytes are text in units of two or four bytes, when no byte order mark says so.

use std::collections::BTreeMap;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

/// Which byte of a unit comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// The low one.
    Little,
    /// The high one.
    Big,
}

/// Fewer units can be text by accident.
const FEWEST: usize = 4;

/// Of this number of letters, all but one belong to one script, Latin ones not counted.
const OF_ONE_SCRIPT: usize = 8;

/// The order in which all units of two bytes are text of one script (with Latin letters among it), while the other order
/// is not that. If both are, the order that makes surrogate pairs: by chance they are hardly ever well-formed.
pub(super) fn of_two(bytes: &[u8]) -> Option<Order> {
    if bytes.len() / 2 < FEWEST {
        return None;
    }
    let text = |order| decoded(bytes, order).filter(|text| is_text(text));
    let (little, big) = (text(Order::Little), text(Order::Big));
    let has_pairs = |text: &Option<Vec<char>>| text.iter().flatten().any(|ch| ch.len_utf16() == 2);
    one_of(little.is_some(), big.is_some()).or_else(|| one_of(has_pairs(&little), has_pairs(&big)))
}

/// The characters of units of two bytes; none if half of a surrogate pair stands alone before the end.
pub(super) fn decoded(bytes: &[u8], order: Order) -> Option<Vec<char>> {
    let (units, _) = bytes.as_chunks::<2>();
    let number = match order {
        Order::Little => u16::from_le_bytes,
        Order::Big => u16::from_be_bytes,
    };
    let found: Vec<_> = char::decode_utf16(units.iter().copied().map(number)).collect();
    // The last unit may be half of a pair whose rest was not read.
    let last = found.len().saturating_sub(1);
    let found = found.into_iter().enumerate().filter(|(at, unit)| unit.is_ok() || *at != last);
    found.map(|(_, unit)| unit.ok()).collect()
}

/// The same of units of four bytes.
pub(super) fn of_four(bytes: &[u8]) -> Option<Order> {
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

const fn one_of(little: bool, big: bool) -> Option<Order> {
    match (little, big) {
        (true, false) => Some(Order::Little),
        (false, true) => Some(Order::Big),
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

/// The script, as far as it tells texts apart: Latin letters stand in all of them, and Japanese uses three.
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
