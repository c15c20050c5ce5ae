//! Header, tabs and footer. `app` lays their items out; this module only draws them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::theme::{Role, Theme};
use super::{glyphs, paint};
use crate::app::chrome::footer::{Footer, LongMessage};
use crate::app::chrome::line_layout::{Choice, ItemKind, PlacedItem};
use crate::app::status::Severity;
use crate::event::Direction;

/// Draws the items of one line.
pub(super) fn draw(buf: &mut Buffer, line: Rect, pieces: &[PlacedItem], theme: Theme) {
    for piece in pieces {
        let area = Rect { x: line.x + piece.x, width: piece.width, ..line }.intersection(line);
        let style = theme.style(role(piece.kind));
        let rest = match leading_glyph(piece.kind) {
            Some((glyph, role)) => {
                let rest = paint::left(buf, area, glyph, theme.style(role));
                paint::left(buf, rest, " ", Style::new())
            }
            None => area,
        };
        match (piece.kind, piece.text.split_once(' ')) {
            (ItemKind::Hint(_), Some((key, label))) => {
                let rest = paint::left(buf, rest, key, theme.style(Role::Key));
                paint::left(buf, rest, &format!(" {label}"), theme.style(Role::Dim));
            }
            // Without room for words, the key stands alone.
            (ItemKind::Hint(_), None) => {
                paint::left(buf, rest, &piece.text, theme.style(Role::Key));
            }
            (ItemKind::Cursor, _) => {
                paint::left(buf, rest, &piece.text, style.add_modifier(Modifier::REVERSED));
            }
            _ => {
                paint::left(buf, rest, &piece.text, style);
            }
        }
    }
}

/// Draws the lower end of the screen.
pub(super) fn draw_footer(buf: &mut Buffer, footer: &Footer, theme: Theme) {
    paint::clear(buf, footer.line, theme);
    draw(buf, footer.line, &footer.items, theme);
    if let Some(LongMessage { kind, lines, area }) = &footer.message {
        paint::clear(buf, *area, theme);
        for (line, text) in area.rows().zip(lines) {
            paint::left(buf, line, text, theme.style(role(*kind)));
        }
    }
}

const fn leading_glyph(kind: ItemKind) -> Option<(&'static str, Role)> {
    match kind {
        ItemKind::Address => Some((glyphs::OPEN, Role::Good)),
        ItemKind::Silent => Some((glyphs::CLOSED, Role::Warn)),
        ItemKind::Rate(Direction::Received) => Some((glyphs::RECEIVED, Role::Received)),
        ItemKind::Rate(Direction::Sent) => Some((glyphs::SENT, Role::Sent)),
        ItemKind::Frozen => Some((glyphs::FROZEN, Role::Warn)),
        _ => None,
    }
}

const fn role(kind: ItemKind) -> Role {
    match kind {
        ItemKind::Name => Role::Title,
        ItemKind::Service | ItemKind::Tls | ItemKind::PromptName | ItemKind::Hint(_) => Role::Dim,
        ItemKind::Backend(_, Choice::Chosen) | ItemKind::Tab(_, Choice::Chosen) => Role::Chosen,
        ItemKind::Backend(_, Choice::Other) | ItemKind::Tab(_, Choice::Other) => Role::Dim,
        ItemKind::Public
        | ItemKind::Unverified
        | ItemKind::Silent
        | ItemKind::Progress
        | ItemKind::Frozen
        | ItemKind::Recording
        | ItemKind::Faults
        | ItemKind::Released => Role::Warn,
        ItemKind::Blocked => Role::Alarm,
        ItemKind::Alarm | ItemKind::Message(Severity::Error) => Role::Bad,
        ItemKind::Message(Severity::Success) => Role::Good,
        ItemKind::Rate(Direction::Received) => Role::Received,
        ItemKind::Rate(Direction::Sent) => Role::Sent,
        ItemKind::Address
        | ItemKind::Warnings
        | ItemKind::Count
        | ItemKind::Message(Severity::Info)
        | ItemKind::Prompt
        | ItemKind::Cursor => Role::Text,
    }
}
