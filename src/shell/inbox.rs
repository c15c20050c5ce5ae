//! The inputs of the session besides the events of its source. Posting wakes the feed's waker, so the loop waits in one place.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use ratatui::crossterm::event::Event;

use crate::app::{CopiedText, PipeResult};
#[cfg(feature = "fleet")]
use crate::event::Command;
use crate::server::ConsumerWaker;

use crate::client::scripted::ConnectResult;

/// An input from outside: the terminal, a signal, a client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Input {
    /// A key, a mouse event or pasted text.
    Terminal(Event),
    /// The size of the terminal has changed.
    Resized,
    /// A request to suspend the process (SIGTSTP).
    Suspend,
    /// The process was continued (SIGCONT), so the terminal may be in any state.
    Continued,
    /// A request to stop in order; a second one means at once.
    Stop,
    /// The terminal is gone.
    TerminalGone,
    /// The output has no reader any more.
    ReaderGone,
    /// A tmux has taken a text for the clipboard, or not, for this reason.
    TmuxAnswered { copied: CopiedText, failure: Option<String> },
    /// A command that bytes were given to has ended.
    PipeEnded(PipeResult),
    /// Somebody who may do so asks the server for something.
    #[cfg(feature = "fleet")]
    Command(Command),
    /// A client of a lesson has connected or failed to connect.
    ClientConnect(ConnectResult),
}

/// The receiving side of the inbox.
#[derive(Debug)]
pub(crate) struct Inbox(Receiver<Input>);

impl Inbox {
    /// An inbox whose inputs wake `waker`, and its sending side.
    pub(crate) fn new(waker: Arc<ConsumerWaker>) -> (Self, Poster) {
        let (sender, receiver) = mpsc::channel();
        (Self(receiver), Poster { sender, waker })
    }

    /// The next input, if there is one. Never blocks.
    pub(crate) fn next(&self) -> Option<Input> {
        // The senders are threads that may have ended; that is not an error.
        self.0.try_recv().ok()
    }
}

/// The sending side of the inbox, for use from any thread.
#[derive(Clone)]
pub(crate) struct Poster {
    sender: Sender<Input>,
    waker: Arc<ConsumerWaker>,
}

impl Poster {
    /// Posts `input` and wakes the loop.
    pub(crate) fn post(&self, input: Input) {
        // The receiver is gone when the loop has ended; then the input has no effect.
        let _ = self.sender.send(input);
        self.waker.wake();
    }

    /// Wakes the loop without an input, so that it checks its outputs again.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }
}
