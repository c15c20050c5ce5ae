//! Two connections side by side: which two, the position, and where they differ.
//!
//! The streams are compared while nothing else is to be done, as far as they are kept, and what arrives is compared, too.
//! What is drawn follows from the state and the two connections, at a cost that depends on the size of the screen.

mod layout;
mod rows;
mod words;

pub use layout::{CompareLayout, HalfColumns};
pub use rows::{ByteGlyph, CellContent, CellMark, CompareRow, HalfCell, HalfRow};

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use crate::app::action::{Action, CompareAction, Motion};
use crate::app::context::Context;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::stream::{ByteFormat, DirectionFilter, Seek, StreamState};
use crate::event::{ConnectionId, Direction};
use crate::model::Connection;
use crate::model::differences::{Alignment, Differences, Hunk, Pair};
use crate::model::pairing::{Pairable, pairs};

/// Bytes that are compared before the first frame.
const AT_ONCE: usize = 64 * 1024;

/// The numbers of the two connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Chosen {
    left: ConnectionId,
    right: ConnectionId,
}

/// The two connections.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// The one on the left.
    pub left: &'a Connection,
    /// The one on the right.
    pub right: &'a Connection,
}

impl<'a> Compared<'a> {
    /// Returns their streams in a direction.
    #[must_use]
    pub fn streams(self, direction: Direction) -> Pair<'a> {
        Pair { left: self.left.stream(direction), right: self.right.stream(direction) }
    }
}

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
        }
    }
}

/// What is shown.
impl Compare {
    /// Returns the two connections, while both are kept.
    #[must_use]
    pub fn compared<'a>(&self, context: Context<'a>) -> Option<Compared<'a>> {
        let Chosen { left, right } = self.chosen?;
        let (left, right) = (context.model().connection(left)?, context.model().connection(right)?);
        Some(Compared { left, right })
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
        let longest = self.compared(context).map_or(0, |Compared { left, right }| {
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
        words::side(known, &context.label_of(known.id), self.direction, width)
    }

    /// Returns what is compared and how, in words.
    #[must_use]
    pub fn details(&self, context: Context<'_>) -> String {
        let Some(Compared { left, right }) = self.compared(context) else {
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
        format!("{} and {} · {way} · {how}", left.id, right.id)
    }

    /// Returns the first visible position. It begins a row.
    #[must_use]
    pub fn top(&self, layout: &CompareLayout) -> u64 {
        let (first, last) = self.top_rows(layout);
        let per_row = u64::from(layout.per_row);
        (self.top / per_row).clamp(first, last) * per_row
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
        stream: &StreamState,
        context: Context<'_>,
    ) -> Outcome {
        match action {
            CompareAction::Start => return self.start(stream, context),
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
        }
    }

    /// Begins again with the same connections: their bytes come from the start again.
    pub(crate) fn restart(&mut self) {
        self.differences = Differences::new(self.differences.alignment());
        (self.top, self.cursor) = (0, None);
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
        let row = first + motion.apply((row - first) as usize, (last - first) as usize, page) as u64;
        self.top = row * u64::from(layout.per_row);
        true
    }

    /// Takes the selected connection as the first one, or compares the first one with it.
    fn start(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        let Some(selected) = context.connection().map(|known| known.id) else {
            return Outcome::info("No connection is selected");
        };
        let first = self.first.take().filter(|&first| context.model().connection(first).is_some());
        let (left, right) = match first {
            Some(first) if first != selected => (first, Some(selected)),
            Some(_) => (selected, neighbour(selected, None, Seek::Forward, context)),
            None if let Some(pair) = counterpart(selected, context) => (pair.left, Some(pair.right)),
            None => {
                self.first = Some(selected);
                let key = context.keymap().label(Action::Compare(CompareAction::Start));
                let label = context.label_of(selected);
                return Outcome::info(&format!(
                    "{label} is compared with the connection that you select next: {key} again does it"
                ));
            }
        };
        let Some(right) = right else {
            return Outcome::info("There is no other connection to compare with");
        };
        self.chosen = Some(Chosen { left, right });
        self.direction = match stream.view().direction_filter() {
            DirectionFilter::Both | DirectionFilter::Received => Direction::Received,
            DirectionFilter::Sent => Direction::Sent,
        };
        self.begin(self.differences.alignment(), context);
        Outcome::request(Request::Open(Overlay::Compare)).clear_status()
    }

    /// Begins to compare.
    fn begin(&mut self, alignment: Alignment, context: Context<'_>) {
        self.differences = Differences::new(alignment);
        (self.top, self.cursor) = (0, None);
        self.advance(AT_ONCE, context);
    }

    /// Shows another connection on the right.
    fn step(&mut self, way: Seek, context: Context<'_>) -> Outcome {
        let Some(chosen) = self.chosen else { return Outcome::default() };
        let Some(right) = neighbour(chosen.right, Some(chosen.left), way, context) else {
            return Outcome::info("There is no other connection");
        };
        self.chosen = Some(Chosen { right, ..chosen });
        self.begin(self.differences.alignment(), context);
        Outcome::default().clear_status()
    }

    /// Goes to the next difference or to the one before.
    fn go(&mut self, way: Seek, context: Context<'_>) -> Outcome {
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
                let before = differences.last_before(seen.unwrap_or(bottom));
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

/// Returns a connection of one of two recordings with the one that belongs to it in the other.
fn counterpart(selected: ConnectionId, context: Context<'_>) -> Option<Chosen> {
    let second_from = context.world.reading.and_then(|reading| reading.second_from)?;
    let pairable = |known: &Connection| Pairable {
        id: known.id,
        port: known.local.inet().map(|address| address.port()),
    };
    let (second, first): (Vec<_>, Vec<_>) =
        context.model().connections().map(pairable).partition(|some| some.id >= second_from);
    let pair = pairs(&first, &second).into_iter().find(|pair| {
        let side = if selected < second_from { pair.left } else { pair.right };
        side == Some(selected)
    })?;
    Some(Chosen { left: pair.left?, right: pair.right? })
}

/// The next kept connection by number, or the one before; behind the last one the first. `None` if there is no other.
fn neighbour(
    from: ConnectionId,
    but: Option<ConnectionId>,
    way: Seek,
    context: Context<'_>,
) -> Option<ConnectionId> {
    let all: BTreeSet<ConnectionId> = context.model().connections().map(|known| known.id).collect();
    let others = |id: &&ConnectionId| **id != from && Some(**id) != but;
    match way {
        Seek::Forward => all.range(from..).chain(&all).find(others).copied(),
        Seek::Backward => all.range(..from).rev().chain(all.iter().rev()).find(others).copied(),
    }
}

#[cfg(test)]
mod tests;
