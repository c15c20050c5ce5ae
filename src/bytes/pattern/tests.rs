use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const UTF_8: Encoding = Encoding::UTF_8;

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text, UTF_8).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn ranges(pattern: &Pattern, bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let window = Window { bytes, from: 0, end: WindowEnd::Final };
    let scanned = pattern.scan(window, usize::MAX, |range| found.push(range));
    assert!(scanned.is_complete && scanned.settled == bytes.len());
    found
}

/// The only match.
fn only(text: &str, bytes: &[u8]) -> Range<usize> {
    let found = ranges(&pattern(text), bytes);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].clone()
}

fn starts(text: &str, bytes: &[u8]) -> Vec<usize> {
    ranges(&pattern(text), bytes).iter().map(|range| range.start).collect()
}

#[test]
fn case_matters_only_if_the_text_has_an_upper_case_letter() {
    let bytes = "straße STRASSE Straße ÄÖ äö".as_bytes();
    assert_eq!(starts("straße", bytes), [0, 16]);
    assert_eq!(starts("Straße", bytes), [16]);
    assert_eq!(starts("äö", bytes).len(), 2);
    assert_eq!(starts("Äö", bytes).len(), 0);
    assert_eq!(starts(".*", b"a.*b"), [1], "text is not an expression");
}

#[test]
fn text_is_searched_for_in_the_encoding() {
    let latin = Pattern::parse("né", Encoding::LATIN_1).unwrap();
    assert_eq!(ranges(&latin, b"n\xe9 N\xc9 n\xc3\xa9"), [0..2, 3..5]);
    let wide = Pattern::parse("ab", Encoding::UTF_16LE).unwrap();
    assert_eq!(ranges(&wide, b"a\0b\0A\0B\0"), [0..4, 4..8]);
    assert_eq!((wide.encoding(), latin.encoding()), (Encoding::UTF_16LE, Encoding::LATIN_1));
    let exact = Pattern::parse("aB", Encoding::UTF_16BE).unwrap();
    assert_eq!(ranges(&exact, b"\0a\0B\0a\0b\0a\0B"), [0..4, 8..12]);
    let cyrillic = Pattern::parse("жук", Encoding::UTF_16LE).unwrap();
    let both: Vec<u8> = "Жук ЖУК жик".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(ranges(&cyrillic, &both), [0..6, 8..14]);
    let mainframe = Pattern::parse("hé", Encoding::IBM037).unwrap();
    assert_eq!(ranges(&mainframe, b"\x88\x51 \xc8\x71"), [0..2, 3..5]);
    // The micro sign has an upper case, which Latin-1 has not.
    let micro = Pattern::parse("\u{b5}m", Encoding::LATIN_1).unwrap();
    assert_eq!(ranges(&micro, b"\xb5m \xb5M"), [0..2, 3..5]);
    // Expressions and bytes are what they are in every encoding.
    for text in ["re:(?-u)\\xff", "hex: ff"] {
        let bytes = Pattern::parse(text, Encoding::UTF_16LE).unwrap();
        assert_eq!((ranges(&bytes, b"\0\xff\xff"), bytes.encoding()), (vec![1..2, 2..3], UTF_8), "{text}");
    }
    let error = Pattern::parse("1 €", Encoding::LATIN_1).unwrap_err();
    assert_eq!((error.column, error.message.contains("Latin-1 has no '€'")), (3, true), "{error}");
}

#[test]
fn hex_digits_have_wildcards() {
    assert_eq!(starts("hex: ff ?? 00", b"\xff\x00\x00\xff\x01\x00\xff\xff\xff"), [0, 3]);
    assert_eq!(starts("hex:f?0a", b"\xf1\x0a\xe1\x0a\xff\x0a"), [0, 4]);
    assert_eq!(starts("hex: ?F", b"\x0f\xff\xf0\x1f"), [0, 1, 3]);
    assert_eq!(starts("hex:?? 0a", b"\n\n\n\n"), [0, 2], "matches do not overlap");
}

#[test]
fn expressions_work_on_bytes() {
    assert_eq!(only(r"re:(?-u)\xff+", b"a\xff\xff\xffb"), 1..4);
    assert_eq!(ranges(&pattern("re:^b$"), b"ab\nb\nb"), [3..4, 5..6]);
    assert_eq!(only("re:a|ab", b"ab"), 0..1, "the first alternative wins");
    assert_eq!(only(r"re:\bé\b", "aé é".as_bytes()), 4..6);
}

#[test]
fn a_mistake_is_one_sentence_with_its_column() {
    for (text, column, part) in [
        ("", 1, "a pattern is text"),
        ("hex: ff 0", 9, "two digits"),
        ("hex: f f", 6, "two digits"),
        ("hex: fg", 7, "'g' is not a hex digit"),
        ("hex:\nff", 5, r"'\n' is not a hex digit"),
        ("hex: ", 6, "needs bytes"),
        ("hex: ?? ??", 5, "found everywhere"),
        ("re:a(b", 5, "unclosed group"),
        ("re:é[z-a]", 6, "range"),
        ("re:a*", 4, "the empty text"),
        ("re:", 4, "the empty text"),
        (r"re:[a&&b]", 4, "cannot match"),
        (r"re:\w{300}{300}", 1, "too large"),
    ] {
        let error = Pattern::parse(text, UTF_8).expect_err(text);
        assert!(error.message.contains(part) && !error.message.contains('\n'), "{text}: {error}");
        assert_eq!(error.column, column, "{text}: {error}");
    }
    assert!(Pattern::parse(&"x".repeat(5_000), UTF_8).is_err());
}

