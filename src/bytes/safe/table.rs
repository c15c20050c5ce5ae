//! The table that decides how each scalar value is shown.
//!
//! An allow-list in three steps, of which the first that matches decides: common ranges that are shown as themselves,
//! the exceptions in `RULES` (first match), and the general category (Unicode Standard, chapter 4.5) with the width of
//! UAX #11. A scalar value that no step allows becomes a placeholder.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_width::UnicodeWidthChar;

use super::class::Class;
use super::recent::RECENT;

/// Replaces scalar values without a glyph of their own. It is not U+FFFD, which means malformed bytes.
pub const PLACEHOLDER: char = '▯';

/// Replaces white space other than U+0020.
pub const SPACE: char = '␣';

/// Carries a combining mark without a letter, as in the code charts.
pub const CIRCLE: char = '◌';

/// First and last scalar value of a range.
pub(super) type Range = (u32, u32);

/// How a scalar value is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Show {
    /// As itself, in 1 or 2 cells.
    Itself { width: u8 },
    /// A mark without width: on a letter, or alone on a dotted circle.
    Mark,
    /// A mark without width that is never put on a letter, because it would bind the next letter too.
    LoneMark,
    /// By a replacement sign, in one cell.
    StandIn { sign: char, class: Class },
}

const HIDDEN: Show = Show::StandIn { sign: PLACEHOLDER, class: Class::Hidden };
const MARK: Show = Show::StandIn { sign: PLACEHOLDER, class: Class::Mark };
const WHITE: Show = Show::StandIn { sign: SPACE, class: Class::Space };

/// A rule: scalar values that are shown in one way. A comment at each rule says why.
struct Rule {
    ranges: &'static [Range],
    show: Show,
}

/// The exceptions. Ranges are sorted within a rule.
const RULES: &[Rule] = &[
    // C1 (Unicode 23.1): one byte of ISO 6429 that begins a control sequence; GNU screen obeys U+009B in UTF-8 too.
    Rule { ranges: &[(0x80, 0x9f)], show: Show::StandIn { sign: PLACEHOLDER, class: Class::Control } },
    // Default_Ignorable_Code_Point (Unicode 5.21) that is a mark or a letter by category: grapheme joiner, Hangul
    // fillers, Khmer inherent vowels, Mongolian and general variation selectors. The others are format characters or
    // unassigned.
    Rule {
        ranges: &[
            (0x034f, 0x034f),
            (0x115f, 0x1160),
            (0x17b4, 0x17b5),
            (0x180b, 0x180f),
            (0x3164, 0x3164),
            (0xfe00, 0xfe0f),
            (0xffa0, 0xffa0),
            (0xe0100, 0xe01ef),
        ],
        show: HIDDEN,
    },
    // Blank by design, though symbols by category (names list): empty braille pattern. Shown like a space.
    Rule { ranges: &[(0x2800, 0x2800)], show: WHITE },
    // Blank or stand-ins themselves (names list): object replacement, Khitan filler, null notehead.
    Rule { ranges: &[(0xfffc, 0xfffc), (0x16fe4, 0x16fe4), (0x1d159, 0x1d159)], show: HIDDEN },
    // Conjoining jamo (UAX #29, GB6 to GB8): they join into one syllable with what stands before or behind them.
    Rule { ranges: &[(0x1100, 0x11ff), (0xa960, 0xa97f), (0xd7b0, 0xd7ff)], show: HIDDEN },
    // Letters that join with the letter behind them (Grapheme_Cluster_Break=Prepend, GB9b), and the Devanagari caret.
    Rule {
        ranges: &[
            (0x0d4e, 0x0d4e),
            (0xa8fa, 0xa8fa),
            (0x111c2, 0x111c3),
            (0x1193f, 0x1193f),
            (0x11941, 0x11941),
            (0x11a3a, 0x11a3a),
            (0x11a84, 0x11a89),
            (0x11d46, 0x11d46),
        ],
        show: HIDDEN,
    },
    // Letters that join with the letter before them: Thai and Lao AM (GB9a), half-width voicing marks (GB9).
    Rule { ranges: &[(0x0e33, 0x0e33), (0x0eb3, 0x0eb3), (0xff9e, 0xff9f)], show: MARK },
    // Tifinagh joiner: one letter of two (Unicode 19.3), and of width 1 for some.
    Rule { ranges: &[(0x2d7f, 0x2d7f)], show: MARK },
    // Parts of emoji sequences (UTS #51, ED-14 to ED-16): keycap, regional indicators, skin tones.
    Rule { ranges: &[(0x20e3, 0x20e3)], show: MARK },
    Rule { ranges: &[(0x1f1e6, 0x1f1ff), (0x1f3fb, 0x1f3ff)], show: HIDDEN },
    // Widths that changed (EastAsianWidth.txt of Unicode 16: trigrams, digrams, hexagrams, counting rods), and two
    // Khmer letters that are drawn as two or three: terminals disagree by one cell or two.
    Rule {
        ranges: &[
            (0x17a4, 0x17a4),
            (0x17d8, 0x17d8),
            (0x2630, 0x2637),
            (0x268a, 0x268f),
            (0x4dc0, 0x4dff),
            (0x1d300, 0x1d356),
            (0x1d360, 0x1d376),
        ],
        show: HIDDEN,
    },
    Rule { ranges: RECENT, show: HIDDEN },
    Rule { ranges: VIRAMAS, show: Show::LoneMark },
];

