//! The symbols of the dashboard with their meanings, for the help.

use crate::app::stream::row::ByteClass;

/// A symbol, colour or word that the help explains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LegendItem {
    /// Bytes from the client.
    Received,
    /// Bytes to the client.
    Sent,
    /// Bytes that the user put in.
    ByUser,
    /// Bytes that the user dropped.
    Dropped,
    /// A class of bytes, and its symbol or colour in the stream.
    Byte(ByteClass),
    /// The line continues in the next row; no read ends here.
    Continued,
    /// A later byte of a character.
    Rest,
    /// A byte of a malformed sequence, in the text column.
    Malformed,
    /// A byte of a character whose rest has not arrived; also the mark of truncated text.
    Pending,
    /// The symbol of a control character.
    Control,
    /// White space other than the ordinary space.
    Space,
    /// The base of a combining mark that stands alone.
    Circle,
    /// The scroll bar's thumb: the visible part.
    Thumb,
    /// The scroll bar's thumb with a malformed sequence in it.
    ThumbMalformed,
    /// A malformed sequence elsewhere on the scroll bar.
    OverviewMalformed,
    /// A byte of a hit of the search.
    Hit,
    /// A byte that the user has selected.
    Selection,
    /// The scroll bar's thumb with a hit of the search in it.
    ThumbHit,
    /// A hit of the search elsewhere on the scroll bar.
    OverviewHit,
    /// A byte that differs in a comparison.
    Different,
    /// The sign before a byte with a mark; the scroll bar has the letter.
    Mark,
    /// A connection whose upstream is still to be connected.
    Connecting,
    /// An open connection.
    Open,
    /// A connection whose client does not read.
    Slow,
    /// A connection whose client sent FIN.
    HalfClosed,
    /// A closed connection.
    Closed,
    /// A connection that ended with an error.
    Malformation,
    /// The selected row.
    Selected,
    /// A row that stands for several connections.
    Folded,
    /// The first row of an unfolded group.
    Unfolded,
    /// Sorted in descending order.
    Descending,
    /// Sorted in ascending order.
    Ascending,
    /// The newest bytes are followed.
    Follow,
    /// The display is frozen.
    Frozen,
    /// Other machines can connect.
    Public,
    /// The event loop is blocked.
    Blocked,
    /// The terminal handles the mouse.
    Released,
    /// A peak of the graph is higher than its scale.
    Beyond,
}

impl LegendItem {
    /// All symbols, in the order of the help.
    pub const ALL: [Self; 47] = [
        Self::Received,
        Self::Sent,
        Self::ByUser,
        Self::Dropped,
        Self::Byte(ByteClass::Border),
        Self::Continued,
        Self::Rest,
        Self::Malformed,
        Self::Pending,
        Self::Byte(ByteClass::Hidden),
        Self::Control,
        Self::Space,
        Self::Circle,
        Self::Byte(ByteClass::Ascii),
        Self::Byte(ByteClass::Space),
        Self::Byte(ByteClass::Control),
        Self::Byte(ByteClass::Null),
        Self::Byte(ByteClass::Multi),
        Self::Byte(ByteClass::Malformed),
        Self::Byte(ByteClass::Pending),
        Self::Byte(ByteClass::Cut),
        Self::Thumb,
        Self::ThumbMalformed,
        Self::OverviewMalformed,
        Self::Hit,
        Self::Selection,
        Self::ThumbHit,
        Self::OverviewHit,
        Self::Different,
        Self::Mark,
        Self::Connecting,
        Self::Open,
        Self::Slow,
        Self::HalfClosed,
        Self::Closed,
        Self::Malformation,
        Self::Selected,
        Self::Folded,
        Self::Unfolded,
        Self::Descending,
        Self::Ascending,
        Self::Follow,
        Self::Frozen,
        Self::Public,
        Self::Blocked,
        Self::Released,
        Self::Beyond,
    ];

    /// Returns the meaning in one line.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Received => "in: bytes from the client (client → server)",
            Self::Sent => "out: bytes to the client (server → client)",
            Self::ByUser => "you: bytes that the user put in",
            Self::Dropped => "cut: the user dropped bytes of this row",
            Self::Byte(kind) => kind.meaning(),
            Self::Continued => "the line goes on in the next row; no read ends here",
            Self::Rest => "a further byte of the character before it",
            Self::Malformed => "a malformed byte: a decoder puts U+FFFD here",
            Self::Pending => "the rest of this character has not arrived yet; or cut text",
            Self::Control => "a control character, here a line feed",
            Self::Space => "white space other than the ordinary space",
            Self::Circle => "carries a combining mark that stands alone",
            Self::Thumb => "scroll bar of all kept bytes: the part on screen",
            Self::ThumbMalformed => "scroll bar: malformed bytes, on screen",
            Self::OverviewMalformed => "scroll bar: malformed bytes, not on screen",
            Self::Hit => "a byte that the search has found",
            Self::Selection => "a byte that you have selected",
            Self::ThumbHit => "scroll bar: hits of the search, on screen",
            Self::OverviewHit => "scroll bar: hits of the search, not on screen",
            Self::Different => "compared: a byte that differs, a row that has one",
            Self::Mark => "the next byte has a mark; its letter is on the scroll bar",
            Self::Connecting => "the relay is connecting to the upstream",
            Self::Open => "an open connection, a running backend, an address",
            Self::Slow => "the client or the upstream does not read",
            Self::HalfClosed => "client or upstream sent FIN and still reads",
            Self::Closed => "a closed connection",
            Self::Malformation => "a connection that ended with an error",
            Self::Selected => "the selected row",
            Self::Folded => "a row for several closed connections that are alike",
            Self::Unfolded => "the first of several that can share a row",
            Self::Descending => "sorted by this column, largest first",
            Self::Ascending => "sorted by this column, smallest first",
            Self::Follow => "the newest bytes are shown as they come",
            Self::Frozen => "rows and bytes are frozen; the server and figures go on",
            Self::Public => "other machines can connect to this server",
            Self::Blocked => "a handler blocks the event loop, or did so just now",
            Self::Released => "the terminal has the mouse, to select text",
            Self::Beyond => "graph: one peak is higher than the scale",
        }
    }
}
