//! Short names of scalar values without a glyph of their own.

use std::borrow::Cow;

/// The controls' abbreviations (NameAliases.txt), C0 and C1.
const C0: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI",
    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS",
    "US",
];
const C1: [&str; 32] = [
    "PAD", "HOP", "BPH", "NBH", "IND", "NEL", "SSA", "ESA", "HTS", "HTJ", "VTS", "PLD", "PLU", "RI", "SS2",
    "SS3", "DCS", "PU1", "PU2", "STS", "CCH", "MW", "SPA", "EPA", "SOS", "SGC", "SCI", "CSI", "ST", "OSC",
    "PM", "APC",
];

/// Sorted. The abbreviations of NameAliases.txt; where it has none, those of the code charts or, for spaces, of HTML's
/// named characters.
const NAMES: &[(char, &str)] = &[
    ('\u{7f}', "DEL"),
    ('\u{a0}', "NBSP"),
    ('\u{ad}', "SHY"),
    ('\u{34f}', "CGJ"),
    ('\u{61c}', "ALM"),
    ('\u{70f}', "SAM"),
    ('\u{115f}', "HCF"),
    ('\u{1160}', "HJF"),
    ('\u{180b}', "FVS1"),
    ('\u{180c}', "FVS2"),
    ('\u{180d}', "FVS3"),
    ('\u{180e}', "MVS"),
    ('\u{180f}', "FVS4"),
    ('\u{2000}', "NQSP"),
    ('\u{2001}', "MQSP"),
    ('\u{2002}', "ENSP"),
    ('\u{2003}', "EMSP"),
    ('\u{2004}', "EMSP13"),
    ('\u{2005}', "EMSP14"),
    ('\u{2006}', "EMSP16"),
    ('\u{2007}', "NUMSP"),
    ('\u{2008}', "PUNCSP"),
    ('\u{2009}', "THINSP"),
    ('\u{200a}', "HAIRSP"),
    ('\u{200b}', "ZWSP"),
    ('\u{200c}', "ZWNJ"),
    ('\u{200d}', "ZWJ"),
    ('\u{200e}', "LRM"),
    ('\u{200f}', "RLM"),
    ('\u{2028}', "LSEP"),
    ('\u{2029}', "PSEP"),
    ('\u{202a}', "LRE"),
    ('\u{202b}', "RLE"),
    ('\u{202c}', "PDF"),
    ('\u{202d}', "LRO"),
    ('\u{202e}', "RLO"),
    ('\u{202f}', "NNBSP"),
    ('\u{205f}', "MMSP"),
    ('\u{2060}', "WJ"),
    ('\u{2066}', "LRI"),
    ('\u{2067}', "RLI"),
    ('\u{2068}', "FSI"),
    ('\u{2069}', "PDI"),
    ('\u{206a}', "ISS"),
    ('\u{206b}', "ASS"),
    ('\u{206c}', "IAFS"),
    ('\u{206d}', "AAFS"),
    ('\u{206e}', "NADS"),
    ('\u{206f}', "NODS"),
    ('\u{20e3}', "KEYCAP"),
    ('\u{2800}', "BLANK"),
    ('\u{3000}', "IDSP"),
    ('\u{3164}', "HF"),
    ('\u{feff}', "BOM"),
    ('\u{ffa0}', "HWHF"),
    ('\u{fff9}', "IAA"),
    ('\u{fffa}', "IAS"),
    ('\u{fffb}', "IAT"),
    ('\u{fffc}', "OBJ"),
    ('\u{1f3fb}', "SKIN-1-2"),
    ('\u{1f3fc}', "SKIN-3"),
    ('\u{1f3fd}', "SKIN-4"),
    ('\u{1f3fe}', "SKIN-5"),
    ('\u{1f3ff}', "SKIN-6"),
    ('\u{e0001}', "LANG"),
    ('\u{e0020}', "TAG-SP"),
    ('\u{e007f}', "TAG-END"),
];

/// The short name of a scalar value; empty if there is none.
pub(super) fn name(ch: char) -> Cow<'static, str> {
    let code = u32::from(ch);
    let ascii = |base: u32| char::from_u32(code - base).unwrap_or_default();
    match ch {
        '\0'..='\x1f' => Cow::Borrowed(C0[code as usize]),
        '\u{80}'..='\u{9f}' => Cow::Borrowed(C1[code as usize - 0x80]),
        // Variation selectors are numbered through both blocks.
        '\u{fe00}'..='\u{fe0f}' => Cow::Owned(format!("VS{}", code - 0xfe00 + 1)),
        '\u{e0100}'..='\u{e01ef}' => Cow::Owned(format!("VS{}", code - 0xe0100 + 17)),
        // A tag is the hidden form of an ASCII character, which the name shows.
        '\u{e0021}'..='\u{e007e}' => Cow::Owned(format!("TAG-{}", ascii(0xe0000))),
        // Regional indicators. "RI" alone is the C1 control "reverse line feed".
        '\u{1f1e6}'..='\u{1f1ff}' => Cow::Owned(format!("FLAG-{}", ascii(0x1f1e6 - 0x41))),
        _ => {
            let found = NAMES.binary_search_by_key(&ch, |(named, _)| *named);
            Cow::Borrowed(found.map_or("", |at| NAMES[at].1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_each_has_its_own() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let mut names: Vec<&str> = NAMES.iter().map(|(_, name)| *name).chain(C0).chain(C1).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
