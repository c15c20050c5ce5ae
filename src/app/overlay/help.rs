//! The help: what is searched for in it, and the position of its rows, a pure function of the screen that scrolling and
//! drawing share.

use ratatui::layout::Rect;

use crate::app::action::{Edit, HelpAction, Motion};
use crate::app::context::Context;
use crate::app::keymap::KeyContext;
use crate::app::layout::inner;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::entry::Overlay;
use crate::app::overlay::help_rows::{HelpRow, HelpSource};
use crate::app::overlay::text_input::TextInput;

/// The largest width of a column.
const COLUMN: u16 = 72;
/// From this screen width on there are two columns.
const TWO_COLUMNS: u16 = 120;
/// Cells between two columns.
const GAP: u16 = 2;

/// Which rows of the help are visible.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HelpView {
    top: usize,
    input: TextInput,
    /// The keys of the overlay below it, which come first.
    over: Option<KeyContext>,
}

impl HelpView {
    /// Returns the index of the first visible row.
    #[must_use]
    pub const fn top(&self) -> usize {
        self.top
    }

    /// Returns the text that is searched for.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        &self.input
    }

    /// Executes an action. `over` is the context of the overlay that has the keys.
    pub(crate) fn act(&mut self, action: HelpAction, over: Option<KeyContext>) -> Outcome {
        match action {
            HelpAction::Open => {
                *self = Self { over, ..Self::default() };
                Outcome::request(Request::Open(Overlay::Help))
            }
            HelpAction::Back if !self.input.text().is_empty() => {
                *self = Self { over: self.over, ..Self::default() };
                Outcome::default()
            }
            HelpAction::Close | HelpAction::Back | HelpAction::Keep => Outcome::request(Request::Close),
            HelpAction::Search => Outcome::request(Request::Open(Overlay::HelpSearch)),
            HelpAction::Clear => {
                *self = Self { over: self.over, ..Self::default() };
                Outcome::request(Request::Close)
            }
        }
    }

    /// Changes what is searched for.
    pub(crate) fn edit(&mut self, edit: Edit) {
        self.input.edit(edit);
        self.top = 0;
    }

    /// Adds text that was pasted to what is searched for.
    pub(crate) fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.top = 0;
    }

    /// Moves the rows.
    pub(crate) fn scroll(&mut self, motion: Motion, context: Context<'_>) {
        let layout = HelpLayout::of(self, context, context.display().area());
        self.top = motion.apply(self.top, layout.last_top(), layout.page());
    }
}

/// The contents of the help, and their place on the screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HelpLayout {
    /// The area with its border; the last line of the screen is left to the footer.
    pub area: Rect,
    /// The columns from left to right. Rows continue from the end of one to the start of the next.
    pub columns: Vec<Rect>,
    /// All rows.
    pub rows: Vec<HelpRow>,
}

/// Returns the context of a lesson or of a recording, while there is one.
fn mode(context: Context<'_>) -> Option<KeyContext> {
    let replay = context.replay().map(|_| KeyContext::Replay);
    let recording = context.world.setup.opened.as_ref().map(|_| KeyContext::Recording);
    replay.or(recording).or_else(|| context.world.demo.lesson().map(|_| KeyContext::Lesson))
}

impl HelpLayout {
    /// Lays out the help on a screen.
    #[must_use]
    pub fn of(view: &HelpView, context: Context<'_>, screen: Rect) -> Self {
        let source = HelpSource {
            keymap: context.keymap(),
            own: context.key_context_of(context.display().focus),
            mode: view.over.or_else(|| mode(context)),
            query: view.input.text(),
        };
        Self::new(screen, source)
    }

    /// Lays out what the help is about on a screen. A search does not move its border.
    #[must_use]
    pub fn new(screen: Rect, source: HelpSource<'_>) -> Self {
        let many = if screen.width >= TWO_COLUMNS { 2 } else { 1 };
        let gaps = (many - 1) * GAP;
        let width = (screen.width.saturating_sub(2 + gaps) / many).min(COLUMN);
        let all = HelpSource { query: "", ..source }.rows(width);
        let needed = u16::try_from(all.len()).unwrap_or(u16::MAX).div_ceil(many);
        let height = screen.height.saturating_sub(1).min(needed.saturating_add(2));
        let whole = (many * width + gaps + 2).min(screen.width);
        let area = Rect {
            x: screen.x + (screen.width - whole) / 2,
            y: screen.y + (screen.height.saturating_sub(1) - height) / 2,
            width: whole,
            height,
        };
        let inside = inner(area);
        let column = |nth| Rect { x: inside.x + nth * (width + GAP), width, ..inside };
        let rows = if source.query.is_empty() { all } else { source.rows(width) };
        Self { area, columns: (0..many).map(column).collect(), rows }
    }

    /// Returns the number of rows visible at once.
    #[must_use]
    pub fn page(&self) -> usize {
        self.columns.iter().map(|column| usize::from(column.height)).sum()
    }

    /// Returns the largest index that the first visible row can have.
    #[must_use]
    pub fn last_top(&self) -> usize {
        self.rows.len().saturating_sub(self.page())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::format;
    use crate::app::keymap::Keymap;
    use crate::app::overlay::help_rows::KEYS_WIDTH;

    #[test]
    fn no_row_is_wider_than_its_column_and_no_column_leaves_the_help() {
        let keymap = &Keymap::default();
        for (width, height) in (30..=220).flat_map(|width| [6, 24, 60, 500].map(|height| (width, height))) {
            let screen = Rect::new(0, 0, width, height);
            let layout = HelpLayout::new(
                screen,
                HelpSource { keymap, own: KeyContext::Stream, mode: None, query: "" },
            );
            let inside = inner(layout.area);
            assert_eq!(layout.area.intersection(Rect { height: height - 1, ..screen }), layout.area);
            assert_eq!(layout.columns.len(), if width < 120 { 1 } else { 2 });
            for column in &layout.columns {
                assert_eq!(column.intersection(inside), *column, "{width}x{height}");
                for row in &layout.rows {
                    let (HelpRow::Keys(_, what) | HelpRow::Legend(_, what)) = row else { continue };
                    assert!(KEYS_WIDTH + format::width(what) <= column.width, "{width}: {what}");
                }
            }
        }
    }
}
