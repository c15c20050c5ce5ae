//! The table of connections. Only the rows in the viewport are built and drawn.

mod wait_timeline;
pub(super) mod welcome;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::glyphs;
use super::paint::{self, Focus, Title};
use super::theme::{Role, Theme};
use crate::app::action::Action;
use crate::app::clients::columns::{Align, Column, ColumnSpan, MARGIN, Order, SHORT_STATE};
use crate::app::clients::detail_rows;
use crate::app::clients::grouping::{GroupRow, Grouping};
use crate::app::clients::proxied;
use crate::app::clients::relayed::{self, DetailKind};
use crate::app::clients::spoken;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::hosts::label;
use crate::app::keymap::{KeyContext, Keymap};
use crate::app::screen::Screen;
use crate::bytes::safe;
use crate::event::{ConnectionId, Direction, Timestamp};
use crate::model::filter::Filter;
use crate::model::{Connection, ConnectionState};

/// Draws the clients pane.
pub(super) fn draw(buf: &mut Buffer, area: Rect, screen: Screen<'_>, theme: Theme, focus: Focus) {
    let title = Title { name: &screen.context.keymap().pane_title(Pane::Clients), details: &details(screen) };
    let inner = paint::pane(buf, area, theme, focus, title);
    if inner.is_empty() {
        return;
    }
    if screen.clients.is_empty() {
        return draw_empty(buf, inner, screen, theme);
    }
    let spans = screen.clients.columns(inner.width, screen.context);
    draw_heads(buf, paint::row(inner, 0), &spans, screen, theme);
    let details = detail_rows(screen.context);
    draw_details(buf, Rect { y: inner.y + inner.height - details, height: details, ..inner }, screen, theme);
    let height = inner.height - 1 - details;
    let (top, rows) = screen.clients.window(usize::from(height));
    for (line, &id) in (1..).zip(rows) {
        row(buf, paint::row(inner, line), &spans, id, screen, theme, focus);
    }
    let all = screen.clients.len();
    if all > rows.len() && !rows.is_empty() {
        let text = format!("{}-{} of {}", top + 1, top + rows.len(), format::count(all as u64));
        paint::footer_note(buf, area, &text, theme.style(Role::Dim));
    }
}

/// The details of the title: the filter if there is one, counts, sort order.
fn details(screen: Screen<'_>) -> String {
    let (clients, model) = (screen.clients, screen.context.model());
    let sort = clients.sort();
    let mut text = format!(
        "{} live {dot} {} seen {dot} sort {} {}",
        format::count(model.live()),
        format::count(model.totals.seen),
        sort.column.title(),
        arrow(sort.order),
        dot = glyphs::DOT,
    );
    match clients.grouping() {
        Grouping::Each => {}
        Grouping::Alike => text.push_str(&format!(" {dot} grouped", dot = glyphs::DOT)),
    }
    if model.totals.dropped > 0 {
        let dropped = format::count(model.totals.dropped);
        text.push_str(&format!(" {dot} {dropped} closed ones dropped", dot = glyphs::DOT));
    }
    if let newer @ 1.. = not_shown(screen) {
        // It comes first: the counts behind it are those of now.
        text.insert_str(0, &format!("{} newer not shown {} ", format::count(newer), glyphs::DOT));
    }
    let filter = clients.filter().text();
    if !filter.is_empty() {
        let filter = format!(
            "/{} {dot} {} {dot} ",
            safe::line(filter),
            matches(filter, clients.listed().len()),
            dot = glyphs::DOT
        );
        text.insert_str(0, &filter);
    }
    text
}

/// How many connections a filter leaves; that it is not applied as it stands, if there is a mistake in it.
fn matches(filter: &str, left: usize) -> String {
    match left {
        _ if Filter::parse(filter).error().is_some() => "not applied".to_owned(),
        0 => "none match".to_owned(),
        1 => "1 matches".to_owned(),
        left => format!("{} match", format::count(left as u64)),
    }
}

/// The number of connections that a frozen table does not show.
fn not_shown(screen: Screen<'_>) -> u64 {
    if screen.context.display().frozen.is_some() { screen.clients.newer(screen.context.model()) } else { 0 }
}

