//! Detection of EBCDIC text.

use crate::bytes::encoding::kinds::Encoding;

/// Fewer bytes can look like text by chance.
const FEWEST: usize = 12;

/// Fewer letters say nothing of how common they are.
const FEWEST_LETTERS: usize = 6;

/// In text, at least one of this number of bytes is a space.
const SPACES: usize = 25;

/// In text, at most one of this number of bytes is neither letter, digit, space, line end nor common punctuation.
const OTHERS: usize = 16;

/// The page in which the bytes are text: only if there is hardly a doubt. The space of ASCII is a control character in
/// EBCDIC, and that of EBCDIC is `@` in ASCII, so few texts of another encoding have the spaces, and of those none has
/// the letters. The pages differ in a few signs only.
pub(super) fn page(bytes: &[u8]) -> Option<Encoding> {
    let (mut letters, mut common, mut spaces, mut others) = (0, 0, 0, 0);
    for byte in bytes {
        match *byte {
            0x40 => spaces += 1,
            _ if is_common(*byte) => common += 1,
            0x81..=0x89 | 0x91..=0x99 | 0xa2..=0xa9 => letters += 1,
            0xc1..=0xc9 | 0xd1..=0xd9 | 0xe2..=0xe9 => letters += 1,
            // Digits, line ends and tab.
            0xf0..=0xf9 | 0x05 | 0x0c | 0x0d | 0x15 | 0x25 => {}
            // Signs, of which a few differ between the pages.
            0x4a..=0x50 | 0x5a | 0x5c..=0x61 | 0x6b..=0x6f | 0x7a..=0x7f | 0xc0 | 0xd0 | 0xe0 => {}
            _ => others += 1,
        }
    }
    letters += common;
    let len = bytes.len();
    let is_text = len >= FEWEST
        && letters >= FEWEST_LETTERS
        && spaces * SPACES >= len
        && others * OTHERS <= len
        // Of ten letters, English has seven of these, as many as other languages of the pages; chance has four.
        && common * 20 >= letters * 11
        && letters * 4 >= len - spaces;
    if !is_text {
        return None;
    }
    let has = |signs: [u8; 2]| bytes.iter().any(|byte| signs.contains(byte));
    // Brackets: in one of the pages they are letters of the other.
    Some(if has([0xad, 0xbd]) && !has([0xba, 0xbb]) { Encoding::IBM1047 } else { Encoding::IBM037 })
}

/// Whether the byte is one of `e t a o i n s r h l`, small or capital.
const fn is_common(byte: u8) -> bool {
    let small = byte & !0x40;
    byte >= 0x80 && matches!(small, 0x85 | 0xa3 | 0x81 | 0x96 | 0x89 | 0x95 | 0xa2 | 0x99 | 0x88 | 0x93)
}
