//! The layout of single lines: header, tabs, footer. The place of each item is decided here, so that drawing and
//! clicking agree.

use crate::app::action::Action;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::status::Severity;
use crate::event::{BackendKind, Direction};

/// The kind of an item; it decides colour, glyph and the action of a click.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemKind {
    /// The program's name.
    Name,
    /// The addresses that the server listens on.
    Address,
    /// Other machines can connect.
    Public,
    /// Clients connect with TLS.
    Tls,
    /// The certificate of the upstream is not verified.
    Unverified,
    /// The server is not listening.
    Silent,
    /// The service.
    Service,
    /// A backend, and whether it is the current one.
    Backend(BackendKind, Choice),
    /// The progress of a switch.
    Progress,
    /// A count.
    Count,
    /// Bytes per second.
    Rate(Direction),
    /// Room for warnings.
    Warnings,
    /// A figure that should be 0.
    Alarm,
    /// A handler blocks the event loop.
    Blocked,
    /// The display is frozen.
    Frozen,
    /// What happens is recorded.
    Recording,
    /// The traffic of some connections has faults.
    Faults,
    /// The terminal handles the mouse.
    Released,
    /// A tab.
    Tab(Pane, Choice),
    /// A key and its action.
    Hint(Action),
    /// A status message.
    Message(Severity),
    /// The words before what is typed.
    PromptName,
    /// The text of a prompt.
    Prompt,
    /// The character under the cursor of a prompt.
    Cursor,
}

/// Whether an item is the current one of several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The item is the current one.
    Chosen,
    /// The item can be chosen.
    Other,
}

/// An item without a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// The kind of the item.
    pub kind: ItemKind,
    /// The text.
    pub text: String,
    /// Items with lower ranks stay longer where there is little room; 0 always stays, truncated if necessary.
    pub rank: u8,
    /// Cells between the item and the one before it.
    pub gap: u16,
}

/// An item with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlacedItem {
    /// The kind of the item.
    pub kind: ItemKind,
    /// The text.
    pub text: String,
    /// Its first cell, counted from the left end of the line.
    pub x: u16,
    /// Its width in cells; the text may be longer, where no other item could be left out.
    pub width: u16,
}

impl ItemKind {
    /// Returns the width of the glyph before the text, with a space.
    #[must_use]
    pub const fn mark_width(self) -> u16 {
        match self {
            Self::Address | Self::Silent | Self::Rate(_) | Self::Frozen => 2,
            _ => 0,
        }
    }
}

impl Item {
    /// Creates an item of this rank, two cells from the one before it.
    #[must_use]
    pub fn new(kind: ItemKind, rank: u8, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), rank, gap: 2 }
    }

    /// Sets the number of cells between the item and the one before it.
    #[must_use]
    pub fn after(self, gap: u16) -> Self {
        Self { gap, ..self }
    }

    fn width(&self) -> u16 {
        self.kind.mark_width() + format::width(&self.text)
    }
}

/// Returns the number of cells that items take side by side.
#[must_use]
pub fn total(items: &[Item]) -> u16 {
    let widths = items.iter().enumerate().map(|(index, item)| (index, item.gap, item.width()));
    widths.fold(0, |sum: u16, (index, gap, width)| {
        sum.saturating_add(width).saturating_add(if index > 0 { gap } else { 0 })
    })
}

/// Places `left` at the left end of a line of this width and `right` at its right end. Where there is not room for
/// all, items of the highest rank are left out first, beginning with the last.
#[must_use]
pub fn fit(width: u16, mut left: Vec<Item>, mut right: Vec<Item>) -> Vec<PlacedItem> {
    loop {
        let between = if left.is_empty() || right.is_empty() { 0 } else { 2 };
        if total(&left).saturating_add(total(&right)).saturating_add(between) <= width {
            break;
        }
        let highest = left.iter().chain(&right).map(|piece| piece.rank).max().unwrap_or(0);
        if highest == 0 {
            break;
        }
        let pieces = if right.iter().any(|piece| piece.rank == highest) { &mut right } else { &mut left };
        if let Some(index) = pieces.iter().rposition(|piece| piece.rank == highest) {
            pieces.remove(index);
        }
    }
    let start = width.saturating_sub(total(&right)).max(total(&left).min(width));
    let mut placed = place(0, width, left);
    placed.extend(place(start, width, right));
    placed
}

fn place(mut x: u16, end: u16, pieces: Vec<Item>) -> Vec<PlacedItem> {
    let mut placed = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.into_iter().enumerate() {
        x = x.saturating_add(if index > 0 { piece.gap } else { 0 });
        let width = piece.width().min(end.saturating_sub(x));
        if width > piece.kind.mark_width() {
            placed.push(PlacedItem { kind: piece.kind, text: piece.text, x, width });
        }
        x = x.saturating_add(width);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(width: u16) -> String {
        let piece = |rank, text: &str| Item::new(ItemKind::Count, rank, text);
        let placed =
            fit(width, vec![piece(0, "one"), piece(2, "two"), piece(2, "three")], vec![piece(1, "right")]);
        placed.iter().map(|piece| format!("{}@{}", piece.text, piece.x)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn whole_pieces_give_way() {
        assert_eq!(words(30), "one@0 two@5 three@10 right@25");
        assert_eq!(words(20), "one@0 two@5 right@15");
        assert_eq!(words(11), "one@0 right@6");
        assert_eq!(words(9), "one@0");
        assert_eq!(words(2), "one@0");
        assert_eq!(words(0), "");
    }
}
