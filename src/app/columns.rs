//! The columns of the table of connections: what they sort by, and which of them fit.

use std::cmp::Ordering;
use std::net::SocketAddr;

use crate::model::event::CloseReason;
use crate::model::{Connection, Moment, State};

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Column {
    /// The number of the connection.
    Number,
    /// The client's address.
    Peer,
    /// The state, or why it ended.
    State,
    /// How long its last answer took.
    Answer,
    /// How long its answers took in the last seconds, as bars. Not to sort by.
    Lane,
    /// The backend that serves it.
    Backend,
    /// How long it has lived.
    Age,
    /// Bytes received.
    Received,
    /// Bytes sent.
    Sent,
    /// Malformed parts that were received.
    Malformed,
    /// Bytes received in the last second.
    ReceivedRate,
    /// Bytes sent in the last second.
    SentRate,
    /// The last seconds, both directions, as bars. Not to sort by.
    Graph,
}

/// On which side of its column a figure stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Cells of the table that belong to one column, counted from the left end of the row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Which.
    pub column: Column,
    /// Its first cell.
    pub x: u16,
    /// Its width in cells.
    pub width: u16,
}

/// How wide the columns must be whose width depends on what is in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Widest {
    /// The longest number.
    pub number: u16,
    /// The longest address.
    pub peer: u16,
}

impl Default for Widest {
    fn default() -> Self {
        Self { number: 3, peer: 15 }
    }
}

/// What the user looks for in the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interest {
    /// What goes in and out.
    Bytes,
    /// The clients that wait, and how long they do.
    Waits,
}

/// Half seconds that a lane shows, a cell each.
pub const LANE: usize = 20;

/// Cells before the first column: the mark of the selected row and a space.
pub const MARGIN: u16 = 2;

/// A glyph, a space and the short word of a state: always as wide, so that a client that closes moves no column.
pub const SHORT_STATE: u16 = 6;

/// The same with the longest words, where all chosen columns leave room for them.
const FULL_STATE: u16 = 18;

/// An address is cut before it is left out, but not shorter than this.
const SHORTEST_PEER: u16 = 10;

/// In a narrower table the head `malformed` fills its column, and the arrow of the sort takes the gap before it, which is
/// behind words there.
const NARROW: u16 = 39;

impl Column {
    /// All, from left to right.
    pub const ALL: [Self; 13] = [
        Self::Number,
        Self::Peer,
        Self::State,
        Self::Answer,
        Self::Lane,
        Self::Backend,
        Self::Age,
        Self::Received,
        Self::Sent,
        Self::Malformed,
        Self::ReceivedRate,
        Self::SentRate,
        Self::Graph,
    ];

    /// Those to sort by, in the order in which a key goes through them.
    pub const SORTABLE: &'static [Self] = &[
        Self::Number,
        Self::Peer,
        Self::State,
        Self::Answer,
        Self::Backend,
        Self::Age,
        Self::Received,
        Self::Sent,
        Self::Malformed,
        Self::ReceivedRate,
        Self::SentRate,
    ];

    /// The most telling first: who comes in where there is not room for all.
    const fn by_weight(interest: Interest) -> &'static [Self; 13] {
        match interest {
            Interest::Bytes => &Self::BYTES_FIRST,
            Interest::Waits => &Self::WAITS_FIRST,
        }
    }

    const BYTES_FIRST: [Self; 13] = [
        Self::Number,
        Self::State,
        Self::Peer,
        Self::Malformed,
        Self::Received,
        Self::Sent,
        Self::Age,
        Self::Backend,
        Self::ReceivedRate,
        Self::SentRate,
        Self::Graph,
        Self::Answer,
        Self::Lane,
    ];

    const WAITS_FIRST: [Self; 13] = [
        Self::Number,
        Self::Peer,
        Self::State,
        Self::Answer,
        Self::Lane,
        Self::Received,
        Self::Sent,
        Self::Backend,
        Self::Age,
        Self::Malformed,
        Self::ReceivedRate,
        Self::SentRate,
        Self::Graph,
    ];

    /// Its head, and what the title calls it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Number => "#",
            Self::Peer => "peer",
            Self::State => "state",
            Self::Answer => "latency",
            Self::Lane => "latency, last 10 s",
            Self::Backend => "backend",
            Self::Age => "age",
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Malformed => "malformed",
            Self::ReceivedRate => "received/s",
            Self::SentRate => "sent/s",
            Self::Graph => "last 10 s",
        }
    }

    /// The side its figures stand on.
    #[must_use]
    pub const fn align(self) -> Align {
        match self {
            Self::Peer | Self::State | Self::Backend | Self::Lane | Self::Graph => Align::Left,
            _ => Align::Right,
        }
    }

    /// Wide enough for the figures, and for the head with the arrow of the sort.
    const fn width(self, widest: Widest) -> u16 {
        match self {
            Self::Number => widest.number,
            Self::Peer => widest.peer,
            Self::State => SHORT_STATE,
            Self::Answer => 8,
            Self::Lane => LANE as u16,
            Self::Backend => 8,
            Self::Age => 6,
            Self::Received | Self::Sent => 9,
            Self::Malformed | Self::Graph => 10,
            Self::ReceivedRate => 11,
            Self::SentRate => 8,
        }
    }

    /// Whether small things come first until the user says otherwise.
    pub(super) const fn natural(self) -> Order {
        match self {
            Self::Number | Self::Peer | Self::State | Self::Backend => Order::Ascending,
            _ => Order::Descending,
        }
    }

    /// What a connection is sorted by.
    pub(super) fn key(self, known: &Connection, now: Moment) -> Key {
        match self {
            Self::Number | Self::Lane | Self::Graph => Key::Number(known.id.0),
            Self::Peer => Key::Address(known.peer),
            Self::State => Key::State(known.state(), reason(known)),
            Self::Answer => Key::Number(known.waits.last().map_or(0, |micros| 1 + u64::from(micros))),
            Self::Backend => Key::Number(known.backend as u64),
            Self::Age => Key::Number(known.age_micros(now)),
            Self::Received => Key::Number(known.received.total()),
            Self::Sent => Key::Number(known.sent.total()),
            Self::Malformed => Key::Number(known.malformed()),
            Self::ReceivedRate => Key::Number(known.received.rate.per_second(now)),
            Self::SentRate => Key::Number(known.sent.rate.per_second(now)),
        }
    }
}

