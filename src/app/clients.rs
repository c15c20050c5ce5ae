//! The table of connections: which rows, in which order, and where the user is in it.
//!
//! Live ones come first, closed ones last: who is connected is the first question, and a client that comes back all the
//! time must not push the others out of sight. The order is rebuilt when something changed that matters to it, not for
//! every byte; drawing takes the rows that it shows and no other.

use std::cmp::Ordering;
use std::net::SocketAddr;

use super::columns::{Column, Key, Order, Widest};
use super::command::Motion;
use super::human;
use super::line::Line;
use super::names::Names;
use crate::model::{Connection, ConnectionId, Model, Moment};

/// Up to this number of rows, the order is rebuilt as soon as a connection comes or goes.
const FEW: usize = 512;
/// With more rows, it is not rebuilt again before this number of microseconds has passed.
const SELDOM: u64 = 250_000;
/// The longest address that a column is made for; `[v6]:port` can be 47.
const LONGEST_PEER: u16 = 27;

/// What the rows are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    /// By this column.
    pub column: Column,
    /// With this end first.
    pub order: Order,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: Column::Number, order: Column::Number.natural() }
    }
}

/// What decides about the place of a row: looked up once, as comparing happens many times.
#[derive(Clone, Copy, Debug)]
struct Rank {
    closed: bool,
    key: Key,
    id: ConnectionId,
}

impl Sort {
    fn rank(self, known: &Connection, now: Moment) -> Rank {
        Rank { closed: known.closed.is_some(), key: self.column.key(known, now), id: known.id }
    }

    /// Live before closed; then the column, in the order that its arrow shows; then the number, so that equal rows hold
    /// still.
    fn compare(self, a: &Rank, b: &Rank) -> Ordering {
        let within = self.order.apply(a.key.cmp(&b.key));
        a.closed.cmp(&b.closed).then(within).then(a.id.cmp(&b.id))
    }
}

/// What the rows are made of.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) model: &'a Model,
    pub(super) names: &'a Names,
    pub(super) now: Moment,
}

/// Whether the order fits what is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Freshness {
    #[default]
    Fresh,
    Stale,
    /// It is sorted in another way, which is looked at from the first row.
    Resorted,
}

/// The table.
#[derive(Debug, Default)]
pub struct Clients {
    rows: Vec<ConnectionId>,
    /// What the user moved to, clicked or opened, if anything: that stays selected wherever it stands, also when it is
    /// closed. Without a choice, or while the filter hides it, the first row is.
    chosen: Option<ConnectionId>,
    selected: Option<ConnectionId>,
    /// Where the selected one stands in `rows`.
    cursor: usize,
    top: usize,
    /// Rows that the window had when it was last there.
    height: usize,
    sort: Sort,
    filter: Line,
    widest: Widest,
    freshness: Freshness,
    rebuilt: Moment,
    /// Connections that the model had when the order was rebuilt.
    known: usize,
}

impl Clients {
    /// The rows that stand in a window of this height, and the place of the first.
    #[must_use]
    pub fn window(&self, height: usize) -> (usize, &[ConnectionId]) {
        let top = self.top.min(self.rows.len().saturating_sub(height.max(1)));
        (top, &self.rows[top..(top + height).min(self.rows.len())])
    }

    /// Rows in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row passes the filter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The connection that commands are about.
    #[must_use]
    pub const fn selected(&self) -> Option<ConnectionId> {
        self.selected
    }

    /// How it is sorted.
    #[must_use]
    pub const fn sort(&self) -> Sort {
        self.sort
    }

    /// The words that every row has.
    #[must_use]
    pub const fn filter(&self) -> &Line {
        &self.filter
    }

    /// What the columns have room for.
    #[must_use]
    pub const fn widest(&self) -> Widest {
        self.widest
    }

    pub(super) const fn filter_mut(&mut self) -> &mut Line {
        self.freshness = Freshness::Stale;
        if self.chosen.is_none() {
            self.top = 0;
        }
        &mut self.filter
    }

    pub(super) fn sort_by(&mut self, column: Column) {
        let order = if column == self.sort.column { self.sort.order.inverted() } else { column.natural() };
        self.resort(Sort { column, order });
    }

    /// Sorts by the column that is `step` columns further on, in a circle.
    pub(super) fn sort_next(&mut self, step: isize) {
        let all = Column::SORTABLE;
        let here = all.iter().position(|&column| column == self.sort.column).unwrap_or(0);
        let there = here.saturating_add_signed(step + all.len() as isize) % all.len();
        self.resort(Sort { column: all[there], order: all[there].natural() });
    }

    /// What is asked for is what comes first: the window shows that, even if the selected row is then out of sight.
    const fn resort(&mut self, sort: Sort) {
        self.sort = sort;
        self.top = 0;
        self.freshness = Freshness::Resorted;
    }

    /// A connection came or went.
    pub(super) fn set_changed(&mut self) {
        if self.freshness == Freshness::Fresh {
            self.freshness = Freshness::Stale;
        }
    }

    /// After facts: rebuilds if connections came or went, at once with few rows and now and then with many.
    pub(super) fn after_facts(&mut self, scene: Scene, height: usize) {
        let Scene { model, now, .. } = scene;
        let changed = self.freshness != Freshness::Fresh || model.connections().len() != self.known;
        let few = self.rows.len().max(model.connections().len()) <= FEW;
        if changed && (few || now.micros_since(self.rebuilt) >= SELDOM) {
            self.rebuild(scene, height);
        } else if changed {
            self.set_changed();
        }
    }

    /// Before a key: what it is about must be what is there.
    pub(super) fn refresh(&mut self, scene: Scene, height: usize) {
        if self.freshness != Freshness::Fresh {
            self.rebuild(scene, height);
        }
    }

