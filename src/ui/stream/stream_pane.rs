//! What the stream pane is drawn from.

use crate::app::keymap::Keymap;
use crate::app::marks::Marks;
use crate::app::recording::Replay;
use crate::app::stream::StreamView;
use crate::model::Connection;
use crate::model::search::Search;
use crate::ui::paint::Focus;
use crate::ui::theme::Theme;

/// The stream pane with its border.
#[derive(Clone, Copy, Debug)]
pub struct StreamPane<'a> {
    /// The state of the view: mode, cursor, position.
    pub payload: &'a StreamView,
    /// The viewed connection.
    pub connection: Option<&'a Connection>,
    /// The search whose hits are marked, if there is one.
    pub search: Option<&'a Search>,
    /// The name of the client, safe to print, if it has one.
    pub name: Option<&'a str>,
    /// The note on the connection, as it was typed, if there is one.
    pub note: Option<&'a str>,
    /// The rule that tells messages apart, as it was typed, if there is one.
    pub rule: Option<&'a str>,
    /// The marks.
    pub marks: &'a Marks,
    /// What is known of the recording that is played, if it is a replay.
    pub replay: Option<&'a Replay>,
    /// The offset of local time from UTC.
    pub utc_offset_seconds: i32,
    /// The colours.
    pub theme: Theme,
    /// What to say while nobody has spoken, if there is something to say.
    pub silence: Option<&'a str>,
    /// Whether the pane has the keyboard focus.
    pub focus: Focus,
    /// Whether the view is live or frozen.
    pub updates: Updates,
    /// Which keys run which commands.
    pub keymap: &'a Keymap,
}

/// Whether the view is live or frozen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Updates {
    /// New bytes appear in the view.
    Live,
    /// The view keeps the state at which the user froze it.
    Frozen,
}