#[test]
fn a_match_is_cut_at_the_longest() {
    let mut bytes = vec![b'a'; 3 * LONGEST_MATCH];
    let lengths =
        |bytes: &[u8]| -> Vec<usize> { ranges(&pattern("re:a+"), bytes).iter().map(Range::len).collect() };
    assert_eq!(lengths(&bytes), [LONGEST_MATCH; 3]);
    bytes.push(b'b');
    assert_eq!(only("re:a+b", &bytes), 2 * LONGEST_MATCH + 1..3 * LONGEST_MATCH + 1);
}

#[test]
fn work_can_be_done_in_pieces() {
    let bytes = b"-ab".repeat(1_000);
    let pattern = pattern("ab");
    let (mut from, mut found, mut turns) = (0, Vec::new(), 0);
    loop {
        let window = Window { bytes: &bytes, from, end: WindowEnd::Final };
        let scanned = pattern.scan(window, 30, |range| found.push(range));
        from = scanned.settled;
        turns += 1;
        if scanned.is_complete {
            break;
        }
    }
    assert_eq!(found, ranges(&pattern, &bytes));
    assert!((50..1_000).contains(&turns), "{turns}");
}

/// All matches by definition: the first index at which the expression matches within the longest length, and so on
/// behind it.
fn naive(expression: &str, longest: usize, bytes: &[u8]) -> Vec<Range<usize>> {
    let syntax = regex_automata::util::syntax::Config::new().utf8(false).multi_line(true);
    let regex = Regex::builder().syntax(syntax).build(expression).unwrap();
    let (mut at, mut found) = (0, Vec::new());
    while at < bytes.len() {
        let input = regex_automata::Input::new(bytes)
            .range(at..bytes.len().min(at + longest))
            .anchored(regex_automata::Anchored::Yes);
        at = match regex.search(&input) {
            Some(hit) => {
                found.push(hit.range());
                hit.end()
            }
            None => at + 1,
        };
    }
    found
}

/// The matches that are found if the bytes arrive in pieces, and each piece is searched with this much work at a time.
fn arriving(pattern: &Pattern, bytes: &[u8], pieces: &[usize], work: usize) -> Vec<Range<usize>> {
    let (mut known, mut from, mut found) = (0, 0, Vec::<Range<usize>>::new());
    for piece in pieces.iter().copied().chain([bytes.len()]) {
        known = bytes.len().min(known + piece);
        loop {
            found.retain(|range| range.start < from);
            let base = from.saturating_sub(Pattern::CONTEXT);
            let window = Window { bytes: &bytes[base..known], from: from - base, end: WindowEnd::Open };
            let scanned =
                pattern.scan(window, work, |range| found.push(base + range.start..base + range.end));
            from = base + scanned.settled;
            if scanned.is_complete {
                break;
            }
        }
    }
    found
}

/// Windows of this many new bytes over bytes that are all known.
fn in_windows(pattern: &Pattern, bytes: &[u8], size: usize) -> Vec<Range<usize>> {
    let (mut from, mut found) = (0_usize, Vec::new());
    loop {
        let base = from.saturating_sub(Pattern::CONTEXT);
        let to = bytes.len().min(from + pattern.reach() + size);
        let end = if to == bytes.len() { WindowEnd::Final } else { WindowEnd::More };
        let window = Window { bytes: &bytes[base..to], from: from - base, end };
        let scanned =
            pattern.scan(window, usize::MAX, |range| found.push(base + range.start..base + range.end));
        assert!(end == WindowEnd::Final || base + scanned.settled > from, "it goes on");
        from = base + scanned.settled;
        if end == WindowEnd::Final {
            return found;
        }
    }
}

/// Patterns, and the same as an expression.
const PATTERNS: [(&str, &str); 14] = [
    ("a", "(?i)a"),
    ("ab", "(?i)ab"),
    ("aab", "(?i)aab"),
    ("Ab", "Ab"),
    ("hex: 61 ??", r"(?s-u)a."),
    ("hex: ?? 6? 62", r"(?s-u).[\x60-\x6f]b"),
    ("re:a+", "a+"),
    ("re:a+b", "a+b"),
    ("re:a.*b", "a.*b"),
    ("re:a.*?b", "a.*?b"),
    ("re:(?s)a.{3,9}b", "(?s)a.{3,9}b"),
    (r"re:\ba+\b", r"\ba+\b"),
    ("re:^a.$", "^a.$"),
    (r"re:(?-u)[^a]+$", "(?-u)[^a]+$"),
];

proptest! {
    #[test]
    fn what_is_found_does_not_depend_on_how_the_bytes_arrive(
        bytes in vec(prop::sample::select(b"aaaabAB \n\xc3\xa9\xff".as_slice()), 0..160),
        pieces in vec(1..20_usize, 0..20),
        which in 0..PATTERNS.len(),
        longest in 1..12_usize,
        work in 1..64_usize,
    ) {
        let (text, expression) = PATTERNS[which];
        let pattern = Pattern::limited(text, UTF_8, longest).unwrap();
        let expected = naive(expression, pattern.longest(), &bytes);
        prop_assert_eq!(&ranges(&pattern, &bytes), &expected, "at once");
        prop_assert_eq!(&arriving(&pattern, &bytes, &pieces, work), &expected, "arriving");
        prop_assert_eq!(&in_windows(&pattern, &bytes, work), &expected, "in windows");
    }
}
