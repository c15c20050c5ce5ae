//! Encodings of single bytes that the web does not have: EBCDIC, and code pages of the IBM PC.
//!
//! In the pages of the PC, `00..=1F` and `7F` are control characters here, as everywhere but on that PC's screen.

mod tables;

use self::tables::{Table, UNASSIGNED};

/// A code page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CodePage {
    /// EBCDIC of the United States and Canada.
    Ibm037,
    /// EBCDIC of several countries of Europe.
    Ibm500,
    /// EBCDIC of Unix on the mainframe.
    Ibm1047,
    /// IBM037 with the euro sign.
    Ibm1140,
    /// The page of the first IBM PC.
    Ibm437,
    /// Western Europe.
    Ibm850,
    /// IBM850 with the euro sign.
    Ibm858,
    /// Portuguese.
    Ibm860,
    /// Hebrew.
    Ibm862,
    /// Danish and Norwegian.
    Ibm865,
}

impl CodePage {
    /// All code pages.
    pub const ALL: [Self; 10] = [
        Self::Ibm437,
        Self::Ibm850,
        Self::Ibm858,
        Self::Ibm860,
        Self::Ibm862,
        Self::Ibm865,
        Self::Ibm037,
        Self::Ibm500,
        Self::Ibm1047,
        Self::Ibm1140,
    ];

    /// The name, whose digits are the number of the page.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ibm037 => "IBM037",
            Self::Ibm500 => "IBM500",
            Self::Ibm1047 => "IBM1047",
            Self::Ibm1140 => "IBM1140",
            Self::Ibm437 => "IBM437",
            Self::Ibm850 => "IBM850",
            Self::Ibm858 => "IBM858",
            Self::Ibm860 => "IBM860",
            Self::Ibm862 => "IBM862",
            Self::Ibm865 => "IBM865",
        }
    }

    /// The page of this number: `037`, `37`, `01140`.
    pub(super) fn numbered(number: &str) -> Option<Self> {
        let digits = |text: &'static str| text.trim_start_matches("IBM").trim_start_matches('0');
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let wanted = number.trim_start_matches('0');
        Self::ALL.into_iter().find(|page| is_number && digits(page.name()) == wanted)
    }

    /// Whether this is EBCDIC, whose letters and digits are not those of ASCII.
    #[must_use]
    pub const fn is_ebcdic(self) -> bool {
        matches!(self, Self::Ibm037 | Self::Ibm500 | Self::Ibm1047 | Self::Ibm1140)
    }

    const fn table(self) -> &'static Table {
        match self {
            Self::Ibm037 => &tables::IBM037,
            Self::Ibm500 => &tables::IBM500,
            Self::Ibm1047 => &tables::IBM1047,
            Self::Ibm1140 => &tables::IBM1140,
            Self::Ibm437 => &tables::IBM437,
            Self::Ibm850 => &tables::IBM850,
            Self::Ibm858 => &tables::IBM858,
            Self::Ibm860 => &tables::IBM860,
            Self::Ibm862 => &tables::IBM862,
            Self::Ibm865 => &tables::IBM865,
        }
    }

    /// The character of a byte. These pages have one for each.
    #[must_use]
    pub const fn character(self, byte: u8) -> char {
        self.table()[byte as usize]
    }

    /// The byte of a character, if the page has it.
    #[must_use]
    pub fn byte(self, ch: char) -> Option<u8> {
        let at = self.table().iter().position(|own| *own == ch && ch != UNASSIGNED)?;
        u8::try_from(at).ok()
    }
}
