//! The encodings by their labels, and what their decoders report.

use std::fmt;

use crate::bytes::anatomy::Malformation;
use crate::bytes::{hex, utf8};

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
}

/// Labels that the standard assigns to windows-1252 although they were registered for ASCII.
const ASCII_LABELS: [&str; 3] = ["ascii", "us-ascii", "ansi_x3.4-1968"];

/// Labels that the standard assigns to windows-1252 although they were registered for ISO/IEC 8859-1, and the name used
/// here.
const LATIN1_LABELS: [&str; 12] = [
    "latin1",
    "latin-1",
    "l1",
    "iso-8859-1",
    "iso8859-1",
    "iso88591",
    "iso_8859-1",
    "iso_8859-1:1987",
    "iso-ir-100",
    "csisolatin1",
    "cp819",
    "ibm819",
];

/// Labels that the standard does not have, each with one of the same encoding that it has.
const OTHER_LABELS: [(&str, &str); 12] = [
    ("cp932", "shift_jis"),
    ("ms932", "shift_jis"),
    ("cp936", "gbk"),
    ("ms936", "gbk"),
    ("cp949", "euc-kr"),
    ("uhc", "euc-kr"),
    ("cp950", "big5"),
    ("utf_8", "utf-8"),
    ("utf16", "utf-16le"),
    ("utf16le", "utf-16le"),
    ("utf16be", "utf-16be"),
    ("koi8r", "koi8-r"),
];

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

    /// All encodings, the likely ones first.
    pub const ALL: [Self; 41] = [
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
        Self(Kind::Whatwg(&encoding_rs::X_USER_DEFINED_INIT)),
    ];

    /// The name of the encoding in the standard, or `ASCII`, `Latin-1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Utf8 => encoding_rs::UTF_8.name(),
            Kind::Ascii => "ASCII",
            Kind::Latin1 => "Latin-1",
            Kind::Whatwg(web) => web.name(),
        }
    }

    /// The encoding with this label, ignoring case. Labels are the names, the labels of the standard (`sjis`,
    /// `cp1252`), and a few that other programs use (`cp932`).
    #[must_use]
    pub fn named(label: &str) -> Option<Self> {
        let label = label.trim_ascii();
        let is = |labels: &[&str]| labels.iter().any(|ours| label.eq_ignore_ascii_case(ours));
        if is(&ASCII_LABELS) {
            return Some(Self::ASCII);
        }
        if is(&LATIN1_LABELS) {
            return Some(Self::LATIN_1);
        }
        let other = OTHER_LABELS.iter().find(|(other, _)| label.eq_ignore_ascii_case(other));
        let label = other.map_or(label, |(_, known)| *known);
        encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Self::of)
    }

    pub(super) fn of(web: &'static encoding_rs::Encoding) -> Self {
        if web == encoding_rs::UTF_8 { Self::UTF_8 } else { Self(Kind::Whatwg(web)) }
    }

    /// Whether this is UTF-16 in either byte order.
    #[must_use]
    pub fn is_utf16(self) -> bool {
        [Self::UTF_16LE, Self::UTF_16BE].contains(&self)
    }

    /// The reason of malformed bytes within the stream, as opposed to its end.
    pub(super) fn fault(self) -> Reason {
        if self.is_utf16() { Reason::Surrogate } else { Reason::Unmapped }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why bytes are malformed in some encoding.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// A reason of UTF-8.
    Utf8(utf8::Reason),
    /// Half of a UTF-16 pair without the other half.
    Surrogate,
    /// The start of a character, at the end of the stream.
    Incomplete,
    /// The encoding has no character for these bytes.
    Unmapped,
}

impl Reason {
    /// The name of the reason, on screen and in the NDJSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Utf8(reason) => reason.word(),
            Self::Surrogate => "surrogate",
            Self::Incomplete => "incomplete",
            Self::Unmapped => "unmapped",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The largest number of bytes of a unit: two escape sequences of ISO-2022-JP.
pub(super) const LONGEST: usize = 6;

/// A malformed part in some encoding: 1 to 4 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    offset: u64,
    bytes: [u8; LONGEST],
    len: usize,
    reason: Reason,
}

impl Malformed {
    /// A part of the first bytes of `bytes`; no part has more than [`LONGEST`].
    pub(super) fn new(offset: u64, bytes: &[u8], reason: Reason) -> Self {
        let len = bytes.len().min(LONGEST);
        let mut held = [0; LONGEST];
        held[..len].copy_from_slice(&bytes[..len]);
        Self { offset, bytes: held, len, reason }
    }

    /// Offset of the first byte, from the start of the stream.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes of the part.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Why the bytes are malformed.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// The rule of `encoding` that the bytes break, in a sentence. For UTF-8, [`Malformation`] explains more, using the bytes
    /// around the part.
    #[must_use]
    pub fn rule(&self, encoding: Encoding) -> String {
        let bytes = hex::encode(self.bytes());
        match self.reason {
            Reason::Utf8(reason) => Malformation::new(self.bytes(), reason, &[], &[]).rule(),
            Reason::Surrogate => format!("{bytes} is half of a UTF-16 pair whose other half is missing"),
            Reason::Incomplete => format!("{bytes} starts a character, but the stream ends"),
            Reason::Unmapped => format!("{encoding} has no character for {bytes}"),
        }
    }
}

impl From<utf8::Malformed> for Malformed {
    fn from(part: utf8::Malformed) -> Self {
        Self::new(part.offset(), part.bytes(), Reason::Utf8(part.reason()))
    }
}

#[cfg(test)]
mod tests;
