//! A whole frame: the lines, the panes, and what lies over them.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::logs::Logs;
use super::paint::{self, Focus, Title};
use super::stream::{StreamPane, Updates};
use super::theme::{Role, Theme, Themes};
use super::{backends, chrome, clients, demo, hosts, overlay};
use crate::app::App;
use crate::app::action::{Action, SendAction};
use crate::app::clients::spoken;
use crate::app::focus::Pane;
use crate::app::hosts::words;
use crate::app::layout::{Arrangement, SMALLEST};
use crate::app::overlay::Overlay;
use crate::app::overlay::fault_prompt::FaultView;
use crate::app::screen::Screen;

/// Draws the dashboard.
pub fn draw(frame: &mut Frame, app: &App, logs: &Logs, themes: &Themes) {
    let area = frame.area();
    let theme = themes.get(app.palette().number());
    // A theme that paints a background paints it also where nothing is.
    frame.buffer_mut().set_style(area, theme.style(Role::Text));
    render(frame.buffer_mut(), area, app, logs, theme, Layers::All);
}

/// What of the screen is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layers {
    /// Everything, with what lies over the panes.
    All,
    /// All panes and lines, over which nothing lies.
    Panes,
    /// The same but the panes with figures of seconds.
    Fast,
}

/// Draws into cells that are blank.
pub(super) fn render(buf: &mut Buffer, area: Rect, app: &App, logs: &Logs, theme: Theme, layers: Layers) {
    let screen = app.screen_of(area);
    let (context, layout) = (screen.context, screen.context.layout);
    let display = context.display();
    if layout.arrangement == Arrangement::TooSmall {
        let text = format!(
            "bytewatch needs {}x{}; {} quits",
            SMALLEST.width,
            SMALLEST.height,
            context.keymap().way_to(Action::Quit)
        );
        paint::left(buf, paint::row(area, 0), &text, theme.style(Role::Text));
        return;
    }
    let header = crate::app::chrome::header::header(context, layout.header.width, layout.arrangement);
    chrome::draw(buf, layout.header, &header, theme);
    if !layout.tabs.is_empty() {
        chrome::draw(buf, layout.tabs, &crate::app::chrome::tabs(context, layout.tabs.width), theme);
    }
    let focus = |pane| if display.focus == pane { Focus::Focused } else { Focus::Unfocused };
    if !layout.clients.is_empty() {
        clients::draw(buf, layout.clients, screen, theme, focus(Pane::Clients));
    }
    if !layout.stream.is_empty() {
        stream(buf, screen, theme, focus(Pane::Stream));
    }
    let is_slow_due = layers != Layers::Fast;
    if !layout.graph.is_empty() && is_slow_due {
        backends::graph::draw(buf, layout.graph, context, theme);
    }
    if let Some(hosts) = context.world.hosts.as_ref().filter(|_| !layout.backends.is_empty()) {
        if is_slow_due {
            hosts::draw(buf, layout.backends, hosts, screen, theme, focus(Pane::Backends));
        }
    } else if !layout.backends.is_empty() && is_slow_due {
        backends::draw(buf, layout.backends, screen.backends, context, theme, focus(Pane::Backends));
    }
    if !layout.logs.is_empty() {
        logs.draw(buf, layout.logs, context.keymap(), *screen.logs, theme, focus(Pane::Logs));
    }
    demo::caption::draw(buf, layout.caption, context, theme);
    for open in screen.overlays.open_ones() {
        draw_overlay(buf, area, open, screen, theme);
    }
    chrome::draw_footer(buf, &crate::app::chrome::footer::footer(screen), theme);
}

fn draw_overlay(buf: &mut Buffer, area: Rect, open: Overlay, screen: Screen<'_>, theme: Theme) {
    let (context, overlays) = (screen.context, screen.overlays);
    match open {
        Overlay::Help => overlay::help::draw(buf, area, overlays.help(), context, theme),
        Overlay::Palette => {
            overlay::palette::draw(buf, area, overlays.palette(), screen.palette_source(), theme);
        }
        Overlay::Faults => {
            let view = FaultView::new(context, screen.clients.listed());
            overlay::faults::draw(buf, area, overlays.faults(), view, theme);
        }
        Overlay::Hold => overlay::hold::draw(buf, area, overlays.hold(), context, theme),
        Overlay::Hits => overlay::hits::draw(buf, area, screen.find, context, theme),
        Overlay::Marks => overlay::marks::draw(buf, area, screen, theme),
        Overlay::Differences => overlay::differences::draw(buf, area, screen, theme),
        Overlay::Compare => overlay::compare::draw(buf, area, screen.compare, context, theme),
        Overlay::Copy => overlay::copy::draw(buf, area, screen, theme),
        Overlay::Output => overlay::output::draw(buf, area, screen, theme),
        // The footer shows them.
        Overlay::Filter
        | Overlay::Offset
        | Overlay::Find
        | Overlay::Frame
        | Overlay::SetMark
        | Overlay::GoToMark
        | Overlay::Note
        | Overlay::Save
        | Overlay::Pipe
        | Overlay::Overwrite
        | Overlay::Record
        | Overlay::Time
        | Overlay::ReplaceRecording
        | Overlay::Send
        | Overlay::HoldInput(_)
        | Overlay::HelpSearch
        | Overlay::Confirm(_)
        | Overlay::SwitchHost(_) => {}
    }
}

fn stream(buf: &mut Buffer, screen: Screen<'_>, theme: Theme, focus: Focus) {
    use ratatui::widgets::Widget;
    let context = screen.context;
    let area = context.layout.stream;
    if context.model().totals.seen == 0 {
        let name = &context.keymap().pane_title(Pane::Stream);
        let inner = paint::pane(buf, area, theme, focus, Title { name, details: "" });
        return clients::welcome::draw(buf, inner, context, theme);
    }
    let connection = screen.stream.viewed(context);
    let is_served = context.world.setup.opened.is_none() && context.world.hosts.is_none();
    let silence = connection.filter(|_| is_served).and_then(|known| {
        let send = context.keymap().way_to(Action::Send(SendAction::Open));
        spoken::silence(known, context.now(), &send)
    });
    let hosts = context.world.hosts.as_ref();
    let silence =
        silence.or_else(|| Some(words::no_bytes(hosts?, hosts?.of(connection?.id)?, connection?.id)));
    StreamPane {
        payload: screen.stream.view(),
        connection,
        search: screen.find.search(),
        name: connection.and_then(|known| context.names().of(known.id)),
        note: connection.and_then(|known| context.notes().of(known.id)),
        rule: screen.framing.text(),
        marks: screen.marks,
        replay: context.replay(),
        utc_offset_seconds: context.utc_offset_seconds(),
        silence: silence.as_deref(),
        theme,
        focus,
        updates: if context.display().frozen.is_some() { Updates::Frozen } else { Updates::Live },
        keymap: context.keymap(),
    }
    .render(area, buf);
}
