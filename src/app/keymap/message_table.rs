//! The rows of the key table for messages in the stream.

use ratatui::crossterm::event::KeyCode::{Down, Enter, Esc, Tab, Up};

use crate::app::action::{Action, MessageAction};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext::{self, Frame, Stream};
use crate::app::keymap::table::{c, hinted, k, row};
use crate::app::stream::Seek;

const fn message(
    context: KeyContext,
    keys: &'static [Key],
    action: MessageAction,
    what: &'static str,
) -> Row {
    row(context, keys, Action::Message(action), what)
}

/// The key bindings.
pub(super) const MESSAGE_TABLE: &[Row] = &[
    hinted(
        message(Stream, &[c('r')], MessageAction::Ask, "Messages: the rule that tells where they end"),
        7,
        "messages",
    ),
    message(Stream, &[c(')')], MessageAction::Go(Seek::Forward), "To the next message"),
    message(Stream, &[c('(')], MessageAction::Go(Seek::Backward), "To the previous message"),
    hinted(message(Frame, &[k(Enter)], MessageAction::Use, "Use this rule; an empty one ends it"), 1, "use"),
    hinted(message(Frame, &[k(Tab)], MessageAction::Complete, "Complete the rule"), 3, "complete"),
    hinted(message(Frame, &[k(Esc)], MessageAction::Cancel, "Leave it as it is"), 2, "cancel"),
    message(Frame, &[k(Up)], MessageAction::Earlier, "The rule before it"),
    message(Frame, &[k(Down)], MessageAction::Later, "The rule after it"),
];
