//! The table of connections: its rows, their order, the selection and the window.
//!
//! Live connections come first, closed ones last: the first question is which clients are connected, and one that
//! reconnects all the time must not push the others out of sight. The order is rebuilt when a relevant change
//! happened, not for every byte; drawing reads only the visible rows.

use crate::app::action::Motion;
use crate::app::clients::columns::{Column, ContentWidths};
use crate::app::clients::filter_words::filter_words;
use crate::app::clients::grouping::{GroupRow, Grouping, Groups};
use crate::app::clients::host_names;
use crate::app::clients::row_click::RowClick;
use crate::app::clients::sort::Sort;
use crate::app::clients::spoken;
use crate::app::clients::table_data::TableData;
use crate::app::clients::widths::{digits, label_widths};
use crate::app::format;
use crate::app::overlay::text_input::TextInput;
use crate::event::{ConnectionId, Timestamp};
use crate::model::filter::{Filter, Row};
use crate::model::{Connection, Model};

/// Up to this number of rows, the order is rebuilt as soon as a connection opens or closes.
const IMMEDIATE_ROWS: usize = 512;
/// With more rows, rebuilds are at least this many microseconds apart.
const MIN_INTERVAL: u64 = 250_000;
/// The width that the address column grows to at most; `[v6]:port` can take 47 cells.
const LONGEST_PEER: u16 = 27;

/// Whether the rows match the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Freshness {
    #[default]
    Fresh,
    Stale,
    /// The sort order has changed: the table shows its first row.
    Resorted,
}

/// The state of the table of connections.
#[derive(Debug, Default)]
pub struct Clients {
    rows: Vec<ConnectionId>,
    /// All connections that pass the filter, if like ones share rows.
    listed: Vec<ConnectionId>,
    groups: Groups,
    /// The connection that the user moved to, clicked or opened, if any. It stays selected wherever it stands, also
    /// when it has closed. Without a pinned connection, or while the filter hides it, the first row is selected.
    pinned: Option<ConnectionId>,
    /// The first row that was selected while it was live. It stays selected when it closes, as long as it is in sight
    /// and no other connection opens: what was just looked at does not disappear.
    followed: Option<ConnectionId>,
    /// The newest connection of the rows.
    newest: Option<ConnectionId>,
    selected: Option<ConnectionId>,
    /// Index of the selected row in `rows`.
    cursor: usize,
    top: usize,
    /// Height of the window when the table was last visible, in rows.
    height: usize,
    sort: Sort,
    filter: TextInput,
    content_widths: ContentWidths,
    freshness: Freshness,
    rebuilt: Timestamp,
    /// Number of connections in the model when the order was last rebuilt.
    known: usize,
    /// Number of connections that had opened until then.
    seen: u64,
    /// The names of the hosts that are watched.
    hosts: Vec<String>,
}

