//! The cells of the screen: as they are to be, and as the terminal has them.
//!
//! A frame lays out only what may have changed, and compares only that with what the terminal has. The figures of the
//! backends and the graph of the throughput are of seconds, so they are laid out some times a second only, unless what the
//! user looks at has changed. Everything is laid out anew while something lies over the panes.

use std::ops::Range;

use ratatui::backend::{Backend, ClearType};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};

use super::frame::{Layers, render};
use super::logs::Logs;
use super::theme::{Role, Theme, Themes};
use crate::app::App;
use crate::app::focus::Pane;
use crate::app::layout::Layout;
use crate::event::Timestamp;

/// How long the panes with figures of seconds stay as they are, in microseconds.
const SLOW: u64 = 125_000;

/// The cells of the screen, and the terminal that shows them.
#[derive(Debug)]
pub struct Canvas<B> {
    backend: B,
    next: Buffer,
    shown: Buffer,
    /// What the last frame depended on; nothing before the first one.
    last: Option<Drawn>,
    /// The rows of a comparison, which are swapped with those of the screen.
    rows: [Buffer; 2],
    changed: Vec<Position>,
}

/// What a frame depends on as a whole.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Look {
    layout: Layout,
    focus: Pane,
    theme: usize,
    /// The first row of the figures of the backends.
    top: usize,
    switches: usize,
    /// Whether a switch goes on, whether a handler blocks the others, whether the display is frozen.
    states: [bool; 3],
    /// Whether something lies over the panes.
    is_covered: bool,
}

/// The last frame.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    look: Look,
    /// When the panes with figures of seconds were laid out.
    slow_at: Timestamp,
}

impl<B: Backend> Canvas<B> {
    /// Returns a canvas of this size, of which the terminal shows nothing yet.
    pub fn new(backend: B, size: Size) -> Self {
        let area = Rect::from((Position::ORIGIN, size));
        let [next, shown] = [Buffer::empty(area), Buffer::empty(area)];
        let rows = [Buffer::empty(Rect::ZERO), Buffer::empty(Rect::ZERO)];
        Self { backend, next, shown, last: None, rows, changed: Vec::new() }
    }

    /// Returns the terminal.
    pub const fn backend(&self) -> &B {
        &self.backend
    }

    /// Returns how many cells the last frame wrote.
    pub const fn changed(&self) -> usize {
        self.changed.len()
    }

    /// Makes the next frame draw every cell of a screen of this size.
    ///
    /// # Errors
    ///
    /// Those of the terminal.
    pub fn resize(&mut self, size: Size) -> Result<(), B::Error> {
        let area = Rect::from((Position::ORIGIN, size));
        (self.next, self.shown, self.last) = (Buffer::empty(area), Buffer::empty(area), None);
        self.backend.set_cursor_position(Position::ORIGIN)?;
        self.backend.clear_region(ClearType::AfterCursor)
    }

    /// Draws the dashboard.
    ///
    /// # Errors
    ///
    /// Those of the terminal.
    pub fn draw(&mut self, app: &App, logs: &Logs, themes: &Themes) -> Result<(), B::Error> {
        let number = app.palette().number();
        let theme = themes.get(number);
        let area = self.next.area;
        let look = look(app, area, number);
        let now = app.screen_of(area).context.now();
        let last = self.last.filter(|last| last.look == look && !look.is_covered);
        // The clock may have been set back.
        let kept = last.filter(|last| (last.slow_at..last.slow_at.plus_micros(SLOW)).contains(&now));
        let layers = match (last, kept) {
            (None, _) => Layers::All,
            (_, Some(_)) => Layers::Fast,
            (_, None) => Layers::Panes,
        };
        self.last = Some(Drawn { look, slow_at: kept.map_or(now, |kept| kept.slow_at) });
        let parts = parts(&look.layout, area, layers);
        for &part in &parts {
            blank(&mut self.next, part, theme);
        }
        render(&mut self.next, area, app, logs, theme, layers);
        self.changed.clear();
        for &part in &parts {
            self.compare(part);
        }
        let (next, changed) = (&self.next, &self.changed);
        self.backend.draw(changed.iter().map(|at| (at.x, at.y, &next[*at])))?;
        self.backend.hide_cursor()?;
        self.backend.flush()
    }

