//! The user's choices for the stream pane: format, directions, bytes per row.

use crate::event::{ConnectionId, Direction, PerDirection, Side, StreamId};
use crate::model::Connection;
use crate::model::stream::Stream;

/// A view of the stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum View {
    /// Hex, and a text column with a cell for each byte.
    #[default]
    Hex,
    /// Flowing text.
    Text,
    /// Hex and text side by side.
    Split,
    /// Hex above, and below it how bits encode the character under the cursor.
    Anatomy,
    /// Hex above, and below it what other encodings and programs decode the bytes to.
    Readings,
    /// Hex above, and below it what the bytes from the cursor on are as numbers.
    Numbers,
}

impl View {
    /// All views, in the order of the key.
    pub const ALL: [Self; 6] =
        [Self::Hex, Self::Text, Self::Split, Self::Anatomy, Self::Readings, Self::Numbers];

    /// Returns the name of the view.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Text => "text",
            Self::Split => "split",
            Self::Anatomy => "anatomy",
            Self::Readings => "readings",
            Self::Numbers => "numbers",
        }
    }

    /// Returns whether it may have more lines than there is room for, in pages that a key turns.
    #[must_use]
    pub const fn has_pages(self) -> bool {
        match self {
            Self::Anatomy | Self::Readings | Self::Numbers => true,
            Self::Hex | Self::Text | Self::Split => false,
        }
    }

    /// Returns the view `steps` positions further on, in a circle.
    pub(super) const fn step(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps) % Self::ALL.len()]
    }

    pub(super) const COUNT: usize = Self::ALL.len();
}

/// A format of bytes; in the split view, the half that the cursor moves in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ByteFormat {
    /// Rows of a fixed number of bytes.
    #[default]
    Hex,
    /// Rows of text.
    Text,
}

impl ByteFormat {
    /// Returns the other format.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Hex => Self::Text,
            Self::Text => Self::Hex,
        }
    }
}

/// A stream of a connection that the pane shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Channel {
    /// What was received from the client.
    Received,
    /// What was sent to the client.
    Sent,
    /// What the user sent to the upstream. It stands among what was received from the client, which goes there, too.
    ToUpstream,
}

impl Channel {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Received, Self::Sent, Self::ToUpstream];

    /// Returns the direction in which its bytes go, seen from the client's side.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::Received | Self::ToUpstream => Direction::Received,
            Self::Sent => Direction::Sent,
        }
    }

    /// Returns the word for how its bytes came about.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sent => "sent",
            Self::ToUpstream => "put in",
        }
    }

    /// Returns the channel that shows a stream, if one does.
    #[must_use]
    pub fn of(stream: StreamId) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.id(stream.connection) == stream)
    }

    /// Returns the id of the stream in this connection.
    #[must_use]
    pub const fn id(self, connection: ConnectionId) -> StreamId {
        match self {
            Self::Received => StreamId::client(connection, Direction::Received),
            Self::Sent => StreamId::client(connection, Direction::Sent),
            Self::ToUpstream => StreamId { connection, side: Side::Upstream, direction: Direction::Sent },
        }
    }

    /// Returns the stream. Only a relayed connection has one to the upstream.
    #[must_use]
    pub fn stream(self, connection: &Connection) -> &Stream {
        match (self, &connection.upstream) {
            (Self::ToUpstream, Some(upstream)) => &upstream.streams.sent,
            _ => connection.stream(self.direction()),
        }
    }
}

/// Which directions are shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum DirectionFilter {
    /// Both directions, in the order of their reads and writes.
    #[default]
    Both,
    /// Only what was received.
    Received,
    /// Only what was sent.
    Sent,
}

impl DirectionFilter {
    /// All choices, in the order of the key.
    pub const ALL: [Self; 3] = [Self::Both, Self::Received, Self::Sent];

    /// Returns the name of the choice.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Received => "received",
            Self::Sent => "sent",
        }
    }

    /// Returns whether a stream is shown.
    #[must_use]
    pub const fn includes(self, channel: Channel) -> bool {
        matches!(
            (self, channel.direction()),
            (Self::Both, _) | (Self::Received, Direction::Received) | (Self::Sent, Direction::Sent)
        )
    }

    pub(super) const fn next(self) -> Self {
        match self {
            Self::Both => Self::Received,
            Self::Received => Self::Sent,
            Self::Sent => Self::Both,
        }
    }
}

/// The words for the two directions of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DirectionWords {
    /// `in` and `out`: this program answers the client itself.
    Served,
    /// `client → server` and `server → client`: this program stands between them.
    Relayed,
}

impl DirectionWords {
    /// Returns the words for the directions of this connection.
    #[must_use]
    pub const fn of(connection: &Connection) -> Self {
        if connection.upstream.is_some() { Self::Relayed } else { Self::Served }
    }

    /// Returns the width in cells of the longest name of a choice of directions.
    #[must_use]
    pub const fn longest(self) -> u16 {
        match self {
            Self::Served => "received".len() as u16,
            Self::Relayed => "client - server".len() as u16,
        }
    }

    /// Returns the name of the choice of directions.
    #[must_use]
    pub const fn filter_word(self, filter: DirectionFilter) -> &'static str {
        match (self, filter) {
            (Self::Relayed, DirectionFilter::Received) => ROUTES.received,
            (Self::Relayed, DirectionFilter::Sent) => ROUTES.sent,
            (Self::Relayed, DirectionFilter::Both) | (Self::Served, _) => filter.word(),
        }
    }
}

/// The directions of a relayed connection: from which end to which.
pub const ROUTES: PerDirection<&str> =
    PerDirection { received: "client → server", sent: "server → client" };

/// The largest number of bytes in a row of hex; a row that does not fit is halved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum BytesPerRow {
    /// As many as fit beside the time and the offset.
    #[default]
    Fit,
    /// 8.
    Eight,
    /// 16, if necessary without time and offset.
    Sixteen,
    /// 32, if necessary without time and offset.
    ThirtyTwo,
}

impl BytesPerRow {
    /// All choices.
    pub const ALL: [Self; 4] = [Self::Fit, Self::Eight, Self::Sixteen, Self::ThirtyTwo];

    /// Returns the name of the choice.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Eight => "8",
            Self::Sixteen => "16",
            Self::ThirtyTwo => "32",
        }
    }

    /// The explicit choices, the fewest bytes first.
    pub(super) const CHOICES: [Self; 3] = [Self::Eight, Self::Sixteen, Self::ThirtyTwo];

    pub(super) const fn bytes(self) -> Option<u16> {
        match self {
            Self::Fit => None,
            Self::Eight => Some(8),
            Self::Sixteen => Some(16),
            Self::ThirtyTwo => Some(32),
        }
    }
}
