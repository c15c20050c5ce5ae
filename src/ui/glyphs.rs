//! All glyphs of the dashboard that are not letters; each is one cell wide.

use crate::bytes::safe;

/// Bytes from the client.
pub const RECEIVED: &str = "◂";
/// Bytes to the client.
pub const SENT: &str = "▸";
/// The border between two chunks, within a row.
pub const CHUNK_BORDER: &str = "┊";
/// The line goes on in the next row.
pub const CONTINUED: &str = "»";
/// A later byte of a character, under the text column.
pub const REST: &str = "•";
/// A byte of a malformed part: what a decoder puts there.
pub const MALFORMED: &str = "\u{fffd}";
/// A byte of a character whose rest has not arrived.
pub const PENDING: &str = "…";
/// The selected row.
pub const SELECTED: &str = "▶";
/// A live connection.
pub const OPEN: &str = "●";
/// A connection that does not read what it is sent.
pub const SLOW: &str = "▲";
/// A connection whose client sent FIN.
pub const HALF_CLOSED: &str = "◐";
/// A connection that is over.
pub const CLOSED: &str = "○";
/// A connection that ended badly.
pub const BROKEN: &str = "✕";
/// A column of the graph that goes on beyond the end of the scale.
pub const BEYOND_UP: char = '↑';
/// The same, downwards.
pub const BEYOND_DOWN: char = '↓';
/// Sorted with the largest first.
pub const DESCENDING: &str = "▼";
/// Sorted with the smallest first.
pub const ASCENDING: &str = "▲";
/// Bars of a graph, lowest first.
pub const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Between two facts on one line.
pub const DOT: &str = "·";
/// The view holds still.
pub const FROZEN: &str = "‖";
/// The view goes on with the newest.
pub const FOLLOW: &str = "↓";
/// Before a line that an audience is told.
pub const BAR: &str = "▌";
/// Between two columns.
pub const RULE: &str = "│";
/// What part of the whole is seen, on the right border of a pane.
pub const THUMB: &str = "┃";
/// The same, where a malformed part lies.
pub const THUMB_MALFORMED: &str = "╋";
/// A malformed part lies there.
pub const RULER_MALFORMED: &str = "┿";
/// Something was cut here.
pub const CUT: &str = "…";
/// The axis of time of a graph.
pub const TIME_AXIS: &str = "─";
/// The axis of time under bars, where it bears a figure.
pub const TIME_TICK: &str = "╵";
/// The axis of a graph, where it bears a figure.
pub const TICK: &str = "┤";
/// The axis of a graph.
pub const AXIS: &str = "│";
/// Where both axes meet.
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

/// What stands for a cell's symbol on a terminal that shows nothing but ASCII: as many cells of ASCII as the symbol has.
#[must_use]
pub fn ascii(symbol: &str) -> &'static str {
    let mut chars = symbol.chars();
    match (chars.next(), chars.next()) {
        (None, _) => " ",
        (Some(letter), None) => sign(letter),
        // A letter with marks is another letter than the one without.
        (Some(_), Some(_)) => OTHER[0],
    }
}

/// Any other character, in one cell and in two.
const OTHER: [&str; 2] = ["?", "? "];

fn sign(letter: char) -> &'static str {
    match letter {
        '◂' => "<",
        '▸' | '▶' | '»' => ">",
        '┊' => ":",
        '•' | '●' => "*",
        '…' => "~",
        '▲' | '↑' => "^",
        '▼' | '↓' => "v",
        '◐' | '○' => "o",
        '✕' | '×' | '╋' | '┿' => "x",
        '·' | '–' | '—' | '─' | '━' => "-",
        '‖' => "=",
        'µ' | 'μ' => "u",
        '␣' => "_",
        '│' | '╵' | '┆' => "|",
        '┃' | '▌' | '▇' | '█' => "#",
        '▁' | '▂' => ".",
        '▃' | '▄' => ":",
        '▅' | '▆' => "+",
        '\u{2500}'..='\u{257f}' => "+",
        // The dots of a graph, by their number.
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
