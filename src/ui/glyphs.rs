//! All glyphs of the dashboard that are not letters; each is one cell wide.

use crate::bytes::safe;

/// Bytes from the client.
pub const RECEIVED: &str = "◂";
/// Bytes to the client.
pub const SENT: &str = "▸";
/// Bytes that the user put in.
pub const BY_USER: &str = "◆";
/// Bytes that the user dropped.
pub const DROPPED: &str = "⊘";
/// The border between two chunks, within a row.
pub const CHUNK_BORDER: &str = "┊";
/// The line of text continues in the next row.
pub const CONTINUED: &str = "»";
/// A continuation byte of a character, in the text column.
pub const REST: &str = "•";
/// A byte of a malformed sequence: U+FFFD, which decoders substitute.
pub const MALFORMED: &str = "\u{fffd}";
/// A byte of a character whose rest has not arrived.
pub const PENDING: &str = "…";
/// The selected row.
pub const SELECTED: &str = "▶";
/// A row that stands for several connections.
pub const FOLDED: &str = "▸";
/// The first row of several that can stand in one.
pub const UNFOLDED: &str = "▾";
/// A connection whose upstream is still to be connected.
pub const CONNECTING: &str = "◎";
/// A live connection.
pub const OPEN: &str = "●";
/// A connection whose peer does not read what is sent to it.
pub const SLOW: &str = "▲";
/// A connection whose client sent FIN.
pub const HALF_CLOSED: &str = "◐";
/// A closed connection.
pub const CLOSED: &str = "○";
/// A connection that was closed by an error, a reset or a timeout.
pub const BROKEN: &str = "✕";
/// A column of the graph that exceeds the scale upwards.
pub const BEYOND_UP: char = '↑';
/// A column of the graph that exceeds the scale downwards.
pub const BEYOND_DOWN: char = '↓';
/// Sorted with the largest first.
pub const DESCENDING: &str = "▼";
/// Sorted with the smallest first.
pub const ASCENDING: &str = "▲";
/// Bars of a graph, lowest first.
pub const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Separates two items on one line.
pub const DOT: &str = "·";
/// The view is frozen.
pub const FROZEN: &str = "‖";
/// The view follows the newest bytes.
pub const FOLLOW: &str = "↓";
/// Before each line of a caption.
pub const BAR: &str = "▌";
/// Separates two columns.
pub const RULE: &str = "│";
/// The thumb of the scrollbar on the right border of a pane.
pub const THUMB: &str = "┃";
/// The thumb of the scrollbar where it covers malformed bytes.
pub const THUMB_MALFORMED: &str = "╋";
/// Malformed bytes, on the track of the scrollbar outside the thumb.
pub const RULER_MALFORMED: &str = "┿";
/// The thumb of the scrollbar where it covers a hit of the search.
pub const THUMB_HIT: &str = "╬";
/// A hit of the search, on the track of the scrollbar outside the thumb.
pub const RULER_HIT: &str = "╪";
/// Before a byte with a mark.
pub const MARK: &str = "'";
/// A byte that differs from the one it is compared with, or a row with such bytes.
pub const DIFFERENT: &str = "≠";
/// Text was truncated here.
pub const CUT: &str = "…";
/// The time axis of a graph.
pub const TIME_AXIS: &str = "─";
/// The time axis under bars, at a label.
pub const TIME_TICK: &str = "╵";
/// The vertical axis of a graph, at a label.
pub const TICK: &str = "┤";
/// The vertical axis of a graph.
pub const AXIS: &str = "│";
/// The origin, where both axes meet.
pub const ORIGIN: &str = "┼";

/// Two columns of up to 4 dots each, standing on the lower edge of a cell.
#[must_use]
pub fn dots_up(left: usize, right: usize) -> char {
    const LEFT: [u32; 5] = [0x00, 0x40, 0x44, 0x46, 0x47];
    const RIGHT: [u32; 5] = [0x00, 0x80, 0xa0, 0xb0, 0xb8];
    dots(LEFT[left.min(4)] | RIGHT[right.min(4)])
}

/// Two columns of up to 4 dots each, hanging from the upper edge of a cell.
#[must_use]
pub fn dots_down(left: usize, right: usize) -> char {
    const LEFT: [u32; 5] = [0x00, 0x01, 0x03, 0x07, 0x47];
    const RIGHT: [u32; 5] = [0x00, 0x08, 0x18, 0x38, 0xb8];
    dots(LEFT[left.min(4)] | RIGHT[right.min(4)])
}

fn dots(bits: u32) -> char {
    char::from_u32(0x2800 + bits).unwrap_or(' ')
}

/// The replacement for a cell's symbol on a terminal that shows only ASCII. It occupies as many cells as the symbol.
#[must_use]
pub fn ascii(symbol: &str) -> &'static str {
    let mut chars = symbol.chars();
    match (chars.next(), chars.next()) {
        (None, _) => " ",
        (Some(letter), None) => sign(letter),
        // A letter with combining marks must not be shown as the bare letter.
        (Some(_), Some(_)) => OTHER[0],
    }
}

/// The replacement for all other characters, one and two cells wide.
const OTHER: [&str; 2] = ["?", "? "];

fn sign(letter: char) -> &'static str {
    match letter {
        '◂' | '←' | '⌫' => "<",
        '◆' => "@",
        '▸' | '▶' | '»' => ">",
        '┊' => ":",
        '•' | '●' => "*",
        '…' => "~",
        '▲' | '↑' | '⇧' => "^",
        '▼' | '▾' | '↓' => "v",
        '⊘' => "/",
        '≠' => "!",
        '◐' | '○' | '◎' => "o",
        '→' => ">",
        '✕' | '×' | '┿' => "x",
        '╋' => "X",
        '╬' => "%",
        '\u{fffd}' => "!",
        '·' | '–' | '—' | '─' | '━' => "-",
        '‖' | '╪' => "=",
        'µ' | 'μ' => "u",
        '␣' => "_",
        '│' | '╵' | '┆' => "|",
        '┃' | '▌' | '▇' | '█' => "#",
        '▁' | '▂' => ".",
        '▃' | '▄' => ":",
        '▅' | '▆' => "+",
        '\u{2500}'..='\u{257f}' => "+",
        // Braille patterns of a graph, by their number of dots.
        '\u{2800}'..='\u{28ff}' => match (u32::from(letter) & 0xff).count_ones() {
            0 => " ",
            1 | 2 => ".",
            3..=5 => ":",
            _ => "#",
        },
        // Pictures of control characters.
        '\u{2400}'..='\u{2426}' => ".",
        _ => OTHER[usize::from(safe::width(letter.encode_utf8(&mut [0; 4])) > 1)],
    }
}
