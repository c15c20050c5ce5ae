//! The signs of the dashboard, and what each means, for the help.

use super::payload::row::Kind;

/// A sign, a colour or a word that is explained in the help.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// Bytes from the client.
    Received,
    /// Bytes to the client.
    Sent,
    /// A kind of bytes, and the sign or colour that it has in the stream.
    Byte(Kind),
    /// The line goes on in the next row, without a border of reads between.
    Continued,
    /// A later byte of a character.
    Rest,
    /// A byte of a malformed part, in the text column.
    Malformed,
    /// A byte of a character whose rest has not arrived; also where a text was cut.
    Pending,
    /// The picture of a control character.
    Control,
    /// White space other than the ordinary space.
    Space,
    /// Carries a combining mark that stands alone.
    Circle,
    /// The part that is seen.
    Thumb,
    /// The part that is seen, with a malformed part in it.
    ThumbMalformed,
    /// A malformed part elsewhere.
    RulerMalformed,
    /// An open connection.
    Open,
    /// A connection whose client does not read.
    Slow,
    /// A connection whose client sent FIN.
    HalfClosed,
    /// A closed connection.
    Closed,
    /// A connection that ended badly.
    Broken,
    /// The selected row.
    Selected,
    /// Sorted, the largest first.
    Descending,
    /// Sorted, the smallest first.
    Ascending,
    /// Follows the newest.
    Follow,
    /// Frozen.
    Frozen,
    /// Other machines can connect.
    Public,
    /// The event loop is blocked.
    Blocked,
    /// The terminal has the mouse.
    Released,
    /// A bar of the graph is higher than its scale.
    Beyond,
}

impl Sign {
    /// All of them, as the help has them.
    pub const ALL: [Self; 36] = [
        Self::Received,
        Self::Sent,
        Self::Byte(Kind::Border),
        Self::Continued,
        Self::Rest,
        Self::Malformed,
        Self::Pending,
        Self::Byte(Kind::Hidden),
        Self::Control,
        Self::Space,
        Self::Circle,
        Self::Byte(Kind::Ascii),
        Self::Byte(Kind::Space),
        Self::Byte(Kind::Control),
        Self::Byte(Kind::Null),
        Self::Byte(Kind::Multi),
        Self::Byte(Kind::Malformed),
        Self::Byte(Kind::Pending),
        Self::Byte(Kind::Cut),
        Self::Thumb,
        Self::ThumbMalformed,
        Self::RulerMalformed,
        Self::Open,
        Self::Slow,
        Self::HalfClosed,
        Self::Closed,
        Self::Broken,
        Self::Selected,
        Self::Descending,
        Self::Ascending,
        Self::Follow,
        Self::Frozen,
        Self::Public,
        Self::Blocked,
        Self::Released,
        Self::Beyond,
    ];

    /// What it means, in one line.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Received => "in: bytes received from the client",
            Self::Sent => "out: bytes sent to the client",
            Self::Byte(kind) => kind.meaning(),
            Self::Continued => "the line goes on in the next row; no read ends here",
            Self::Rest => "a further byte of the character before it",
            Self::Malformed => "a malformed byte: a decoder puts U+FFFD here",
            Self::Pending => "the rest of this character has not arrived yet; or cut text",
            Self::Control => "a control character, here a line feed",
            Self::Space => "white space other than the ordinary space",
            Self::Circle => "carries a combining mark that stands alone",
            Self::Thumb => "scroll bar: the part that is on screen",
            Self::ThumbMalformed => "scroll bar: malformed bytes, on screen",
            Self::RulerMalformed => "scroll bar: malformed bytes, not on screen",
            Self::Open => "an open connection, a running backend, an address",
            Self::Slow => "the client does not read what it is sent",
            Self::HalfClosed => "the client has sent FIN and still reads",
            Self::Closed => "a closed connection",
            Self::Broken => "a connection that ended with an error",
            Self::Selected => "the selected row",
            Self::Descending => "sorted by this column, largest first",
            Self::Ascending => "sorted by this column, smallest first",
            Self::Follow => "the newest bytes are shown as they come",
            Self::Frozen => "the display is frozen; the server keeps running",
            Self::Public => "other machines can connect to this server",
            Self::Blocked => "a handler blocks the event loop, or did so just now",
            Self::Released => "the terminal has the mouse, to select text",
            Self::Beyond => "graph: one peak is higher than the scale",
        }
    }
}
