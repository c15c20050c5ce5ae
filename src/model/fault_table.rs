//! The faults of the traffic: which ones new connections get, and how many live connections have each.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::traffic_faults::OFF;
use crate::event::{Address, ConnectionId, FaultChange};

/// The faults of the traffic of all connections.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FaultTable {
    /// The faults that a new connection gets, in the order in which they were set.
    of_new: Vec<FaultChange>,
    /// Those that a new connection of one listener may get.
    of_listeners: BTreeMap<Address, Vec<FaultChange>>,
    /// The live connections whose traffic has faults.
    connections: BTreeSet<ConnectionId>,
    /// How many live connections have each fault.
    counts: BTreeMap<FaultChange, u64>,
}

/// A fault that is set, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SetFault<'a> {
    /// The fault.
    pub fault: &'a FaultChange,
    /// Number of live connections that have it.
    pub connections: u64,
    /// Whether new connections get it, or some of them.
    pub of_new: bool,
}

impl FaultTable {
    /// Whether no connection has a fault, and no new one gets any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all_of_new().next().is_none() && self.connections.is_empty()
    }

    /// Number of live connections that have any.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.len() as u64
    }

    /// All faults that are set, each once.
    #[must_use]
    pub fn all(&self) -> Vec<SetFault<'_>> {
        let faults: BTreeSet<_> = self.all_of_new().chain(self.counts.keys()).collect();
        let place = |fault| SetFault {
            fault,
            connections: self.counts.get(fault).copied().unwrap_or(0),
            of_new: self.all_of_new().any(|of_new| of_new == fault),
        };
        faults.into_iter().map(place).collect()
    }

    fn all_of_new(&self) -> impl Iterator<Item = &FaultChange> {
        self.of_new.iter().chain(self.of_listeners.values().flatten())
    }

    pub(super) fn change_for_listener(&mut self, listener: &Address, change: &FaultChange) {
        let faults = self.of_listeners.entry(listener.clone()).or_default();
        replace(faults, change);
        if faults.is_empty() {
            self.of_listeners.remove(listener);
        }
    }

    pub(super) fn forget_listener(&mut self, listener: &Address) {
        self.of_listeners.remove(listener);
    }

    pub(super) fn change_for_new(&mut self, change: &FaultChange) {
        replace(&mut self.of_new, change);
    }

    /// Counts the faults of a live connection.
    pub(super) fn add(&mut self, id: ConnectionId, faults: &[FaultChange]) {
        if faults.is_empty() || !self.connections.insert(id) {
            return;
        }
        for fault in faults {
            *self.counts.entry(fault.clone()).or_default() += 1;
        }
    }

    /// Counts the faults of a connection no more, if they are.
    pub(super) fn remove(&mut self, id: ConnectionId, faults: &[FaultChange]) {
        if !self.connections.remove(&id) {
            return;
        }
        for fault in faults {
            let Some(count) = self.counts.get_mut(fault) else { continue };
            *count -= 1;
            if *count == 0 {
                self.counts.remove(fault);
            }
        }
    }
}

/// Puts a fault in place of that of its kind and side, unless it has ended.
pub(super) fn replace(faults: &mut Vec<FaultChange>, change: &FaultChange) {
    faults.retain(|fault| (fault.to, fault.kind) != (change.to, change.kind));
    if change.detail != OFF {
        faults.push(change.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Side, TrafficFaultKind};

    fn fault(kind: TrafficFaultKind, detail: &str) -> FaultChange {
        FaultChange { to: Side::Client, kind, detail: detail.to_owned() }
    }

    #[test]
    fn each_fault_is_listed_once_with_where_it_is() {
        let (slow, other) =
            (fault(TrafficFaultKind::Latency, "5ms"), fault(TrafficFaultKind::Latency, "6ms"));
        let cut = fault(TrafficFaultKind::Cut, "7");
        let mut table = FaultTable::default();
        assert!(table.is_empty());
        table.change_for_new(&slow);
        table.add(ConnectionId(1), &[slow.clone(), cut.clone()]);
        table.add(ConnectionId(2), std::slice::from_ref(&slow));
        table.add(ConnectionId(3), std::slice::from_ref(&other));
        table.add(ConnectionId(4), &[]);
        let listed = |table: &FaultTable| {
            let all = table.all().into_iter();
            all.map(|set| (set.fault.clone(), set.connections, set.of_new)).collect::<Vec<_>>()
        };
        let expected = [(slow.clone(), 2, true), (other.clone(), 1, false), (cut.clone(), 1, false)];
        assert_eq!((listed(&table), table.connections()), (expected.to_vec(), 3));
        table.remove(ConnectionId(1), &[slow.clone(), cut]);
        table.remove(ConnectionId(1), std::slice::from_ref(&slow));
        table.remove(ConnectionId(2), std::slice::from_ref(&slow));
        table.change_for_new(&FaultChange { detail: OFF.to_owned(), ..slow });
        assert_eq!(listed(&table), [(other.clone(), 1, false)]);
        table.remove(ConnectionId(3), &[other]);
        assert!(table.is_empty());
    }

    #[test]
    fn a_fault_of_a_listener_is_set_before_any_connection_has_it() {
        let (one, other) = (Address::from(([127, 0, 0, 1], 1)), Address::from(([127, 0, 0, 1], 2)));
        let slow = fault(TrafficFaultKind::Latency, "5ms");
        let mut table = FaultTable::default();
        table.change_for_listener(&one, &slow);
        table.change_for_listener(&other, &slow);
        let [set] = table.all()[..] else { panic!("it is listed once") };
        assert_eq!((set.fault, set.connections, set.of_new), (&slow, 0, true));
        table.forget_listener(&one);
        assert!(!table.is_empty());
        table.change_for_listener(&other, &FaultChange { detail: OFF.to_owned(), ..slow });
        assert!(table.is_empty());
    }
}
