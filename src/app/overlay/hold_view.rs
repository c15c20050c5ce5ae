//! The overlay that shows what is held of one direction, with a cursor and a range to release, edit or drop.

use std::fmt::Write as _;
use std::ops::Range;

use ratatui::layout::Rect;

use crate::app::action::{Edit, HoldInput, HoldMotion};
use crate::app::layout::inner;
use crate::app::outcome::Outcome;
use crate::app::overlay::hold_border::BorderWaits;
use crate::app::overlay::text_input::TextInput;
use crate::event::{ConnectionId, HeldBytes, Side};
use crate::model::Model;

/// The longest text in bytes that replaces held bytes.
const LONGEST: usize = 64 * 1024;
/// Of a range that is not longer than this, the text is the one to edit.
const LONGEST_TO_EDIT: u64 = 512;
/// Lines above the bytes: whose they are, and the counts.
const HEAD: u16 = 3;
/// Cells of a row beside those of its bytes: the sign of the user, the position, and gaps.
const BESIDE: u16 = 16;
/// Cells of one byte: two digits, a gap, and its character.
const PER_BYTE: u16 = 4;

/// What the overlay shows, and where its cursor is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldView {
    connection: ConnectionId,
    side: Side,
    is_relayed: bool,
    /// The position of the byte under the cursor, or the one behind the last byte.
    cursor: u64,
    /// The other end of the range.
    mark: Option<u64>,
    input: TextInput,
    /// The holds that wait for a border, of all connections.
    pub(super) waits: BorderWaits,
}

impl Default for HoldView {
    fn default() -> Self {
        Self {
            connection: ConnectionId(0),
            side: Side::Client,
            is_relayed: false,
            cursor: 0,
            mark: None,
            input: TextInput::limited(LONGEST),
            waits: BorderWaits::default(),
        }
    }
}

impl HoldView {
    /// Returns the connection that is shown.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Returns the side whose bytes are shown.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side
    }

    /// Returns whether the connection has an upstream, whose bytes can be held, too.
    #[must_use]
    pub const fn is_relayed(&self) -> bool {
        self.is_relayed
    }

    /// Returns whether the hold that is shown waits for a border between messages.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waits.is_waiting(self.connection, self.side)
    }

    /// Lets go on what comes before the borders that holds wait for.
    pub(crate) fn advance(&mut self, model: &Model) -> Outcome {
        self.waits.advance(model)
    }

    /// Returns the text of the prompt.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        &self.input
    }

    /// Returns the position under the cursor.
    #[must_use]
    pub fn cursor(&self, held: &HeldBytes) -> u64 {
        self.cursor.clamp(held.start(), held.end())
    }

    /// Returns the positions from the mark to the cursor, both included, as far as bytes are held there; without a mark
    /// that of the byte under the cursor.
    #[must_use]
    pub fn range(&self, held: &HeldBytes) -> Range<u64> {
        let cursor = self.cursor(held);
        let mark = self.mark.unwrap_or(cursor).clamp(held.start(), held.end());
        cursor.min(mark)..(cursor.max(mark) + 1).min(held.end())
    }

    /// Shows what is held of a connection.
    pub fn open(&mut self, connection: ConnectionId, is_relayed: bool) {
        if self.connection != connection || !is_relayed {
            self.side = Side::Client;
        }
        (self.connection, self.is_relayed, self.mark) = (connection, is_relayed, None);
    }

    /// Shows the other side, if there is one.
    pub const fn switch_side(&mut self) {
        if self.is_relayed {
            (self.side, self.mark) = (self.side.other(), None);
        }
    }

    /// Begins a range at the cursor, or ends it.
    pub fn toggle_mark(&mut self, held: &HeldBytes) {
        self.mark = if self.mark.is_none() { Some(self.cursor(held)) } else { None };
    }

    /// Ends the range, because its bytes have changed.
    pub const fn clear_mark(&mut self) {
        self.mark = None;
    }

    /// Moves the cursor.
    pub fn go(&mut self, motion: HoldMotion, held: &HeldBytes, per_row: u16) {
        let (cursor, row) = (self.cursor(held), u64::from(per_row));
        self.cursor = match motion {
            HoldMotion::Back => cursor.saturating_sub(1),
            HoldMotion::On => cursor + 1,
            HoldMotion::RowUp => cursor.saturating_sub(row),
            HoldMotion::RowDown => cursor + row,
            HoldMotion::Start => held.start(),
            HoldMotion::End => held.end(),
        }
        .clamp(held.start(), held.end());
    }

    /// Begins a prompt; that for other bytes begins with the present ones.
    pub fn begin_input(&mut self, input: HoldInput, held: Option<&HeldBytes>) {
        self.input.edit(Edit::Clear);
        let Some(held) = held.filter(|_| input == HoldInput::Replace) else { return };
        let range = self.range(held);
        if range.end - range.start <= LONGEST_TO_EDIT {
            let from = (range.start - held.start()) as usize;
            let bytes = &held.bytes()[from..from + (range.end - range.start) as usize];
            escaped(bytes).chars().for_each(|letter| self.input.edit(Edit::Insert(letter)));
        }
    }

    /// Changes the text of the prompt.
    pub fn edit(&mut self, edit: Edit) {
        self.input.edit(edit);
    }

    /// Inserts a text at the cursor of the prompt; the ends of its lines and its tabs become escapes.
    pub fn paste(&mut self, text: &str) {
        self.input.paste(&text.replace('\r', r"\r").replace('\n', r"\n").replace('\t', r"\t"));
    }
}

