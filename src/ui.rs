//! Read-only rendering of [`crate::app`], without clock or I/O. Only the log pane has state of its own.

mod backends;
mod chrome;
mod clients;
pub mod demo;
pub mod glyphs;
pub mod guard;
pub mod logs;
pub mod overlay;
mod paint;
pub mod stream;
pub mod theme;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::focus::Pane;
use crate::app::layout::{Arrangement, SMALLEST};
use crate::app::{App, Mode};
use logs::Logs;
pub use paint::Focus;
use paint::Title;
use stream::{StreamPane, Updates};
use theme::{Role, Theme, Themes};

/// Draws the dashboard.
pub fn draw(frame: &mut Frame, app: &App, logs: &Logs, themes: &Themes) {
    let area = frame.area();
    let theme = themes.get(app.palette().number());
    // A theme that paints a background paints it also where nothing is.
    frame.buffer_mut().set_style(area, theme.style(Role::Text));
    render(frame.buffer_mut(), area, app, logs, theme);
}

fn render(buf: &mut Buffer, area: Rect, app: &App, logs: &Logs, theme: Theme) {
    let layout = app.layout_of(area);
    if layout.arrangement == Arrangement::TooSmall {
        let text = format!("bytewatch needs {}x{}; q quits", SMALLEST.width, SMALLEST.height);
        paint::left(buf, paint::row(area, 0), &text, theme.style(Role::Text));
        return;
    }
    let header = crate::app::chrome::header::header(app, layout.header.width, layout.arrangement);
    chrome::draw(buf, layout.header, &header, theme);
    if !layout.tabs.is_empty() {
        chrome::draw(buf, layout.tabs, &crate::app::chrome::tabs(app, layout.tabs.width), theme);
    }
    let focus = |pane| if app.focus() == pane { Focus::Focused } else { Focus::Unfocused };
    if !layout.clients.is_empty() {
        clients::draw(buf, layout.clients, app, theme, focus(Pane::Clients));
    }
    if !layout.stream.is_empty() {
        stream(buf, layout.stream, app, theme, focus(Pane::Stream));
    }
    if !layout.graph.is_empty() {
        backends::graph::draw(buf, layout.graph, app, theme);
    }
    if !layout.backends.is_empty() {
        backends::draw(buf, layout.backends, app, theme, focus(Pane::Backends));
    }
    if !layout.logs.is_empty() {
        logs.draw(buf, layout.logs, app, theme, focus(Pane::Logs));
    }
    demo::caption::draw(buf, layout.caption, app, theme);
    if let Some(view) = app.hold_view() {
        overlay::hold::draw(buf, area, app, view, theme);
    }
    match app.mode() {
        Mode::Help => overlay::help::draw(buf, area, app, theme),
        Mode::Faults => overlay::faults::draw(buf, area, app, theme),
        Mode::Panes
        | Mode::Filter
        | Mode::Offset
        | Mode::Send
        | Mode::Hold
        | Mode::HoldInput(_)
        | Mode::Confirm(..) => {}
    }
    chrome::draw(buf, layout.footer, &crate::app::chrome::footer(app, layout.footer.width), theme);
}

fn stream(buf: &mut Buffer, area: Rect, app: &App, theme: Theme, focus: Focus) {
    use ratatui::widgets::Widget;
    if app.model().totals.seen == 0 {
        let inner = paint::pane(buf, area, theme, focus, Title { name: "2 Stream", details: "" });
        return clients::welcome::draw(buf, inner, app, theme);
    }
    let connection = app.viewed();
    StreamPane {
        payload: app.stream(),
        connection,
        name: connection.and_then(|known| app.demo().names().of(known.id)),
        utc_offset_seconds: app.utc_offset_seconds(),
        theme,
        focus,
        updates: if app.frozen().is_some() { Updates::Frozen } else { Updates::Live },
    }
    .render(area, buf);
}