    /// Notes which cells of a part are not as the terminal has them, and takes these for what it has.
    fn compare(&mut self, part: Rect) {
        let width = usize::from(self.next.area.width);
        for y in part.rows().map(|row| row.y) {
            let from = usize::from(y) * width + usize::from(part.x);
            let row = from..from + usize::from(part.width);
            let [next, shown] = [&mut self.next.content[row.clone()], &mut self.shown.content[row]];
            let Some(changed) = difference(next, shown) else { continue };
            let area = Rect::new(part.x + changed.start as u16, y, changed.len() as u16, 1);
            let [next, shown] = [&mut next[changed.clone()], &mut shown[changed]];
            for (buffer, cells) in self.rows.iter_mut().zip([&mut *shown, &mut *next]) {
                buffer.area = area;
                buffer.content.resize(cells.len(), Cell::EMPTY);
                buffer.content.swap_with_slice(cells);
            }
            let [before, after] = &self.rows;
            self.changed.extend(before.diff_iter(after).map(|(x, y, _)| Position { x, y }));
            for (buffer, cells) in self.rows.iter_mut().zip([&mut *shown, &mut *next]) {
                buffer.content.swap_with_slice(cells);
            }
            for (shown, next) in shown.iter_mut().zip(next) {
                if !is_same(shown, next) {
                    shown.clone_from(next);
                }
            }
        }
    }
}

/// Returns what a frame depends on as a whole.
fn look(app: &App, area: Rect, theme: usize) -> Look {
    let screen = app.screen_of(area);
    let context = screen.context;
    let model = context.model();
    let is_covered = screen.overlays.open_ones().next().is_some() || screen.status.is_some();
    Look {
        layout: context.layout,
        focus: context.display().focus,
        theme,
        top: screen.backends.top(),
        switches: model.switches.len(),
        states: [model.switching.is_some(), context.blocked().is_some(), context.display().frozen.is_some()],
        is_covered,
    }
}

/// Returns the parts of the screen that these layers draw.
fn parts(layout: &Layout, area: Rect, layers: Layers) -> Vec<Rect> {
    let Layout { arrangement: _, header, tabs, caption, footer, clients, stream, graph, backends, logs } =
        *layout;
    let fast = [header, tabs, caption, footer, clients, stream, logs];
    match layers {
        Layers::All => vec![area],
        Layers::Panes => fast.into_iter().chain([graph, backends]).filter(|part| !part.is_empty()).collect(),
        Layers::Fast => fast.into_iter().filter(|part| !part.is_empty()).collect(),
    }
}

/// Clears a part, which then has the background of the theme.
fn blank(buf: &mut Buffer, part: Rect, theme: Theme) {
    let mut blank = Cell::EMPTY;
    blank.set_style(theme.style(Role::Text));
    let width = usize::from(buf.area.width);
    for row in part.rows() {
        let from = usize::from(row.y) * width + usize::from(row.x);
        for cell in &mut buf.content[from..from + usize::from(row.width)] {
            cell.clone_from(&blank);
        }
    }
}

/// Returns the cells of a row from the first to the last one that differ. A symbol may be two cells wide, so there is one more
/// at each end.
fn difference(next: &[Cell], shown: &[Cell]) -> Option<Range<usize>> {
    let differs = |(next, shown): (&Cell, &Cell)| !is_same(next, shown);
    let first = next.iter().zip(shown).position(differs)?;
    let last = next.iter().zip(shown).rposition(differs)?;
    Some(first.saturating_sub(1)..(last + 2).min(next.len()))
}

/// Whether two cells look the same. Most symbols are one byte.
fn is_same(one: &Cell, other: &Cell) -> bool {
    one.fg == other.fg
        && one.bg == other.bg
        && one.modifier == other.modifier
        && match (one.symbol().as_bytes(), other.symbol().as_bytes()) {
            ([one], [other]) => one == other,
            (one, other) => one == other,
        }
}
