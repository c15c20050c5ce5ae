//! One line of pieces: header, tabs, footer. Where a piece stands is decided here, so that drawing and clicking agree.

use super::command::Command;
use super::focus::Pane;
use super::human;
use crate::model::{BackendKind, Direction};

/// What a piece says; it decides colour, glyph and what a click on it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// The program's name.
    Name,
    /// The addresses listened on.
    Address,
    /// Other machines can connect.
    Public,
    /// Nothing is listened on.
    Silent,
    /// The service.
    Service,
    /// A backend, and whether it is the one that serves.
    Backend(BackendKind, Choice),
    /// How far a switch has come.
    Progress,
    /// A count.
    Count,
    /// Bytes per second.
    Rate(Direction),
    /// Room for warnings.
    Warnings,
    /// Something that should be nothing.
    Alarm,
    /// The event loop does nothing else.
    Blocked,
    /// The view holds still.
    Frozen,
    /// The terminal has the mouse.
    Released,
    /// A tab.
    Tab(Pane, Choice),
    /// A key and what it does.
    Hint(Command),
    /// A message.
    Message(Tone),
    /// What is being typed.
    Prompt,
    /// The character that is typed before.
    Cursor,
}

/// Whether something is the chosen one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// It is.
    Chosen,
    /// It could be.
    Other,
}

/// How a message is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// For information.
    Plain,
    /// Something worked.
    Good,
    /// Something did not.
    Bad,
}

/// A piece that looks for its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// What it is.
    pub part: Part,
    /// What it says.
    pub text: String,
    /// Lower ones stay longer where there is little room; 0 stays, cut if it must be.
    pub rank: u8,
    /// Cells between it and the piece before it.
    pub gap: u16,
}

/// A piece that has its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// What it is.
    pub part: Part,
    /// What it says.
    pub text: String,
    /// Its first cell, counted from the left end of the line.
    pub x: u16,
    /// The cells that it may take; the text may be longer, where nothing was left to give way.
    pub width: u16,
}

impl Part {
    /// Cells for the glyph before the text, and the space behind it.
    #[must_use]
    pub const fn mark_width(self) -> u16 {
        match self {
            Self::Address | Self::Silent | Self::Rate(_) | Self::Frozen => 2,
            _ => 0,
        }
    }
}

impl Piece {
    /// A piece of this rank, two cells from the one before it.
    #[must_use]
    pub fn new(part: Part, rank: u8, text: impl Into<String>) -> Self {
        Self { part, text: text.into(), rank, gap: 2 }
    }

    /// Puts this number of cells between it and the one before it.
    #[must_use]
    pub fn after(self, gap: u16) -> Self {
        Self { gap, ..self }
    }

    fn width(&self) -> u16 {
        self.part.mark_width() + human::width(&self.text)
    }
}

/// Puts `left` at the left end of a line of this width and `right` at its right end. Where there is not room for
/// all, pieces of the highest rank go first, the last of them before the others.
#[must_use]
pub fn fit(width: u16, mut left: Vec<Piece>, mut right: Vec<Piece>) -> Vec<Placed> {
    let needed = |pieces: &[Piece]| {
        pieces
            .iter()
            .enumerate()
            .map(|(index, piece)| piece.width() + if index > 0 { piece.gap } else { 0 })
            .sum::<u16>()
    };
    loop {
        let between = if left.is_empty() || right.is_empty() { 0 } else { 2 };
        if needed(&left).saturating_add(needed(&right)).saturating_add(between) <= width {
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
    let start = width.saturating_sub(needed(&right)).max(needed(&left).min(width));
    let mut placed = place(0, width, left);
    placed.extend(place(start, width, right));
    placed
}

fn place(mut x: u16, end: u16, pieces: Vec<Piece>) -> Vec<Placed> {
    let mut placed = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.into_iter().enumerate() {
        x = x.saturating_add(if index > 0 { piece.gap } else { 0 });
        let width = piece.width().min(end.saturating_sub(x));
        if width > piece.part.mark_width() {
            placed.push(Placed { part: piece.part, text: piece.text, x, width });
        }
        x = x.saturating_add(width);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(width: u16) -> String {
        let piece = |rank, text: &str| Piece::new(Part::Count, rank, text);
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
