//! Every scalar value, and hostile texts.

use proptest::prelude::*;
use unicode_properties::GeneralCategory;
use unicode_width::UnicodeWidthStr;

use super::*;

/// Whether a terminal might do anything but show this scalar value. It is defined independently of the table, so that
/// each finds mistakes of the other.
fn is_hostile(ch: char) -> bool {
    let category = matches!(
        ch.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::SpacingMark
    );
    let space = ch != ' ' && ch.general_category() == GeneralCategory::SpaceSeparator;
    let ignorable = matches!(
        u32::from(ch),
        0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
            | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0
            | 0xfff0..=0xfff8 | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff
    );
    let joining = matches!(
        u32::from(ch),
        0x1100..=0x11ff | 0xa960..=0xa97f | 0xd7b0..=0xd7ff | 0x20e3 | 0xff9e..=0xff9f
            | 0x1f1e6..=0x1f1ff | 0x1f3fb..=0x1f3ff
    );
    category || space || ignorable || joining || ch == '\u{2800}'
}

/// The cells of flowing text, as strings.
fn cells_of(text: &str) -> Vec<String> {
    glyphs(text).map(|shown| shown.as_str().to_owned()).collect()
}

#[test]
fn what_is_remembered_of_each_scalar_value_is_right() {
    for ch in '\0'..=char::MAX {
        assert_eq!(is_safe_alone(ch), is_safe(ch.encode_utf8(&mut [0; 4])), "{ch:?}");
    }
}

#[test]
fn every_scalar_value_is_one_safe_glyph_of_the_width_it_claims() {
    for ch in '\0'..=char::MAX {
        let shown = glyph(ch);
        let text = shown.as_str();
        assert!(!text.is_empty() && is_safe(text), "{ch:?} as {text:?}");
        assert!(matches!(shown.width, 1 | 2), "{ch:?}");
        assert_eq!(text.width(), usize::from(shown.width), "{ch:?} as {text:?}");
        assert_eq!(width(text), usize::from(shown.width), "{ch:?} as {text:?}");
        assert!(!text.chars().any(is_hostile), "{ch:?} as {text:?}");
        let itself = text.contains(ch);
        assert_eq!(tag(ch).is_none(), itself, "{ch:?} is either shown or named");
        assert_eq!(
            itself && text.chars().count() == 1,
            matches!(shown.class, Class::Plain) || ch == ' ',
            "{ch:?}"
        );
        assert!(itself || !is_safe(ch.encode_utf8(&mut [0; 4])) || ch == '\u{2800}', "{ch:?} as itself");
    }
}

#[test]
fn marks_on_letters_take_no_room() {
    let letters = ['e', 'é', 'ж', 'ש', 'ل', 'क', 'ก', 'か', '한', 'ｱ', '中', 'ក', 'ⵏ', 'ꓸ'];
    for mark in ('\0'..=char::MAX).filter(|ch| table::show(*ch) == Show::Mark) {
        for letter in letters {
            let joined = cluster(glyph(letter), mark).unwrap();
            assert_eq!(joined.as_str().chars().collect::<Vec<_>>(), [letter, mark]);
            assert_eq!(joined.as_str().width(), usize::from(joined.width), "{letter} with {mark:?}");
            assert_eq!(joined.width, glyph(letter).width);
            assert!(is_safe(joined.as_str()));
        }
    }
}

#[test]
fn glyphs_by_example() {
    for (ch, text, cells, class) in [
        ('a', "a", 1, Class::Plain),
        (' ', " ", 1, Class::Space),
        ('中', "中", 2, Class::Plain),
        ('😀', "😀", 2, Class::Plain),
        ('\u{fffd}', "\u{fffd}", 1, Class::Plain),
        ('\0', "␀", 1, Class::Control),
        ('\n', "␊", 1, Class::Control),
        ('\x1b', "␛", 1, Class::Control),
        ('\x7f', "␡", 1, Class::Control),
        ('\u{9b}', "▯", 1, Class::Control),
        ('\u{202e}', "▯", 1, Class::Hidden),
        ('\u{e000}', "▯", 1, Class::Hidden),
        ('\u{ffff}', "▯", 1, Class::Hidden),
        ('\u{10ffff}', "▯", 1, Class::Hidden),
        ('\u{fe0f}', "▯", 1, Class::Hidden),
        ('\u{1f1e9}', "▯", 1, Class::Hidden),
        ('\u{1faea}', "▯", 1, Class::Hidden),
        ('\u{a0}', "␣", 1, Class::Space),
        ('\u{3000}', "␣", 1, Class::Space),
        ('\u{2028}', "▯", 1, Class::Hidden),
        ('\u{301}', "◌\u{301}", 1, Class::Mark),
        ('\u{94d}', "◌\u{94d}", 1, Class::Mark),
        ('\u{93f}', "▯", 1, Class::Mark),
        ('\u{20e3}', "▯", 1, Class::Mark),
        ('\u{ff9e}', "▯", 1, Class::Mark),
    ] {
        let shown = glyph(ch);
        assert_eq!((shown.as_str(), shown.width, shown.class), (text, cells, class), "{ch:?}");
    }
}

