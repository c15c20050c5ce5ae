//! The pane of backends: what each costs, side by side.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::glyphs;
use super::paint::{self, Keys};
use super::theme::{Role, Theme};
use crate::app::App;
use crate::app::panel::{Fate, Row, rows};
use crate::model::BackendKind;

/// Draws the pane.
pub(super) fn draw(buf: &mut Buffer, area: Rect, app: &App, theme: Theme, keys: Keys) {
    let inner = paint::pane(buf, area, theme, keys, ("3 Backends", "side by side"));
    let rows = rows(app, inner.width);
    let height = usize::from(inner.height);
    let top = app.panel_top().min(rows.len().saturating_sub(height));
    for (line, row) in (0..inner.height).zip(rows.iter().skip(top)) {
        draw_row(buf, paint::row(inner, line), row, app, theme);
    }
    let below = rows.len().saturating_sub(top + height);
    if below > 0 {
        paint::remark(buf, area, &format!("{below} more"), theme.style(Role::Dim));
    }
}

fn draw_row(buf: &mut Buffer, line: Rect, row: &Row, app: &App, theme: Theme) {
    match row {
        Row::Heads => {
            let name = |backend: BackendKind| {
                let glyph = if app.model().backend == Some(backend) { glyphs::OPEN } else { glyphs::CLOSED };
                format!("{glyph} {backend}")
            };
            let roles = BackendKind::ALL.map(|backend| running(app, backend, Role::Focus));
            columns(buf, line, &BackendKind::ALL.map(name), roles, theme);
        }
        Row::Figure(label, values) => {
            paint::left(buf, line, label, theme.style(Role::Dim));
            columns(
                buf,
                line,
                values,
                BackendKind::ALL.map(|backend| running(app, backend, Role::Text)),
                theme,
            );
        }
        Row::Label(text) | Row::Note(text) => {
            paint::left(buf, line, text, theme.style(Role::Dim));
        }
        Row::Total(label, value) => {
            let rest = paint::left(buf, line, label, theme.style(Role::Dim));
            paint::right(buf, rest, value, theme.style(Role::Text));
        }
        Row::Switch(fate, text) | Row::Detail(fate, text) => {
            let role = match (fate, row) {
                (Fate::Done, Row::Detail(..)) => Role::Dim,
                (Fate::Done, _) => Role::Text,
                (Fate::Failed, _) => Role::Bad,
                (Fate::Running, _) => Role::Warn,
            };
            paint::left(buf, line, text, theme.style(role));
        }
        Row::Blank => {}
    }
}

/// The figures of the one that does not run are old.
fn running(app: &App, backend: BackendKind, role: Role) -> Role {
    if app.model().backend == Some(backend) { role } else { Role::Dim }
}

fn columns(buf: &mut Buffer, line: Rect, values: &[String; 2], roles: [Role; 2], theme: Theme) {
    let width = (line.width / 4).clamp(10, 14).min(line.width / 2);
    let start = line.x + line.width - 2 * width;
    for (x, (value, role)) in [start, start + width].into_iter().zip(values.iter().zip(roles)) {
        paint::right(buf, Rect { x, width, ..line }, value, theme.style(role));
    }
}
