//! Guesses of texts that end within a character, and of UTF-16 with surrogate pairs.

use super::*;

fn encoded(label: &str, text: &str) -> Vec<u8> {
    match named(label).0 {
        Kind::Whatwg(web) => web.encode(text).0.into_owned(),
        _ => panic!("{label}"),
    }
}

fn utf16(text: &str) -> [Vec<u8>; 2] {
    [
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ]
}

#[test]
fn a_character_that_is_cut_does_not_count_against_its_encoding() {
    for (label, name, text) in [
        ("gbk", "GBK", "简单的中文句子，没有标记"),
        ("gbk", "GBK", "name: 中国人民"),
        ("big5", "Big5", "繁體中文的句子"),
        ("sjis", "Shift_JIS", "すべての人間は、生まれながら"),
        ("sjis", "Shift_JIS", "温度は正常です"),
        ("euc-kr", "EUC-KR", "안녕하세요"),
        ("euc-jp", "EUC-JP", "すべての人間は、生まれながら"),
    ] {
        let whole = encoded(label, text);
        for bytes in [&whole[..], &whole[..whole.len() - 1]] {
            let guessed = guess(bytes);
            assert_eq!(guessed.encoding.name(), name, "{text} {bytes:02x?}: {}", guessed.why);
        }
    }
    // Bytes that only look like the start of a character.
    for (label, name, text) in [
        ("windows-1252", "windows-1252", "Größe, Maß"),
        ("windows-1252", "windows-1252", "très bon café"),
        ("windows-1251", "windows-1251", "Привет"),
        ("windows-1251", "windows-1251", "При"),
        ("koi8-r", "KOI8-U", "рождаются"),
    ] {
        let bytes = encoded(label, text);
        assert_eq!(guess(&bytes).encoding.name(), name, "{text} {bytes:02x?}");
    }
}

#[test]
fn surrogate_pairs_tell_the_order_of_utf_16() {
    for text in ["ok 😀😀", "ok 😀😀\r\n", "ok 🙂🚀🚀🚀🚀", "😀😀😀", "привет 😀", "Maße, Übung", "ØÜßØ ØÜ"]
    {
        let [little, big] = utf16(text);
        for (bytes, encoding) in [(little, Encoding::UTF_16LE), (big, Encoding::UTF_16BE)] {
            assert_eq!(guess(&bytes).encoding, encoding, "{text}: {}", guess(&bytes).why);
            // The last unit is cut; it is half of a pair or the end of a text.
            let cut = &bytes[..bytes.len() - 1];
            assert_eq!(guess(cut).encoding, encoding, "{text} without its last byte: {}", guess(cut).why);
        }
    }
}

/// A NUL between texts of two bytes per letter does not make them UTF-16, although all these bytes may be surrogates.
#[test]
fn arabic_in_utf_8_is_not_taken_for_surrogates() {
    let text = "مرحبا\0a\0بالعالم";
    assert_eq!(guess(text.as_bytes()).encoding, Encoding::UTF_8, "{}", guess(text.as_bytes()).why);
}

/// Text in EBCDIC, by IBM037: these pages have the same letters.
fn ebcdic(text: &str) -> Vec<u8> {
    text.chars().flat_map(|ch| Encoding::IBM037.encode(ch).unwrap()).collect()
}

#[test]
fn ebcdic_is_recognised_by_its_letters_and_spaces() {
    for text in [
        "Hello, World",
        "Hello, World!",
        "THE STATION REPORTS RAIN, AND WIND FROM THE NORTH.",
        "0001 ACCOUNT HOLDER   MILLER, JANE        0000012550",
        "Alle Menschen sind frei und gleich an Rechten geboren.\u{85}",
        "Todos los seres humanos nacen libres e iguales, con derechos.\n",
    ] {
        let guessed = guess(&ebcdic(text));
        assert_eq!(guessed.encoding, Encoding::IBM037, "{text}: {}", guessed.why);
    }
    let unix: Vec<u8> = "int main(void) { return list[0]; }\u{85}"
        .chars()
        .flat_map(|ch| Encoding::IBM1047.encode(ch).unwrap())
        .collect();
    assert_eq!(guess(&unix).encoding, Encoding::IBM1047);
}

#[test]
fn what_is_not_clearly_ebcdic_is_not_guessed_so() {
    let noise: Vec<u8> = (0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    // Letters of EBCDIC that no language has, and text of other encodings with many `@`.
    let letters: Vec<u8> =
        (0..400).map(|at| [0x84, 0x86, 0x87, 0x92, 0x94, 0xa5, 0xa6, 0x40][at % 8]).collect();
    for bytes in [
        noise,
        letters,
        b"a@b c@d e@f g@h i@j k@l @@ @@".to_vec(),
        vec![0x40; 64],
        b"\xf1\xf2\x40\xf3\xf4\x40\xf5\xf6\x40\xf7\xf8\x40".to_vec(),
        encoded("big5", "一個人一本書一天一頁"),
        encoded("windows-1251", "Привет, мир! Это @ строка @ текста."),
        encoded("sjis", "ファイルァァ ァァ テスト"),
        ebcdic("no"),
    ] {
        let guessed = guess(&bytes);
        assert!(!guessed.encoding.is_ebcdic(), "{bytes:02x?}: {}", guessed.why);
    }
}

#[test]
fn utf_32_is_recognised_with_a_mark_and_in_any_script() {
    for text in
        ["\u{feff}plain", "\u{feff}日本語", "plain text", "שלום עולם", "नमस्ते दुनिया", "😀😀😀😀", "ok 😀!"]
    {
        let little: Vec<u8> = text.chars().flat_map(|ch| u32::from(ch).to_le_bytes()).collect();
        let big: Vec<u8> = text.chars().flat_map(|ch| u32::from(ch).to_be_bytes()).collect();
        assert_eq!(guess(&little).encoding, Encoding::UTF_32LE, "{text}: {}", guess(&little).why);
        assert_eq!(guess(&big).encoding, Encoding::UTF_32BE, "{text}: {}", guess(&big).why);
    }
    // The mark of UTF-16, and a NUL behind it.
    assert_eq!(guess(b"\xff\xfe\0\0a\0b\0").encoding, Encoding::UTF_16LE);
}

#[test]
fn pairs_of_surrogates_are_those_of_cesu_8() {
    let pair = "é \u{1f600}".chars().flat_map(|ch| Encoding::CESU_8.encode(ch).unwrap()).collect::<Vec<_>>();
    assert_eq!(guess(&pair).encoding, Encoding::CESU_8);
    let nul = [&pair[..], b"\xc0\x80"].concat();
    assert_eq!(guess(&nul).encoding, Encoding::MUTF_8);
    // One half alone, and a character in four bytes beside a pair, are neither.
    for rest in [&b"\xed\xa0\xbd"[..], "😀".as_bytes()] {
        let damaged = [&pair[..], rest, b"a"].concat();
        let guessed = guess(&damaged).encoding;
        assert!(![Encoding::CESU_8, Encoding::MUTF_8].contains(&guessed), "{guessed}");
    }
}
