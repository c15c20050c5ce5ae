//! The backends pane: compares threads with async by system calls, throughput and cost.

mod bars;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::glyphs;
use super::paint::{self, Keys, Title};
use super::theme::{Role, Theme};
use crate::app::panel::{BEFORE_BARS, BETWEEN, Fate, LABEL, Row, SIDES, UNKNOWN, rows};
use crate::app::presenting::blocked_words;
use crate::app::{App, human};
use crate::model::BackendKind;

const NAME: &str = "3 Backends";
const DETAILS: &str = "threads vs async";

/// Draws the backends pane.
pub(super) fn draw(buf: &mut Buffer, area: Rect, app: &App, theme: Theme, keys: Keys) {
    let inner = paint::pane(buf, area, theme, keys, Title { name: NAME, details: DETAILS });
    alarm(buf, area, app, theme);
    let rows = rows(app, inner.as_size());
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

/// Draws the notice of a blocked backend on the upper border, over the title.
fn alarm(buf: &mut Buffer, area: Rect, app: &App, theme: Theme) {
    let Some(text) = app.blocked().map(|block| blocked_words(app, block)) else { return };
    let border = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..paint::row(area, 0) };
    let room = border.width.saturating_sub(2);
    let whole = format!("loop {text}");
    let text = if human::width(&whole) <= room { whole } else { human::cut(&text, room) };
    // Padded to the length of the title, so that it covers all of it.
    let title = usize::from(human::width(NAME) + human::width(DETAILS) + 3);
    paint::left(buf, border, &format!(" {text:title$} "), theme.style(Role::Alarm));
}

fn draw_row(buf: &mut Buffer, line: Rect, row: &Row, app: &App, theme: Theme) {
    if matches!(row, Row::Heads(_) | Row::Aspect(..) | Row::Calls(..) | Row::Words(_) | Row::Named(..)) {
        let [left, _] = wide(line);
        paint::left(buf, after(line, LABEL + left.width + 1), glyphs::RULE, theme.style(Role::Border));
    }
    match row {
        Row::Heads(names) => {
            for ((area, backend), name) in wide(line).into_iter().zip(SIDES).zip(names) {
                let style = theme.style(running(app, backend, Role::Focus));
                paint::left(buf, area, &format!("{} {name}", mark(app, backend)), style);
            }
        }
        Row::Aspect(label, calls, figures) => aspect(buf, line, label, calls, figures, app, theme),
        Row::Calls(label, calls) => {
            paint::left(buf, line, label, theme.style(Role::Title));
            for ((area, backend), call) in wide(line).into_iter().zip(SIDES).zip(calls) {
                paint::left(buf, area, call, theme.style(running(app, backend, Role::Key)));
            }
        }
        Row::Words(words) => draw_words(buf, line, words, app, theme),
        Row::Named(label, words) => {
            paint::left(buf, line, label, theme.style(Role::Title));
            draw_words(buf, line, words, app, theme);
        }
        Row::Latency(label, backend, figures, shape) => {
            paint::left(buf, line, label, theme.style(Role::Title));
            let rest = after(line, LABEL);
            paint::left(buf, rest, backend.word(), theme.style(running(app, *backend, Role::Focus)));
            let style = theme.style(running(app, *backend, Role::Text));
            paint::left(buf, after(rest, LABEL), figures, style);
            bars::draw(
                buf,
                after(line, BEFORE_BARS),
                shape.as_ref(),
                theme,
                running(app, *backend, Role::Good),
            );
        }
        Row::Axis(fate, label, text) => {
            paint::left(buf, line, label, theme.style(Role::Title));
            paint::left(buf, after(line, LABEL), text, theme.style(fated(*fate)));
            bars::axis(buf, after(line, BEFORE_BARS), theme);
        }
        other => draw_narrow(buf, line, other, app, theme),
    }
}

fn draw_words(buf: &mut Buffer, line: Rect, words: &[String; 2], app: &App, theme: Theme) {
    for ((area, backend), words) in wide(line).into_iter().zip(SIDES).zip(words) {
        let words = human::cut(words, area.width);
        paint::left(buf, area, &words, theme.style(running(app, backend, Role::Text)));
    }
}

