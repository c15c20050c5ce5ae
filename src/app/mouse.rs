//! What the mouse means: the same rectangles and pieces that are drawn say what was hit.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::clients::Picked;
use super::columns::{self, Column};
use super::command::{Command, Motion};
use super::effect::Effect;
use super::focus::Pane;
use super::layout::inner;
use super::strip::Placed;
use super::{App, Mode, bars, header};

/// Rows that one notch of the wheel moves.
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
    if let Some(command) = piece_at(app, at) {
        return app.perform(command);
    }
    if app.mode() == Mode::Help {
        return app.perform(Command::Help);
    }
    let Some(pane) = pane_at(app, at) else { return Vec::new() };
    let before = app.focus();
    // Where the keys go decides about columns: what was hit is what was there.
    let head = head_at(app, at);
    let effects = app.perform(Command::Focus(pane));
    if pane == Pane::Clients {
        if let Some(column) = head {
            app.sort_by(column);
            return Vec::new();
        }
        return click_row(app, at, before);
    }
    if pane == Pane::Stream {
        app.pick_byte(at);
    }
    effects
}

/// The column whose head stands there, if it can be sorted by.
fn head_at(app: &App, at: Position) -> Option<Column> {
    let table = inner(app.layout().clients);
    if !table.contains(at) || at.y != table.y {
        return None;
    }
    let x = at.x - table.x;
    // The arrow of the sort may stand in the gap before a head that fills its column.
    let spans = columns::fitting(table.width, app.clients().widest(), app.interest());
    let hit = spans.iter().find(|span| (span.x..span.x + span.width).contains(&x))?;
    Some(hit.column).filter(|column| Column::SORTABLE.contains(column))
}

fn click_row(app: &mut App, at: Position, before: Pane) -> Vec<Effect> {
    let table = inner(app.layout().clients);
    if !table.contains(at) || at.y == table.y {
        return Vec::new();
    }
    match app.pick(usize::from(at.y - table.y - 1)) {
        Some(Picked::Again) if before == Pane::Clients => app.perform(Command::Open),
        _ => Vec::new(),
    }
}

fn wheel(app: &mut App, at: Position, rows: i32) -> Vec<Effect> {
    let motion = Motion::Rows(rows);
    if app.mode() == Mode::Help {
        return app.perform(Command::Move(motion));
    }
    pane_at(app, at).map(|pane| app.scroll(pane, motion)).unwrap_or_default()
}

fn pane_at(app: &App, at: Position) -> Option<Pane> {
    let layout = app.layout();
    let graph = layout.graph.contains(at).then_some(Pane::Backends);
    Pane::ALL.into_iter().find(|&pane| layout.pane(pane).contains(at)).or(graph)
}

fn piece_at(app: &App, at: Position) -> Option<Command> {
    let layout = app.layout();
    let hit = |area: Rect, pieces: &dyn Fn() -> Vec<Placed>| {
        let x = at.x.checked_sub(area.x).filter(|_| area.contains(at))?;
        let piece = pieces().into_iter().find(|piece| (piece.x..piece.x + piece.width).contains(&x))?;
        bars::clicked(piece.part)
    };
    hit(layout.header, &|| header::header(app, layout.header.width, layout.arrangement))
        .or_else(|| hit(layout.tabs, &|| bars::tabs(app, layout.tabs.width)))
        .or_else(|| hit(layout.footer, &|| bars::footer(app, layout.footer.width)))
}