/// What connections are sorted by: those of one column are alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Key {
    Number(u64),
    Address(SocketAddr),
    State(State, &'static str),
}

/// Why a connection ended, in a word; empty while it lives.
#[must_use]
pub fn reason(known: &Connection) -> &'static str {
    known.closed.as_ref().map_or("", |closed| closed.reason.label())
}

/// Why a connection ended, as the table says it in full and where there is little room; empty while it lives.
#[must_use]
pub const fn ending(reason: CloseReason) -> [&'static str; 2] {
    match reason {
        CloseReason::PeerFinished => ["closed by client", "FIN"],
        CloseReason::PeerReset => ["reset by client", "RST"],
        CloseReason::WeFinished => ["closed by server", "FIN"],
        CloseReason::WeReset => ["reset by server", "RST"],
        CloseReason::Timeout => ["timed out", "lost"],
        CloseReason::IdleTimeout => ["idle timeout", "idle"],
        CloseReason::Refused => ["refused", "full"],
        CloseReason::Error => ["error", "fail"],
    }
}

/// Which end comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// The smallest.
    #[default]
    Ascending,
    /// The largest.
    Descending,
}

impl Order {
    /// The other one.
    #[must_use]
    pub const fn inverted(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }

    pub(super) const fn apply(self, ordering: Ordering) -> Ordering {
        match self {
            Self::Ascending => ordering,
            Self::Descending => ordering.reverse(),
        }
    }
}

/// The columns that fit into this many cells, from left to right; the one that is sorted by comes before all that could take
/// its room.
#[must_use]
pub fn fitting(width: u16, widest: Widest, interest: Interest, sorted: Column) -> Vec<Span> {
    let wide = Column::ALL.iter().map(|column| column.width(widest) + 2).sum::<u16>() + MARGIN - 2;
    let gap = if width >= wide { 2 } else { 1 };
    let mut left = (width + gap).saturating_sub(MARGIN);
    let mut chosen = Vec::new();
    let others = Column::by_weight(interest).iter().filter(|&&column| column != sorted);
    for &column in std::iter::once(&sorted).chain(others) {
        let mut needed = column.width(widest) + gap;
        if column == Column::Malformed && width < NARROW {
            needed -= 1;
        }
        if needed > left && column == Column::Peer && left >= SHORTEST_PEER + gap {
            needed = left;
        }
        // Words of a state in full tell more than bars do, where nobody waits.
        let kept = match (column, interest) {
            (Column::Lane, Interest::Bytes) => FULL_STATE - SHORT_STATE,
            _ => 0,
        };
        if needed + kept > left {
            // A less telling one may be narrower.
            continue;
        }
        left -= needed;
        chosen.push((column, needed - gap));
    }
    if let Some((_, state)) = chosen.iter_mut().find(|(column, _)| *column == Column::State)
        && left >= FULL_STATE - *state
    {
        *state = FULL_STATE;
    }
    let mut x = MARGIN;
    let place = |column: Column| {
        let width = chosen.iter().find(|(chosen, _)| *chosen == column)?.1;
        let span = Span { column, x, width };
        x += width + gap;
        Some(span)
    };
    Column::ALL.into_iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests;
