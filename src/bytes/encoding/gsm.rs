//! The default alphabet of GSM 03.38 (3GPP TS 23.038) with its extension, one character per byte or packed.
//!
//! Packed, a character takes 7 bits, beginning with the lowest of a byte, so that 8 characters lie in 7 bytes. There a
//! character *owns the bytes in which it ends*, although it may begin in the byte before; of two that end in the same
//! byte, the second owns it, and the first has none. How many characters there are is said outside of the text: so the
//! bits that fill the last byte are not examined, and seven of them, all zero, are a `@`.

use crate::bytes::encoding::reason::Reason;
use crate::bytes::encoding::unit::{CodeUnit, End};

/// Announces a character of the extension.
const ESCAPE: u8 = 0x1b;

/// The characters of `00..=7F`; that of the escape is never used.
#[rustfmt::skip]
const ALPHABET: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1b}', 'Æ', 'æ', 'ß', 'É',
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// The characters behind the escape.
const EXTENSION: [(u8, char); 10] = [
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// The unit at the start of some bytes, one septet in each.
pub(super) fn first(bytes: &[u8], end: End) -> CodeUnit {
    match *bytes {
        [] => CodeUnit::Open,
        [ESCAPE] => CodeUnit::cut(bytes, end),
        // A byte above 7F is not a septet, so the escape stands alone.
        [ESCAPE, 0x80..=0xff, ..] => CodeUnit::malformed(1, Reason::UndefinedEscape),
        [ESCAPE, second, ..] => extended(2, second),
        [0x80..=0xff, ..] => CodeUnit::malformed(1, Reason::Unmapped),
        [septet, ..] => CodeUnit::character(1, ALPHABET[usize::from(septet)]),
    }
}

fn extended(len: usize, septet: u8) -> CodeUnit {
    match EXTENSION.iter().find(|(byte, _)| *byte == septet) {
        Some((_, ch)) => CodeUnit::character(len, *ch),
        None => CodeUnit::malformed(len, Reason::UndefinedEscape),
    }
}

/// The septets of a character, one in each byte.
pub(super) fn encode(ch: char) -> Option<Vec<u8>> {
    let place = ALPHABET.iter().position(|own| *own == ch && ch != char::from(ESCAPE));
    let plain = place.and_then(|at| u8::try_from(at).ok()).map(|byte| vec![byte]);
    let extension = || EXTENSION.iter().find(|(_, own)| *own == ch).map(|(byte, _)| vec![ESCAPE, *byte]);
    plain.or_else(extension)
}

/// The position in a packed text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Packed {
    /// The number of the next septet, 0 to 7, counted from a byte in which a septet begins with the lowest bit. The last
    /// one lies in the byte in which the one before it ends, above that one's bit.
    septet: u8,
    /// The bits of the next septet in the bytes before; its number says how many. Those of the last septet are all here.
    carry: u8,
}

impl Packed {
    /// The start of a text.
    pub(super) const START: Self = Self { septet: 0, carry: 0 };

    /// The unit at the start of some bytes, and the position behind it.
    pub(super) fn first(self, bytes: &[u8], end: End) -> (CodeUnit, Self) {
        let (mut next, mut len) = (self, 0);
        let unit = match next.take(bytes, &mut len) {
            None => CodeUnit::Open,
            Some(ESCAPE) => match next.take(bytes, &mut len) {
                None => CodeUnit::cut(bytes, end),
                Some(second) => extended(len, second),
            },
            Some(septet) => CodeUnit::character(len, ALPHABET[usize::from(septet)]),
        };
        (unit, next)
    }

    /// The next septet; `at` is the index of the byte where it ends, and is moved behind that byte unless another one
    /// ends there, too.
    fn take(&mut self, bytes: &[u8], at: &mut usize) -> Option<u8> {
        let byte = *bytes.get(*at)?;
        if self.septet == 7 {
            let septet = self.carry;
            (*self, *at) = (Self::START, *at + 1);
            return Some(septet);
        }
        let septet = (self.carry | byte << self.septet) & 0x7f;
        self.carry = byte >> (7 - self.septet);
        self.septet += 1;
        *at += usize::from(self.septet < 7);
        Some(septet)
    }
}
