//! The layout of the screen: a pure function of its size, of the focused pane and of the caption. `update` asks it
//! for page sizes and for what was clicked, drawing asks it for rectangles, and so the two cannot disagree.

use ratatui::layout::{Rect, Size};

use super::backends;
use super::focus::{Pane, Zoom};

/// The smallest screen size that is drawn on.
pub const SMALLEST: Size = Size { width: 30, height: 6 };
/// From this size on, all panes are visible at once.
const ZONES: Size = Size { width: 110, height: 30 };
/// Below this size, one pane is visible.
const STACKED: Size = Size { width: 60, height: 16 };
/// With fewer rows, the tabs line is left out in favour of the pane.
const TABS: u16 = 8;
/// A Backends pane of this width has the graph beside the figures.
const SIDE_BY_SIDE: u16 = backends::WIDE + 2 + 40;
/// Rows for the figures of the backends beside or above a graph, the border included.
const FIGURES: u16 = 26;
/// Rows in which a narrow Backends pane shows the whole table, the border included.
const TABLE: u16 = 26;
/// The smallest height of the graph, the border included.
const GRAPH: u16 = 8;
/// The least number of rows for the figures of the backends below the table of clients, the border included.
const COMPACT: u16 = 11;
/// Rows that the panes need before the caption may take more than a fifth of the screen.
const CAPTION: u16 = 12;

/// How the screen is divided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrangement {
    /// The screen is too small for anything.
    TooSmall,
    /// The focused pane, and tabs.
    One,
    /// The table of clients above the focused pane or the stream, and tabs.
    Stacked,
    /// All panes.
    Zones,
}

/// The rectangles of all parts of the screen; an empty one is not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// How the screen is divided.
    pub arrangement: Arrangement,
    /// The first line.
    pub header: Rect,
    /// The tabs, where not all panes are visible.
    pub tabs: Rect,
    /// The caption above the last line.
    pub caption: Rect,
    /// The last line.
    pub footer: Rect,
    /// The table of connections.
    pub clients: Rect,
    /// The stream.
    pub stream: Rect,
    /// The throughput graph.
    pub graph: Rect,
    /// The figures of the backends.
    pub backends: Rect,
    /// The log.
    pub logs: Rect,
}

impl Layout {
    /// Returns the rectangle of a pane.
    #[must_use]
    pub const fn pane(&self, pane: Pane) -> Rect {
        match pane {
            Pane::Clients => self.clients,
            Pane::Stream => self.stream,
            Pane::Backends => self.backends,
            Pane::Logs => self.logs,
        }
    }

    /// Returns the number of connections that the table has room for: without border and heads.
    #[must_use]
    pub const fn client_rows(&self) -> usize {
        inner(self.clients).height.saturating_sub(1) as usize
    }
}

