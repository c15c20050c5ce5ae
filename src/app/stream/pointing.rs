//! Selecting bytes with the mouse: a press sets the cursor, a drag selects up to it, a second press selects the read and a
//! third one the line.

use ratatui::layout::{Position, Size};

use crate::app::action::Motion;
use crate::app::stream::geometry::BytePanel;
use crate::app::stream::pane::StreamView;
use crate::app::stream::press::{Button, Press, Selects};
use crate::app::stream::selection::{Selection, SelectionUnit};
use crate::event::Timestamp;
use crate::model::Connection;

/// The longest time between two presses that belong together, in microseconds. Between events the time is known only to
/// the second.
const TOGETHER: u64 = 1_500_000;

/// A place relative to the upper left corner of the pane inside its border; negative to the left of it, or above.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DragPlace {
    /// The column.
    pub x: i32,
    /// The row.
    pub y: i32,
}

impl StreamView {
    /// Moves the cursor to the byte that is pressed. A second press selects its read or write, a third one its line; a
    /// first one ends what the mouse has selected.
    pub fn press(&mut self, at: Position, when: Timestamp, connection: &Connection, size: Size) {
        let before = self.pressed.take();
        let Some(position) = self.pick(at, connection, size) else { return };
        let is_again = |press: &Press| {
            press.at == at && press.position == position && when.0.saturating_sub(press.when.0) <= TOGETHER
        };
        let count = before.filter(is_again).map_or(1, |press| press.count % 3 + 1);
        let unit = match count {
            2 => Some(SelectionUnit::Chunks),
            3 => Some(SelectionUnit::Lines),
            _ => None,
        };
        if let Some(unit) = unit {
            self.selection = Some(Selection::at(position, unit));
        } else if before.is_some_and(|press| press.selects == Selects::Yes) {
            self.selection = None;
        }
        let selects = if unit.is_some() { Selects::Yes } else { Selects::No };
        self.pressed = Some(Press { at, position, when, count, button: Button::Held, selects });
    }

    /// Selects from the byte that was pressed to the one here. Beyond the first and the last row, the rows move.
    pub fn drag(&mut self, place: DragPlace, connection: &Connection, size: Size) {
        let Some(press) = self.pressed.filter(|press| press.button == Button::Held) else { return };
        let panel = *self.layout(&self.transcript(connection), size).panel(self.format());
        let (at, rows) = nearest(place, &panel);
        if rows != 0 {
            self.scroll(Motion::Rows(rows), connection, size);
        }
        let Some(position) = self.pick(at, connection, size) else { return };
        if position == press.position {
            return;
        }
        let mut dragged = Press { count: 0, ..press };
        if self.selection.is_none() {
            self.selection = Some(Selection::at(press.position, SelectionUnit::Bytes));
            dragged.selects = Selects::Yes;
        }
        self.pressed = Some(dragged);
    }

    /// Ends a drag. What it selected stays.
    pub fn release(&mut self) {
        if let Some(press) = &mut self.pressed {
            press.button = Button::Released;
        }
    }
}

/// The place in a panel that is nearest to this one, and by how many rows the panel is to be scrolled.
fn nearest(place: DragPlace, panel: &BytePanel) -> (Position, i32) {
    let area = panel.area;
    let within = |value: i32, from: u16, length: u16| {
        let last = from.saturating_add(length.saturating_sub(1));
        u16::try_from(value.max(0)).unwrap_or(u16::MAX).clamp(from, last)
    };
    let at = Position { x: within(place.x, area.x, area.width), y: within(place.y, area.y, area.height) };
    (at, (place.y - i32::from(at.y)).signum())
}