fn draw_narrow(buf: &mut Buffer, line: Rect, row: &Row, app: &App, theme: Theme) {
    match row {
        Row::NarrowHeads => {
            let names = SIDES.map(|backend| format!("{} {backend}", mark(app, backend)));
            columns(buf, line, &names, SIDES.map(|backend| running(app, backend, Role::Focus)), theme);
        }
        Row::Figure(label, values) => {
            paint::left(buf, line, label, theme.style(Role::Dim));
            columns(buf, line, values, SIDES.map(|backend| running(app, backend, Role::Text)), theme);
        }
        Row::Bars(backend, shape) => {
            paint::left(buf, line, backend.word(), theme.style(running(app, *backend, Role::Focus)));
            bars::draw(buf, after(line, LABEL), shape.as_ref(), theme, running(app, *backend, Role::Good));
        }
        Row::NarrowAxis => bars::axis(buf, after(line, LABEL), theme),
        Row::Label(text) => {
            paint::left(buf, line, text, theme.style(Role::Dim));
        }
        Row::Note(text) => {
            paint::left(buf, line, text, theme.style(Role::Dim));
        }
        Row::Total(label, value) => {
            let rest = paint::left(buf, line, label, theme.style(Role::Dim));
            paint::right(buf, rest, value, theme.style(Role::Text));
        }
        Row::Switch(fate, text) => {
            paint::left(buf, line, text, theme.style(fated(*fate)));
        }
        Row::Detail(fate, text) => {
            let role = if *fate == Fate::Done { Role::Dim } else { fated(*fate) };
            paint::left(buf, line, text, theme.style(role));
        }
        _ => {}
    }
}

/// Draws a row with a call on the left of each column and its figures on the right. The figures take precedence.
fn aspect(
    buf: &mut Buffer,
    line: Rect,
    label: &str,
    calls: &[&str; 2],
    figures: &[String; 2],
    app: &App,
    theme: Theme,
) {
    paint::left(buf, line, label, theme.style(Role::Title));
    for (side, area) in wide(line).into_iter().enumerate() {
        let figures = human::cut(&figures[side], area.width);
        let room = area.width.saturating_sub(human::width(&figures) + 1);
        let call = human::cut(calls[side], room);
        paint::left(buf, area, &call, theme.style(running(app, SIDES[side], Role::Key)));
        let role = if figures == UNKNOWN { Role::Dim } else { running(app, SIDES[side], Role::Text) };
        paint::right(buf, area, &figures, theme.style(role));
    }
}

const fn fated(fate: Fate) -> Role {
    match fate {
        Fate::Done => Role::Text,
        Fate::Failed => Role::Bad,
        Fate::Running => Role::Warn,
        Fate::None => Role::Dim,
    }
}

fn mark(app: &App, backend: BackendKind) -> &'static str {
    if app.model().backend == Some(backend) { glyphs::OPEN } else { glyphs::CLOSED }
}

/// `role` for the running backend, and [`Role::Dim`] for the other one, whose figures are old.
fn running(app: &App, backend: BackendKind, role: Role) -> Role {
    if app.model().backend == Some(backend) { role } else { Role::Dim }
}

/// The two columns of a wide row.
fn wide(line: Rect) -> [Rect; 2] {
    let width = line.width.saturating_sub(LABEL + BETWEEN) / 2;
    let left = Rect { width, ..after(line, LABEL) }.intersection(line);
    [left, after(line, LABEL + width + BETWEEN)]
}

/// The rest of a line after the first `cells` cells.
fn after(line: Rect, cells: u16) -> Rect {
    let cells = cells.min(line.width);
    Rect { x: line.x + cells, width: line.width - cells, ..line }
}

fn columns(buf: &mut Buffer, line: Rect, values: &[String; 2], roles: [Role; 2], theme: Theme) {
    let width = (line.width / 4).clamp(10, 14).min(line.width / 2);
    let start = line.x + line.width - 2 * width;
    for (x, (value, role)) in [start, start + width].into_iter().zip(values.iter().zip(roles)) {
        paint::right(buf, Rect { x, width, ..line }, value, theme.style(role));
    }
}
