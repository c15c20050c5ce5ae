//! Mouse input: what a click or the wheel hits, found with the rectangles and items that are drawn.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::app::action::{
    Action, ExportAction, FaultsAction, HelpAction, HoldAction, HoldMotion, Motion, PaletteAction,
};
use crate::app::backends::{self, BackendRow};
use crate::app::chrome::{self, header, line_layout::PlacedItem};
use crate::app::clients::columns::Column;
use crate::app::focus::Pane;
use crate::app::layout::inner;
use crate::app::overlay::Overlay;
use crate::app::overlay::fault_prompt::FaultView;
use crate::app::overlay::palette::PaletteLayout;
use crate::app::screen::Screen;
use crate::event::{ConnectionId, FaultKind};
use crate::model::search::Search;

/// Rows that one notch of the wheel scrolls.
const NOTCH: i32 = 3;

/// What a mouse event does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MouseTarget {
    /// It runs this action.
    Action(Action),
    /// It takes this fault of the list.
    Fault(usize),
    /// It runs this command of the palette.
    Command(usize),
    /// It takes this entry of the list that covers the screen.
    ListRow(usize),
    /// It focuses a pane, and takes what is there.
    Pane(PaneTarget),
    /// It moves what is in a pane.
    Scroll(Pane, Motion),
    /// It selects in the stream up to this place of the screen, if the button was pressed there.
    Drag(Position),
    /// It ends that.
    Release,
}

/// A place in a pane that was clicked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PaneTarget {
    /// The pane.
    pub(crate) pane: Pane,
    /// The place on the screen.
    pub(crate) at: Position,
    /// The column whose head is there, if it is sortable.
    pub(crate) head: Option<Column>,
    /// The connection whose row is there.
    pub(crate) row: Option<ConnectionId>,
}

/// Returns what a mouse event does, if anything.
pub(crate) fn target(screen: Screen<'_>, event: MouseEvent) -> Option<MouseTarget> {
    let at = Position { x: event.column, y: event.row };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(screen, at),
        MouseEventKind::Drag(MouseButton::Left) => {
            screen.overlays.drawn().is_none().then_some(MouseTarget::Drag(at))
        }
        MouseEventKind::Up(MouseButton::Left) => Some(MouseTarget::Release),
        MouseEventKind::ScrollUp => wheel(screen, at, -NOTCH),
        MouseEventKind::ScrollDown => wheel(screen, at, NOTCH),
        _ => None,
    }
}

fn click(screen: Screen<'_>, at: Position) -> Option<MouseTarget> {
    let covering = screen.overlays.drawn();
    // This overlay takes all clicks but those on the footer.
    let footer = chrome::footer::footer(screen);
    if covering == Some(Overlay::Hold) && !footer.covers(at) {
        return None;
    }
    if let Some(action) = piece_at(screen, at) {
        return Some(MouseTarget::Action(action));
    }
    if footer.covers(at) {
        return None;
    }
    match covering {
        Some(Overlay::Help) => return Some(MouseTarget::Action(Action::Help(HelpAction::Close))),
        Some(Overlay::Faults) => return click_faults(screen, at),
        Some(Overlay::Palette) => return click_palette(screen, at),
        Some(Overlay::Copy) => return click_copy(screen, at),
        Some(Overlay::Output | Overlay::Compare) => return None,
        Some(Overlay::Hits) => {
            let known = screen.find.search().map_or(0, Search::kept);
            return list_row(screen, at, screen.find.chosen(), known);
        }
        Some(Overlay::Differences) => {
            let replay = screen.context.replay()?;
            return list_row(screen, at, screen.differences.chosen(replay), replay.findings().len());
        }
        Some(Overlay::Marks) => {
            return list_row(screen, at, screen.marks.chosen(), screen.marks.all().len());
        }
        _ => {}
    }
    if let Some(kind) = stress_test_at(screen, at) {
        return Some(MouseTarget::Action(Action::ToggleFault(kind)));
    }
    let pane = pane_at(screen, at)?;
    Some(MouseTarget::Pane(PaneTarget { pane, at, head: head_at(screen, at), row: row_at(screen, at) }))
}

/// Returns the stress test whose row is at this place.
fn stress_test_at(screen: Screen<'_>, at: Position) -> Option<FaultKind> {
    let area = inner(screen.context.layout.backends);
    if !area.contains(at) {
        return None;
    }
    let rows = backends::rows(screen.context, area.as_size());
    // The rows that are shown begin earlier than the state says if there are fewer of them than before.
    let top = screen.backends.top().min(rows.len().saturating_sub(usize::from(area.height)));
    match rows.get(top + usize::from(at.y - area.y)) {
        Some(BackendRow::StressTest { kind, .. }) => Some(*kind),
        _ => None,
    }
}

/// A click on a fault takes it, one on the scopes goes on to the next, and one elsewhere closes the overlay.
fn click_faults(screen: Screen<'_>, at: Position) -> Option<MouseTarget> {
    let view = FaultView::new(screen.context, screen.clients.listed());
    let layout = view.layout(screen.context.display().area(), screen.overlays.faults().chosen);
    let action = if layout.scope.contains(at) {
        FaultsAction::NextScope
    } else if layout.list.contains(at) {
        return Some(MouseTarget::Fault(layout.top + usize::from(at.y - layout.list.y)));
    } else if layout.area.contains(at) {
        return None;
    } else {
        FaultsAction::Close
    };
    Some(MouseTarget::Action(Action::Faults(action)))
}

