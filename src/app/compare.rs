//! Two connections side by side: which two, the position, and where they differ.
//!
//! The streams are compared while nothing else is to be done, as far as they are kept, and what arrives is compared, too.
//! What is drawn follows from the state and the two connections, at a cost that depends on the size of the screen.

mod choosing;
mod layout;
mod rows;
mod words;

pub use choosing::Compared;
pub use layout::{CompareLayout, HalfColumns};
pub use rows::{ByteGlyph, CellContent, CellMark, CompareRow, HalfCell, HalfRow};

use ratatui::layout::Rect;

use crate::app::action::{Action, CompareAction, Motion};
use crate::app::compare::choosing::{Chosen, counterpart, neighbour};
use crate::app::context::Context;
use crate::app::format;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::recording::{Finding, FindingKind};
use crate::app::stream::{ByteFormat, DirectionFilter, Seek, StreamState};
use crate::event::{ConnectionId, Direction};
use crate::model::Connection;
use crate::model::differences::{Alignment, Differences, Hunk};

/// The width of the screen below which a connection is named by its number only.
const NARROW: u16 = 60;
/// Bytes that are compared before the first frame.
const AT_ONCE: usize = 64 * 1024;

/// A comparison of two connections.
#[derive(Debug)]
pub struct Compare {
    /// The connection that is to be compared with one that is still to be chosen.
    first: Option<ConnectionId>,
    chosen: Option<Chosen>,
    direction: Direction,
    format: ByteFormat,
    differences: Differences,
    /// The first visible position.
    top: u64,
    /// The position of the difference that was gone to.
    cursor: Option<u64>,
    /// Whether the rows go to the first difference once it is known, because the user has not moved them yet.
    seeks_first: bool,
}

impl Default for Compare {
    fn default() -> Self {
        Self {
            first: None,
            chosen: None,
            direction: Direction::Received,
            format: ByteFormat::default(),
            differences: Differences::new(Alignment::default()),
            top: 0,
            cursor: None,
            seeks_first: false,
        }
    }
}

/// What is shown.
impl Compare {
    /// Returns the two connections, while both are kept.
    #[must_use]
    pub fn compared<'a>(&self, context: Context<'a>) -> Option<Compared<'a>> {
        self.chosen?.connections(context)
    }

    /// Returns the direction whose bytes are compared.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// Returns how the bytes are shown.
    #[must_use]
    pub const fn format(&self) -> ByteFormat {
        self.format
    }

    /// Returns the differences, as far as they are known.
    #[must_use]
    pub const fn differences(&self) -> &Differences {
        &self.differences
    }

    /// Returns the difference that was gone to.
    #[must_use]
    pub fn current(&self) -> Option<&Hunk> {
        self.differences.hunk_at(self.cursor?)
    }

    /// Returns whether there are bytes to be compared.
    #[must_use]
    pub fn is_behind(&self, context: Context<'_>) -> bool {
        self.compared(context)
            .is_some_and(|compared| self.differences.is_behind(compared.streams(self.direction)))
    }

    /// Returns where everything stands on a screen.
    #[must_use]
    pub fn layout(&self, screen: Rect, context: Context<'_>) -> CompareLayout {
        let longest = self.compared(context).map_or(0, |Compared { left, right, .. }| {
            left.stream(self.direction).total().max(right.stream(self.direction).total())
        });
        CompareLayout::new(screen, self.format, self.differences.alignment(), longest)
    }

    /// Returns the visible rows.
    #[must_use]
    pub fn rows(&self, layout: &CompareLayout, context: Context<'_>) -> Vec<CompareRow> {
        let Some(compared) = self.compared(context) else { return Vec::new() };
        let current = self.current().map(|hunk| hunk.at..hunk.end());
        rows::rows(
            &self.differences,
            compared.streams(self.direction),
            layout,
            self.top(layout),
            current.as_ref(),
        )
    }

    /// Returns what was found, in at most `width` cells.
    #[must_use]
    pub fn summary(&self, width: u16, context: Context<'_>) -> String {
        words::summary(&self.differences, self.current(), self.is_behind(context), width)
    }

    /// Returns the name of one of the two connections and the length of its stream, in at most `width` cells.
    #[must_use]
    pub fn side(&self, known: &Connection, width: u16, context: Context<'_>) -> String {
        let is_recorded = self.compared(context).is_some_and(|compared| compared.is_recorded(known));
        let label = context.label_of(known.id);
        let label = if is_recorded { format!("recorded {label}") } else { label };
        words::side(known, &label, self.direction, width)
    }

    /// Returns what is compared and how, in words.
    #[must_use]
    pub fn details(&self, context: Context<'_>) -> String {
        let Some(compared) = self.compared(context) else {
            return "one of the connections is not kept any more".to_owned();
        };
        let way = match self.direction {
            Direction::Received => "received",
            Direction::Sent => "sent",
        };
        let how = match self.differences.alignment() {
            Alignment::Offset => "by offset",
            Alignment::Content => "aligned",
        };
        format!("{} · {way} · {how}", compared.names())
    }

    /// Returns the first visible position. It begins a row.
    #[must_use]
    pub fn top(&self, layout: &CompareLayout) -> u64 {
        let (first, last) = self.top_rows(layout);
        let per_row = u64::from(layout.per_row);
        (self.top / per_row).clamp(first, last) * per_row
    }

    /// Returns which rows are visible, if not all of them are.
    #[must_use]
    pub fn position(&self, layout: &CompareLayout) -> Option<String> {
        let (first, last) = self.top_rows(layout);
        let (height, top) = (u64::from(layout.rows.height), self.top(layout) / u64::from(layout.per_row));
        let [from, to, all] = [top + 1, top + height, last + height].map(|row| format::count(row - first));
        (last > first).then(|| format!("{from}-{to} of {all}"))
    }

    /// The first and the last row that can be the topmost one.
    fn top_rows(&self, layout: &CompareLayout) -> (u64, u64) {
        let per_row = u64::from(layout.per_row);
        let first = self.differences.start().min(self.differences.end().saturating_sub(1)) / per_row;
        let rows = self.differences.end().div_ceil(per_row);
        (first, rows.saturating_sub(u64::from(layout.rows.height)).max(first))
    }
}

