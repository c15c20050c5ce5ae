//! Where everything stands: a pure function of the area and of what the user looks at. `update` asks it for page sizes
//! and for what was clicked, drawing asks it for rectangles, and so the two cannot disagree.

use ratatui::layout::{Rect, Size};

use super::focus::{Pane, Zoom};

/// The smallest size that has room for something to see.
pub const SMALLEST: Size = Size { width: 30, height: 6 };
/// From here on, all panes are there at once.
const ZONES: Size = Size { width: 110, height: 30 };
/// Below this, one pane is.
const STACKED: Size = Size { width: 60, height: 16 };
/// With fewer rows, the line with the tabs gives way to the pane.
const TABS: u16 = 8;
/// A pane of backends this wide has the graph beside the figures.
const SIDE_BY_SIDE: u16 = 76;
/// Rows that the figures of the backends need, the border included.
const FIGURES: u16 = 15;

/// How the screen is divided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrangement {
    /// Nothing fits.
    TooSmall,
    /// The pane that has the keys, and tabs.
    One,
    /// The table above the pane that has the keys, or above the stream; and tabs.
    Stacked,
    /// All of them.
    Zones,
}

/// Rectangles; an empty one is not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// How it was divided.
    pub arrangement: Arrangement,
    /// The first line.
    pub header: Rect,
    /// The line with the tabs, where not all panes are there.
    pub tabs: Rect,
    /// The last line.
    pub footer: Rect,
    /// The table of connections.
    pub clients: Rect,
    /// The stream.
    pub stream: Rect,
    /// The graph of the throughput.
    pub graph: Rect,
    /// The figures of the backends.
    pub backends: Rect,
    /// The log.
    pub logs: Rect,
}

impl Layout {
    /// The rectangle of a pane.
    #[must_use]
    pub const fn pane(&self, pane: Pane) -> Rect {
        match pane {
            Pane::Clients => self.clients,
            Pane::Stream => self.stream,
            Pane::Backends => self.backends,
            Pane::Logs => self.logs,
        }
    }

    /// Rows of connections that the table has room for: without border and heads.
    #[must_use]
    pub const fn client_rows(&self) -> usize {
        inner(self.clients).height.saturating_sub(1) as usize
    }
}

/// A pane without its border.
#[must_use]
pub const fn inner(area: Rect) -> Rect {
    Rect {
        x: area.x + if area.width > 0 { 1 } else { 0 },
        y: area.y + if area.height > 0 { 1 } else { 0 },
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Divides the area.
#[must_use]
pub fn layout(area: Rect, focus: Pane, zoom: Zoom) -> Layout {
    let arrangement = arrangement(area, zoom);
    let none = Rect { width: 0, height: 0, ..area };
    let mut layout = Layout {
        arrangement,
        header: none,
        tabs: none,
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
    let (body, footer) = split_top(rest, rest.height - 1);
    (layout.header, layout.tabs, layout.footer) = (header, tabs, footer);
    match arrangement {
        Arrangement::Zones => zones(&mut layout, body),
        Arrangement::Stacked => {
            let (above, below) = split_top(body, (body.height * 2 / 5).clamp(6, 20));
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

/// Left: table above stream above log. Right: graph above figures.
fn zones(layout: &mut Layout, body: Rect) {
    let (left, right) = split_left(body, body.width - (body.width * 32 / 100).clamp(38, 64));
    let (clients, rest) = split_top(left, (body.height * 27 / 100).max(8));
    let (stream, logs) = split_top(rest, rest.height - (body.height * 22 / 100).clamp(6, 14));
    let figures = (body.height * 58 / 100).clamp(FIGURES + 3, 26);
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
            (layout.backends, layout.graph) = split_left(area, (area.width * 55 / 100).clamp(42, 72));
        }
        Pane::Backends if area.height >= FIGURES + 8 => {
            (layout.graph, layout.backends) = split_top(area, area.height - FIGURES);
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
        layout(Rect::new(0, 0, width, height), focus, Zoom::Off)
    }

    fn cells(layout: &Layout) -> Vec<Rect> {
        let Layout { header, tabs, footer, clients, stream, graph, backends, logs, .. } = *layout;
        vec![header, tabs, footer, clients, stream, graph, backends, logs]
    }

    #[test]
    fn every_cell_belongs_to_one_part() {
        for (width, height) in
            (30..=200).step_by(7).flat_map(|width| (6..=60).map(move |height| (width, height)))
        {
            for (focus, zoom) in Pane::ALL.into_iter().flat_map(|pane| [(pane, Zoom::Off), (pane, Zoom::On)])
            {
                let parts = cells(&layout(Rect::new(0, 0, width, height), focus, zoom));
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
        for (width, height) in [(30, 6), (40, 10), (80, 24), (110, 30), (200, 60)] {
            for pane in Pane::ALL {
                let area = at(width, height, pane).pane(pane);
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
