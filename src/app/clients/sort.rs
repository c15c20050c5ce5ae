//! The order of the rows of the table.

use std::cmp::Ordering;

use crate::app::clients::columns::{Column, Order, SortValue};
use crate::app::hosts::Hosts;
use crate::event::{ConnectionId, Timestamp};
use crate::model::Connection;

/// The sort order of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    /// The column to sort by.
    pub column: Column,
    /// The sort direction.
    pub order: Order,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: Column::Number, order: Column::Number.default_order() }
    }
}

/// The sort key of a row, computed once per rebuild because comparing happens many times.
#[derive(Debug)]
pub(super) struct SortKey {
    closed: bool,
    key: SortValue,
    pub(super) id: ConnectionId,
}

impl Sort {
    /// Returns whether the values change with the traffic: the rows then change places by themselves.
    pub(super) const fn changes(self) -> bool {
        match self.column {
            Column::Latency
            | Column::LatencyBars
            | Column::Received
            | Column::Sent
            | Column::Malformed
            | Column::ReceivedRate
            | Column::SentRate
            | Column::Throughput => true,
            Column::Host
            | Column::Number
            | Column::Peer
            | Column::State
            | Column::Protocol
            | Column::Backend
            | Column::Age => false,
        }
    }

    /// Returns the sort key of a row.
    pub(super) fn rank(self, known: &Connection, hosts: Option<&Hosts>, now: Timestamp) -> SortKey {
        SortKey { closed: known.closed.is_some(), key: self.column.key(known, hosts, now), id: known.id }
    }

    /// Compares two rows: live before closed, then by the column in the direction that its arrow shows, then by
    /// number, so that equal rows do not move.
    pub(super) fn compare(self, a: &SortKey, b: &SortKey) -> Ordering {
        let within = self.order.apply(a.key.cmp(&b.key));
        a.closed.cmp(&b.closed).then(within).then(a.id.cmp(&b.id))
    }
}