/// Marks with Canonical_Combining_Class=9 (DerivedCombiningClass.txt): viramas and their like. On a letter they bind it
/// to the next one (UAX #29, GB9c), across the border of their cells.
const VIRAMAS: &[Range] = &[
    (0x94d, 0x94d),
    (0x9cd, 0x9cd),
    (0xa4d, 0xa4d),
    (0xacd, 0xacd),
    (0xb4d, 0xb4d),
    (0xbcd, 0xbcd),
    (0xc4d, 0xc4d),
    (0xccd, 0xccd),
    (0xd3b, 0xd3c),
    (0xd4d, 0xd4d),
    (0xdca, 0xdca),
    (0xe3a, 0xe3a),
    (0xeba, 0xeba),
    (0xf84, 0xf84),
    (0x1039, 0x103a),
    (0x1714, 0x1714),
    (0x17d2, 0x17d2),
    (0x1a60, 0x1a60),
    (0x1bab, 0x1bab),
    (0xa806, 0xa806),
    (0xa82c, 0xa82c),
    (0xa8c4, 0xa8c4),
    (0xaaf6, 0xaaf6),
    (0xabed, 0xabed),
    (0x10a3f, 0x10a3f),
    (0x11046, 0x11046),
    (0x1107f, 0x1107f),
    (0x110b9, 0x110b9),
    (0x11133, 0x11134),
    (0x112ea, 0x112ea),
    (0x11442, 0x11442),
    (0x114c2, 0x114c2),
    (0x115bf, 0x115bf),
    (0x1163f, 0x1163f),
    (0x1172b, 0x1172b),
    (0x11839, 0x11839),
    (0x1193e, 0x1193e),
    (0x119e0, 0x119e0),
    (0x11a34, 0x11a34),
    (0x11a47, 0x11a47),
    (0x11a99, 0x11a99),
    (0x11c3f, 0x11c3f),
    (0x11d44, 0x11d45),
    (0x11d97, 0x11d97),
];

/// How this scalar value is shown.
pub(super) fn show(ch: char) -> Show {
    common(ch).unwrap_or_else(|| special(ch))
}

/// The ranges of nearly all text and nearly all of the dashboard. They need no search.
fn common(ch: char) -> Option<Show> {
    match ch {
        // ASCII; Latin-1 without soft hyphen and no-break space; Latin Extended, IPA, spacing modifiers.
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' => Some(Show::Itself { width: 1 }),
        // Greek and Cyrillic letters.
        '\u{3a3}'..='\u{3ff}' | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}' => {
            Some(Show::Itself { width: 1 })
        }
        // Punctuation; arrows, mathematical operators; box drawing, blocks, geometric shapes; braille.
        '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{205e}'
        | '\u{2190}'..='\u{2319}'
        | '\u{2500}'..='\u{25fc}'
        | '\u{2801}'..='\u{28ff}' => Some(Show::Itself { width: 1 }),
        // Hiragana, Katakana, unified ideographs, Hangul syllables, faces.
        '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9ffc}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{1f600}'..='\u{1f64f}' => Some(Show::Itself { width: 2 }),
        // C0 and DEL: the control pictures lie in the same order (Unicode 22.7).
        '\0'..='\x1f' => Some(picture(0x2400 + u32::from(ch))),
        '\x7f' => Some(picture(0x2421)),
        // Planes 4 to 13 hold nothing, 15 and 16 are for private use (Unicode 2.8).
        '\u{40000}'..='\u{dffff}' | '\u{f0000}'.. => Some(HIDDEN),
        _ => None,
    }
}

/// All scalar values that are not common.
fn special(ch: char) -> Show {
    let rule = RULES.iter().find(|rule| holds(rule.ranges, ch));
    rule.map_or_else(|| by_category(ch), |rule| rule.show)
}

/// How a scalar value is shown according to its general category.
fn by_category(ch: char) -> Show {
    match ch.general_category() {
        // Bidi controls, zero-width characters, tags, prepended marks, line and paragraph separators (Unicode 23.2,
        // UAX #9), private use, unassigned and non-characters (23.5, 23.7).
        GeneralCategory::Control
        | GeneralCategory::Format
        | GeneralCategory::Surrogate
        | GeneralCategory::PrivateUse
        | GeneralCategory::Unassigned
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => HIDDEN,
        GeneralCategory::SpaceSeparator => WHITE,
        // Marks with a width of their own: on a letter they take 0, 1 or 2 cells, as the terminal sees it.
        GeneralCategory::SpacingMark => MARK,
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => Show::Mark,
        _ => match ch.width() {
            Some(1) => Show::Itself { width: 1 },
            Some(2) => Show::Itself { width: 2 },
            _ => HIDDEN,
        },
    }
}

/// The control picture with this code point.
fn picture(code: u32) -> Show {
    Show::StandIn { sign: char::from_u32(code).unwrap_or(PLACEHOLDER), class: Class::Control }
}

/// Whether one of the sorted ranges holds this scalar value.
fn holds(ranges: &[Range], ch: char) -> bool {
    let code = u32::from(ch);
    let at = ranges.partition_point(|(_, last)| *last < code);
    ranges.get(at).is_some_and(|(first, _)| *first <= code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_sorted_and_apart() {
        for rule in RULES {
            assert!(rule.ranges.iter().all(|(first, last)| first <= last));
            assert!(rule.ranges.windows(2).all(|pair| pair[0].1 < pair[1].0), "{:x?}", rule.ranges);
        }
    }

    #[test]
    fn the_short_way_says_what_the_long_way_says() {
        for ch in ('\u{21}'..='\u{7e}').chain('\u{a0}'..=char::MAX) {
            if let Some(shown) = common(ch) {
                assert_eq!(shown, special(ch), "{ch:?}");
            }
        }
    }
}