/// Returns the inside of a pane, without its border.
#[must_use]
pub const fn inner(area: Rect) -> Rect {
    Rect {
        x: area.x + if area.width > 0 { 1 } else { 0 },
        y: area.y + if area.height > 0 { 1 } else { 0 },
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Returns the rows that a caption gets if it needs `wanted`: at most a third of the rows that the panes do not need,
/// or a fifth of a low screen.
const fn caption_rows(height: u16, wanted: u16) -> u16 {
    let (beyond, fifth) = (height.saturating_sub(CAPTION) / 3, height / 5);
    let most = if beyond > fifth { beyond } else { fifth };
    if wanted < most { wanted } else { most }
}

/// Divides the area; the caption needs `caption` rows.
#[must_use]
pub fn layout(area: Rect, focus: Pane, zoom: Zoom, caption: u16) -> Layout {
    let arrangement = arrangement(area, zoom);
    let none = Rect { width: 0, height: 0, ..area };
    let mut layout = Layout {
        arrangement,
        header: none,
        tabs: none,
        caption: none,
        footer: none,
        clients: none,
        stream: none,
        graph: none,
        backends: none,
        logs: none,
    };
    if arrangement == Arrangement::TooSmall {
        return layout;
    }
    let tabs = u16::from(arrangement != Arrangement::Zones && area.height >= TABS);
    let (header, rest) = split_top(area, 1);
    let (tabs, rest) = split_top(rest, tabs);
    let (rest, footer) = split_top(rest, rest.height - 1);
    let (body, caption) = split_top(rest, rest.height - caption_rows(area.height, caption));
    (layout.header, layout.tabs, layout.caption, layout.footer) = (header, tabs, caption, footer);
    match arrangement {
        Arrangement::Zones => zones(&mut layout, body),
        Arrangement::Stacked => {
            let above = (body.height * 2 / 5).clamp(6, 20);
            let above = match focus {
                Pane::Backends => above.min(body.height.saturating_sub(COMPACT)).max(7),
                _ => above,
            };
            let (above, below) = split_top(body, above);
            layout.clients = above;
            place(&mut layout, below, if focus == Pane::Clients { Pane::Stream } else { focus });
        }
        _ => place(&mut layout, body, focus),
    }
    layout
}

fn arrangement(area: Rect, zoom: Zoom) -> Arrangement {
    let fits = |size: Size| area.width >= size.width && area.height >= size.height;
    if !fits(SMALLEST) {
        Arrangement::TooSmall
    } else if zoom == Zoom::On || !fits(STACKED) {
        Arrangement::One
    } else if fits(ZONES) {
        Arrangement::Zones
    } else {
        Arrangement::Stacked
    }
}

/// Places all panes. Left: clients above stream above logs. Right: graph above figures.
fn zones(layout: &mut Layout, body: Rect) {
    let (left, right) = split_left(body, body.width - (body.width * 32 / 100).clamp(40, 64));
    let (clients, rest) = split_top(left, (body.height * 27 / 100).max(8));
    let (stream, logs) = split_top(rest, rest.height - (body.height * 22 / 100).clamp(6, 14));
    let table = body.height.saturating_sub(GRAPH).min(TABLE);
    let figures = (body.height * 60 / 100).max(table).clamp(16, 34);
    let (graph, backends) = split_top(right, body.height - figures);
    (layout.clients, layout.stream, layout.logs) = (clients, stream, logs);
    (layout.graph, layout.backends) = (graph, backends);
}

/// Gives an area to one pane.
fn place(layout: &mut Layout, area: Rect, pane: Pane) {
    match pane {
        Pane::Clients => layout.clients = area,
        Pane::Stream => layout.stream = area,
        Pane::Logs => layout.logs = area,
        Pane::Backends if area.width >= SIDE_BY_SIDE => {
            (layout.backends, layout.graph) =
                split_left(area, (area.width * 55 / 100).clamp(backends::WIDE + 2, 120));
        }
        Pane::Backends if area.height >= FIGURES + GRAPH => {
            (layout.backends, layout.graph) = split_top(area, FIGURES.max(area.height * 3 / 5));
        }
        Pane::Backends => layout.backends = area,
    }
}

fn split_top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let rest = Rect { y: area.y + height, height: area.height - height, ..area };
    (Rect { height, ..area }, rest)
}

fn split_left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(width: u16, height: u16, focus: Pane) -> Layout {
        layout(Rect::new(0, 0, width, height), focus, Zoom::Off, 0)
    }

    fn cells(layout: &Layout) -> Vec<Rect> {
        let Layout { header, tabs, caption, footer, clients, stream, graph, backends, logs, .. } = *layout;
        vec![header, tabs, caption, footer, clients, stream, graph, backends, logs]
    }

    #[test]
    fn every_cell_belongs_to_one_part() {
        for (width, height) in
            (30..=200).step_by(7).flat_map(|width| (6..=60).map(move |height| (width, height)))
        {
            for (focus, zoom) in Pane::ALL.into_iter().flat_map(|pane| [(pane, Zoom::Off), (pane, Zoom::On)])
            {
                let wanted = (width + height) % 5;
                let layout = layout(Rect::new(0, 0, width, height), focus, zoom, wanted);
                assert!(layout.caption.height <= height / 3, "{width}x{height}");
                let parts = cells(&layout);
                let covered: u32 = parts.iter().map(|part| part.area()).sum();
                assert_eq!(covered, u32::from(width) * u32::from(height), "{width}x{height} {focus:?}");
                for (index, part) in parts.iter().enumerate() {
                    assert!(parts[index + 1..].iter().all(|other| !part.intersects(*other)));
                }
            }
        }
    }

    #[test]
    fn the_pane_with_the_keys_is_always_there() {
        for (width, height) in [(30, 6), (40, 10), (60, 16), (70, 20), (80, 24), (110, 30), (200, 60)] {
            for pane in Pane::ALL {
                let area = layout(Rect::new(0, 0, width, height), pane, Zoom::Off, 4).pane(pane);
                assert!(area.height >= 3 && area.width >= 30, "{width}x{height} {pane:?}: {area}");
            }
        }
    }

    #[test]
    fn sizes_choose_the_arrangement() {
        let chosen = [(29, 40), (40, 10), (59, 40), (80, 24), (109, 60), (110, 30)]
            .map(|(width, height)| at(width, height, Pane::Clients).arrangement);
        use Arrangement::{One, Stacked, TooSmall, Zones};
        assert_eq!(chosen, [TooSmall, One, One, Stacked, Stacked, Zones]);
        assert_eq!(at(80, 24, Pane::Clients).stream.height, 13);
        assert_eq!(at(80, 24, Pane::Logs).stream, Rect::ZERO);
    }
}
