//! The formats of files.

/// The format of a file, and what is written to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FileFormat {
    /// The selected bytes, or those of the stream, as they are.
    #[default]
    Raw,
    /// The same bytes as a hex dump.
    Dump,
    /// What went both ways, as a hex dump.
    ConversationDump,
    /// What went both ways, as events in NDJSON.
    ConversationLines,
}

impl FileFormat {
    /// Returns the word for the format.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Dump | Self::ConversationDump => "hex dump",
            Self::ConversationLines => "NDJSON",
        }
    }

    /// Returns whether what went both ways is written.
    pub(super) const fn is_conversation(self) -> bool {
        match self {
            Self::Raw | Self::Dump => false,
            Self::ConversationDump | Self::ConversationLines => true,
        }
    }

    /// Returns the format after this one; the last one is followed by the first.
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Raw => Self::Dump,
            Self::Dump => Self::ConversationDump,
            Self::ConversationDump => Self::ConversationLines,
            Self::ConversationLines => Self::Raw,
        }
    }

    /// Returns the extension of a file's name.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Raw => ".bin",
            Self::Dump | Self::ConversationDump => ".txt",
            Self::ConversationLines => ".ndjson",
        }
    }
}
