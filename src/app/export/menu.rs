//! The place of the menu of forms on the screen, for drawing it and for clicks on it.

use ratatui::layout::{Position, Rect};

use crate::app::layout::inner;
use crate::bytes::export::Form;

/// The largest width of the menu.
const WIDTH: u16 = 78;

/// The place of the menu, and which forms its rows show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CopyMenu {
    /// The menu with its border.
    pub area: Rect,
    /// The rows, one for each form.
    pub list: Rect,
    /// The index of the first form that is shown.
    pub top: usize,
}

impl CopyMenu {
    /// Returns the place in the middle of the screen, with the last line left free for the footer.
    #[must_use]
    pub fn new(screen: Rect, chosen: Form) -> Self {
        let height = (Form::ALL.len() as u16 + 2).min(screen.height.saturating_sub(1));
        let width = WIDTH.min(screen.width);
        let area = Rect {
            x: screen.x + (screen.width - width) / 2,
            y: screen.y + screen.height.saturating_sub(1 + height) / 2,
            width,
            height,
        };
        let list = inner(area);
        let chosen = Form::ALL.iter().position(|form| *form == chosen).unwrap_or(0);
        Self { area, list, top: (chosen + 1).saturating_sub(usize::from(list.height)) }
    }

    /// Returns the form whose row is at this place.
    #[must_use]
    pub fn form_at(&self, at: Position) -> Option<Form> {
        if !self.list.contains(at) {
            return None;
        }
        Form::ALL.get(self.top + usize::from(at.y - self.list.y)).copied()
    }
}
