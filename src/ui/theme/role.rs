//! What a part of the screen means, which decides its style.

use crate::app::stream::row::ByteClass;

/// The meaning of a part of the screen, which decides its style.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text that matters less: labels, gutters, offsets.
    Dim,
    /// Titles and column heads.
    Title,
    /// The border of a pane.
    Border,
    /// The border and title of the focused pane.
    Focus,
    /// The selected row.
    Selected,
    /// A key in the footer or the help.
    Key,
    /// The active one of several alternatives, such as tabs and backends.
    Chosen,
    /// Received bytes.
    Received,
    /// Sent bytes.
    Sent,
    /// A normal state.
    Good,
    /// A state that deserves attention: slow, half-closed, missed.
    Warn,
    /// An error: malformed, reset, failed.
    Bad,
    /// A problem that lasts right now, visible from a distance.
    Alarm,
    /// [`ByteClass::Border`].
    ChunkBorder,
    /// [`ByteClass::Ascii`].
    ByteAscii,
    /// [`ByteClass::Space`].
    ByteSpace,
    /// [`ByteClass::Control`].
    ByteControl,
    /// [`ByteClass::Null`].
    ByteNull,
    /// [`ByteClass::Multi`].
    ByteMulti,
    /// [`ByteClass::Malformed`].
    ByteMalformed,
    /// [`ByteClass::Pending`].
    BytePending,
    /// [`ByteClass::Hidden`].
    Placeholder,
    /// A byte that belongs to a hit of the search.
    Hit,
    /// A byte that the user has selected.
    Selection,
    /// Bits that mark the role of a byte in a UTF-8 sequence.
    BitPrefix,
    /// Bits that carry the code point.
    BitPayload,
    /// Bits with a wrong value.
    BitBad,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 28] = [
        Self::Text,
        Self::Dim,
        Self::Title,
        Self::Border,
        Self::Focus,
        Self::Selected,
        Self::Key,
        Self::Chosen,
        Self::Received,
        Self::Sent,
        Self::Good,
        Self::Warn,
        Self::Bad,
        Self::Alarm,
        Self::ChunkBorder,
        Self::ByteAscii,
        Self::ByteSpace,
        Self::ByteControl,
        Self::ByteNull,
        Self::ByteMulti,
        Self::ByteMalformed,
        Self::BytePending,
        Self::Placeholder,
        Self::Hit,
        Self::Selection,
        Self::BitPrefix,
        Self::BitPayload,
        Self::BitBad,
    ];

    /// The name of the role in a configuration file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Title => "title",
            Self::Border => "border",
            Self::Focus => "focus",
            Self::Selected => "selected",
            Self::Key => "key",
            Self::Chosen => "chosen",
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Alarm => "alarm",
            Self::ChunkBorder => "chunk-border",
            Self::ByteAscii => "ascii",
            Self::ByteSpace => "space",
            Self::ByteControl => "control",
            Self::ByteNull => "null",
            Self::ByteMulti => "multi",
            Self::ByteMalformed => "malformed",
            Self::BytePending => "pending",
            Self::Placeholder => "placeholder",
            Self::Hit => "hit",
            Self::Selection => "selection",
            Self::BitPrefix => "bit-prefix",
            Self::BitPayload => "bit-payload",
            Self::BitBad => "bit-bad",
        }
    }

    /// The role of a host: one of six colours that stays the same, so that hosts are told apart at a glance. The name is
    /// always beside it.
    #[must_use]
    pub fn of_host(name: &str) -> Self {
        const ROLES: [Role; 6] =
            [Role::Received, Role::Sent, Role::Good, Role::ByteMulti, Role::BytePending, Role::Text];
        let hash = name.bytes().fold(0_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        ROLES[(hash >> 16) as usize % ROLES.len()]
    }

    /// The role of a byte of this class, or of a character made of such bytes.
    #[must_use]
    pub const fn of(kind: ByteClass) -> Self {
        match kind {
            ByteClass::Ascii => Self::ByteAscii,
            ByteClass::Space => Self::ByteSpace,
            ByteClass::Control => Self::ByteControl,
            ByteClass::Null => Self::ByteNull,
            ByteClass::Multi => Self::ByteMulti,
            ByteClass::Malformed => Self::ByteMalformed,
            ByteClass::Pending => Self::BytePending,
            ByteClass::Cut => Self::Dim,
            ByteClass::Hidden => Self::Placeholder,
            ByteClass::Border => Self::ChunkBorder,
        }
    }
}
