//! Which connections of two recordings belong together.

use std::collections::BTreeMap;

use crate::event::ids::ConnectionId;

/// A connection, as far as it decides which other one belongs to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pairable {
    /// Its number.
    pub id: ConnectionId,
    /// The port of the server, if it has one.
    pub port: Option<u16>,
}

/// Two connections that belong together; one that has none stands alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paired {
    /// The connection of the first recording.
    pub left: Option<ConnectionId>,
    /// The connection of the second recording.
    pub right: Option<ConnectionId>,
}

/// Pairs connections: those to the same port in the order of their numbers, and then those that are left, in the order of
/// theirs. The result is in the order of the first recording, followed by what only the second one has.
#[must_use]
pub fn pairs(left: &[Pairable], right: &[Pairable]) -> Vec<Paired> {
    let mut by_port: BTreeMap<Option<u16>, Vec<ConnectionId>> = BTreeMap::new();
    for some in sorted(right).iter().rev() {
        by_port.entry(some.port).or_default().push(some.id);
    }
    let mut paired: Vec<Paired> = sorted(left)
        .into_iter()
        .map(|some| Paired { left: Some(some.id), right: by_port.get_mut(&some.port).and_then(Vec::pop) })
        .collect();
    let mut rest: Vec<ConnectionId> = by_port.into_values().flatten().collect();
    rest.sort_unstable();
    let mut rest = rest.into_iter();
    for alone in paired.iter_mut().filter(|paired| paired.right.is_none()) {
        alone.right = rest.next();
    }
    paired.extend(rest.map(|right| Paired { left: None, right: Some(right) }));
    paired
}

fn sorted(all: &[Pairable]) -> Vec<Pairable> {
    let mut all = all.to_vec();
    all.sort_unstable_by_key(|some| some.id);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(numbers_and_ports: &[(u64, u16)]) -> Vec<Pairable> {
        let pairable = |&(number, port)| Pairable { id: ConnectionId(number), port: Some(port) };
        numbers_and_ports.iter().map(pairable).collect()
    }

    fn numbers(left: &[(u64, u16)], right: &[(u64, u16)]) -> Vec<(Option<u64>, Option<u64>)> {
        let number = |id: Option<ConnectionId>| id.map(|id| id.0);
        let pairs = pairs(&all(left), &all(right));
        pairs.into_iter().map(|pair| (number(pair.left), number(pair.right))).collect()
    }

    #[test]
    fn connections_to_the_same_port_belong_together_in_their_order() {
        let left = [(1, 80), (3, 80), (2, 443)];
        let right = [(7, 443), (8, 80), (9, 80)];
        assert_eq!(numbers(&left, &right), [(Some(1), Some(8)), (Some(2), Some(7)), (Some(3), Some(9))]);
    }

    #[test]
    fn those_that_are_left_are_paired_in_their_order() {
        let (left, right) = ([(1, 80), (2, 8080), (3, 80)], [(4, 80), (5, 9090), (6, 9091), (7, 9092)]);
        assert_eq!(
            numbers(&left, &right),
            [(Some(1), Some(4)), (Some(2), Some(5)), (Some(3), Some(6)), (None, Some(7))]
        );
        assert_eq!(numbers(&left, &[]), [(Some(1), None), (Some(2), None), (Some(3), None)]);
        assert_eq!(numbers(&[], &[(1, 1)]), [(None, Some(1))]);
    }
}