const fn arrow(order: Order) -> &'static str {
    match order {
        Order::Ascending => glyphs::ASCENDING,
        Order::Descending => glyphs::DESCENDING,
    }
}

fn draw_empty(buf: &mut Buffer, inner: Rect, screen: Screen<'_>, theme: Theme) {
    let filter = screen.clients.filter().text();
    if let newer @ 1.. = not_shown(screen) {
        let clients = format::plural(newer, "newer client");
        let key = screen.context.keymap().way_to(Action::Freeze);
        let are = if newer == 1 { "is" } else { "are" };
        let text = format!("The display is frozen: {clients} {are} not shown. {key} goes on.");
        for (line, text) in inner.rows().zip(format::clip(&text, inner.width, usize::from(inner.height))) {
            paint::left(buf, line, &text, theme.style(Role::Dim));
        }
    } else if !filter.is_empty() {
        let text = format!(
            "No row matches \"{}\" (rows are searched, not bytes). {} clears the filter.",
            safe::line(filter),
            screen.context.keymap().way_to(Action::Back)
        );
        for (line, text) in inner.rows().zip(format::clip(&text, inner.width, usize::from(inner.height))) {
            paint::left(buf, line, &text, theme.style(Role::Dim));
        }
    } else if screen.context.model().totals.seen == 0
        && screen.context.layout.stream.is_empty()
        && screen.context.display().focus == Pane::Clients
    {
        welcome::draw(buf, inner, screen.context, theme);
    } else {
        let text =
            if screen.context.model().totals.seen == 0 { "No client yet." } else { "No connection is kept." };
        paint::left(buf, inner, text, theme.style(Role::Dim));
        draw_keys(buf, inner, screen.context.keymap(), theme);
    }
}

/// Draws what the keys of the pane will do, in the room that has no connections.
fn draw_keys(buf: &mut Buffer, inner: Rect, keymap: &Keymap, theme: Theme) {
    let bound: Vec<_> =
        keymap.bindings(KeyContext::Clients).filter(|binding| !binding.keys.is_empty()).collect();
    let keys = bound.iter().map(|binding| format::width(&binding.labels())).max().unwrap_or(0);
    let whats = bound.iter().map(|binding| format::width(binding.what)).max().unwrap_or(0);
    let column = 2 + keys + 2 + whats;
    let columns = usize::from(inner.width / column.max(1));
    let rows = bound.len().div_ceil(columns.max(1));
    // All of it or nothing: a list that is cut would hide that there are other keys.
    if columns == 0 || usize::from(inner.height) < rows + 2 {
        return;
    }
    for (start, bound) in (0..).step_by(usize::from(column)).zip(bound.chunks(rows.max(1))) {
        for (line, binding) in inner.rows().skip(2).zip(bound) {
            let from = |x: u16| Rect { x: line.x + x, width: line.width - x, ..line };
            paint::left(buf, from(start + 2), &binding.labels(), theme.style(Role::Key));
            paint::left(buf, from(start + keys + 4), binding.what, theme.style(Role::Dim));
        }
    }
}

/// Draws the details of the selected connection, if it has any.
fn draw_details(buf: &mut Buffer, area: Rect, screen: Screen<'_>, theme: Theme) {
    let Some(known) = screen.context.connection().filter(|_| !area.is_empty()) else { return };
    let separator = format!(" {} ", glyphs::DOT);
    let id = format!("{} ", known.id);
    paint::left(buf, area, &id, theme.style(Role::Focus));
    let margin = format::width(&id).max(MARGIN);
    let inset = Rect { x: area.x + margin, width: area.width.saturating_sub(margin), ..area };
    let note = screen.context.notes().of(known.id);
    let lines = relayed::lines(
        known,
        note,
        screen.context.now(),
        inset.width,
        area.height,
        format::width(&separator),
    );
    for (index, line) in (0..).zip(lines) {
        let mut rest = paint::row(inset, index);
        for (nth, detail) in line.into_iter().enumerate() {
            if nth > 0 {
                rest = paint::left(buf, rest, &separator, theme.style(Role::Dim));
            }
            let role = match detail.kind {
                DetailKind::Failure => Role::Bad,
                DetailKind::Slow | DetailKind::Truncated | DetailKind::Fault => Role::Warn,
                DetailKind::User | DetailKind::Note => Role::Key,
                DetailKind::Connect if known.state() == ConnectionState::Connecting => Role::Warn,
                DetailKind::End | DetailKind::Route | DetailKind::Protocol | DetailKind::Response => {
                    Role::Text
                }
                DetailKind::Connect | DetailKind::Halves | DetailKind::Tls => Role::Dim,
            };
            rest = paint::left(buf, rest, &detail.text, theme.style(role));
        }
    }
}