#[test]
fn tags_by_example() {
    for (ch, expected) in [
        ('\x1b', "<ESC U+001B>"),
        ('\x7f', "<DEL U+007F>"),
        ('\u{9b}', "<CSI U+009B>"),
        ('\u{a0}', "<NBSP U+00A0>"),
        ('\u{200b}', "<ZWSP U+200B>"),
        ('\u{202e}', "<RLO U+202E>"),
        ('\u{feff}', "<BOM U+FEFF>"),
        ('\u{fe0f}', "<VS16 U+FE0F>"),
        ('\u{e01ef}', "<VS256 U+E01EF>"),
        ('\u{e0041}', "<TAG-A U+E0041>"),
        ('\u{e007f}', "<TAG-END U+E007F>"),
        ('\u{1f1e9}', "<FLAG-D U+1F1E9>"),
        ('\u{1f3fb}', "<SKIN-1-2 U+1F3FB>"),
        ('\u{e000}', "<U+E000>"),
        ('\u{10ffff}', "<U+10FFFF>"),
    ] {
        assert_eq!(tag(ch).as_deref(), Some(expected));
        assert_eq!(line(expected), expected);
    }
    for ch in [' ', 'a', 'é', '中', '\u{301}', '\u{fffd}', '▯'] {
        assert_eq!(tag(ch), None);
    }
}

#[test]
fn a_letter_carries_two_marks_and_no_mark_is_lost() {
    assert_eq!(cells_of("e\u{301}x"), ["e\u{301}", "x"]);
    assert_eq!(cells_of("a\u{302}\u{301}"), ["a\u{302}\u{301}"]);
    assert_eq!(cells_of("a\u{302}\u{301}\u{300}b"), ["a\u{302}\u{301}", "◌\u{300}", "b"]);
    assert_eq!(cells_of("か\u{3099}"), ["か\u{3099}"]);
    assert_eq!(cells_of("◌\u{94d}\u{301}"), ["◌\u{94d}", "◌\u{301}"]);
    assert_eq!(cells_of("\u{301}a"), ["◌\u{301}", "a"]);
    assert_eq!(cells_of("1\u{301}😀\u{301} \u{301}"), ["1", "◌\u{301}", "😀", "◌\u{301}", " ", "◌\u{301}"]);
    // A virama would bind the two letters into one cluster of two cells.
    assert_eq!(cells_of("क\u{94d}ष"), ["क", "◌\u{94d}", "ष"]);

    let zalgo = format!("Z{}", "\u{30d}\u{489}\u{327}".repeat(1000));
    assert_eq!(cells_of(&zalgo).len(), 1 + 3000 - 2);
    assert_eq!(line(&zalgo).matches('\u{327}').count(), 1000);
}

#[test]
fn emoji_sequences_come_apart() {
    assert_eq!(cells_of("👨\u{200d}👩"), ["👨", "▯", "👩"]);
    assert_eq!(cells_of("👍\u{1f3fd}"), ["👍", "▯"]);
    assert_eq!(cells_of("❤\u{fe0f}"), ["❤", "▯"]);
    assert_eq!(cells_of("1\u{fe0f}\u{20e3}"), ["1", "▯", "▯"]);
    assert_eq!(cells_of("\u{1f1e9}\u{1f1ea}"), ["▯", "▯"]);
}

