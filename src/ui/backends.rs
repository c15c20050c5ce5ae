//! The backends pane: compares threads with async by system calls, throughput and cost.

pub(super) mod graph;
mod histogram;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::glyphs;
use super::paint::{self, Focus, Title};
use super::theme::{Role, Theme};
use crate::app::backends::{
    BACKEND_ORDER, BETWEEN, BackendRow, BackendsState, HISTOGRAM_X, LABEL, SwitchStatus, TEST_KEY, TEST_NAME,
    UNKNOWN, rows,
};
use crate::app::context::Context;
use crate::app::demo::blocked_words;
use crate::app::focus::Pane;
use crate::app::format;
use crate::event::BackendKind;

const DETAILS: &str = "threads vs async";
/// What is said instead where no server runs.
const RECORDED: &str = "what is recorded";
/// What is said instead where a recording is played to a program.
const PLAYED: &str = "what was played";

/// Draws the backends pane.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    state: &BackendsState,
    context: Context<'_>,
    theme: Theme,
    focus: Focus,
) {
    let name = &context.keymap().pane_title(Pane::Backends);
    let details = match (context.is_recording(), context.replay()) {
        (true, _) => RECORDED,
        (false, Some(_)) => PLAYED,
        (false, None) => DETAILS,
    };
    let inner = paint::pane(buf, area, theme, focus, Title { name, details });
    draw_block_notice(buf, area, format::width(name), context, theme);
    let rows = rows(context, inner.as_size());
    let height = usize::from(inner.height);
    let top = state.top().min(rows.len().saturating_sub(height));
    for (line, row) in (0..inner.height).zip(rows.iter().skip(top)) {
        draw_row(buf, paint::row(inner, line), row, context, theme);
    }
    let below = rows.len().saturating_sub(top + height);
    if below > 0 {
        paint::footer_note(buf, area, &format!("{below} more"), theme.style(Role::Dim));
    }
}

/// Draws the notice of a blocked backend on the upper border, over the title, whose name has this many cells.
fn draw_block_notice(buf: &mut Buffer, area: Rect, name: u16, context: Context<'_>, theme: Theme) {
    let Some(text) = context.blocked().map(|block| blocked_words(context.names(), block)) else { return };
    let border = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..paint::row(area, 0) };
    let room = border.width.saturating_sub(2);
    let whole = format!("loop {text}");
    let text = if format::width(&whole) <= room { whole } else { format::truncate(&text, room) };
    // Padded to the length of the title, so that it covers all of it.
    let title = usize::from(name + format::width(DETAILS) + 3);
    paint::left(buf, border, &format!(" {text:title$} "), theme.style(Role::Alarm));
}

fn draw_row(buf: &mut Buffer, line: Rect, row: &BackendRow, context: Context<'_>, theme: Theme) {
    if matches!(
        row,
        BackendRow::Heads(_)
            | BackendRow::Aspect(..)
            | BackendRow::Calls(..)
            | BackendRow::Words(_)
            | BackendRow::Named(..)
    ) {
        let [left, _] = columns_of(line);
        paint::left(buf, after(line, LABEL + left.width + 1), glyphs::RULE, theme.style(Role::Border));
    }
    match row {
        BackendRow::Heads(names) => {
            paint::left(buf, line, "live", theme.style(Role::Dim));
            for ((area, backend), name) in columns_of(line).into_iter().zip(BACKEND_ORDER).zip(names) {
                let style = theme.style(backend_role(context, backend, Role::Focus));
                paint::left(buf, area, &format!("{} {name}", backend_glyph(context, backend)), style);
            }
        }
        BackendRow::Aspect(label, calls, figures) => {
            draw_aspect(buf, line, label, calls, figures, context, theme);
        }
        BackendRow::Calls(label, calls) => {
            paint::left(buf, line, label, theme.style(Role::Title));
            for ((area, backend), call) in columns_of(line).into_iter().zip(BACKEND_ORDER).zip(calls) {
                paint::left(buf, area, call, theme.style(backend_role(context, backend, Role::Key)));
            }
        }
        BackendRow::Words(words) => draw_words(buf, line, words, context, theme),
        BackendRow::Named(label, words) => {
            paint::left(buf, line, label, theme.style(Role::Title));
            draw_words(buf, line, words, context, theme);
        }
        BackendRow::Latency(label, backend, figures, shape) => {
            paint::left(buf, line, label, theme.style(Role::Title));
            let rest = after(line, LABEL);
            paint::left(buf, rest, backend.word(), theme.style(backend_role(context, *backend, Role::Focus)));
            let style = theme.style(backend_role(context, *backend, Role::Text));
            paint::left(buf, after(rest, LABEL), figures, style);
            histogram::draw(
                buf,
                after(line, HISTOGRAM_X),
                shape.as_ref(),
                theme,
                backend_role(context, *backend, Role::Good),
            );
        }
        BackendRow::Axis(status, label, text) => {
            paint::left(buf, line, label, theme.style(Role::Title));
            paint::left(buf, after(line, LABEL), text, theme.style(status_role(*status)));
            // An axis alone says nothing.
            if is_answered(context) {
                histogram::axis(buf, after(line, HISTOGRAM_X), theme);
            }
        }
        other => draw_narrow(buf, line, other, context, theme),
    }
}

