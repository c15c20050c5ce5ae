//! The rule that malformed bytes break, in a sentence.

use crate::bytes::anatomy::Malformation;
use crate::bytes::encoding::kinds::Encoding;
use crate::bytes::encoding::reason::{Malformed, Reason};
use crate::bytes::hex;

impl Malformed {
    /// The rule of `encoding` that the bytes break, in a sentence. For UTF-8, [`Malformation`] explains more, using the bytes
    /// around the part.
    #[must_use]
    pub fn rule(&self, encoding: Encoding) -> String {
        let bytes = hex::encode(self.bytes());
        match self.reason() {
            Reason::Utf8(reason) => Malformation::new(self.bytes(), reason, &[], &[]).rule(),
            Reason::Surrogate if encoding.is_utf32() => {
                format!("{bytes} is half of a UTF-16 pair, {encoding} has whole characters only")
            }
            Reason::Surrogate => format!("{bytes} is half of a UTF-16 pair whose other half is missing"),
            Reason::Incomplete => format!("{bytes} starts a character, but the stream ends"),
            Reason::Unmapped => format!("{encoding} has no character for {bytes}"),
            Reason::AboveMaximum => format!("{bytes} is above U+10FFFF, the last code point"),
            Reason::BadBase64 if self.bytes() == b"+" => {
                format!("{bytes} is a + without a unit of base64 behind it")
            }
            Reason::BadBase64 => format!("{bytes} is base64 that ends within a unit of 16 bits"),
            Reason::NonzeroPadding => {
                format!("{bytes} ends base64, and its bits behind the last unit are not zero")
            }
            Reason::FourByteForm => {
                format!("{bytes} is a character in UTF-8, {encoding} has two surrogates of 3 bytes for it")
            }
            Reason::RawNul => format!("{bytes} is U+0000, which {encoding} writes as c080"),
            Reason::UndefinedEscape => {
                format!("{bytes} is an escape, and the extension of GSM 03.38 has nothing for what follows")
            }
        }
    }
}
