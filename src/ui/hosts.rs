//! The pane of the hosts that are watched: a table, and everything about the selected one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::glyphs;
use super::paint::{self, Focus, Title};
use super::theme::{Role, Theme};
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::hosts::columns::{HostColumn, HostSpan, fitting};
use crate::app::hosts::{HostFacts, HostId, Hosts, HostsLayout, label, words};
use crate::app::screen::Screen;
use crate::event::Timestamp;
use crate::model::host_state::HostState;

/// Draws the pane.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    hosts: &Hosts,
    screen: Screen<'_>,
    theme: Theme,
    focus: Focus,
) {
    let (context, now) = (screen.context, screen.context.now());
    let name = &context.pane_title(Pane::Backends);
    let room = area.width.saturating_sub(format::width(name) + 7);
    let bus = words::bus(hosts, now);
    let details = bus.iter().find(|words| format::width(words) <= room).or(bus.last());
    let details = details.map(String::as_str).unwrap_or_default();
    let inner = paint::pane(buf, area, theme, focus, Title { name, details });
    if inner.is_empty() {
        return;
    }
    if hosts.shown().is_empty() {
        let lines = words::nobody(hosts, now);
        let wrapped = lines.iter().flat_map(|line| wrapped(line, inner.width));
        for (line, text) in inner.rows().zip(wrapped) {
            paint::left(buf, line, &text, theme.style(Role::Dim));
        }
        return;
    }
    let HostsLayout { rows, top, details } = screen.hosts.layout(hosts, context);
    let names = hosts.shown().iter().map(|id| format::width(&label(hosts, *id))).max().unwrap_or(0);
    let spans = fitting(inner.width, names);
    for span in &spans {
        cell(buf, paint::row(inner, 0), span, span.column.title(), theme, Role::Dim);
    }
    let selected = screen.hosts.selected(hosts);
    let shown = hosts.shown().iter().skip(top).take(rows);
    for (line, id) in inner.rows().skip(1).zip(shown) {
        row(buf, line, &spans, (hosts, *id), now, theme, (selected == Some(*id)).then_some(focus));
    }
    let below = Rect {
        y: inner.y + inner.height - (details.len() as u16).min(inner.height),
        height: (details.len() as u16).min(inner.height),
        ..inner
    };
    for (line, text) in below.rows().zip(&details) {
        let line = Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..line };
        paint::left(buf, line, text, theme.style(Role::Dim));
    }
    let all = hosts.shown().len();
    if all > rows {
        let text = format!("{}-{} of {}", top + 1, (top + rows).min(all), format::count(all as u64));
        paint::footer_note(buf, area, &text, theme.style(Role::Dim));
    }
}

/// A line in several, with the spaces at its beginning.
fn wrapped(line: &str, width: u16) -> Vec<String> {
    if format::width(line) <= width { vec![line.to_owned()] } else { format::wrap(line.trim_start(), width) }
}

fn cell(buf: &mut Buffer, area: Rect, span: &HostSpan, text: &str, theme: Theme, role: Role) {
    let area = Rect { x: area.x + span.x, width: span.width, ..area };
    let text = format::truncate(text, span.width);
    if span.column.is_words() {
        paint::left(buf, area, &text, theme.style(role));
    } else {
        paint::right(buf, area, &text, theme.style(role));
    }
}

/// Draws the row of a host. `selected` is the focus of the pane, if it is the selected one.
fn row(
    buf: &mut Buffer,
    line: Rect,
    spans: &[HostSpan],
    (hosts, id): (&Hosts, HostId),
    now: Timestamp,
    theme: Theme,
    selected: Option<Focus>,
) {
    let Some(facts) = hosts.facts(id) else { return };
    // The selected row has one style, because different colours would give each cell a background of its own.
    let whole = selected.filter(|focus| *focus == Focus::Focused).map(|_| Role::Selected);
    if let Some(whole) = whole {
        buf.set_style(line, theme.style(whole));
    }
    if selected.is_some() {
        paint::left(buf, line, glyphs::SELECTED, theme.style(whole.unwrap_or(Role::Focus)));
    }
    let is_old = is_old(facts.state);
    for span in spans {
        let (text, role) = match span.column {
            HostColumn::Name => {
                let label = label(hosts, id);
                let role = if is_old { Role::Dim } else { Role::of_host(&facts.name.host) };
                (label, role)
            }
            HostColumn::State => {
                let (glyph, role) = sign(facts.state);
                let [long, short] = words::state(facts, now);
                let fits = format::width(&long) + 2 <= span.width;
                (format!("{glyph} {}", if fits { long } else { short }), role)
            }
            column => (column.text(facts), figure(column, facts)),
        };
        cell(buf, line, span, &text, theme, whole.unwrap_or(role));
    }
}

fn figure(column: HostColumn, facts: &HostFacts) -> Role {
    match column {
        column if column.is_alarming(facts) => Role::Warn,
        _ if is_old(facts.state) => Role::Dim,
        HostColumn::Received => Role::Received,
        HostColumn::Sent => Role::Sent,
        HostColumn::Shed
        | HostColumn::Lost
        | HostColumn::Malformed
        | HostColumn::Version
        | HostColumn::Clock => Role::Dim,
        HostColumn::Name | HostColumn::State | HostColumn::Clients | HostColumn::Backend => Role::Text,
    }
}

/// Whether what is known of a host is not of now.
const fn is_old(state: HostState) -> bool {
    matches!(state, HostState::Stale | HostState::Gone | HostState::Unknown)
}

const fn sign(state: HostState) -> (&'static str, Role) {
    match state {
        HostState::Joining => (glyphs::CONNECTING, Role::Warn),
        HostState::Live => (glyphs::OPEN, Role::Good),
        HostState::Stale => (glyphs::CLOSED, Role::Warn),
        HostState::Gone => (glyphs::BROKEN, Role::Dim),
        HostState::Behind => (glyphs::HALF_CLOSED, Role::Warn),
        HostState::Clash => (glyphs::DIFFERENT, Role::Bad),
        HostState::Unknown => (glyphs::CLOSED, Role::Dim),
    }
}