/// Returns bytes as text with escapes, which gives the same bytes again.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (nth, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\r' => text.push_str(r"\r"),
            b'\n' => text.push_str(r"\n"),
            b'\t' => text.push_str(r"\t"),
            b'\\' => text.push_str(r"\\"),
            // Not the beginning of `hex:` or `file:`.
            b'h' | b'f' if nth == 0 && (bytes.starts_with(b"hex:") || bytes.starts_with(b"file:")) => {
                text.push_str(if byte == b'h' { r"\x68" } else { r"\x66" });
            }
            b' '..=b'~' => text.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(text, r"\x{byte:02x}")),
        }
    }
    text
}

/// Where the overlay stands, a pure function of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HoldLayout {
    /// The area with its border; the last line of the screen is left to the footer.
    pub area: Rect,
    /// The lines that say what is held.
    pub head: Rect,
    /// The rows of bytes.
    pub rows: Rect,
    /// Bytes in a row.
    pub per_row: u16,
}

impl HoldLayout {
    /// Lays out the overlay on a screen.
    #[must_use]
    pub fn new(screen: Rect) -> Self {
        let room = screen.width.saturating_sub(2 + BESIDE) / PER_BYTE;
        let per_row = if room >= 32 { 32 } else { (room / 4 * 4).clamp(4, 16) };
        let width = (per_row * PER_BYTE + BESIDE + 2).min(screen.width);
        let area = Rect {
            x: screen.x + (screen.width - width) / 2,
            width,
            height: screen.height.saturating_sub(1),
            ..screen
        };
        let inside = inner(area);
        let head = Rect { height: inside.height.min(HEAD), ..inside };
        let rows = Rect { y: inside.y + head.height, height: inside.height - head.height, ..inside };
        Self { area, head, rows, per_row }
    }

    /// Returns the position of the first byte that is visible, so that the cursor is.
    #[must_use]
    pub fn top(&self, held: &HeldBytes, cursor: u64) -> u64 {
        let per_row = u64::from(self.per_row);
        let row = (cursor - held.start()) / per_row;
        let hidden = (row + 1).saturating_sub(u64::from(self.rows.height.max(1)));
        held.start() + hidden * per_row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::content::{Content, parse};

    fn held(bytes: &[u8]) -> HeldBytes {
        let mut held = HeldBytes::new(100);
        held.push(100, bytes);
        held
    }

    #[test]
    fn the_text_to_edit_gives_the_same_bytes() {
        let all: Vec<u8> = (0..=255).collect();
        for bytes in [&all[..], b"hex: 00", b"file: x", b"a\\b\r\n"] {
            let mut view = HoldView::default();
            let held = held(bytes);
            view.open(ConnectionId(1), false);
            view.go(HoldMotion::Start, &held, 16);
            view.toggle_mark(&held);
            view.go(HoldMotion::End, &held, 16);
            view.begin_input(HoldInput::Replace, Some(&held));
            assert_eq!(parse(view.input().text()), Ok(Content::Bytes(bytes.to_vec())));
        }
    }

    #[test]
    fn the_range_stays_within_what_is_held() {
        let mut view = HoldView::default();
        let bytes = held(b"0123456789");
        view.open(ConnectionId(1), true);
        assert_eq!(view.range(&bytes), 100..101);
        view.go(HoldMotion::RowDown, &bytes, 4);
        view.toggle_mark(&bytes);
        view.go(HoldMotion::On, &bytes, 4);
        assert_eq!(view.range(&bytes), 104..106);
        view.go(HoldMotion::End, &bytes, 4);
        assert_eq!(view.range(&bytes), 104..110);
        let mut rest = HeldBytes::new(108);
        rest.push(108, b"89");
        assert_eq!(view.range(&rest), 108..110);
        view.clear_mark();
        assert_eq!(view.range(&rest), 110..110, "behind the last byte there is none");
        view.switch_side();
        assert_eq!(view.side(), Side::Upstream);
        view.open(ConnectionId(2), false);
        view.switch_side();
        assert_eq!(view.side(), Side::Client);
    }

    #[test]
    fn the_cursor_is_always_in_sight() {
        let bytes = held(&[0; 500]);
        for (width, height) in [(80, 24), (120, 36), (30, 6), (200, 60)] {
            let layout = HoldLayout::new(Rect::new(0, 0, width, height));
            assert!(layout.area.width <= width && layout.area.height < height);
            for cursor in 100..=600 {
                let top = layout.top(&bytes, cursor);
                let seen = u64::from(layout.per_row) * u64::from(layout.rows.height.max(1));
                assert!(top <= cursor && cursor < top + seen, "{width}x{height}: {cursor}");
            }
        }
    }
}
