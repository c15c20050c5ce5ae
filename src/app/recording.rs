//! A recording that is looked into: how far it has been read, and what cannot be done with it.

use crate::app::action::{Action, ClientsAction, FaultsAction, HoldAction, SendAction};
use crate::app::format;

/// Why a command is refused that needs a server.
pub(crate) const READ_ONLY: &str = "this is a recording: there is no server that could do that";

/// How far a recording has been read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadingProgress {
    /// The number of bytes of the file that were read.
    pub read: u64,
    /// The number of bytes that it has, if it is a file.
    pub total: Option<u64>,
    /// Whether it has been read to its end.
    pub is_whole: bool,
}

impl ReadingProgress {
    /// Returns what is shown while it is being read; `None` once it has been.
    #[must_use]
    pub fn words(self) -> Option<String> {
        let words = match self.total {
            Some(total) if total > 0 => {
                let percent = u128::from(self.read.min(total)) * 100 / u128::from(total);
                format!("reading {percent} %")
            }
            Some(_) | None => format!("reading {}", format::size(self.read)),
        };
        (!self.is_whole).then_some(words)
    }
}

/// Whether an action acts on a server or on the clients of one.
#[must_use]
pub(crate) const fn needs_server(action: Action) -> bool {
    match action {
        Action::SwitchBackend
        | Action::SwitchTo(_)
        | Action::ToggleFault(_)
        | Action::MoreWork
        | Action::LessWork
        | Action::Clients(ClientsAction::Close(_) | ClientsAction::HalfClose(_))
        | Action::Send(SendAction::Open | SendAction::TogglePause(_))
        | Action::Hold(HoldAction::Open)
        | Action::Faults(FaultsAction::Open) => true,
        Action::Quit
        | Action::Interrupt
        | Action::Repaint
        | Action::Suspend
        | Action::PauseLesson
        | Action::NextCaption
        | Action::Mouse
        | Action::Move(_)
        | Action::Follow
        | Action::Back
        | Action::Focus(_)
        | Action::NextPane
        | Action::PreviousPane
        | Action::Zoom
        | Action::Freeze
        | Action::Theme
        | Action::Edit(_)
        | Action::Help(_)
        | Action::Palette(_)
        | Action::Answer(_)
        | Action::Clients(_)
        | Action::Send(_)
        | Action::Hold(_)
        | Action::Stream(_)
        | Action::Pipe(_)
        | Action::Export(_)
        | Action::Find(_)
        | Action::Faults(_)
        | Action::Logs(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_a_share_or_a_size() {
        let words = |read, total, is_whole| ReadingProgress { read, total, is_whole }.words();
        assert_eq!(words(1, Some(3), false).as_deref(), Some("reading 33 %"));
        assert_eq!(words(5, Some(3), false).as_deref(), Some("reading 100 %"), "the file has grown");
        assert_eq!(words(3 << 20, None, false).as_deref(), Some("reading 3.0 MiB"));
        assert_eq!(words(3, Some(3), true), None);
    }
}
