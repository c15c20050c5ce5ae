//! The encodings by their labels.

use crate::bytes::encoding::code_page::CodePage;
use crate::bytes::encoding::kinds::{Encoding, Kind};

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
const OTHER_LABELS: [(&str, &str); 19] = [
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
    ("cp866", "ibm866"),
    ("874", "windows-874"),
    ("cp874", "windows-874"),
    ("ms874", "windows-874"),
    ("mac-roman", "macintosh"),
    ("mac_roman", "macintosh"),
    ("macroman", "macintosh"),
];

/// Labels of encodings that the standard does not have.
const OWN_LABELS: [(&str, Encoding); 45] = [
    ("utf-32", Encoding::UTF_32LE),
    ("utf32", Encoding::UTF_32LE),
    ("utf_32", Encoding::UTF_32LE),
    ("ucs-4", Encoding::UTF_32LE),
    ("ucs4", Encoding::UTF_32LE),
    ("iso-10646-ucs-4", Encoding::UTF_32LE),
    ("csucs4", Encoding::UTF_32LE),
    ("utf32le", Encoding::UTF_32LE),
    ("utf_32_le", Encoding::UTF_32LE),
    ("ucs-4le", Encoding::UTF_32LE),
    ("utf32be", Encoding::UTF_32BE),
    ("utf_32_be", Encoding::UTF_32BE),
    ("ucs-4be", Encoding::UTF_32BE),
    ("utf7", Encoding::UTF_7),
    ("utf_7", Encoding::UTF_7),
    ("csutf7", Encoding::UTF_7),
    ("unicode-1-1-utf-7", Encoding::UTF_7),
    ("cesu8", Encoding::CESU_8),
    ("cesu_8", Encoding::CESU_8),
    ("cscesu-8", Encoding::CESU_8),
    ("mutf8", Encoding::MUTF_8),
    ("modified-utf-8", Encoding::MUTF_8),
    ("modified utf-8", Encoding::MUTF_8),
    ("modified_utf_8", Encoding::MUTF_8),
    ("java-utf-8", Encoding::MUTF_8),
    ("gsm", Encoding::GSM_7),
    ("gsm7", Encoding::GSM_7),
    ("gsm0338", Encoding::GSM_7),
    ("gsm03.38", Encoding::GSM_7),
    ("gsm-03.38", Encoding::GSM_7),
    ("gsm 03.38", Encoding::GSM_7),
    ("gsm-unpacked", Encoding::GSM_7),
    ("gsm-packed", Encoding::GSM_7_PACKED),
    ("gsm7-packed", Encoding::GSM_7_PACKED),
    ("gsm_packed", Encoding::GSM_7_PACKED),
    ("gsm0338-packed", Encoding::GSM_7_PACKED),
    ("gsm03.38-packed", Encoding::GSM_7_PACKED),
    ("ebcdic", Encoding::IBM037),
    ("ebcdic-us", Encoding::IBM037),
    ("ebcdic-cp-us", Encoding::IBM037),
    ("ebcdic-cp-ca", Encoding::IBM037),
    ("ebcdic-cp-nl", Encoding::IBM037),
    ("ebcdic-cp-be", Encoding::IBM500),
    ("ebcdic-cp-ch", Encoding::IBM500),
    ("ebcdic-international", Encoding::IBM500),
];

/// What stands before the number of a code page; also nothing may.
const PREFIXES: [&str; 9] = ["csibm", "ibm-", "ibm_", "ibm", "cp-", "cp_", "cp", "ccsid", ""];

impl Encoding {
    /// The encoding with this label, ignoring case. Labels are the names, the labels of the standard (`sjis`,
    /// `cp1252`), those that other programs use (`cp932`), and `IBM037`, `cp037`, `37` for code pages.
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
        let known = other.map_or(label, |(_, known)| *known);
        let of_the_web = encoding_rs::Encoding::for_label_no_replacement(known.as_bytes()).map(Self::of);
        of_the_web.or_else(|| own(label))
    }
}

/// The encoding with this label or name, if the standard does not have it.
fn own(label: &str) -> Option<Encoding> {
    let labelled = OWN_LABELS.iter().find(|(own, _)| label.eq_ignore_ascii_case(own));
    let labelled = labelled.map(|(_, encoding)| *encoding);
    let named = || Encoding::ALL.into_iter().find(|own| label.eq_ignore_ascii_case(own.name()));
    labelled.or_else(named).or_else(|| {
        let label = label.to_ascii_lowercase();
        let number = PREFIXES.iter().find_map(|prefix| label.strip_prefix(prefix))?;
        CodePage::numbered(number).map(|page| Encoding(Kind::CodePage(page)))
    })
}
