//! Putting text on the user's clipboard: by tmux, or by the terminal.

use std::process::Command;
use std::time::Duration;

use bytes::Bytes;

use crate::app::{Clipboard, CopiedText};
use crate::shell::inbox::{Input, Poster};
use crate::shell::program::{self, End, Finished, Isolation, Running, Task};
use crate::shell::terminal::clipboard;

/// The longest time that tmux may take.
const TMUX_LIMIT: Duration = Duration::from_secs(2);
/// The number of bytes that are kept of what tmux complains about.
const KEPT: usize = 1_000;

/// The ways to the user's clipboard.
pub(super) struct Copier {
    clipboard: Clipboard,
    poster: Poster,
    /// The tmux that is given a text at the moment, or that was given the last one.
    tmux: Option<Running>,
}

impl Copier {
    pub(super) const fn new(clipboard: Clipboard, poster: Poster) -> Self {
        Self { clipboard, poster, tmux: None }
    }

    /// Puts a text on the clipboard. Returns what is to be written to the terminal for that: nothing if tmux is given
    /// the text, whose answer is posted.
    pub(super) fn copy(&mut self, copied: CopiedText) -> Option<Vec<u8>> {
        match self.clipboard {
            Clipboard::Terminal => Some(clipboard::plain(&copied.text)),
            Clipboard::Screen => Some(clipboard::through_screen(&copied.text)),
            Clipboard::Tmux => {
                self.give_to_tmux(copied);
                None
            }
        }
    }

    /// Gives a text to tmux. One that has not taken the text before yet is stopped.
    fn give_to_tmux(&mut self, copied: CopiedText) {
        self.tmux = None;
        let mut command = Command::new("tmux");
        command.args(["load-buffer", "-w", "-"]);
        let input = Bytes::copy_from_slice(copied.text.as_bytes());
        let task = Task { command, isolation: Isolation::Group, input, kept: KEPT, limit: Some(TMUX_LIMIT) };
        let (poster, given) = (self.poster.clone(), copied.clone());
        let started = program::start(task, move |finished| {
            if finished.end != End::Stopped {
                poster.post(Input::TmuxAnswered { copied: given, failure: failure(&finished) });
            }
        });
        match started {
            Ok(running) => self.tmux = Some(running),
            Err(error) => {
                let failure = Some(error.to_string());
                self.poster.post(Input::TmuxAnswered { copied, failure });
            }
        }
    }
}

/// Why tmux did not take a text, unless it did.
fn failure(finished: &Finished) -> Option<String> {
    match finished.end {
        End::Exited(status) if status.success() => None,
        End::Exited(status) => {
            let said = String::from_utf8_lossy(&finished.errors.bytes);
            let line = said.lines().next().map(str::trim).filter(|line| !line.is_empty());
            Some(line.map_or_else(|| status.to_string(), str::to_owned))
        }
        End::TimedOut => Some(format!("no answer within {TMUX_LIMIT:?}")),
        End::Stopped => Some("stopped".to_owned()),
    }
}
