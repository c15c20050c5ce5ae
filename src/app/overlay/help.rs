//! The help: the keys of every pane, those of the focused pane, then all others, the mouse, the filter, symbols and
//! colours; and the position of its rows, a pure function of the screen that scrolling and drawing share.

use ratatui::layout::Rect;

use crate::app::action::{Action, Motion};
use crate::app::context::Context;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::keymap::{KeyContext, Keymap};
use crate::app::layout::inner;
use crate::app::overlay::legend::LegendItem;

/// Which rows of the help are visible.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HelpView {
    top: usize,
}

impl HelpView {
    /// Returns the index of the first visible row.
    #[must_use]
    pub const fn top(&self) -> usize {
        self.top
    }

    /// Moves the rows.
    pub(crate) fn scroll(&mut self, motion: Motion, context: Context<'_>) {
        let layout = HelpLayout::of(context, context.display().area());
        self.top = motion.apply(self.top, layout.last_top(), layout.page());
    }
}

/// A row of the help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HelpRow {
    /// A section title.
    Title(&'static str),
    /// Keys and their description; a description that needs more lines continues without keys.
    Keys(String, String),
    /// A symbol and its meaning; a meaning that needs more lines continues as [`HelpRow::Keys`] without keys.
    Legend(LegendItem, String),
    /// An empty row.
    Blank,
}

/// Cells for the keys and a space on either side.
pub const KEYS_WIDTH: u16 = 13;
/// The largest width of a column.
const COLUMN: u16 = 72;
/// From this screen width on there are two columns.
const TWO_COLUMNS: u16 = 120;
/// Cells between two columns.
const GAP: u16 = 2;

/// Sections that are not about keys: a title, and entries with their descriptions.
const SECTIONS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Mouse",
        &[
            ("click", "A row, a byte, a column head, a tab, a backend, a hint: as its key"),
            ("wheel", "Move the rows under the pointer"),
            ("Shift drag", "In most terminals: select text with the mouse"),
        ],
    ),
    (
        "Words and fields of the filter",
        &[
            ("open slow", "The state, as the column shows it; also connecting, half, closed, live"),
            ("10.0.0.7", "A part of the address; names and backends likewise"),
            ("closed 1883", "Rows that have all of the words"),
            ("malformed>0", "A number; also received sent rate missed age<5m idle>30s"),
            ("state:open", "A field; also peer: local: upstream: name: reason: backend: side:"),
            ("!word", "Rows without it; so with any word or field"),
        ],
    ),
    (
        "Learn more",
        &[("demo", "bytewatch demo --script list prints the lessons; bytewatch --help all options")],
    ),
];

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

impl HelpLayout {
    /// Lays out the help on a screen: first the keys that work in every pane, those of a running lesson, and those of the
    /// focused pane.
    #[must_use]
    pub fn of(context: Context<'_>, screen: Rect) -> Self {
        let lesson = context.world.demo.lesson().map(|_| KeyContext::Lesson);
        let pane = KeyContext::of_pane(context.display().focus);
        let first: Vec<_> = [KeyContext::Everywhere].into_iter().chain(lesson).chain([pane]).collect();
        Self::new(screen, &first, context.keymap())
    }

    /// Lays out the help on a screen, the keys of the contexts `first` before all others.
    #[must_use]
    pub fn new(screen: Rect, first: &[KeyContext], keymap: &Keymap) -> Self {
        let many = if screen.width >= TWO_COLUMNS { 2 } else { 1 };
        let gaps = (many - 1) * GAP;
        let width = (screen.width.saturating_sub(2 + gaps) / many).min(COLUMN);
        let rows = rows(first, width, keymap);
        let needed = u16::try_from(rows.len()).unwrap_or(u16::MAX).div_ceil(many);
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

/// Returns all rows for columns of this width in cells; those of the contexts `first` come first.
fn rows(first: &[KeyContext], width: u16, keymap: &Keymap) -> Vec<HelpRow> {
    let others = KeyContext::ALL.into_iter().filter(|context| !first.contains(context));
    let mut rows = Vec::new();
    // The keys that always work are listed with those that work in every pane.
    for context in first.iter().copied().chain(others).filter(|&context| context != KeyContext::Always) {
        rows.extend([HelpRow::Blank, HelpRow::Title(context.title())]);
        let always = (context == KeyContext::Everywhere).then_some(KeyContext::Always);
        for (keys, what) in [context].into_iter().chain(always).flat_map(|context| keys(context, keymap)) {
            described(&mut rows, &what, width, |line| HelpRow::Keys(keys.clone(), line));
        }
    }
    for (title, lines) in SECTIONS {
        rows.extend([HelpRow::Blank, HelpRow::Title(title)]);
        for (what, words) in lines {
            described(&mut rows, words, width, |line| HelpRow::Keys((*what).to_owned(), line));
        }
    }
    rows.extend([HelpRow::Blank, HelpRow::Title("Signs and colours")]);
    for sign in LegendItem::ALL {
        described(&mut rows, sign.meaning(), width, |line| HelpRow::Legend(sign, line));
    }
    rows.remove(0);
    rows
}

/// Adds a description in as many rows as it needs; `begin` makes the first row.
fn described(rows: &mut Vec<HelpRow>, what: &str, width: u16, begin: impl Fn(String) -> HelpRow) {
    let lines = format::wrap(what, width.saturating_sub(KEYS_WIDTH));
    rows.extend(lines.into_iter().enumerate().map(|(nth, line)| match nth {
        0 => begin(line),
        _ => HelpRow::Keys(String::new(), line),
    }));
}

/// Returns the keys of a context with their descriptions. The keys that focus a pane share one row.
fn keys(context: KeyContext, keymap: &Keymap) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for binding in keymap.bindings(context) {
        let Action::Focus(pane) = binding.action else {
            rows.push((binding.labels(), binding.what.to_owned()));
            continue;
        };
        if pane == Pane::Clients {
            let labels = Pane::ALL.map(|pane| keymap.label(Action::Focus(pane)));
            let names = Pane::ALL.map(Pane::name);
            rows.push((labels.join(" "), format!("To the pane {}", names.join(", "))));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_wider_than_its_column_and_no_column_leaves_the_help() {
        for (width, height) in (30..=220).flat_map(|width| [6, 24, 60, 500].map(|height| (width, height))) {
            let screen = Rect::new(0, 0, width, height);
            let layout =
                HelpLayout::new(screen, &[KeyContext::Everywhere, KeyContext::Stream], &Keymap::default());
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
