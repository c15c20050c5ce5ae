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
