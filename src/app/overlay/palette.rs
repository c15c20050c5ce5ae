//! The palette: a list of all commands, from which a few typed letters choose one.

use ratatui::layout::{Position, Rect};

use crate::app::action::{Edit, Motion, PaletteAction};
use crate::app::layout::inner;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::entry::Overlay;
use crate::app::overlay::palette_list::PaletteEntry;
use crate::app::overlay::palette_source::PaletteSource;
use crate::app::overlay::text_input::TextInput;

/// The largest width, with the border.
const WIDEST: u16 = 106;
/// The largest height, with the border.
const HIGHEST: u16 = 26;
/// Cells that are left free on either side where there is room.
const MARGIN: u16 = 4;

/// What is typed in the palette, and the command that is chosen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PaletteView {
    input: TextInput,
    chosen: usize,
}

impl PaletteView {
    /// Returns what is typed.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        &self.input
    }

    /// Returns the index of the chosen entry.
    #[must_use]
    pub const fn chosen(&self) -> usize {
        self.chosen
    }

    /// Returns the entries that match what is typed, the best first.
    #[must_use]
    pub fn entries(&self, source: PaletteSource<'_>) -> Vec<PaletteEntry> {
        source.matching(self.input.text())
    }

    /// Executes an action.
    pub(crate) fn act(&mut self, action: PaletteAction, source: PaletteSource<'_>) -> Outcome {
        match action {
            PaletteAction::Open => {
                *self = Self::default();
                Outcome::request(Request::Open(Overlay::Palette))
            }
            PaletteAction::Close => Outcome::request(Request::Close),
            PaletteAction::Next => self.scroll(Motion::RowDown, source),
            PaletteAction::Previous => self.scroll(Motion::RowUp, source),
            PaletteAction::NextPage => self.scroll(Motion::PageDown, source),
            PaletteAction::PreviousPage => self.scroll(Motion::PageUp, source),
            PaletteAction::Run => self.run(self.chosen, source),
        }
    }

    /// Changes what is typed; the best match is chosen then.
    pub(crate) fn edit(&mut self, edit: Edit) {
        self.input.edit(edit);
        self.chosen = 0;
    }

    /// Adds text that was pasted to what is typed.
    pub(crate) fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.chosen = 0;
    }

    /// Chooses another entry.
    pub(crate) fn scroll(&mut self, motion: Motion, source: PaletteSource<'_>) -> Outcome {
        let last = self.entries(source).len().saturating_sub(1);
        let layout = PaletteLayout::new(source.context.display().area(), self.chosen);
        self.chosen = motion.apply(self.chosen, last, usize::from(layout.list.height));
        Outcome::default()
    }

    /// Runs an entry and closes the palette. An entry that does not apply says why.
    pub(crate) fn run(&mut self, index: usize, source: PaletteSource<'_>) -> Outcome {
        let Some(entry) = self.entries(source).into_iter().nth(index) else { return Outcome::default() };
        self.chosen = index;
        if let Some(why) = entry.why_not {
            return Outcome::info(&format!("Not now: {why}"));
        }
        let closed = Outcome::request(Request::Close);
        // The keys of another pane work there only, and so does what they show.
        let focus = entry.context.pane().filter(|&pane| pane != source.context.display().focus);
        let focused = focus.into_iter().fold(closed, |outcome, pane| outcome.and(Request::Focus(pane)));
        focused.and(Request::Run(entry.action))
    }
}

/// The places of the parts of the palette, a pure function of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaletteLayout {
    /// The area with its border; the last line of the screen is left to the footer.
    pub area: Rect,
    /// The line that is typed.
    pub input: Rect,
    /// The list of the commands.
    pub list: Rect,
    /// The index of the first visible entry.
    pub top: usize,
}

impl PaletteLayout {
    /// Lays out the palette on a screen; the `chosen` entry is visible.
    #[must_use]
    pub fn new(screen: Rect, chosen: usize) -> Self {
        let room = screen.height.saturating_sub(1);
        let width = screen.width.min(WIDEST).min(screen.width.saturating_sub(2 * MARGIN).max(60));
        let height = room.min(HIGHEST).min(room.saturating_sub(2).max(10));
        let area = Rect {
            x: screen.x + (screen.width - width.min(screen.width)) / 2,
            y: screen.y + (room - height.min(room)) / 2,
            width: width.min(screen.width),
            height: height.min(room),
        };
        let inside = inner(area);
        let input = Rect { height: inside.height.min(1), ..inside };
        let list = Rect { y: inside.y + input.height, height: inside.height - input.height, ..inside };
        let rows = usize::from(list.height.max(1));
        Self { area, input, list, top: (chosen + 1).saturating_sub(rows) }
    }

    /// Returns the index of the entry at a place, if there is one.
    #[must_use]
    pub fn entry_at(self, at: Position) -> Option<usize> {
        self.list.contains(at).then(|| self.top + usize::from(at.y - self.list.y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_entry_is_visible_on_every_screen() {
        for (width, height) in (30..=220).step_by(10).flat_map(|width| (6..=60).map(move |h| (width, h))) {
            let screen = Rect::new(0, 0, width, height);
            for chosen in [0, 1, 20, 90] {
                let layout = PaletteLayout::new(screen, chosen);
                assert_eq!(layout.area.intersection(Rect { height: height - 1, ..screen }), layout.area);
                assert_eq!(layout.list.intersection(inner(layout.area)), layout.list, "{width}x{height}");
                let below = (chosen - layout.top) as u16;
                assert!(below < layout.list.height, "{width}x{height}: {layout:?}");
                let at = Position { x: layout.list.x, y: layout.list.y + below };
                assert_eq!(layout.entry_at(at), Some(chosen));
            }
        }
    }
}
