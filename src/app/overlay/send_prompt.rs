//! The prompt for bytes to send: its text, who gets it, and what was sent before.

use crate::app::action::Edit;
use crate::app::overlay::recalled_input::RecalledInput;
use crate::app::overlay::text_input::TextInput;
use crate::event::{ConnectionId, Side};

/// The longest text in bytes; more can be sent from a file.
const LONGEST: usize = 64 * 1024;

/// The prompt for bytes to send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SendPrompt {
    prompt: RecalledInput,
    connection: ConnectionId,
    is_relayed: bool,
    to: Side,
    scope: Scope,
    /// What is sent again and again, if anything is.
    repeating: Option<Repeating>,
}

/// What is sent again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Repeating {
    /// The connection that gets it; `None` if all do.
    connection: Option<ConnectionId>,
}

/// Which connections get the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The one for which the prompt was opened.
    One,
    /// The open ones in the table, as the filter leaves them.
    Listed,
    /// All open ones.
    All,
}

impl Default for SendPrompt {
    fn default() -> Self {
        Self {
            prompt: RecalledInput::limited(LONGEST),
            connection: ConnectionId(0),
            is_relayed: false,
            to: Side::Client,
            scope: Scope::One,
            repeating: None,
        }
    }
}

impl SendPrompt {
    /// Returns the text.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        self.prompt.input()
    }

    /// Returns the side that gets the bytes.
    #[must_use]
    pub const fn to(&self) -> Side {
        self.to
    }

    /// Returns whether the connection has an upstream that bytes can be sent to.
    #[must_use]
    pub const fn is_relayed(&self) -> bool {
        self.is_relayed
    }

    /// Returns which connections get the bytes.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Returns the connection for which the prompt was opened.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Opens the prompt for this connection, with an empty text. The side stays the one of the last time, if there is
    /// one of that kind.
    pub fn open(&mut self, connection: ConnectionId, is_relayed: bool) {
        self.prompt.open();
        (self.connection, self.is_relayed) = (connection, is_relayed);
        self.scope = Scope::One;
        if !is_relayed {
            self.to = Side::Client;
        }
    }

    /// Changes the text.
    pub fn edit(&mut self, edit: Edit) {
        self.prompt.edit(edit);
    }

    /// Inserts a text at the cursor; the ends of its lines and its tabs become escapes.
    pub fn paste(&mut self, text: &str) {
        self.prompt.paste(&text.replace('\r', r"\r").replace('\n', r"\n").replace('\t', r"\t"));
    }

    /// Sends to the other side, if there is one.
    pub const fn switch_side(&mut self) {
        if self.is_relayed {
            self.to = self.to.other();
        }
    }

    /// Sends to those in the table, to all connections, or to one again.
    pub const fn switch_scope(&mut self) {
        self.scope = match self.scope {
            Scope::One => Scope::Listed,
            Scope::Listed => Scope::All,
            Scope::All => Scope::One,
        };
    }

    /// Shows the text that was sent before the one that is shown.
    pub fn earlier(&mut self) {
        self.prompt.earlier();
    }

    /// Shows the text that was sent after the one that is shown; behind the last, an empty one.
    pub fn later(&mut self) {
        self.prompt.later();
    }

    /// Keeps the text, which is sent now.
    pub fn keep(&mut self) {
        self.prompt.keep();
    }

    /// Notes that something is sent to this connection, or to all, again and again.
    pub(crate) const fn begin_repeat(&mut self, connection: Option<ConnectionId>) {
        self.repeating = Some(Repeating { connection });
    }

    /// Returns whether something is sent again and again.
    #[must_use]
    pub const fn is_repeating(&self) -> bool {
        self.repeating.is_some()
    }

    /// Returns what was sent again and again, and stops repeating it.
    pub(crate) const fn take_repeat(&mut self) -> Option<Repeating> {
        self.repeating.take()
    }

    /// Returns what was sent to this connection again and again, and stops repeating it.
    pub(crate) fn take_repeat_to(&mut self, connection: ConnectionId) -> Option<Repeating> {
        self.repeating.take_if(|repeating| repeating.connection == Some(connection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(prompt: &mut SendPrompt, text: &str) {
        prompt.open(ConnectionId(7), false);
        prompt.paste(text);
        assert_eq!(
            (prompt.to(), prompt.scope(), prompt.connection()),
            (Side::Client, Scope::One, ConnectionId(7))
        );
        prompt.keep();
    }

    #[test]
    fn earlier_texts_come_back() {
        let mut prompt = SendPrompt::default();
        for text in ["one", "two", "one\n", "two"] {
            typed(&mut prompt, text);
        }
        prompt.open(ConnectionId(7), false);
        let mut seen = Vec::new();
        for _ in 0..4 {
            prompt.earlier();
            seen.push(prompt.input().text().to_owned());
        }
        assert_eq!(seen, ["two", r"one\n", "one", "one"]);
        prompt.later();
        prompt.later();
        assert_eq!(prompt.input().text(), "two");
        prompt.later();
        assert_eq!(prompt.input().text(), "");
    }

    #[test]
    fn a_paste_keeps_its_lines_as_escapes() {
        let mut prompt = SendPrompt::default();
        prompt.open(ConnectionId(1), true);
        prompt.paste("GET / HTTP/1.0\r\n\r\n");
        assert_eq!(prompt.input().text(), r"GET / HTTP/1.0\r\n\r\n");
    }

    #[test]
    fn only_a_relay_has_another_side() {
        let mut prompt = SendPrompt::default();
        prompt.open(ConnectionId(1), false);
        prompt.switch_side();
        assert_eq!(prompt.to(), Side::Client);
        prompt.open(ConnectionId(1), true);
        prompt.switch_side();
        for scope in [Scope::Listed, Scope::All, Scope::One, Scope::Listed] {
            prompt.switch_scope();
            assert_eq!((prompt.to(), prompt.scope()), (Side::Upstream, scope));
        }
        prompt.open(ConnectionId(2), true);
        assert_eq!((prompt.to(), prompt.scope()), (Side::Upstream, Scope::One));
    }
}