fn draw_heads(buf: &mut Buffer, area: Rect, spans: &[ColumnSpan], screen: Screen<'_>, theme: Theme) {
    let sort = screen.clients.sort();
    for span in spans {
        let (text, role) = if span.column == sort.column {
            (format!("{}{}", span.column.title(), arrow(sort.order)), Role::Focus)
        } else {
            (span.column.title().to_owned(), Role::Dim)
        };
        // A column head as wide as its column starts in the gap before the column.
        let over = format::width(&text).saturating_sub(span.width).min(1);
        let span = ColumnSpan { x: span.x - over, width: span.width + over, ..*span };
        cell(buf, area, &span, &text, theme.style(role));
    }
}

fn cell(buf: &mut Buffer, area: Rect, span: &ColumnSpan, text: &str, style: Style) {
    let area = Rect { x: area.x + span.x, width: span.width, ..area };
    let text = format::truncate(text, span.width);
    match span.column.align() {
        Align::Left => {
            paint::left(buf, area, &text, style);
        }
        Align::Right => paint::right(buf, area, &text, style),
    }
}

fn row(
    buf: &mut Buffer,
    area: Rect,
    spans: &[ColumnSpan],
    id: ConnectionId,
    screen: Screen<'_>,
    theme: Theme,
    focus: Focus,
) {
    let selected = screen.clients.selected() == Some(id);
    // Different colours in a reversed row would give each cell its own background, so the selected row has one style.
    let whole = match focus {
        Focus::Focused if selected => Some(theme.style(Role::Selected)),
        _ => None,
    };
    let style = |role| whole.unwrap_or_else(|| theme.style(role));
    if selected {
        if let Some(whole) = whole {
            buf.set_style(area, whole);
        }
        paint::left(buf, area, glyphs::SELECTED, whole.unwrap_or_else(|| theme.style(Role::Focus)));
    }
    if let Some((glyph, role)) = sign(id, screen) {
        let second = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
        paint::left(buf, second, glyph, style(role));
    }
    let Some(known) = screen.context.model().connection(id) else {
        if let Some(span) = spans.first() {
            cell(buf, area, span, &id.number().to_string(), style(Role::Dim));
            let rest = Rect { x: area.x + span.x + span.width, ..area }.intersection(area);
            paint::left(buf, rest, "  closed, and no longer kept", style(Role::Dim));
        }
        return;
    };
    for span in spans {
        match span.column {
            Column::State => state(buf, area, span, known, &style),
            Column::LatencyBars => wait_timeline::draw(buf, area, span, known, screen.context.now(), &style),
            Column::Host => host(buf, area, span, known, screen, &style),
            Column::Peer => {
                let names = screen.context.names();
                let shared = screen.clients.group_label(known, names, span.width);
                let peer = shared.unwrap_or_else(|| proxied::peer(known, names, span.width));
                cell(buf, area, span, &peer, style(role(Column::Peer, known)));
            }
            column => {
                let text = text(column, known, screen.context.now());
                cell(buf, area, span, &text, style(role(column, known)));
            }
        }
    }
}

/// Draws the name of the host that serves a connection.
fn host(
    buf: &mut Buffer,
    area: Rect,
    span: &ColumnSpan,
    known: &Connection,
    screen: Screen<'_>,
    style: &dyn Fn(Role) -> Style,
) {
    let hosts = screen.context.world.hosts.as_ref();
    let Some((hosts, id)) = hosts.and_then(|hosts| Some((hosts, hosts.of(known.id)?))) else { return };
    let name = hosts.facts(id).map(|facts| facts.name.host.as_str()).unwrap_or_default();
    let role = if known.closed.is_some() { Role::Dim } else { Role::of_host(name) };
    cell(buf, area, span, &label(hosts, id), style(role));
}

