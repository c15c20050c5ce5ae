//! What a pane or an overlay answers: effects, a message, and requests to the rest of the app.

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::focus::Pane;
use crate::app::hosts::HostId;
use crate::app::overlay::Overlay;
use crate::app::status::{Message, Severity};
use crate::event::{Command, ConnectionCommand, ConnectionId, StreamId};

/// What a pane or an overlay answers to an action.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What the shell carries out.
    pub effects: Vec<Effect>,
    /// What becomes of the message in the last line; `None` if it stays.
    pub status: Option<StatusChange>,
    /// What other parts of the app are asked for, in order.
    pub requests: Vec<Request>,
}

/// What becomes of the message in the last line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StatusChange {
    /// There is none any more.
    Clear,
    /// This one is shown.
    Show(Message),
}

/// What one part of the app asks another one for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// Focus this pane, and close all overlays.
    Focus(Pane),
    /// Open this overlay over the others.
    Open(Overlay),
    /// Close the topmost overlay.
    Close,
    /// Keep the selected connection selected, even if other rows take its place.
    Pin,
    /// Select this connection.
    Select(ConnectionId),
    /// Freeze the display, or resume it.
    ToggleFreeze,
    /// Show this byte in the stream pane, and close all overlays.
    ShowByte {
        /// The stream.
        stream: StreamId,
        /// The offset of the byte.
        offset: u64,
    },
    /// Keep the note that is typed as the one on this connection.
    KeepNote(ConnectionId),
    /// Tell messages apart by the rule that is typed.
    UseRule,
    /// Show only the clients of this host.
    ShowHost(HostId),
    /// Execute this action.
    Run(Action),
}

impl Outcome {
    /// Returns whether nothing is asked for.
    pub(crate) const fn is_empty(&self) -> bool {
        self.effects.is_empty() && self.status.is_none() && self.requests.is_empty()
    }

    /// Returns an outcome with one effect.
    pub fn effect(effect: Effect) -> Self {
        Self { effects: vec![effect], ..Self::default() }
    }

    /// Returns an outcome with a command for one connection.
    pub fn command(id: ConnectionId, command: ConnectionCommand) -> Self {
        Self::effect(Effect::Server(Command::Connection(id, command)))
    }

    /// Returns an outcome with a request.
    #[must_use]
    pub fn request(request: Request) -> Self {
        Self { requests: vec![request], ..Self::default() }
    }

    /// Returns an outcome with a message.
    #[must_use]
    pub fn info(text: &str) -> Self {
        Self::default().say(Severity::Info, text)
    }

    /// Returns an outcome with a message about an error.
    #[must_use]
    pub fn error(text: &str) -> Self {
        Self::default().say(Severity::Error, text)
    }

    /// Adds a message.
    #[must_use]
    pub fn say(self, severity: Severity, text: &str) -> Self {
        let message = Message { severity, text: text.to_owned(), about: None };
        Self { status: Some(StatusChange::Show(message)), ..self }
    }

    /// Adds a message that disappears when this connection closes.
    #[must_use]
    pub fn say_about(self, id: ConnectionId, text: &str) -> Self {
        let message = Message { severity: Severity::Info, text: text.to_owned(), about: Some(id) };
        Self { status: Some(StatusChange::Show(message)), ..self }
    }

    /// Removes the message in the last line.
    #[must_use]
    pub fn clear_status(self) -> Self {
        Self { status: Some(StatusChange::Clear), ..self }
    }

    /// Adds a request.
    #[must_use]
    pub fn and(mut self, request: Request) -> Self {
        self.requests.push(request);
        self
    }

    /// Adds an effect.
    pub fn and_effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }
}
