//! Mouse input: clicks and the wheel are resolved with the rectangles and items that are drawn.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::action::{Action, ClientsAction, FaultsAction, HelpAction, HoldAction, HoldMotion, Motion};
use super::clients::RowClick;
use super::effect::Effect;
use super::focus::Pane;
use super::layout::inner;
use super::{App, Mode, chrome};
use crate::app::chrome::header;
use crate::app::chrome::line_layout::PlacedItem;
use crate::app::clients::columns::Column;
use crate::event::ConnectionId;

/// Rows that one notch of the wheel scrolls.
const NOTCH: i32 = 3;

pub(super) fn update(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    let at = Position { x: event.column, y: event.row };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(app, at),
        MouseEventKind::ScrollUp => wheel(app, at, -NOTCH),
        MouseEventKind::ScrollDown => wheel(app, at, NOTCH),
        _ => Vec::new(),
    }
}

fn click(app: &mut App, at: Position) -> Vec<Effect> {
    // The overlay takes all clicks but those on the footer.
    let is_covered = app.hold_view().is_some() && !app.layout().footer.contains(at);
    if is_covered {
        return Vec::new();
    }
    if let Some(action) = piece_at(app, at) {
        return app.dispatch(action);
    }
    if app.mode() == Mode::Help {
        return app.dispatch(Action::Help(HelpAction::Close));
    }
    if app.mode() == Mode::Faults {
        return click_faults(app, at);
    }
    let Some(pane) = pane_at(app, at) else { return Vec::new() };
    let before = app.focus();
    // Focus decides about columns and heights: the target of the click is looked up before anything moves.
    let (head, row) = (head_at(app, at), row_at(app, at));
    if pane == Pane::Stream {
        app.pick_byte(at);
    }
    let effects = app.dispatch(Action::Focus(pane));
    if let Some(column) = head {
        app.sort_by(column);
    } else if let Some(id) = row
        && app.pick(id) == Some(RowClick::Repeated)
        && before == Pane::Clients
    {
        return app.dispatch(Action::Clients(ClientsAction::Open));
    }
    effects
}

/// A click on a fault takes it, one on the scopes goes on to the next, and one elsewhere closes the overlay.
fn click_faults(app: &mut App, at: Position) -> Vec<Effect> {
    let layout = app.fault_view().layout(app.area(), app.fault_prompt().chosen);
    let action = if layout.scope.contains(at) {
        FaultsAction::NextScope
    } else if layout.list.contains(at) {
        let index = layout.top + usize::from(at.y - layout.list.y);
        app.on_faults(|prompt, view| prompt.take(index, view));
        return Vec::new();
    } else if layout.area.contains(at) {
        return Vec::new();
    } else {
        FaultsAction::Close
    };
    app.dispatch(Action::Faults(action))
}

/// Returns the column whose head is at this place, if the column is sortable.
fn head_at(app: &App, at: Position) -> Option<Column> {
    let table = inner(app.layout().clients);
    if !table.contains(at) || at.y != table.y {
        return None;
    }
    let x = at.x - table.x;
    // The sort arrow may stand in the gap before a head that fills its column.
    let spans = app.columns(table.width);
    let hit = spans.iter().find(|span| (span.x..span.x + span.width).contains(&x))?;
    Some(hit.column).filter(|column| Column::SORTABLE.contains(column))
}

/// Returns the connection whose row is at this place.
fn row_at(app: &App, at: Position) -> Option<ConnectionId> {
    let table = inner(app.layout().clients);
    if !table.contains(at) {
        return None;
    }
    let row = (at.y - table.y).checked_sub(1)?;
    let (_, rows) = app.clients().window(app.client_rows());
    rows.get(usize::from(row)).copied()
}

fn wheel(app: &mut App, at: Position, rows: i32) -> Vec<Effect> {
    let motion = Motion::Rows(rows);
    match app.mode() {
        Mode::Help => return app.dispatch(Action::Move(motion)),
        Mode::Faults => return Vec::new(),
        Mode::Panes
        | Mode::Filter
        | Mode::Offset
        | Mode::Send
        | Mode::Hold
        | Mode::HoldInput(_)
        | Mode::Confirm(..) => {}
    }
    if app.hold_view().is_some() {
        let row = if rows < 0 { HoldMotion::RowUp } else { HoldMotion::RowDown };
        return app.dispatch(Action::Hold(HoldAction::Move(row)));
    }
    pane_at(app, at).map(|pane| app.scroll(pane, motion)).unwrap_or_default()
}

fn pane_at(app: &App, at: Position) -> Option<Pane> {
    let layout = app.layout();
    let graph = layout.graph.contains(at).then_some(Pane::Backends);
    Pane::ALL.into_iter().find(|&pane| layout.pane(pane).contains(at)).or(graph)
}

fn piece_at(app: &App, at: Position) -> Option<Action> {
    let layout = app.layout();
    let hit = |area: Rect, pieces: &dyn Fn() -> Vec<PlacedItem>| {
        let x = at.x.checked_sub(area.x).filter(|_| area.contains(at))?;
        let piece = pieces().into_iter().find(|piece| (piece.x..piece.x + piece.width).contains(&x))?;
        chrome::action_at(piece.kind)
    };
    hit(layout.header, &|| header::header(app, layout.header.width, layout.arrangement))
        .or_else(|| hit(layout.tabs, &|| chrome::tabs(app, layout.tabs.width)))
        .or_else(|| hit(layout.footer, &|| chrome::footer(app, layout.footer.width)))
}
