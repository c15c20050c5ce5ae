//! Attacks by text: malformed bytes, invisible characters, and characters that are hard to show.

use super::Row;

/// Malformed UTF-8 that a careless decoder turns into other characters.
pub(super) const MALFORMED: &[Row] = &[
    ("overlong ESC of two", b"\xc0\x9b[2J", "Unicode 3.9, D92: 1B in two bytes"),
    ("overlong ESC of three", b"\xe0\x80\x9b[2J", "the same in three"),
    ("overlong ESC of four", b"\xf0\x80\x80\x9b]0;owned\x07", "the same in four"),
    (
        "overlong ESC of five and six",
        b"\xf8\x80\x80\x80\x9b\xfc\x80\x80\x80\x80\x9b",
        "the same in forms of RFC 2279",
    ),
    ("overlong NUL", b"\xc0\x80", "modified UTF-8 writes NUL so"),
    ("overlong C1", b"\xe0\x82\x9b2J\xf0\x80\x82\x9b2J", "U+009B in three and in four bytes"),
    (
        "escape in a character",
        b"\xe2\x82\x1b[2J\xf0\x9f\x98\x1b]0;owned\x07",
        "a decoder that skips two more bytes lets it by",
    ),
    ("cut by a letter", b"\xc3(\xe2\x28\xa1\xe2\x82(\xf0\x9f(", "Unicode 3.9: the letter is no part of it"),
    (
        "surrogates",
        b"\xed\xa0\x80\xed\xb0\x80\xed\xa0\xbd\xed\xb8\x80",
        "Unicode 3.9, D76: CESU-8, a face in two halves",
    ),
    ("beyond Unicode", b"\xf4\x90\x80\x80\xf7\xbf\xbf\xbf\xf5\x80\x80\x80", "above U+10FFFF"),
    ("no bytes of UTF-8", b"\xfe\xff\xff\xfe\xc1\xbf", "never part of a character"),
    ("continuations alone", b"\x80\xbf\xa0\xad\xae", "and every one from 80 to 9F is C1 elsewhere"),
];

/// Characters that are invisible, or that change how others are shown.
pub(super) const HIDDEN: &[Row] = &[
    (
        "overrides",
        "\u{202e}gpj.exe\u{202c} \u{202d}x\u{202c}".as_bytes(),
        "UAX #9, RLO, LRO: Trojan Source, CVE-2021-42574",
    ),
    ("embeddings", "\u{202a}a\u{202b}b\u{202c}".as_bytes(), "UAX #9, LRE, RLE, PDF"),
    ("isolates", "\u{2066}a\u{2067}b\u{2068}c\u{2069}".as_bytes(), "UAX #9, LRI, RLI, FSI, PDI"),
    ("direction marks", "a\u{200e}b\u{200f}c\u{61c}d".as_bytes(), "UAX #9, LRM, RLM, ALM"),
    ("old direction marks", "\u{206a}\u{206b}\u{206c}\u{206d}\u{206e}\u{206f}".as_bytes(), "Unicode 23.3"),
    (
        "no width",
        "pay\u{200b}pal \u{200c}x\u{200d}y\u{2060}z\u{feff}".as_bytes(),
        "ZWSP, ZWNJ, ZWJ, WJ, BOM: two names look like one",
    ),
    ("operators", "f\u{2061}x\u{2062}y\u{2063}z\u{2064}".as_bytes(), "Unicode 22.6, not seen"),
    ("soft hyphen", "pass\u{ad}word".as_bytes(), "SHY: some show it, some do not, and count it otherwise"),
    (
        "tags",
        "x\u{e0001}\u{e0068}\u{e0069}\u{e007f}".as_bytes(),
        "U+E00xx: ASCII that nobody sees, read by machines",
    ),
    (
        "variation selectors",
        "❤\u{fe0f}a\u{fe00}漢\u{e0100}\u{e01ef}".as_bytes(),
        "UTS #51: another width; hidden data",
    ),
    ("Mongolian selectors", "\u{180b}\u{180c}\u{180d}\u{180e}\u{180f}".as_bytes(), "Unicode 13.5"),
    (
        "fillers",
        "a\u{115f}\u{1160}\u{3164}\u{ffa0}\u{34f}\u{17b4}\u{17b5}b".as_bytes(),
        "letters and marks without a shape",
    ),
    (
        "line separators",
        "one\u{2028}two\u{2029}three".as_bytes(),
        "Unicode 23.2: lines for some, none for others",
    ),
    (
        "spaces",
        "a\u{a0}b\u{2003}c\u{2009}d\u{202f}e\u{205f}f\u{3000}g\u{1680}h\u{2800}i".as_bytes(),
        "not U+0020, and look like it",
    ),
    ("interlinear", "a\u{fff9}b\u{fffa}c\u{fffb}d\u{fffc}".as_bytes(), "Unicode 23.8: text beside text"),
    (
        "notes and shorthand",
        "\u{1d173}\u{1d17a}\u{1bca0}\u{1bca3}".as_bytes(),
        "format characters of scripts",
    ),
    ("prepended", "\u{600}1\u{6dd}2\u{70f}3\u{8e2}4".as_bytes(), "UAX #29, Prepend: reach over what follows"),
    (
        "private use",
        "\u{e000}\u{f8ff}\u{f0000}\u{10fffd}".as_bytes(),
        "whatever a font draws: a lock, a prompt",
    ),
    ("no characters", "\u{fdd0}\u{fdef}\u{fffe}\u{ffff}\u{1fffe}\u{10ffff}".as_bytes(), "Unicode 23.7"),
    ("unassigned", "\u{378}\u{5ff}\u{2fe0}\u{e0080}\u{3ffff}".as_bytes(), "nobody knows their width"),
    ("jamo", "\u{1100}\u{1161}\u{11a8}\u{a960}\u{d7b0}".as_bytes(), "UAX #29: several make one syllable"),
    ("family", "👩\u{200d}👩\u{200d}👧\u{200d}👦".as_bytes(), "UTS #51: eight cells or two"),
    (
        "flags and skins",
        "\u{1f1e9}\u{1f1ea}👍\u{1f3fd}1\u{fe0f}\u{20e3}".as_bytes(),
        "UTS #51: terminals disagree",
    ),
    ("marks of some width", "क\u{93f}ก\u{e33}ｶ\u{ff9e}".as_bytes(), "UAX #29, SpacingMark: one cell or two"),
    ("virama", "क\u{94d}ष".as_bytes(), "UAX #29, GB9c: binds two cells into one"),
    ("mark on nothing", "\u{301}\u{301}".as_bytes(), "goes on the border of the pane"),
    ("enclosing", "a\u{20dd} \u{489}".as_bytes(), "drawn around, and over the neighbours"),
];

/// Text that is allowed on the screen but hard to show.
pub(super) const SHOWN: &[Row] = &[
    ("right to left", "שלום עולם والسلام".as_bytes(), "UAX #9: turned in its row by terminals that turn rows"),
    ("ligatures", "لا ﻻ ffi".as_bytes(), "one shape for two cells"),
    ("wide", "日本語😀한국".as_bytes(), "UAX #11: two cells, also at an edge"),
    ("narrow and wide", "ｶﾅＡＢＣ".as_bytes(), "half-width and full-width forms"),
    ("look-alikes", "раураl ΑΒΕ ⅼⅠ".as_bytes(), "UTS #39: other letters that look the same"),
    ("two marks", "ộ e\u{301} a\u{302}\u{301}".as_bytes(), "as many as a language needs"),
    ("our own signs", "␛ ▯ \u{fffd} ␀".as_bytes(), "what stands for something here, sent as itself"),
];
