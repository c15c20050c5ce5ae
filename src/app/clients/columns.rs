//! The columns of the table of connections: what they sort by, and which of them fit.

pub use crate::app::clients::order::Order;
use crate::app::clients::spoken;
use crate::app::hosts::Hosts;
use crate::event::{Address, Timestamp};
use crate::model::{Connection, ConnectionState};

/// A column of the table of connections.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Column {
    /// The host that serves the connection. It is there where several are watched.
    Host,
    /// The number of the connection.
    Number,
    /// The client's address.
    Peer,
    /// The state, or the close reason.
    State,
    /// What the client and the server speak. It is there once a connection has a protocol.
    Protocol,
    /// The latency of the connection's last answer. It is there once the latency of any connection is known.
    Latency,
    /// The latencies of the last seconds as bars. Not sortable.
    LatencyBars,
    /// The backend that serves the connection.
    Backend,
    /// The lifetime of the connection.
    Age,
    /// Bytes received.
    Received,
    /// Bytes sent.
    Sent,
    /// Malformed UTF-8 sequences received.
    Malformed,
    /// Bytes received in the last second.
    ReceivedRate,
    /// Bytes sent in the last second.
    SentRate,
    /// Throughput of the last seconds in both directions as bars. Not sortable.
    Throughput,
}

/// The alignment of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Left, for words.
    Left,
    /// Right, for numbers.
    Right,
}

/// The cells that a column takes in a row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ColumnSpan {
    /// The column.
    pub column: Column,
    /// Its first cell, counted from the left end of the row.
    pub x: u16,
    /// Its width in cells.
    pub width: u16,
}

/// The widths of the columns that depend on their content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContentWidths {
    /// The width of the longest connection number.
    pub number: u16,
    /// The width of the longest address or name, within limits.
    pub peer: u16,
    /// The width of the longest address or name, which is given if there is room for all columns.
    pub whole_peer: u16,
    /// The width of the longest name of a protocol; 0 if there is none.
    pub protocol: u16,
    /// The width of the longest name of a host; 0 if there are not several.
    pub host: u16,
    /// Whether the latency of any connection is known.
    pub has_latency: bool,
}

impl Default for ContentWidths {
    fn default() -> Self {
        Self { number: 3, peer: 15, whole_peer: 15, protocol: 0, host: 0, has_latency: false }
    }
}

/// Which columns the table shows first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnPriority {
    /// Traffic.
    Traffic,
    /// Clients that wait for answers, and their latencies.
    Latency,
}

/// Half seconds that the latency bars show, one cell each.
pub const LATENCY_BAR_CELLS: usize = 20;

/// Cells before the first column: the mark of the selected row and a space.
pub const MARGIN: u16 = 2;

/// Width of a glyph, a space and the short word for a state: constant, so that a client that closes moves no column.
pub const SHORT_STATE: u16 = 6;

/// Width of the state column with the longest words, used where all chosen columns leave room for it.
const FULL_STATE: u16 = 18;

/// Width of the head of the column of protocols with its arrow, and of the longest name with a question mark.
const PROTOCOL: [u16; 2] = [9, 12];

/// The widths that a column of hosts may have.
const HOST: [u16; 2] = [5, 16];

/// An address is truncated before it is left out, but not below this width.
const SHORTEST_PEER: u16 = 10;

/// In a narrower table the head `malformed` fills its column, and the arrow of the sort takes the gap before it,
/// which lies behind words there.
const NARROW: u16 = 39;

impl Column {
    /// All columns, from left to right.
    pub const ALL: [Self; 15] = [
        Self::Host,
        Self::Number,
        Self::Peer,
        Self::State,
        Self::Protocol,
        Self::Latency,
        Self::LatencyBars,
        Self::Backend,
        Self::Age,
        Self::Received,
        Self::Sent,
        Self::Malformed,
        Self::ReceivedRate,
        Self::SentRate,
        Self::Throughput,
    ];