/// What actions do.
impl Compare {
    /// Executes an action.
    pub(crate) fn act(
        &mut self,
        action: CompareAction,
        finding: Option<&Finding>,
        stream: &StreamState,
        context: Context<'_>,
    ) -> Outcome {
        match action {
            CompareAction::Start => return self.start(stream, context),
            CompareAction::StartAtDifference => return self.start_at(finding, context),
            CompareAction::Close => return Outcome::request(Request::Close),
            CompareAction::Go(way) => return self.go(way, context),
            CompareAction::OtherConnection(way) => return self.step(way, context),
            CompareAction::OtherDirection => {
                self.direction = match self.direction {
                    Direction::Received => Direction::Sent,
                    Direction::Sent => Direction::Received,
                };
                self.begin(self.differences.alignment(), context);
            }
            CompareAction::OtherAlignment => self.begin(self.differences.alignment().other(), context),
            CompareAction::OtherFormat => self.format = self.format.other(),
        }
        Outcome::default()
    }

    /// Compares about this many bytes.
    pub(crate) fn advance(&mut self, budget: usize, context: Context<'_>) {
        if let Some(compared) = self.compared(context) {
            self.differences.advance(budget, compared.streams(self.direction));
            self.show_first(context);
        }
    }

    /// Shows the first difference, if the rows are to begin there and it is known.
    fn show_first(&mut self, context: Context<'_>) {
        if !self.seeks_first {
            return;
        }
        let first = self.differences.first_from(0).map(|hunk| hunk.at);
        // What arrives later does not move the rows.
        self.seeks_first = first.is_none() && self.is_behind(context);
        if let Some(at) = first {
            let layout = self.layout(context.display().area(), context);
            self.show(at, &layout);
        }
    }

    /// Begins again with the same connections: their bytes come from the start again.
    pub(crate) fn restart(&mut self) {
        self.differences = Differences::new(self.differences.alignment());
        (self.top, self.cursor, self.seeks_first) = (0, None, false);
    }

    /// Moves the rows, if the comparison is the topmost overlay. Returns whether it is.
    pub(crate) fn scroll(&mut self, motion: Motion, top: Option<Overlay>, context: Context<'_>) -> bool {
        if top != Some(Overlay::Compare) {
            return false;
        }
        let layout = self.layout(context.display().area(), context);
        let (first, last) = self.top_rows(&layout);
        let row = self.top(&layout) / u64::from(layout.per_row);
        let page = usize::from(layout.rows.height);
        self.seeks_first = false;
        let row = first + motion.apply((row - first) as usize, (last - first) as usize, page) as u64;
        self.top = row * u64::from(layout.per_row);
        true
    }

