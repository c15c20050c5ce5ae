//! The tables of the code pages.
//!
//! They are those of Unicode's mapping files (`VENDORS/MICSFT/PC` and `VENDORS/MICSFT/EBCDIC`), which Python's codecs
//! are made from. IBM1047 has no file there: its table is that of the GNU C library and of ICU, which agree.

/// What a code page has no character for.
pub(super) const UNASSIGNED: char = char::REPLACEMENT_CHARACTER;

/// The characters of all bytes.
pub(super) type Table = [char; 256];

/// The page of the first IBM PC.
pub(super) static IBM437: Table = above_ascii(
    "ÇüéâäàåçêëèïîìÄÅ\
     ÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
     áíóúñÑªº¿⌐¬½¼¡«»\
     ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧\
     ╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
     αßΓπΣσµτΦΘΩδ∞φε∩\
     ≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);

/// Latin-1 in another order, with what is left of the box drawing.
pub(super) static IBM850: Table = above_ascii(
    "ÇüéâäàåçêëèïîìÄÅ\
     ÉæÆôöòûùÿÖÜø£Ø×ƒ\
     áíóúñÑªº¿®¬½¼¡«»\
     ░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤\
     ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
     ÓßÔÒõÕµþÞÚÛÙýÝ¯´\
     \u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
);

/// IBM850 with the euro sign in place of the dotless i.
pub(super) static IBM858: Table = changed(&IBM850, &[(0xd5, '€')]);

/// Portuguese.
pub(super) static IBM860: Table = above_ascii(
    "ÇüéâãàÁçêÊèÍÔìÃÂ\
     ÉÀÈôõòÚùÌÕÜ¢£Ù₧Ó\
     áíóúñÑªº¿Ò¬½¼¡«»\
     ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧\
     ╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
     αßΓπΣσµτΦΘΩδ∞φε∩\
     ≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);

/// Hebrew.
pub(super) static IBM862: Table = above_ascii(
    "אבגדהוזחטיךכלםמן\
     נסעףפץצקרשת¢£¥₧ƒ\
     áíóúñÑªº¿⌐¬½¼¡«»\
     ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧\
     ╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
     αßΓπΣσµτΦΘΩδ∞φε∩\
     ≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);

/// Danish and Norwegian.
pub(super) static IBM865: Table = above_ascii(
    "ÇüéâäàåçêëèïîìÄÅ\
     ÉæÆôöòûùÿÖÜø£Ø₧ƒ\
     áíóúñÑªº¿⌐¬½¼¡«¤\
     ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧\
     ╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
     αßΓπΣσµτΦΘΩδ∞φε∩\
     ≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);

/// EBCDIC of the United States and Canada.
pub(super) static IBM037: Table = changed(&latin_1(&EBCDIC), &[]);

/// IBM037 with the euro sign.
pub(super) static IBM1140: Table = changed(&IBM037, &[(0x9f, '€')]);

/// EBCDIC of several countries of Europe.
pub(super) static IBM500: Table = changed(
    &IBM037,
    &[(0x4a, '['), (0x4f, '!'), (0x5a, ']'), (0x5f, '^'), (0xb0, '¢'), (0xba, '¬'), (0xbb, '|')],
);

/// EBCDIC of Unix on the mainframe.
pub(super) static IBM1047: Table =
    changed(&IBM037, &[(0x5f, '^'), (0xad, '['), (0xb0, '¬'), (0xba, 'Ý'), (0xbb, '¨'), (0xbd, ']')]);

/// The code points of IBM037, which are those of Latin-1 in another order.
#[rustfmt::skip]
const EBCDIC: [u8; 256] = [
    0x00, 0x01, 0x02, 0x03, 0x9c, 0x09, 0x86, 0x7f, 0x97, 0x8d, 0x8e, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x9d, 0x85, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8f, 0x1c, 0x1d, 0x1e, 0x1f,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0a, 0x17, 0x1b, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9a, 0x9b, 0x14, 0x15, 0x9e, 0x1a,
    0x20, 0xa0, 0xe2, 0xe4, 0xe0, 0xe1, 0xe3, 0xe5, 0xe7, 0xf1, 0xa2, 0x2e, 0x3c, 0x28, 0x2b, 0x7c,
    0x26, 0xe9, 0xea, 0xeb, 0xe8, 0xed, 0xee, 0xef, 0xec, 0xdf, 0x21, 0x24, 0x2a, 0x29, 0x3b, 0xac,
    0x2d, 0x2f, 0xc2, 0xc4, 0xc0, 0xc1, 0xc3, 0xc5, 0xc7, 0xd1, 0xa6, 0x2c, 0x25, 0x5f, 0x3e, 0x3f,
    0xf8, 0xc9, 0xca, 0xcb, 0xc8, 0xcd, 0xce, 0xcf, 0xcc, 0x60, 0x3a, 0x23, 0x40, 0x27, 0x3d, 0x22,
    0xd8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xab, 0xbb, 0xf0, 0xfd, 0xfe, 0xb1,
    0xb0, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0xaa, 0xba, 0xe6, 0xb8, 0xc6, 0xa4,
    0xb5, 0x7e, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0xa1, 0xbf, 0xd0, 0xdd, 0xde, 0xae,
    0x5e, 0xa3, 0xa5, 0xb7, 0xa9, 0xa7, 0xb6, 0xbc, 0xbd, 0xbe, 0x5b, 0x5d, 0xaf, 0xa8, 0xb4, 0xd7,
    0x7b, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xad, 0xf4, 0xf6, 0xf2, 0xf3, 0xf5,
    0x7d, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0xb9, 0xfb, 0xfc, 0xf9, 0xfa, 0xff,
    0x5c, 0xf7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0xb2, 0xd4, 0xd6, 0xd2, 0xd3, 0xd5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xb3, 0xdb, 0xdc, 0xd9, 0xda, 0x9f,
];

/// ASCII, and the characters of `80..=FF`, each of two or three bytes in UTF-8.
const fn above_ascii(upper: &str) -> Table {
    let (bytes, mut at) = (upper.as_bytes(), 0);
    let mut table = [UNASSIGNED; 256];
    let mut byte = 0;
    while byte < table.len() {
        let (point, len) = match byte {
            0..0x80 => (byte as u32, 0),
            _ if at + 1 >= bytes.len() => break,
            _ if bytes[at] < 0xe0 => ((bytes[at] as u32 & 0x1f) << 6 | continuation(bytes[at + 1]), 2),
            _ => {
                let two = continuation(bytes[at + 1]) << 6 | continuation(bytes[at + 2]);
                ((bytes[at] as u32 & 0x0f) << 12 | two, 3)
            }
        };
        if let Some(ch) = char::from_u32(point) {
            table[byte] = ch;
        }
        at += len;
        byte += 1;
    }
    table
}

const fn continuation(byte: u8) -> u32 {
    byte as u32 & 0x3f
}

const fn latin_1(points: &[u8; 256]) -> Table {
    let (mut table, mut byte) = ([UNASSIGNED; 256], 0);
    while byte < table.len() {
        table[byte] = points[byte] as char;
        byte += 1;
    }
    table
}

/// A table with other characters for some bytes.
const fn changed(table: &Table, changes: &[(u8, char)]) -> Table {
    let (mut table, mut at) = (*table, 0);
    while at < changes.len() {
        let (byte, ch) = changes[at];
        table[byte as usize] = ch;
        at += 1;
    }
    table
}
