//! The encodings, and their names.

use std::fmt;

use crate::bytes::encoding::cesu8::Variant;
use crate::bytes::encoding::code_page::CodePage;
use crate::bytes::encoding::reason::Reason;
use crate::bytes::encoding::utf32::ByteOrder;

/// A character encoding.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Encoding(pub(super) Kind);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    Utf8,
    Ascii,
    Latin1,
    /// An encoding of the WHATWG standard other than UTF-8.
    Whatwg(&'static encoding_rs::Encoding),
    CodePage(CodePage),
    Utf32(ByteOrder),
    Utf7,
    /// CESU-8 or Modified UTF-8.
    Cesu8(Variant),
    Gsm,
    GsmPacked,
}

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self(Kind::Utf8);
    /// ASCII, nothing above `7F`.
    pub const ASCII: Self = Self(Kind::Ascii);
    /// ISO/IEC 8859-1: each byte is the code point of the same number.
    pub const LATIN_1: Self = Self(Kind::Latin1);
    /// Latin-1 with printable characters in `80..=9F`; what most "Latin-1" text is.
    pub const WINDOWS_1252: Self = Self(Kind::Whatwg(&encoding_rs::WINDOWS_1252_INIT));
    /// UTF-16, little-endian.
    pub const UTF_16LE: Self = Self(Kind::Whatwg(&encoding_rs::UTF_16LE_INIT));
    /// UTF-16, big-endian.
    pub const UTF_16BE: Self = Self(Kind::Whatwg(&encoding_rs::UTF_16BE_INIT));
    /// JIS in 7 bits, with escape sequences.
    pub const ISO_2022_JP: Self = Self(Kind::Whatwg(&encoding_rs::ISO_2022_JP_INIT));

    /// UTF-32, little-endian.
    pub const UTF_32LE: Self = Self(Kind::Utf32(ByteOrder::Little));
    /// UTF-32, big-endian.
    pub const UTF_32BE: Self = Self(Kind::Utf32(ByteOrder::Big));
    /// UTF-7, with base64 between `+` and `-`.
    pub const UTF_7: Self = Self(Kind::Utf7);
    /// UTF-8 of the units of UTF-16.
    pub const CESU_8: Self = Self(Kind::Cesu8(Variant::Cesu8));
    /// CESU-8 with `C0 80` for U+0000, as Java writes it.
    pub const MUTF_8: Self = Self(Kind::Cesu8(Variant::Modified));
    /// The alphabet of short messages, a character in each byte.
    pub const GSM_7: Self = Self(Kind::Gsm);
    /// The alphabet of short messages, 8 characters in 7 bytes.
    pub const GSM_7_PACKED: Self = Self(Kind::GsmPacked);
    /// EBCDIC of the United States and Canada.
    pub const IBM037: Self = Self(Kind::CodePage(CodePage::Ibm037));
    /// EBCDIC of several countries of Europe.
    pub const IBM500: Self = Self(Kind::CodePage(CodePage::Ibm500));
    /// EBCDIC of Unix on the mainframe.
    pub const IBM1047: Self = Self(Kind::CodePage(CodePage::Ibm1047));

    /// All encodings, the likely ones first.
    pub const ALL: [Self; 58] = [
        Self::UTF_8,
        Self::ASCII,
        Self::LATIN_1,
        Self::WINDOWS_1252,
        Self::UTF_16LE,
        Self::UTF_16BE,
        Self(Kind::Whatwg(&encoding_rs::SHIFT_JIS_INIT)),
        Self(Kind::Whatwg(&encoding_rs::GBK_INIT)),
        Self(Kind::Whatwg(&encoding_rs::GB18030_INIT)),
        Self(Kind::Whatwg(&encoding_rs::BIG5_INIT)),
        Self(Kind::Whatwg(&encoding_rs::EUC_JP_INIT)),
        Self(Kind::Whatwg(&encoding_rs::EUC_KR_INIT)),
        Self::ISO_2022_JP,
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_1250_INIT)),
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_1251_INIT)),
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_1253_INIT)),
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_1254_INIT)),
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_1255_INIT)),
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_1256_INIT)),
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_1257_INIT)),
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_1258_INIT)),
        Self(Kind::Whatwg(&encoding_rs::WINDOWS_874_INIT)),
        Self(Kind::Whatwg(&encoding_rs::KOI8_R_INIT)),
        Self(Kind::Whatwg(&encoding_rs::KOI8_U_INIT)),
        Self(Kind::Whatwg(&encoding_rs::IBM866_INIT)),
        Self(Kind::Whatwg(&encoding_rs::MACINTOSH_INIT)),
        Self(Kind::Whatwg(&encoding_rs::X_MAC_CYRILLIC_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_2_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_3_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_4_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_5_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_6_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_7_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_8_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_8_I_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_10_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_13_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_14_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_15_INIT)),
        Self(Kind::Whatwg(&encoding_rs::ISO_8859_16_INIT)),
        Self(Kind::CodePage(CodePage::Ibm437)),
        Self(Kind::CodePage(CodePage::Ibm850)),
        Self(Kind::CodePage(CodePage::Ibm858)),
        Self(Kind::CodePage(CodePage::Ibm860)),
        Self(Kind::CodePage(CodePage::Ibm862)),
        Self(Kind::CodePage(CodePage::Ibm865)),
        Self::IBM037,
        Self::IBM500,
        Self::IBM1047,
        Self(Kind::CodePage(CodePage::Ibm1140)),
        Self::UTF_32LE,
        Self::UTF_32BE,
        Self::UTF_7,
        Self::CESU_8,
        Self::MUTF_8,
        Self::GSM_7,
        Self::GSM_7_PACKED,
        Self(Kind::Whatwg(&encoding_rs::X_USER_DEFINED_INIT)),
    ];

    /// The name of the encoding in the standard; `ASCII`, `Latin-1` and others where the standard has none.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Utf8 => encoding_rs::UTF_8.name(),
            Kind::Ascii => "ASCII",
            Kind::Latin1 => "Latin-1",
            Kind::Whatwg(web) => web.name(),
            Kind::CodePage(page) => page.name(),
            Kind::Utf32(ByteOrder::Little) => "UTF-32LE",
            Kind::Utf32(ByteOrder::Big) => "UTF-32BE",
            Kind::Utf7 => "UTF-7",
            Kind::Cesu8(Variant::Cesu8) => "CESU-8",
            Kind::Cesu8(Variant::Modified) => "MUTF-8",
            Kind::Gsm => "GSM-7",
            Kind::GsmPacked => "GSM-7-packed",
        }
    }

    pub(super) fn of(web: &'static encoding_rs::Encoding) -> Self {
        if web == encoding_rs::UTF_8 { Self::UTF_8 } else { Self(Kind::Whatwg(web)) }
    }

    /// Whether this is UTF-16 in either byte order.
    #[must_use]
    pub fn is_utf16(self) -> bool {
        [Self::UTF_16LE, Self::UTF_16BE].contains(&self)
    }

    /// Whether this is UTF-32 in either byte order.
    #[must_use]
    pub const fn is_utf32(self) -> bool {
        matches!(self.0, Kind::Utf32(_))
    }

    /// Whether a character depends on what stands before it, and cannot be encoded by itself.
    #[must_use]
    pub fn has_shifts(self) -> bool {
        self == Self::ISO_2022_JP || matches!(self.0, Kind::Utf7 | Kind::GsmPacked)
    }

    /// Whether this is EBCDIC.
    #[must_use]
    pub const fn is_ebcdic(self) -> bool {
        matches!(self.0, Kind::CodePage(page) if page.is_ebcdic())
    }

    /// The reason of malformed bytes within a stream of an encoding of the standard, as opposed to its end.
    pub(super) fn fault(self) -> Reason {
        if self.is_utf16() { Reason::Surrogate } else { Reason::Unmapped }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests;
