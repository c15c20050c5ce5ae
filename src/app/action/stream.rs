//! The actions for the stream pane, and for the messages in it.

use crate::app::stream::Seek;

/// An action for the stream pane.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StreamAction {
    /// Select the next view.
    NextView,
    /// Select the previous view.
    PreviousView,
    /// Show the next choice of directions.
    NextDirections,
    /// Show the previous choice of directions.
    PreviousDirections,
    /// Show more bytes per row.
    MoreBytes,
    /// Show fewer bytes per row.
    FewerBytes,
    /// Move the cursor by one byte or character.
    Step(Seek),
    /// Move the cursor to the next malformed sequence.
    Malformed(Seek),
    /// Move the cursor to the other half of the split view.
    OtherFormat,
    /// Begin a selection at the cursor, or end it.
    Select,
    /// Select messages, lines, reads, or bytes again.
    SelectMore,
    /// Scroll the readings or the numbers by a page.
    Readings(Seek),
    /// Open the offset prompt.
    Offset,
    /// Go to the offset in the prompt.
    GoToOffset,
    /// Close the offset prompt.
    CancelOffset,
}

/// An action for the messages in the stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MessageAction {
    /// Move the cursor to the start of the next message.
    Go(Seek),
    /// Open the prompt for the rule that tells messages apart.
    Ask,
    /// Use the rule in the prompt.
    Use,
    /// Complete the rule that is typed.
    Complete,
    /// Show the rule that was used before.
    Earlier,
    /// Show the rule that was used after.
    Later,
    /// Close the prompt.
    Cancel,
}