    /// Takes the selected connection as the first one, or compares the first one with it.
    fn start(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        let Some(selected) = context.connection().map(|known| known.id) else {
            return Outcome::info("No connection is selected");
        };
        if context.replay().is_some() {
            return self.start_recorded(selected, context);
        }
        let first = self.first.take().filter(|&first| context.model().connection(first).is_some());
        let (left, right) = match first {
            Some(first) if first != selected => (first, Some(selected)),
            Some(_) => (selected, neighbour(selected, None, Seek::Forward, context)),
            None if let Some((left, right)) = counterpart(selected, context) => (left, Some(right)),
            None => {
                self.first = Some(selected);
                let key = context.keymap().label(Action::Compare(CompareAction::Start));
                let label = context.label_of(selected);
                // One line, also on a narrow screen: it stands over the last rows of the table.
                let label = if context.display().size.width < NARROW { selected.to_string() } else { label };
                return Outcome::info(&format!("{label}: select the other one, then {key} again"));
            }
        };
        let Some(right) = right else {
            return Outcome::info("There is no other connection to compare with");
        };
        self.chosen = Some(Chosen::Two { left, right });
        self.direction = match stream.view().direction_filter() {
            DirectionFilter::Both | DirectionFilter::Received => Direction::Received,
            DirectionFilter::Sent => Direction::Sent,
        };
        self.begin(self.differences.alignment(), context);
        Outcome::request(Request::Open(Overlay::Compare)).clear_status()
    }

    /// Compares what was recorded of a connection with what it has now.
    fn start_recorded(&mut self, id: ConnectionId, context: Context<'_>) -> Outcome {
        let chosen = Chosen::Recorded(id);
        if chosen.connections(context).is_none() {
            return Outcome::info(&format!("What was recorded of {id} is not kept"));
        }
        self.chosen = Some(chosen);
        self.direction = context.replay().map_or(Direction::Sent, |replay| replay.compared());
        self.begin(Alignment::Offset, context);
        Outcome::request(Request::Open(Overlay::Compare)).clear_status()
    }

    /// Compares a connection with what was recorded of it, and goes to a difference.
    fn start_at(&mut self, finding: Option<&Finding>, context: Context<'_>) -> Outcome {
        let Some(finding) = finding else { return Outcome::default() };
        let outcome = self.start_recorded(finding.connection, context);
        let (at, end) = match &finding.what {
            FindingKind::Bytes { at, expected, .. } => (at.start, at.start + expected.len() as u64),
            FindingKind::Other(_) => return outcome,
        };
        self.advance(usize::try_from(end).unwrap_or(usize::MAX).saturating_add(AT_ONCE), context);
        self.seeks_first = false;
        let layout = self.layout(context.display().area(), context);
        self.cursor = self.differences.first_from(at).map(|hunk| hunk.at);
        self.show(at, &layout);
        outcome
    }

    /// Begins to compare.
    fn begin(&mut self, alignment: Alignment, context: Context<'_>) {
        self.differences = Differences::new(alignment);
        (self.top, self.cursor, self.seeks_first) = (0, None, true);
        self.advance(AT_ONCE, context);
    }

    /// Shows another connection on the right.
    fn step(&mut self, way: Seek, context: Context<'_>) -> Outcome {
        let Some(chosen) = self.chosen else { return Outcome::default() };
        let Some(chosen) = chosen.step(way, context) else {
            return Outcome::info("There is no other connection");
        };
        self.chosen = Some(chosen);
        self.begin(self.differences.alignment(), context);
        Outcome::default().clear_status()
    }

    /// Goes to the next difference or to the one before.
    fn go(&mut self, way: Seek, context: Context<'_>) -> Outcome {
        self.seeks_first = false;
        let layout = self.layout(context.display().area(), context);
        let (top, bottom) = self.visible(&layout);
        let seen = self.cursor.filter(|cursor| (top..bottom).contains(cursor));
        let differences = &self.differences;
        let (found, wrapped) = match way {
            Seek::Forward => {
                let next = differences.first_from(seen.map_or(top, |cursor| cursor + 1));
                (next, differences.first_from(0))
            }
            Seek::Backward => {
                let before = differences.last_before(seen.unwrap_or(top));
                (before, differences.last_before(u64::MAX))
            }
        };
        let Some(at) = found.or(wrapped).map(|hunk| hunk.at) else {
            return Outcome::info(if self.is_behind(context) {
                "No difference so far"
            } else {
                "There is no difference"
            });
        };
        let is_wrapped = found.is_none();
        self.cursor = Some(at);
        self.show(at, &layout);
        match (is_wrapped, way) {
            (false, _) => Outcome::default().clear_status(),
            (true, Seek::Forward) => Outcome::info("Wrapped to the top: no difference further down"),
            (true, Seek::Backward) => Outcome::info("Wrapped to the bottom: no difference further up"),
        }
    }

    /// The visible positions.
    fn visible(&self, layout: &CompareLayout) -> (u64, u64) {
        let top = self.top(layout);
        (top, top + u64::from(layout.per_row) * u64::from(layout.rows.height))
    }

    /// Scrolls to a position, unless it is visible with a row below it.
    fn show(&mut self, at: u64, layout: &CompareLayout) {
        let (top, bottom) = self.visible(layout);
        let per_row = u64::from(layout.per_row);
        if at < top || at + per_row >= bottom {
            let above = u64::from(layout.rows.height / 3) * per_row;
            self.top = at.saturating_sub(above);
        }
    }
}

#[cfg(test)]
mod tests;