impl Clients {
    /// Returns the index of the first visible row and the rows visible in a window of this height.
    #[must_use]
    pub fn window(&self, height: usize) -> (usize, &[ConnectionId]) {
        let top = self.top.min(self.rows.len().saturating_sub(height.max(1)));
        (top, &self.rows[top..(top + height).min(self.rows.len())])
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether no row passes the filter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns how many connections have opened since the rows were built. A frozen table does not show them.
    #[must_use]
    pub const fn newer(&self, model: &Model) -> u64 {
        model.totals.seen.saturating_sub(self.seen)
    }

    /// Returns the connection that stays selected wherever its row stands, if there is one.
    pub(crate) const fn pinned(&self) -> Option<ConnectionId> {
        self.pinned
    }

    /// Returns all connections that pass the filter, also those that have no row of their own.
    #[must_use]
    pub fn listed(&self) -> &[ConnectionId] {
        match self.grouping() {
            Grouping::Each => &self.rows,
            Grouping::Alike => &self.listed,
        }
    }

    /// Returns whether like connections share rows.
    #[must_use]
    pub const fn grouping(&self) -> Grouping {
        self.groups.grouping()
    }

    /// Returns what a row has to do with a group of like connections, if anything.
    #[must_use]
    pub fn group_row(&self, id: ConnectionId) -> Option<GroupRow> {
        self.groups.row(id)
    }

    /// Returns the names of the hosts that are watched.
    pub(super) fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Returns the connection that actions apply to.
    #[must_use]
    pub const fn selected(&self) -> Option<ConnectionId> {
        self.selected
    }

    /// Returns the sort order.
    #[must_use]
    pub const fn sort(&self) -> Sort {
        self.sort
    }

    /// Returns the filter: words and conditions that hold for every row.
    #[must_use]
    pub const fn filter(&self) -> &TextInput {
        &self.filter
    }

    /// Returns the widths that the content of the columns needs.
    #[must_use]
    pub const fn content_widths(&self) -> ContentWidths {
        self.content_widths
    }

    pub(super) const fn filter_mut(&mut self) -> &mut TextInput {
        self.freshness = Freshness::Stale;
        self.followed = None;
        if self.pinned.is_none() {
            self.top = 0;
        }
        &mut self.filter
    }

    pub(super) fn sort_by(&mut self, column: Column) {
        let order =
            if column == self.sort.column { self.sort.order.inverted() } else { column.default_order() };
        self.resort(Sort { column, order });
    }

    /// Sorts by the column that is `step` positions further on; the last one is followed by the first.
    pub(super) fn sort_next(&mut self, step: isize) {
        let all = Column::sortable(self.content_widths);
        let here = all.iter().position(|column| *column == self.sort.column).unwrap_or(0);
        let there = here.saturating_add_signed(step + all.len() as isize) % all.len();
        self.resort(Sort { column: all[there], order: all[there].default_order() });
    }

    /// A new sort order shows its first rows, even if the selected row is then out of sight.
    pub(crate) const fn resort(&mut self, sort: Sort) {
        self.sort = sort;
        (self.top, self.followed) = (0, None);
        self.freshness = Freshness::Resorted;
    }

    /// Lets like connections share rows, or not.
    pub(crate) const fn group(&mut self, grouping: Grouping) {
        self.groups.set(grouping);
        self.freshness = Freshness::Resorted;
    }

    pub(super) const fn toggle_grouping(&mut self) {
        self.pin();
        self.groups.toggle();
    }

    /// Folds or unfolds the group of the selected row. Returns whether there is one.
    pub(super) fn toggle_group(&mut self, data: TableData) -> bool {
        self.pin();
        self.selected.is_some_and(|id| self.groups.toggle_row(id, data))
    }

    /// Whether the selected row stands for a group, or is the first one of it.
    pub(super) fn is_on_group(&self) -> bool {
        let row = self.selected.and_then(|id| self.groups.row(id));
        matches!(row, Some(GroupRow::Folded(_) | GroupRow::Unfolded(_)))
    }

    /// Notes that a connection has opened or closed.
    pub(crate) fn set_changed(&mut self) {
        if self.freshness == Freshness::Fresh {
            self.freshness = Freshness::Stale;
        }
    }

    /// Rebuilds the rows after events if connections opened or closed: at once with few rows, at intervals with many. Rows
    /// that are sorted by what changes with the traffic are put in order at intervals.
    pub(super) fn after_events(&mut self, data: TableData, height: usize) {
        let TableData { model, now, .. } = data;
        let changed = self.freshness != Freshness::Fresh || model.connections().len() != self.known;
        let few = self.rows.len().max(model.connections().len()) <= IMMEDIATE_ROWS;
        let is_due = now.micros_since(self.rebuilt) >= MIN_INTERVAL;
        // Any bytes may change the order, and the figures that are shown are always those of now.
        if changed && few || is_due && (changed || self.sort.changes()) {
            self.rebuild(data, height);
        } else if changed {
            self.set_changed();
        }
    }

    /// Rebuilds stale rows before a key, so that the key applies to the current state.
    pub(super) fn refresh(&mut self, data: TableData, height: usize) {
        if self.freshness != Freshness::Fresh {
            self.rebuild(data, height);
        }
    }

    /// Pins the selected connection.
    pub(crate) const fn pin(&mut self) {
        self.pinned = self.selected;
    }

    /// Pins this connection, as a lesson has asked.
    pub(super) const fn pin_to(&mut self, id: ConnectionId) {
        self.pinned = Some(id);
    }

    /// Filters and sorts the rows. A pinned connection stays selected; a window that shows the selection keeps it
    /// visible.
    pub(super) fn rebuild(&mut self, data: TableData, height: usize) {
        self.resized(height);
        let TableData { model, names, notes, hosts, now } = data;
        let filter = Filter::parse(self.filter.text());
        let passes = |known: &&Connection| {
            let (name, note) = (names.of(known.id), notes.of(known.id));
            let host = host_names::of_row(hosts, known.id);
            filter.matches(Row { connection: known, host, name, note, now }, || {
                filter_words(known, host, name, note)
            })
        };
        let mut content_widths = ContentWidths::default();
        let mut ranks = Vec::with_capacity(model.connections().len());
        // Each connection is visited once: with thousands of them, fetching them is what a rebuild costs.
        for known in model.connections().filter(passes) {
            content_widths.number = content_widths.number.max(digits(known.id.number()));
            let [peer, whole_peer] = label_widths(known, names);
            content_widths.peer = content_widths.peer.max(peer).min(LONGEST_PEER);
            content_widths.whole_peer = content_widths.whole_peer.max(whole_peer);
            content_widths.protocol = content_widths.protocol.max(spoken::width(known));
            content_widths.has_latency |= known.waits.last().is_some();
            ranks.push(self.sort.rank(known, hosts, now));
        }
        self.hosts = host_names::all(hosts);
        content_widths.host = host_names::width(&self.hosts);
        ranks.sort_unstable_by(|a, b| self.sort.compare(a, b));
        let shown = self.freshness != Freshness::Resorted && self.shows_cursor(height);
        (self.known, self.seen) = (model.connections().len(), model.totals.seen);
        (self.rebuilt, self.freshness) = (now, Freshness::Fresh);
        self.pinned = self.pinned.filter(|&id| model.connection(id).is_some());
        let newest = ranks.iter().map(|rank| rank.id).max();
        let is_live = |id: &ConnectionId| model.connection(*id).is_some_and(|known| known.closed.is_none());
        let kept = self.followed.filter(|id| newest <= self.newest && !is_live(id));
        self.newest = newest;
        self.listed.clear();
        if self.grouping() == Grouping::Alike {
            self.listed.extend(ranks.iter().map(|rank| rank.id));
        }
        self.rows = self.groups.arrange(&ranks, data, self.pinned.or(kept));
        let shared = self.rows.iter().filter(|&&id| matches!(self.groups.row(id), Some(GroupRow::Folded(_))));
        let labels = shared.filter_map(|&id| self.group_label(model.connection(id)?, names, u16::MAX));
        let widest = labels.map(|label| format::width(&label)).max().unwrap_or(0);
        content_widths.whole_peer = content_widths.whole_peer.max(widest);
        content_widths.peer = content_widths.peer.max(widest).min(LONGEST_PEER);
        self.content_widths = content_widths;
        let place_of = |id| self.rows.iter().position(|&row| row == id);
        let is_in_sight = |place: &usize| height == 0 || (self.top..self.top + height).contains(place);
        let kept_place = kept.and_then(place_of).filter(is_in_sight);
        let kept = kept.filter(|_| kept_place.is_some());
        // While the rows change places by themselves, the stream below does not change with them.
        let stays = self.selected.filter(|_| self.sort.changes()).filter(is_live);
        let place = self.pinned.and_then(place_of).or(stays.and_then(place_of)).or(kept_place);
        self.select_at(place.unwrap_or(0));
        self.followed = kept.or(self.selected.filter(is_live)).filter(|_| self.pinned.is_none());
        if shown { self.show_cursor(height) } else { self.clamp_top(height) }
    }

    /// Replaces a step beyond the last or the first row by a jump to the other end.
    pub(super) const fn around(&self, motion: Motion) -> Motion {
        let last = self.rows.len().saturating_sub(1);
        match motion {
            Motion::RowDown if self.cursor == last => Motion::Start,
            Motion::RowUp if self.cursor == 0 => Motion::End,
            other => other,
        }
    }

    /// Moves the selection, or with [`Motion::Rows`] only the window. While the selected row is out of sight, a step
    /// down selects the first visible row and a step up the last one: keys act on what is visible.
    pub(super) fn apply(&mut self, motion: Motion, height: usize) {
        self.resized(height);
        if let Motion::Rows(_) = motion {
            self.top = motion.apply(self.top, self.rows.len().saturating_sub(height), height);
            return;
        }
        let bottom = (self.top + height.saturating_sub(1)).min(self.rows.len().saturating_sub(1));
        let to = match motion {
            _ if height == 0 || self.shows_cursor(height) => self.moved(motion, height),
            Motion::RowDown => self.top,
            Motion::RowUp => bottom,
            Motion::PageDown | Motion::HalfDown => {
                motion.apply(bottom, self.rows.len().saturating_sub(1), height)
            }
            Motion::PageUp | Motion::HalfUp => motion.apply(self.top, bottom, height),
            _ => self.moved(motion, height),
        };
        self.go_to(to, height);
    }

    /// Moves the selection relative to the selected row, whether that row is visible or not.
    pub(super) fn step(&mut self, motion: Motion, height: usize) {
        self.go_to(self.moved(motion, height), height);
    }

    fn moved(&self, motion: Motion, height: usize) -> usize {
        motion.apply(self.cursor, self.rows.len().saturating_sub(1), height)
    }

    fn go_to(&mut self, place: usize, height: usize) {
        self.select_at(place);
        self.pin();
        self.show_cursor(height);
    }

    /// Selects the connection that was clicked, and returns whether it was pinned before. The window does not move,
    /// unless the click has made it too low for the row.
    pub(super) fn pick(&mut self, id: ConnectionId, height: usize) -> Option<RowClick> {
        let place = self.rows.iter().position(|&row| row == id)?;
        let picked = if self.pinned == Some(id) { RowClick::Repeated } else { RowClick::First };
        self.go_to(place, height);
        Some(picked)
    }

    fn select_at(&mut self, place: usize) {
        self.cursor = place.min(self.rows.len().saturating_sub(1));
        self.selected = self.rows.get(self.cursor).copied();
    }

    fn shows_cursor(&self, height: usize) -> bool {
        (self.top..self.top + height).contains(&self.cursor)
    }

    /// Scrolls the selected row into view. Does nothing while the table is hidden.
    pub(super) fn show_cursor(&mut self, height: usize) {
        if height == 0 {
            return;
        }
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(height), self.cursor);
        self.clamp_top(height);
    }

    fn clamp_top(&mut self, height: usize) {
        if height > 0 {
            self.top = self.top.min(self.rows.len().saturating_sub(height));
        }
    }

    /// Adapts to a window height that may have changed; 0 means hidden. A selected row that was visible stays
    /// visible.
    pub(super) fn resized(&mut self, height: usize) {
        if height == 0 || height == self.height {
            return;
        }
        let shown = self.shows_cursor(self.height);
        self.height = height;
        if shown { self.show_cursor(height) } else { self.clamp_top(height) }
    }
}
