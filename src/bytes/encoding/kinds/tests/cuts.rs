//! Texts with several bytes per character, cut at every byte.

use super::*;

/// Two Chinese characters in a line of ASCII.
#[test]
fn two_characters_of_gbk_are_enough() {
    let line = b"name: \xc9\xe8\xbc\xc6, plain text before and behind it\n";
    let guessed = guess(line);
    assert_eq!(guessed.encoding.name(), "GBK", "{}", guessed.why);
    let result = decoded(guessed.encoding, [&line[..7], &line[7..]]);
    assert_eq!(result.text, "name: 设计, plain text before and behind it\n");
}

/// `text.encode(codec)` of Python 3.11, in bytes of hexadecimal; a byte at a time, and without the last byte.
#[test]
fn texts_of_several_bytes_a_character_are_what_python_says_however_they_are_cut() {
    for (codec, text, hex) in [
        ("gbk", "设计 abc 简单的中文", "c9e8bcc62061626320bcf2b5a5b5c4d6d0cec4"),
        ("gb18030", "设计 \u{80} 😀 中", "c9e8bcc62081308130209439fc3620d6d0"),
        ("shift_jis", "日本語 abc ｱｲｳ 表示", "93fa967b8cea2061626320b1b2b320955c8ea6"),
        ("big5", "中文 abc 繁體", "a4a4a4e52061626320c163c5e9"),
        ("euc-jp", "日本語 abc ｱ 表示", "c6fccbdcb8ec20616263208eb120c9bdbca8"),
        ("euc-kr", "안녕 abc 세계", "bec8b3e72061626320bcbcb0e8"),
        ("utf-16le", "é€ 😀 終", "e900ac2020003dd800de2000427d"),
        ("utf-16be", "é€ 😀 終", "00e920ac0020d83dde0000207d42"),
        ("iso-2022-jp", "abc 日本語", "616263201b2442467c4b5c386c"),
    ] {
        let (encoding, stream) = (named(codec), bytes(hex));
        let whole = Decoded { text: text.to_owned(), parts: vec![] };
        assert_eq!(decoded(encoding, [&stream[..]]), whole, "{codec}");
        assert_eq!(decoded(encoding, stream.chunks(1)), whole, "{codec} byte by byte");
        assert_eq!(reading(encoding, &stream).text(), text, "{codec} by pieces");
        let cut = decoded(encoding, stream[..stream.len() - 1].chunks(1));
        // The last character is one of these encodings, so that half of it is left.
        assert_eq!(cut.parts.len(), 1, "{codec}: {cut:?}");
        let (part, kept) = (cut.parts[0], cut.text.trim_end_matches('\u{fffd}'));
        assert_eq!(part.reason(), Reason::Incomplete, "{codec}");
        assert_eq!(part.offset() as usize + part.bytes().len(), stream.len() - 1, "{codec}");
        assert!(text.starts_with(kept) && text[kept.len()..].chars().count() == 1, "{codec}: {kept}");
    }
}