    /// The sortable columns, in the order in which the sort keys go through them.
    pub const SORTABLE: &'static [Self] = &[
        Self::Host,
        Self::Number,
        Self::Peer,
        Self::State,
        Self::Protocol,
        Self::Latency,
        Self::Backend,
        Self::Age,
        Self::Received,
        Self::Sent,
        Self::Malformed,
        Self::ReceivedRate,
        Self::SentRate,
    ];

    /// Returns the sortable columns that there are.
    pub(super) fn sortable(widths: ContentWidths) -> Vec<Self> {
        let all = Self::SORTABLE.iter().copied();
        all.filter(|column| widths.host > 0 || *column != Self::Host).collect()
    }

    /// Returns all columns, the most important first; the last ones are left out where there is not room for all.
    const fn by_weight(priority: ColumnPriority) -> &'static [Self; 15] {
        match priority {
            ColumnPriority::Traffic => &Self::TRAFFIC_FIRST,
            ColumnPriority::Latency => &Self::LATENCY_FIRST,
        }
    }

    const TRAFFIC_FIRST: [Self; 15] = [
        Self::Host,
        Self::Number,
        Self::State,
        Self::Peer,
        Self::Malformed,
        Self::Received,
        Self::Sent,
        Self::Protocol,
        Self::Age,
        Self::Backend,
        Self::ReceivedRate,
        Self::SentRate,
        Self::Throughput,
        Self::Latency,
        Self::LatencyBars,
    ];

    const LATENCY_FIRST: [Self; 15] = [
        Self::Host,
        Self::Number,
        Self::Peer,
        Self::State,
        Self::Latency,
        Self::LatencyBars,
        Self::Received,
        Self::Sent,
        Self::Backend,
        Self::Age,
        Self::Protocol,
        Self::Malformed,
        Self::ReceivedRate,
        Self::SentRate,
        Self::Throughput,
    ];

    /// Returns the text of the column's head, which also appears in the title of the pane.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Number => "#",
            Self::Peer => "peer",
            Self::State => "state",
            Self::Protocol => "protocol",
            Self::Latency => "latency",
            Self::LatencyBars => "waits, last 10 s",
            Self::Backend => "backend",
            Self::Age => "age",
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Malformed => "malformed",
            Self::ReceivedRate => "received/s",
            Self::SentRate => "sent/s",
            Self::Throughput => "last 10 s",
        }
    }

    /// Returns the alignment of the column.
    #[must_use]
    pub const fn align(self) -> Align {
        match self {
            Self::Host
            | Self::Peer
            | Self::State
            | Self::Protocol
            | Self::Backend
            | Self::LatencyBars
            | Self::Throughput => Align::Left,
            _ => Align::Right,
        }
    }

    /// Returns the width that the figures and the head with its sort arrow need.
    const fn width(self, content_widths: ContentWidths) -> u16 {
        match self {
            Self::Host if content_widths.host > HOST[1] => HOST[1],
            Self::Host if content_widths.host > HOST[0] => content_widths.host,
            Self::Host => HOST[0],
            Self::Number => content_widths.number,
            Self::Peer => content_widths.peer,
            Self::State => SHORT_STATE,
            Self::Protocol => {
                let [least, most] = PROTOCOL;
                if content_widths.protocol > most {
                    most
                } else if content_widths.protocol > least {
                    content_widths.protocol
                } else {
                    least
                }
            }
            Self::Latency => 8,
            Self::LatencyBars => LATENCY_BAR_CELLS as u16,
            Self::Backend => 8,
            Self::Age => 6,
            Self::Received | Self::Sent => 9,
            Self::Malformed | Self::Throughput => 10,
            Self::ReceivedRate => 11,
            Self::SentRate => 8,
        }
    }

    /// Returns the sort direction that the column begins with.
    pub(crate) const fn default_order(self) -> Order {
        match self {
            Self::Host | Self::Number | Self::Peer | Self::State | Self::Protocol | Self::Backend => {
                Order::Ascending
            }
            _ => Order::Descending,
        }
    }

    /// Returns the value by which this column sorts a connection.
    pub(crate) fn key(self, known: &Connection, hosts: Option<&Hosts>, now: Timestamp) -> SortValue {
        match self {
            Self::Host => SortValue::Number(hosts.map_or(0, |hosts| hosts.rank_of(known.id))),
            // Of several hosts, that puts those of one together.
            Self::Number | Self::LatencyBars | Self::Throughput => SortValue::Number(known.id.0),
            Self::Peer => SortValue::Address(known.peer.clone()),
            Self::State => SortValue::State(known.state(), reason(known)),
            Self::Protocol => SortValue::Number(spoken::rank(known)),
            Self::Latency => SortValue::Number(known.waits.last().map_or(0, |micros| 1 + u64::from(micros))),
            Self::Backend => SortValue::Number(known.backend as u64),
            Self::Age => SortValue::Number(known.age_micros(now)),
            Self::Received => SortValue::Number(known.received.total()),
            Self::Sent => SortValue::Number(known.sent.total()),
            Self::Malformed => SortValue::Number(known.malformed()),
            Self::ReceivedRate => SortValue::Number(known.received.rate.per_second(now)),
            Self::SentRate => SortValue::Number(known.sent.rate.per_second(now)),
        }
    }
}