/// A click on a command runs it, and one outside closes the palette.
fn click_palette(screen: Screen<'_>, at: Position) -> Option<MouseTarget> {
    let palette = screen.overlays.palette();
    let layout = PaletteLayout::new(screen.context.display().area(), palette.chosen());
    if let Some(index) = layout.entry_at(at) {
        return Some(MouseTarget::Command(index));
    }
    let close = Action::Palette(PaletteAction::Close);
    (!layout.area.contains(at)).then_some(MouseTarget::Action(close))
}

/// A click on a form copies in it, and one outside of the menu closes it.
fn click_copy(screen: Screen<'_>, at: Position) -> Option<MouseTarget> {
    let menu = screen.export.menu(screen.context.display().area());
    let action = match menu.form_at(at) {
        Some(form) => ExportAction::TakeAs(form),
        None if menu.area.contains(at) => return None,
        None => ExportAction::Close,
    };
    Some(MouseTarget::Action(Action::Export(action)))
}

/// A click on an entry of a list that covers the screen takes it. The page with the chosen entry is shown.
fn list_row(screen: Screen<'_>, at: Position, chosen: usize, entries: usize) -> Option<MouseTarget> {
    let area = screen.context.display().area();
    let list = inner(Rect { height: area.height.saturating_sub(1), ..area });
    let page = usize::from(list.height.max(1));
    let index = chosen / page * page + usize::from(at.y.checked_sub(list.y)?);
    (list.contains(at) && index < entries).then_some(MouseTarget::ListRow(index))
}

/// Returns the column whose head is at this place, if the column is sortable.
fn head_at(screen: Screen<'_>, at: Position) -> Option<Column> {
    let table = inner(screen.context.layout.clients);
    if !table.contains(at) || at.y != table.y {
        return None;
    }
    let x = at.x - table.x;
    // The sort arrow may stand in the gap before a head that fills its column.
    let spans = screen.clients.columns(table.width, screen.context);
    let hit = spans.iter().find(|span| (span.x..span.x + span.width).contains(&x))?;
    Some(hit.column).filter(|column| Column::SORTABLE.contains(column))
}

/// Returns the connection whose row is at this place.
fn row_at(screen: Screen<'_>, at: Position) -> Option<ConnectionId> {
    let table = inner(screen.context.layout.clients);
    if !table.contains(at) {
        return None;
    }
    let row = (at.y - table.y).checked_sub(1)?;
    screen.clients.visible(screen.context).get(usize::from(row)).copied()
}

fn wheel(screen: Screen<'_>, at: Position, rows: i32) -> Option<MouseTarget> {
    let motion = Motion::Rows(rows);
    match screen.overlays.drawn() {
        Some(
            Overlay::Help
            | Overlay::Output
            | Overlay::Compare
            | Overlay::Differences
            | Overlay::Hits
            | Overlay::Marks,
        ) => Some(MouseTarget::Action(Action::Move(motion))),
        Some(Overlay::Faults) => None,
        Some(Overlay::Copy) => {
            let step = if rows < 0 { ExportAction::Previous } else { ExportAction::Next };
            Some(MouseTarget::Action(Action::Export(step)))
        }
        Some(Overlay::Palette) => {
            let step = if rows < 0 { PaletteAction::Previous } else { PaletteAction::Next };
            Some(MouseTarget::Action(Action::Palette(step)))
        }
        Some(Overlay::Hold) => {
            let row = if rows < 0 { HoldMotion::RowUp } else { HoldMotion::RowDown };
            Some(MouseTarget::Action(Action::Hold(HoldAction::Move(row))))
        }
        _ => pane_at(screen, at).map(|pane| MouseTarget::Scroll(pane, motion)),
    }
}

fn pane_at(screen: Screen<'_>, at: Position) -> Option<Pane> {
    let layout = screen.context.layout;
    let graph = layout.graph.contains(at).then_some(Pane::Backends);
    Pane::ALL.into_iter().find(|&pane| layout.pane(pane).contains(at)).or(graph)
}

fn piece_at(screen: Screen<'_>, at: Position) -> Option<Action> {
    let (context, layout) = (screen.context, screen.context.layout);
    let hit = |area: Rect, pieces: &dyn Fn() -> Vec<PlacedItem>| {
        let x = at.x.checked_sub(area.x).filter(|_| area.contains(at))?;
        let piece = pieces().into_iter().find(|piece| (piece.x..piece.x + piece.width).contains(&x))?;
        chrome::action_at(piece.kind)
    };
    hit(layout.header, &|| header::header(context, layout.header.width, layout.arrangement))
        .or_else(|| hit(layout.tabs, &|| chrome::tabs(context, layout.tabs.width)))
        .or_else(|| {
            let footer = chrome::footer::footer(screen);
            hit(footer.line, &|| footer.items.clone())
        })
}
