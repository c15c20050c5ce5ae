//! What reaches the loop besides the server's facts. Posting rings the feed's bell, so the loop waits in one place.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use ratatui::crossterm::event::Event;

use crate::server::Bell;

use super::cast::Told;

/// Something from outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Input {
    /// A key, the mouse, pasted text.
    Terminal(Event),
    /// The terminal has another size.
    Resized,
    /// The process is to stop until it is continued.
    Suspend,
    /// The process was continued, so the terminal may be in any state.
    Continued,
    /// End in order; the second one: at once.
    End,
    /// Nobody reads the output any more.
    Gone,
    /// A client of a lesson has connected, or could not.
    Told(Told),
}

/// The receiving side.
#[derive(Debug)]
pub(super) struct Inbox(Receiver<Input>);

impl Inbox {
    /// An inbox that rings `bell`, and what puts things into it.
    pub(super) fn new(bell: Arc<Bell>) -> (Self, Poster) {
        let (sender, receiver) = mpsc::channel();
        (Self(receiver), Poster { sender, bell })
    }

    /// The next input, if there is one. Never waits.
    pub(super) fn next(&self) -> Option<Input> {
        // The senders are threads that may have ended; then nothing comes, which is no news.
        self.0.try_recv().ok()
    }
}

/// Puts things into the inbox, from any thread.
#[derive(Clone)]
pub(super) struct Poster {
    sender: Sender<Input>,
    bell: Arc<Bell>,
}

impl Poster {
    /// Posts `input` and wakes the loop.
    pub(super) fn post(&self, input: Input) {
        // The receiver is gone when the loop has ended, and then nothing matters any more.
        let _ = self.sender.send(input);
        self.bell.ring();
    }

    /// Wakes the loop to look again at what it waits for.
    pub(super) fn wake(&self) {
        self.bell.ring();
    }
}
