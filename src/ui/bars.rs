//! Header, tabs and footer. `app` lays their items out; this module only draws them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::theme::{Role, Theme};
use super::{glyphs, paint};
use crate::app::strip::{Choice, Part, Placed, Tone};
use crate::model::Direction;

/// Draws the items of one line.
pub(super) fn draw(buf: &mut Buffer, line: Rect, pieces: &[Placed], theme: Theme) {
    for piece in pieces {
        let area = Rect { x: line.x + piece.x, width: piece.width, ..line }.intersection(line);
        let style = theme.style(role(piece.part));
        let rest = match mark(piece.part) {
            Some((glyph, role)) => {
                let rest = paint::left(buf, area, glyph, theme.style(role));
                paint::left(buf, rest, " ", Style::new())
            }
            None => area,
        };
        match (piece.part, piece.text.split_once(' ')) {
            (Part::Hint(_), Some((key, label))) => {
                let rest = paint::left(buf, rest, key, theme.style(Role::Key));
                paint::left(buf, rest, &format!(" {label}"), theme.style(Role::Dim));
            }
            (Part::Cursor, _) => {
                paint::left(buf, rest, &piece.text, style.add_modifier(Modifier::REVERSED));
            }
            _ => {
                paint::left(buf, rest, &piece.text, style);
            }
        }
    }
}

const fn mark(part: Part) -> Option<(&'static str, Role)> {
    match part {
        Part::Address => Some((glyphs::OPEN, Role::Good)),
        Part::Silent => Some((glyphs::CLOSED, Role::Warn)),
        Part::Rate(Direction::Received) => Some((glyphs::RECEIVED, Role::Received)),
        Part::Rate(Direction::Sent) => Some((glyphs::SENT, Role::Sent)),
        Part::Frozen => Some((glyphs::FROZEN, Role::Warn)),
        _ => None,
    }
}

const fn role(part: Part) -> Role {
    match part {
        Part::Name => Role::Title,
        Part::Service | Part::Hint(_) => Role::Dim,
        Part::Backend(_, Choice::Chosen) | Part::Tab(_, Choice::Chosen) => Role::Chosen,
        Part::Backend(_, Choice::Other) | Part::Tab(_, Choice::Other) => Role::Dim,
        Part::Public | Part::Silent | Part::Progress | Part::Frozen | Part::Released => Role::Warn,
        Part::Blocked => Role::Alarm,
        Part::Alarm | Part::Message(Tone::Bad) => Role::Bad,
        Part::Message(Tone::Good) => Role::Good,
        Part::Rate(Direction::Received) => Role::Received,
        Part::Rate(Direction::Sent) => Role::Sent,
        Part::Address
        | Part::Warnings
        | Part::Count
        | Part::Message(Tone::Plain)
        | Part::Prompt
        | Part::Cursor => Role::Text,
    }
}
