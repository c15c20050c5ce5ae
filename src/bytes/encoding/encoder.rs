//! Encoding of single characters, for search patterns.

use encoding_rs::EncoderResult;

use crate::bytes::encoding::gsm;
use crate::bytes::encoding::kinds::{Encoding, Kind};
use crate::bytes::encoding::utf7;

/// The largest number of bytes of a character in an encoding without escape sequences.
const LONGEST_CHARACTER: usize = 8;

impl Encoding {
    /// The bytes of a character, or `None` if the encoding has no such character. Escape sequences are not part of a
    /// character, so ISO-2022-JP and UTF-7 encode ASCII only; packed septets share bytes, so that encoding encodes none.
    #[must_use]
    pub fn encode(self, ch: char) -> Option<Vec<u8>> {
        match self.0 {
            Kind::Utf8 => Some(ch.encode_utf8(&mut [0; 4]).as_bytes().to_vec()),
            Kind::Ascii => u8::try_from(ch).ok().filter(u8::is_ascii).map(|byte| vec![byte]),
            Kind::Latin1 => u8::try_from(ch).ok().map(|byte| vec![byte]),
            // The encoders of the standard would answer UTF-8, as browsers do for forms.
            Kind::Whatwg(_) if self == Self::UTF_16LE => Some(utf16(ch, u16::to_le_bytes)),
            Kind::Whatwg(_) if self == Self::UTF_16BE => Some(utf16(ch, u16::to_be_bytes)),
            Kind::Whatwg(_) if self == Self::ISO_2022_JP && !ch.is_ascii() => None,
            Kind::CodePage(page) => page.byte(ch).map(|byte| vec![byte]),
            Kind::Utf32(order) => Some(order.encode(ch).to_vec()),
            Kind::Utf7 => utf7::encode(ch),
            Kind::Cesu8(variant) => Some(variant.encode(ch)),
            Kind::Gsm => gsm::encode(ch),
            Kind::GsmPacked => None,
            Kind::Whatwg(web) => {
                let mut bytes = vec![0; LONGEST_CHARACTER];
                let mut text = [0; 4];
                let text = ch.encode_utf8(&mut text);
                let (result, _, written) =
                    web.new_encoder().encode_from_utf8_without_replacement(text, &mut bytes, true);
                bytes.truncate(written);
                (result == EncoderResult::InputEmpty).then_some(bytes)
            }
        }
    }
}

fn utf16(ch: char, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    ch.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| order(*unit)).collect()
}

#[cfg(test)]
mod tests {
    use crate::bytes::encoding::{Encoding, reading};

    #[test]
    fn what_is_encoded_is_decoded_to_the_same_character() {
        for encoding in Encoding::ALL.into_iter().filter(|encoding| *encoding != Encoding::GSM_7_PACKED) {
            let mut encoded = 0;
            for ch in "aZ é€Жж 日本한😀ß".chars() {
                let Some(bytes) = encoding.encode(ch) else { continue };
                assert_eq!(reading(encoding, &bytes).text(), ch.to_string(), "{encoding}");
                encoded += 1;
            }
            assert!(encoded >= 3, "{encoding} has ASCII");
        }
        assert_eq!(Encoding::LATIN_1.encode('€'), None);
        assert_eq!(Encoding::ISO_2022_JP.encode('日'), None);
        assert_eq!(Encoding::UTF_7.encode('日'), None);
        assert_eq!(Encoding::GSM_7_PACKED.encode('a'), None);
        assert_eq!(Encoding::CESU_8.encode('😀').as_deref(), Some(&b"\xed\xa0\xbd\xed\xb8\x80"[..]));
    }
}
