//! Groups of like connections that have ended: one row with a count, which can be unfolded.

use std::collections::{HashMap, HashSet};

use crate::app::clients::sort::SortKey;
use crate::app::clients::table_data::TableData;
use crate::app::format;
use crate::event::ConnectionId;
use crate::model::Connection;
use crate::model::likeness::Likeness;

/// Whether like connections that have ended share a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Grouping {
    /// Each has its own.
    #[default]
    Each,
    /// They share one.
    Alike,
}

impl Grouping {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Each, Self::Alike];

    /// Returns the name of the choice.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Alike => "alike",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Each => Self::Alike,
            Self::Alike => Self::Each,
        }
    }
}

/// What a row has to do with a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupRow {
    /// It stands for this number of connections.
    Folded(usize),
    /// It is the first of this number of connections, and the others follow.
    Unfolded(usize),
    /// It is one of an unfolded group, and not the first one.
    Member,
}

/// What the connections of a group have in common.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key {
    likeness: Likeness,
    name: Option<String>,
}

impl Key {
    /// What a connection has in common with others; `None` if it stands alone. One with a note does: it was looked at.
    fn of(known: &Connection, data: TableData<'_>) -> Option<Self> {
        if data.notes.of(known.id).is_some() {
            return None;
        }
        let name = data.names.of(known.id).map(str::to_owned);
        Likeness::of(known).map(|likeness| Self { likeness, name })
    }
}

/// The groups of a table.
#[derive(Debug, Default)]
pub(super) struct Groups {
    grouping: Grouping,
    unfolded: HashSet<Key>,
    /// The rows that have to do with a group.
    rows: HashMap<ConnectionId, GroupRow>,
}

impl Groups {
    pub(super) const fn grouping(&self) -> Grouping {
        self.grouping
    }

    pub(super) const fn set(&mut self, grouping: Grouping) {
        self.grouping = grouping;
    }

    pub(super) const fn toggle(&mut self) {
        self.set(self.grouping.other());
    }

    /// What a row has to do with a group, if anything.
    pub(super) fn row(&self, id: ConnectionId) -> Option<GroupRow> {
        self.rows.get(&id).copied()
    }

    /// Folds or unfolds the group that a row belongs to. Returns whether there is one.
    pub(super) fn toggle_row(&mut self, id: ConnectionId, data: TableData<'_>) -> bool {
        let Some(row) = self.row(id) else { return false };
        let Some(key) = data.model.connection(id).and_then(|known| Key::of(known, data)) else {
            return false;
        };
        match row {
            GroupRow::Folded(_) => self.unfolded.insert(key),
            GroupRow::Unfolded(_) | GroupRow::Member => self.unfolded.remove(&key),
        }
    }

    /// Returns the rows for these connections, which are sorted. A group stands where its newest one would; it is shown as
    /// `kept` if it has that one, and else as the newest one. Unfolded, the newest ones come first.
    pub(super) fn arrange(
        &mut self,
        sorted: &[SortKey],
        data: TableData<'_>,
        kept: Option<ConnectionId>,
    ) -> Vec<ConnectionId> {
        self.rows.clear();
        let ids = sorted.iter().map(|key| key.id);
        if self.grouping == Grouping::Each {
            return ids.collect();
        }
        let mut alike: HashMap<Key, Vec<ConnectionId>> = HashMap::new();
        for known in ids.clone().filter_map(|id| data.model.connection(id)) {
            if let Some(key) = Key::of(known, data) {
                alike.entry(key).or_default().push(known.id);
            }
        }
        alike.retain(|_, members| members.len() > 1);
        self.unfolded.retain(|key| alike.contains_key(key));
        let mut groups: HashMap<ConnectionId, Vec<ConnectionId>> = HashMap::new();
        let mut hidden: HashSet<ConnectionId> = HashSet::new();
        for (key, mut members) in alike {
            members.sort_unstable_by(|a, b| b.cmp(a));
            let newest = members[0];
            hidden.extend(&members[1..]);
            let size = members.len();
            if self.unfolded.contains(&key) {
                self.rows.extend(members[1..].iter().map(|&id| (id, GroupRow::Member)));
                self.rows.insert(newest, GroupRow::Unfolded(size));
            } else {
                let shown = kept.filter(|id| members.contains(id)).unwrap_or(newest);
                self.rows.insert(shown, GroupRow::Folded(size));
                members = vec![shown];
            }
            groups.insert(newest, members);
        }
        let mut rows = Vec::with_capacity(sorted.len() - hidden.len());
        for id in ids.filter(|id| !hidden.contains(id)) {
            match groups.remove(&id) {
                Some(members) => rows.extend(members),
                None => rows.push(id),
            }
        }
        rows
    }
}

/// Returns how a group is called: where its clients are, as far as there is room for it, and how many connections there
/// are.
#[must_use]
pub fn label(host: &str, size: usize, width: u16) -> String {
    let count = format!(" ×{}", format::count(size as u64));
    format!("{}{count}", format::truncate(host, width.saturating_sub(format::width(&count))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_there_however_narrow_the_column_is() {
        let label = |width| label("203.0.113.7 via 127.0.0.1", 1_234, width);
        assert_eq!(label(u16::MAX), "203.0.113.7 via 127.0.0.1 ×1,234");
        assert_eq!(label(27), "203.0.113.7 via 127… ×1,234");
        assert_eq!(label(10), "20… ×1,234");
        assert_eq!(label(3), " ×1,234");
    }
}