/// The sign before the first column, if there is any.
fn sign(id: ConnectionId, screen: Screen<'_>) -> Option<(&'static str, Role)> {
    if screen.context.replay().is_some_and(|replay| replay.differs(id)) {
        return Some((glyphs::DIFFERENT, Role::Bad));
    }
    Some(match screen.clients.group_row(id)? {
        GroupRow::Folded(_) => (glyphs::FOLDED, Role::Text),
        GroupRow::Unfolded(_) => (glyphs::UNFOLDED, Role::Text),
        GroupRow::Member => (glyphs::RULE, Role::Dim),
    })
}

fn text(column: Column, known: &Connection, now: Timestamp) -> String {
    let total = |direction: Direction| format::size(known.stream(direction).total());
    let rate = |direction: Direction| match known.stream(direction).rate.per_second(now) {
        0 => String::new(),
        bytes => format::size(bytes),
    };
    match column {
        Column::Number => known.id.number().to_string(),
        Column::Host | Column::Peer | Column::State | Column::LatencyBars => String::new(),
        Column::Protocol => spoken::label(known).into_owned(),
        Column::Latency => {
            known.waits.last().map(|micros| format::duration(micros.into())).unwrap_or_default()
        }
        Column::Backend => known.backend.word().to_owned(),
        Column::Age => format::age(known.age_micros(now)),
        Column::Received => total(Direction::Received),
        Column::Sent => total(Direction::Sent),
        Column::Malformed => format::count(known.malformed()),
        Column::ReceivedRate => rate(Direction::Received),
        Column::SentRate => rate(Direction::Sent),
        Column::Throughput => bars(known, now),
    }
}

fn role(column: Column, known: &Connection) -> Role {
    match column {
        Column::Malformed if known.malformed() > 0 => Role::Bad,
        Column::Malformed => Role::Dim,
        _ if known.closed.is_some() => Role::Dim,
        Column::Protocol if known.opening.protocol().is_none() => Role::Dim,
        Column::Latency if known.waits.last().is_some_and(wait_timeline::is_noticeable) => Role::Warn,
        Column::ReceivedRate => Role::Received,
        Column::SentRate => Role::Sent,
        Column::Throughput => Role::Good,
        Column::Age => Role::Dim,
        _ => Role::Text,
    }
}

/// Draws the state as a glyph and a word. For a closed connection the word is the close reason.
fn state(buf: &mut Buffer, area: Rect, span: &ColumnSpan, known: &Connection, style: &dyn Fn(Role) -> Style) {
    let (glyph, role) = match known.state() {
        ConnectionState::Connecting => (glyphs::CONNECTING, Role::Warn),
        ConnectionState::Open => (glyphs::OPEN, Role::Good),
        ConnectionState::Slow => (glyphs::SLOW, Role::Warn),
        ConnectionState::Paused | ConnectionState::Held => (glyphs::FROZEN, Role::Warn),
        ConnectionState::HalfClosed => (glyphs::HALF_CLOSED, Role::Warn),
        ConnectionState::Closed => closed_glyph(known),
    };
    let word = relayed::state_labels(known)[usize::from(span.width == SHORT_STATE)];
    cell(buf, area, span, &format!("{glyph} {word}"), style(role));
}

fn closed_glyph(known: &Connection) -> (&'static str, Role) {
    if known.closed.as_ref().is_some_and(|closed| closed.is_failure()) {
        (glyphs::BROKEN, Role::Bad)
    } else {
        (glyphs::CLOSED, Role::Dim)
    }
}

/// The throughput of both directions together, one bar per second, relative to the highest of these seconds.
fn bars(known: &Connection, now: Timestamp) -> String {
    let seconds: Vec<_> =
        known.received.rate.history(now).zip(known.sent.rate.history(now)).map(|(a, b)| a + b).collect();
    let highest = seconds.iter().copied().max().unwrap_or(0);
    if highest == 0 {
        return String::new();
    }
    let top = glyphs::BARS.len() as u64 - 1;
    seconds.iter().map(|bytes| glyphs::BARS[(bytes * top).div_ceil(highest) as usize]).collect()
}