    /// The user wants the selected connection and no other.
    pub(super) const fn choose(&mut self) {
        self.chosen = self.selected;
    }

    /// A lesson wants this one.
    pub(super) const fn choose_this(&mut self, id: ConnectionId) {
        self.chosen = Some(id);
    }

    /// Filters and sorts anew. A chosen connection stays selected; a window that shows the selection goes on showing it.
    pub(super) fn rebuild(&mut self, scene: Scene, height: usize) {
        self.resized(height);
        let Scene { model, names, now } = scene;
        let words: Vec<_> = self.filter.text().split_whitespace().map(str::to_lowercase).collect();
        let mut widest = Widest::default();
        let mut ranks = Vec::with_capacity(model.connections().len());
        // One look at each: with thousands of them, fetching them is what this costs.
        for known in model.connections().filter(|known| matches(known, names.of(known.id), &words)) {
            widest.number = widest.number.max(digits(known.id.0));
            widest.peer = widest.peer.max(called_width(known, names)).min(LONGEST_PEER);
            ranks.push(self.sort.rank(known, now));
        }
        ranks.sort_unstable_by(|a, b| self.sort.compare(a, b));
        self.widest = widest;
        let shown = self.freshness != Freshness::Resorted && self.shows_cursor(height);
        self.rows.clear();
        self.rows.extend(ranks.iter().map(|rank| rank.id));
        self.known = model.connections().len();
        (self.rebuilt, self.freshness) = (now, Freshness::Fresh);
        self.chosen = self.chosen.filter(|&id| model.connection(id).is_some());
        let place = self.chosen.and_then(|id| self.rows.iter().position(|&row| row == id));
        self.select_at(place.unwrap_or(0));
        if shown { self.show_cursor(height) } else { self.clamp_top(height) }
    }

    /// The same step in a circle: from the last row to the first one, and back.
    pub(super) const fn around(&self, motion: Motion) -> Motion {
        let last = self.rows.len().saturating_sub(1);
        match motion {
            Motion::RowDown if self.cursor == last => Motion::Start,
            Motion::RowUp if self.cursor == 0 => Motion::End,
            other => other,
        }
    }

    /// Moves the selection, or with [`Motion::Rows`] the window alone. While the selected row is out of sight, a step
    /// down selects the first row that is shown, and a step up the last: keys act on what is seen.
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

    /// Moves the selection from the selected row, in sight or not.
    pub(super) fn step(&mut self, motion: Motion, height: usize) {
        self.go_to(self.moved(motion, height), height);
    }

    fn moved(&self, motion: Motion, height: usize) -> usize {
        motion.apply(self.cursor, self.rows.len().saturating_sub(1), height)
    }

    fn go_to(&mut self, place: usize, height: usize) {
        self.select_at(place);
        self.choose();
        self.show_cursor(height);
    }

    /// Selects this one, which was clicked; says whether it was chosen before. The window stays where it is, unless the
    /// click has made it too low for the row.
    pub(super) fn pick(&mut self, id: ConnectionId, height: usize) -> Option<Picked> {
        let place = self.rows.iter().position(|&row| row == id)?;
        let picked = if self.chosen == Some(id) { Picked::Again } else { Picked::Anew };
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

    /// Does nothing while the table is not there.
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

    /// The window may have another height now, or not be there: a selected row that was in it stays in it.
    pub(super) fn resized(&mut self, height: usize) {
        if height == 0 || height == self.height {
            return;
        }
        let shown = self.shows_cursor(self.height);
        self.height = height;
        if shown { self.show_cursor(height) } else { self.clamp_top(height) }
    }
}

/// How a row was clicked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Picked {
    /// For the first time.
    Anew,
    /// It was chosen already.
    Again,
}

fn digits(number: u64) -> u16 {
    number.checked_ilog10().unwrap_or(0) as u16 + 1
}

/// Cells of an address: counted where that is simple, as it is done for every row.
fn peer_width(peer: SocketAddr) -> u16 {
    match peer {
        SocketAddr::V4(peer) => {
            let octets: u16 = peer.ip().octets().map(|octet| digits(octet.into())).iter().sum();
            octets + 3 + 1 + digits(peer.port().into())
        }
        SocketAddr::V6(peer) => human::width(&peer.to_string()),
    }
}

/// Cells of what a client is called, or of its address.
fn called_width(known: &Connection, names: &Names) -> u16 {
    match names.of(known.id) {
        Some(name) => human::width(name) + 2 + digits(known.peer.port().into()),
        None => peer_width(known.peer),
    }
}

/// Whether all words are somewhere in what is known of a connection, in the words of the screen or of the events.
fn matches(known: &Connection, name: Option<&str>, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let live = if known.closed.is_some() { "" } else { "live" };
    let (state, reason) = (known.state().word(), super::columns::reason(known));
    let name = name.map(str::to_lowercase).unwrap_or_default();
    let [ending, short] =
        known.closed.as_ref().map_or([""; 2], |closed| super::columns::ending(closed.reason));
    let short = short.to_lowercase();
    let (id, peer, backend) = (known.id, known.peer, known.backend);
    let text = format!("{id} {peer} {name} {state} {live} {backend} {reason} {ending} {short}");
    words.iter().all(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_as_wide_as_its_text() {
        for text in
            ["0.0.0.0:0", "127.0.0.1:7777", "10.100.255.9:50000", "[::1]:80", "[2001:db8::ff00:42:8329]:443"]
        {
            assert_eq!(usize::from(peer_width(text.parse().unwrap())), text.len(), "{text}");
        }
    }
}