#[test]
fn the_guard_lets_the_dashboard_s_own_symbols_pass() {
    let own = "─│┌┐└┘├┤┬┴┼╭╮╰╯═║╔╗┃━▏▎▍▌▋▊▉█▁▂▃▄▅▆▇░▒▓⠁⣿⡇\u{2800}←↑→↓↔▲▶▼◀●○◆◇■□▪•·…◌▯␣␛␀✓✗×÷°±«»§¶µ";
    for symbol in own.chars() {
        assert!(is_safe(&symbol.to_string()), "{symbol:?}");
    }
    for symbol in ["", " ", "a", "中", "😀", "e\u{301}", "ộ", "◌\u{301}", "◌\u{94d}"] {
        assert!(is_safe(symbol), "{symbol:?}");
    }
}

#[test]
fn the_guard_stops_what_is_more_than_one_glyph() {
    for symbol in [
        "ab",
        "中a",
        "  ",
        "\x1b",
        "\x1b[2J",
        "a\n",
        "\u{9b}",
        "\u{301}",
        "\u{301}a",
        "e\u{301}\u{301}\u{301}",
        "◌\u{301}\u{301}",
        "1\u{301}",
        " \u{301}",
        "─\u{301}",
        "a\u{200d}",
        "a\u{202e}",
        "❤\u{fe0f}",
        "👍\u{1f3fd}",
        "\u{1f1e9}\u{1f1ea}",
        "क\u{94d}",
        "क\u{93f}",
        "\u{e000}",
        "\u{ad}",
        "\u{a0}",
        "\u{2028}",
        "\u{1100}\u{1161}",
        "\u{2800}\u{301}",
        "ｶ\u{ff9e}",
    ] {
        assert!(!is_safe(symbol), "{symbol:?}");
    }
}

#[test]
fn hostile_lines_become_harmless() {
    for (text, expected) in [
        ("\x1b[2J\x1b]0;owned\x07", "␛[2J␛]0;owned␇"),
        ("\u{9b}31m", "▯31m"),
        ("user\u{202e}gpj.exe", "user▯gpj.exe"),
        ("a\tb\r\nc", "a␉b␍␊c"),
        ("pass\u{200b}word\u{feff}", "pass▯word▯"),
        ("one\u{2028}two\u{85}three", "one▯two▯three"),
        ("\u{e0041}\u{e0042}", "▯▯"),
        ("no\u{a0}break", "no␣break"),
        ("naïve — 中文 ✓", "naïve — 中文 ✓"),
    ] {
        assert_eq!(line(text), expected);
    }
}

#[test]
fn what_fits_is_cut_between_glyphs() {
    assert_eq!(fit("abc", 2), "ab");
    assert_eq!(fit("abc", 3), "abc");
    assert_eq!(fit("中文", 3), "中");
    assert_eq!(fit("e\u{301}e\u{301}", 1), "e\u{301}");
    assert_eq!(fit("◌\u{301}x", 1), "◌\u{301}");
    assert_eq!(fit("中", 1), "");
    assert_eq!(fit("", 0), "");
}

#[test]
fn a_symbol_reads_as_text() {
    let text = glyph('é').text;
    assert_eq!((&*text, text.as_ref(), format!("{text:>3}")), ("é", "é", "  é".to_owned()));
    assert_eq!(format!("{text:?}"), "\"é\"");
    // The longest: a letter and two marks beyond the basic plane.
    let long = cluster(glyph('\u{10a10}'), '\u{10a38}').and_then(|one| cluster(one, '\u{10a39}')).unwrap();
    assert_eq!(long.as_str().len(), 12);
    assert_eq!(cluster(long, '\u{301}'), None);
}

proptest! {
    #[test]
    fn any_line_is_made_of_safe_glyphs_and_drops_nothing(text in any::<String>()) {
        let mut sum = 0;
        let mut scalars = 0;
        for shown in glyphs(&text) {
            prop_assert!(is_safe(shown.as_str()));
            sum += usize::from(shown.width);
            let circle = usize::from(shown.class == Class::Mark && shown.as_str().starts_with(CIRCLE));
            scalars += shown.as_str().chars().count() - circle;
        }
        let safe = line(&text);
        prop_assert_eq!(width(&safe), sum);
        prop_assert_eq!(scalars, text.chars().count());
        prop_assert_eq!(&line(&safe), &safe, "what is safe stays as it is");
        prop_assert_eq!(fit(&safe, sum), safe.as_str());
    }
}
