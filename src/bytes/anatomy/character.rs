//! One character: its bytes and bits, its name, its display.

use std::borrow::Cow;
use std::fmt;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use super::bits::ByteBits;
use super::{category, controls};
use crate::bytes::safe::{self, Class};

/// One Unicode scalar value and its UTF-8 bytes.
///
/// ```
/// use bytewatch::bytes::anatomy::Character;
///
/// let euro = Character::of('€');
/// assert_eq!((euro.code_point().as_str(), &*euro.name()), ("U+20AC", "EURO SIGN"));
/// assert_eq!((euro.utf8(), euro.payload_bits().as_str()), (&b"\xe2\x82\xac"[..], "0010000010101100"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Character {
    ch: char,
    utf8: [u8; 4],
}

/// How [`safe`] shows a character that stands alone.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Cells {
    /// As itself, in 1 or 2 cells.
    Itself {
        /// Number of cells, 1 or 2.
        cells: u8,
    },
    /// A combining mark: in the cell of the letter before it, or on a dotted circle of its own.
    Mark,
    /// By a replacement sign, in 1 cell.
    StandIn {
        /// The sign.
        sign: char,
        /// A longer description: `<RLO U+202E>`.
        tag: String,
    },
}

impl Cells {
    /// Number of cells that the character adds to a line: 0 for a mark, else 1 or 2.
    #[must_use]
    pub const fn count(&self) -> u8 {
        match self {
            Self::Itself { cells } => *cells,
            Self::Mark => 0,
            Self::StandIn { .. } => 1,
        }
    }
}

/// `1 cell`, `2 cells`, `a mark on the letter before`, `shown as ␛ <ESC U+001B>`.
impl fmt::Display for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Itself { cells: 1 } => f.write_str("1 cell"),
            Self::Itself { cells } => write!(f, "{cells} cells"),
            Self::Mark => f.write_str("a mark on the letter before"),
            Self::StandIn { sign, tag } => write!(f, "shown as {sign} {tag}"),
        }
    }
}

impl Character {
    /// The anatomy of this character.
    #[must_use]
    pub fn of(ch: char) -> Self {
        let mut utf8 = [0; 4];
        ch.encode_utf8(&mut utf8);
        Self { ch, utf8 }
    }

    /// The character itself. It may be a control character: show its [`safe::glyph`] instead.
    #[must_use]
    pub const fn ch(&self) -> char {
        self.ch
    }

    /// The bytes of the character, 1 to 4.
    #[must_use]
    pub fn utf8(&self) -> &[u8] {
        &self.utf8[..self.ch.len_utf8()]
    }

    /// The bits of each byte.
    pub fn bits(&self) -> impl Iterator<Item = ByteBits> {
        self.utf8().iter().map(|byte| ByteBits::of(*byte))
    }

    /// The code point, as in `U+20AC`.
    #[must_use]
    pub fn code_point(&self) -> String {
        crate::bytes::anatomy::parts::code_point(self.ch.into())
    }

    /// The Unicode name, in capitals. Controls have the name of their first alias.
    ///
    /// A code point without a name has a label instead (Unicode Standard, chapter 4.8): `<private-use-E000>`,
    /// `<noncharacter-FFFE>`, `<reserved-0378>`. `<unnamed-…>` is an addition, for characters that are newer than the
    /// table of names.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        if let Some(name) = controls::name(self.ch) {
            return Cow::Borrowed(name);
        }
        unicode_names2::name(self.ch)
            .map_or_else(|| Cow::Owned(self.label()), |name| Cow::Owned(name.to_string()))
    }

    fn label(&self) -> String {
        let code = u32::from(self.ch);
        let kind = match self.ch.general_category() {
            GeneralCategory::PrivateUse => "private-use",
            // Chapter 23.7: the last two of each plane, and 32 in a block of their own.
            GeneralCategory::Unassigned if code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code) => {
                "noncharacter"
            }
            GeneralCategory::Unassigned => "reserved",
            // Rule NR2: the name is derived from the code point; only for this script the table omits it.
            GeneralCategory::OtherLetter if self.ch.script() == Script::Tangut => {
                return format!("TANGUT IDEOGRAPH-{code:04X}");
            }
            _ => "unnamed",
        };
        format!("<{kind}-{code:04X}>")
    }

    /// The general category, short and long: `("Sc", "currency symbol")`.
    #[must_use]
    pub fn category(&self) -> (&'static str, &'static str) {
        category::words(self.ch.general_category())
    }

    /// The script of the character: `Latin`, `Han`; `Common` if many scripts share it, `Inherited` for marks (UAX #24).
    #[must_use]
    pub fn script(&self) -> &'static str {
        self.ch.script().full_name()
    }

    /// The payload bits of all bytes in order: the code point in 7, 11, 16 or 21 digits.
    #[must_use]
    pub fn payload_bits(&self) -> String {
        self.bits().map(ByteBits::payload).collect()
    }

    /// The bit pattern of the bytes (Unicode Standard, table 3-6): `1110xxxx 10xxxxxx 10xxxxxx`.
    #[must_use]
    pub const fn template(&self) -> &'static str {
        match self.ch.len_utf8() {
            1 => "0xxxxxxx",
            2 => "110xxxxx 10xxxxxx",
            3 => "1110xxxx 10xxxxxx 10xxxxxx",
            _ => "11110xxx 10xxxxxx 10xxxxxx 10xxxxxx",
        }
    }

    /// The code units in UTF-16: one, or two above U+FFFF.
    #[must_use]
    pub fn utf16(&self) -> Vec<u16> {
        self.ch.encode_utf16(&mut [0; 2]).to_vec()
    }

    /// How the character is displayed.
    #[must_use]
    pub fn cells(&self) -> Cells {
        let glyph = safe::glyph(self.ch);
        match safe::tag(self.ch) {
            Some(tag) => {
                Cells::StandIn { sign: glyph.as_str().chars().next().unwrap_or(safe::PLACEHOLDER), tag }
            }
            None if glyph.class == Class::Mark => Cells::Mark,
            None => Cells::Itself { cells: glyph.width },
        }
    }

    /// Why the character needs that number of bytes: `U+20AC needs 14 bits; 3 bytes carry 16 bits (U+0800 to U+FFFF)`.
    #[must_use]
    pub fn why_so_many(&self) -> String {
        let (carried, from, to) = match self.ch.len_utf8() {
            1 => return "below 128: the byte is the character".to_owned(),
            2 => (11, 0x80, 0x7ff),
            3 => (16, 0x800, 0xffff),
            _ => (21, 0x1_0000, 0x10_ffff),
        };
        let needed = u32::BITS - u32::from(self.ch).leading_zeros();
        let [from, to] = [from, to].map(crate::bytes::anatomy::parts::code_point);
        format!(
            "{} needs {needed} bits; {} bytes carry {carried} bits ({from} to {to})",
            self.code_point(),
            self.ch.len_utf8()
        )
    }
}