/// A value to sort by. Values of one column have the same variant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum SortValue {
    Number(u64),
    Address(Address),
    State(ConnectionState, &'static str),
}

/// Returns the close reason of a connection in one word; empty while it is open.
#[must_use]
pub fn reason(known: &Connection) -> &'static str {
    known.closed.as_ref().map_or("", |closed| closed.reason.label())
}

/// Returns the columns that fit into this many cells, from left to right. The sorted column takes precedence over all
/// that could take its room.
#[must_use]
pub fn fitting(
    width: u16,
    content_widths: ContentWidths,
    priority: ColumnPriority,
    sorted: Column,
) -> Vec<ColumnSpan> {
    let is_wanted = |column| {
        let has_content = match column {
            Column::Host => content_widths.host > 0,
            Column::Protocol => content_widths.protocol > 0,
            Column::Latency | Column::LatencyBars => content_widths.has_latency,
            _ => true,
        };
        has_content || sorted == column
    };
    let all = Column::ALL.into_iter().filter(|column| is_wanted(*column));
    let wide = all.map(|column| column.width(content_widths) + 2).sum::<u16>() + MARGIN - 2;
    let gap = if width >= wide { 2 } else { 1 };
    let mut left = (width + gap).saturating_sub(MARGIN);
    let mut chosen = Vec::new();
    let others = Column::by_weight(priority).iter().filter(|&&column| column != sorted && is_wanted(column));
    for &column in std::iter::once(&sorted).chain(others) {
        let mut needed = column.width(content_widths) + gap;
        if column == Column::Malformed && width < NARROW {
            needed -= 1;
        }
        if needed > left && column == Column::Peer && left >= SHORTEST_PEER + gap {
            needed = left;
        }
        // The state in full words tells more than latency bars do, unless latencies have priority.
        let kept = match (column, priority) {
            (Column::LatencyBars, ColumnPriority::Traffic) => FULL_STATE - SHORT_STATE,
            _ => 0,
        };
        if needed + kept > left {
            // A less important column may be narrower and still fit.
            continue;
        }
        left -= needed;
        chosen.push((column, needed - gap));
    }
    if let Some((_, state)) = chosen.iter_mut().find(|(column, _)| *column == Column::State)
        && left >= FULL_STATE - *state
    {
        left -= FULL_STATE - *state;
        *state = FULL_STATE;
    }
    if let Some((_, peer)) = chosen.iter_mut().find(|(column, _)| *column == Column::Peer) {
        *peer += content_widths.whole_peer.saturating_sub(*peer).min(left);
    }
    let mut x = MARGIN;
    let place = |column: Column| {
        let width = chosen.iter().find(|(chosen, _)| *chosen == column)?.1;
        let span = ColumnSpan { column, x, width };
        x += width + gap;
        Some(span)
    };
    Column::ALL.into_iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests;