/// Whether there are latencies of either backend.
fn is_answered(context: Context<'_>) -> bool {
    let figures = |backend| context.world.metrics.of(backend);
    BACKEND_ORDER.into_iter().filter_map(figures).any(|figures| figures.answers.is_some())
}

fn draw_words(buf: &mut Buffer, line: Rect, words: &[String; 2], context: Context<'_>, theme: Theme) {
    for ((area, backend), words) in columns_of(line).into_iter().zip(BACKEND_ORDER).zip(words) {
        let words = format::truncate(words, area.width);
        paint::left(buf, area, &words, theme.style(backend_role(context, backend, Role::Text)));
    }
}

fn draw_narrow(buf: &mut Buffer, line: Rect, row: &BackendRow, context: Context<'_>, theme: Theme) {
    match row {
        BackendRow::NarrowHeads => {
            let names = BACKEND_ORDER.map(|backend| format!("{} {backend}", backend_glyph(context, backend)));
            columns(
                buf,
                line,
                &names,
                BACKEND_ORDER.map(|backend| backend_role(context, backend, Role::Focus)),
                theme,
            );
        }
        BackendRow::Figure(label, values) => {
            paint::left(buf, line, label, theme.style(Role::Dim));
            columns(
                buf,
                line,
                values,
                BACKEND_ORDER.map(|backend| backend_role(context, backend, Role::Text)),
                theme,
            );
        }
        BackendRow::Bars(backend, shape) => {
            paint::left(buf, line, backend.word(), theme.style(backend_role(context, *backend, Role::Focus)));
            histogram::draw(
                buf,
                after(line, LABEL),
                shape.as_ref(),
                theme,
                backend_role(context, *backend, Role::Good),
            );
        }
        BackendRow::NarrowAxis => histogram::axis(buf, after(line, LABEL), theme),
        BackendRow::Label(text) => {
            paint::left(buf, line, text, theme.style(Role::Dim));
        }
        BackendRow::Note(text) => {
            paint::left(buf, line, text, theme.style(Role::Dim));
        }
        BackendRow::StressTest { key, name, text, .. } => {
            paint::left(buf, line, key, theme.style(Role::Key));
            paint::left(buf, after(line, TEST_KEY), name, theme.style(Role::Title));
            paint::left(buf, after(line, TEST_KEY + TEST_NAME), text, theme.style(Role::Dim));
        }
        BackendRow::Total(label, value) => {
            let rest = paint::left(buf, line, label, theme.style(Role::Dim));
            paint::right(buf, rest, value, theme.style(Role::Text));
        }
        BackendRow::Switch(status, text) => {
            paint::left(buf, line, text, theme.style(status_role(*status)));
        }
        BackendRow::Detail(status, text) => {
            let role = if *status == SwitchStatus::Done { Role::Dim } else { status_role(*status) };
            paint::left(buf, line, text, theme.style(role));
        }
        _ => {}
    }
}

/// Draws a row with a call on the left of each column and its figures on the right. The figures take precedence.
fn draw_aspect(
    buf: &mut Buffer,
    line: Rect,
    label: &str,
    calls: &[&str; 2],
    figures: &[String; 2],
    context: Context<'_>,
    theme: Theme,
) {
    paint::left(buf, line, label, theme.style(Role::Title));
    for (side, area) in columns_of(line).into_iter().enumerate() {
        let figures = format::truncate(&figures[side], area.width);
        let room = area.width.saturating_sub(format::width(&figures) + 1);
        let call = format::truncate(calls[side], room);
        paint::left(buf, area, &call, theme.style(backend_role(context, BACKEND_ORDER[side], Role::Key)));
        let role = if figures == UNKNOWN {
            Role::Dim
        } else {
            backend_role(context, BACKEND_ORDER[side], Role::Text)
        };
        paint::right(buf, area, &figures, theme.style(role));
    }
}

const fn status_role(status: SwitchStatus) -> Role {
    match status {
        SwitchStatus::Done => Role::Text,
        SwitchStatus::Failed => Role::Bad,
        SwitchStatus::Running => Role::Warn,
        SwitchStatus::None => Role::Dim,
    }
}

fn backend_glyph(context: Context<'_>, backend: BackendKind) -> &'static str {
    if context.model().backend == Some(backend) { glyphs::OPEN } else { glyphs::CLOSED }
}

/// `role` for the running backend, and [`Role::Dim`] for the other one, whose figures are old.
fn backend_role(context: Context<'_>, backend: BackendKind, role: Role) -> Role {
    if context.model().backend == Some(backend) { role } else { Role::Dim }
}

/// The two columns of a wide row.
fn columns_of(line: Rect) -> [Rect; 2] {
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
