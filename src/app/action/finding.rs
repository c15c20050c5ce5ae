//! The actions that find bytes, compare them, take them away, and record them.

use crate::app::stream::Seek;
use crate::bytes::export::Form;

/// An action for the search in the stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FindAction {
    /// Open the prompt for a pattern.
    Open,
    /// Search for the pattern in the prompt.
    Start,
    /// Close the prompt.
    Cancel,
    /// Show the pattern that was searched for before.
    Earlier,
    /// Show the pattern that was searched for after.
    Later,
    /// Search for the text in the next encoding, or in the one before.
    Encoding(Seek),
    /// Move the cursor to the next hit.
    Go(Seek),
    /// Search all connections, and list the hits.
    List,
    /// Show the chosen hit of the list.
    Show,
    /// Close the list.
    CloseList,
}

/// An action for the comparison of two connections.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CompareAction {
    /// Take the selected connection as the first one, or compare the first one with it.
    Start,
    /// Compare the selected connection of a replay with the recorded one, at the difference that is chosen in the list.
    StartAtDifference,
    /// Close the comparison.
    Close,
    /// Go to the next difference.
    Go(Seek),
    /// Show another connection on the right.
    OtherConnection(Seek),
    /// Compare the bytes of the other direction.
    OtherDirection,
    /// Show the bytes as hex, or as text.
    OtherFormat,
    /// Pair bytes by offset, or by what they are.
    OtherAlignment,
}

/// An action for the recording.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RecordAction {
    /// Open the prompt for the name of a file, or end the recording that runs.
    Toggle,
    /// Record to the file that is typed.
    Start,
    /// Close the prompt.
    Cancel,
}

/// An action that copies or saves bytes of the stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExportAction {
    /// Open the menu of the forms in which bytes can be copied.
    Copy,
    /// Copy the character or malformed part instead of the read around it, or the other way round.
    OtherPiece,
    /// Choose the next form.
    Next,
    /// Choose the previous form.
    Previous,
    /// Copy in the chosen form.
    Take,
    /// Copy in this form.
    TakeAs(Form),
    /// Open the prompt for the name of a file.
    Save,
    /// Save in the next format.
    OtherFormat,
    /// Write the file.
    Write,
    /// Close the menu or the prompt.
    Close,
}

/// An action for marks, and for notes on them and on connections.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MarkAction {
    /// Ask for the letter of a mark for the byte under the cursor.
    Set,
    /// Ask for the letter of the mark to go to.
    GoTo,
    /// Ask for neither.
    Cancel,
    /// Show the list of marks.
    List,
    /// Show the list of marks instead of asking for a letter.
    ListInstead,
    /// Go to the chosen mark of the list.
    Show,
    /// Delete the chosen mark of the list.
    Delete,
    /// Open the prompt for a note on the chosen mark of the list.
    Note,
    /// Close the list.
    CloseList,
    /// Open the prompt for a note on the selected connection.
    NoteOnConnection,
    /// Keep the note that is typed.
    KeepNote,
    /// Close the prompt for a note.
    CancelNote,
}

/// An action that gives bytes of the stream to a command.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PipeAction {
    /// Open the prompt for a command.
    Open,
    /// Run the command in the prompt.
    Run,
    /// Show the command that was run before.
    Earlier,
    /// Show the command that was run after.
    Later,
    /// Close the prompt.
    Cancel,
    /// Stop the command if it runs, or else close its output.
    Back,
}

/// An action for a replay and the list of its differences.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReplayAction {
    /// Pause the replay, or go on.
    Pause,
    /// List the differences.
    List,
    /// Show the chosen difference of the list in the stream.
    Show,
    /// Show what was recorded beside the chosen difference of the list.
    Compare,
    /// Close the list.
    CloseList,
}
