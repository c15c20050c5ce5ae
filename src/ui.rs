//! Read-only rendering of [`crate::app`], without state of its own, clock or I/O.

mod bars;
mod caption;
mod clients;
pub mod glyphs;
mod graph;
pub mod guard;
mod help;
pub mod legend;
pub mod logs;
mod paint;
mod panel;
pub mod payload;
pub mod theme;
mod welcome;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::focus::Pane;
use crate::app::layout::{Arrangement, SMALLEST};
use crate::app::{App, Mode, Palette};
use logs::Logs;
pub use paint::Keys as Focus;
use paint::Title;
use payload::{Pace, PayloadPane};
use theme::{Role, Theme};

/// Draws the dashboard.
pub fn draw(frame: &mut Frame, app: &App, logs: &Logs) {
    let area = frame.area();
    render(frame.buffer_mut(), area, app, logs);
}

fn render(buf: &mut Buffer, area: Rect, app: &App, logs: &Logs) {
    let theme = match app.palette() {
        Palette::Terminal => Theme::Terminal,
        Palette::Mono => Theme::Mono,
    };
    let layout = app.layout_of(area);
    if layout.arrangement == Arrangement::TooSmall {
        let text = format!("bytewatch needs {}x{}; q quits", SMALLEST.width, SMALLEST.height);
        paint::left(buf, paint::row(area, 0), &text, theme.style(Role::Text));
        return;
    }
    let header = crate::app::header::header(app, layout.header.width, layout.arrangement);
    bars::draw(buf, layout.header, &header, theme);
    if !layout.tabs.is_empty() {
        bars::draw(buf, layout.tabs, &crate::app::bars::tabs(app, layout.tabs.width), theme);
    }
    let keys = |pane| if app.focus() == pane { Focus::Here } else { Focus::Elsewhere };
    if !layout.clients.is_empty() {
        clients::draw(buf, layout.clients, app, theme, keys(Pane::Clients));
    }
    if !layout.stream.is_empty() {
        stream(buf, layout.stream, app, theme, keys(Pane::Stream));
    }
    if !layout.graph.is_empty() {
        graph::draw(buf, layout.graph, app, theme);
    }
    if !layout.backends.is_empty() {
        panel::draw(buf, layout.backends, app, theme, keys(Pane::Backends));
    }
    if !layout.logs.is_empty() {
        logs.draw(buf, layout.logs, app, theme, keys(Pane::Logs));
    }
    caption::draw(buf, layout.caption, app, theme);
    if app.mode() == Mode::Help {
        help::draw(buf, area, app, theme);
    }
    bars::draw(buf, layout.footer, &crate::app::bars::footer(app, layout.footer.width), theme);
}

fn stream(buf: &mut Buffer, area: Rect, app: &App, theme: Theme, keys: Focus) {
    use ratatui::widgets::Widget;
    if app.model().totals.seen == 0 {
        let inner = paint::pane(buf, area, theme, keys, Title { name: "2 Stream", details: "" });
        return welcome::draw(buf, inner, app, theme);
    }
    let connection = app.looked_at();
    PayloadPane {
        payload: app.payload(),
        connection,
        name: connection.and_then(|known| app.presenting().names().of(known.id)),
        utc_offset_seconds: app.utc_offset_seconds(),
        theme,
        focus: keys,
        pace: if app.frozen().is_some() { Pace::Frozen } else { Pace::Live },
    }
    .render(area, buf);
}
