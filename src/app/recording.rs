//! A recording that is looked into: how far it has been read, and what cannot be done with it.

mod playback;
mod replay;

pub use playback::{Pace, PlaySpeed, Playback};
pub(crate) use replay::{AS_RECORDED, NO_STEPS};
pub use replay::{Finding, FindingKind, Replay, ReplayNews, ReplayProgress};

use crate::app::action::{Action, ClientsAction, FaultsAction, HoldAction, RecordAction, SendAction};
use crate::app::format;
use crate::event::ConnectionId;

/// Why a command is refused that needs a server.
pub(crate) const READ_ONLY: &str = "this is a recording: there is no server that could do that";

/// Why two recordings are not played.
pub(crate) const TWO_RECORDINGS: &str = "two recordings have no timeline in common";

/// Why there is no timeline.
pub(crate) const NO_TIMELINE: &str = "only a recording has a timeline";

/// What became of a recording.
#[derive(Clone, PartialEq, Debug)]
pub enum RecordingNews {
    /// It is shown again from its start: its events follow.
    Restarted,
    /// So much of it has been read.
    Read(ReadingProgress),
    /// It is played to a real program.
    Replay(ReplayNews),
}

/// How far a recording has been read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadingProgress {
    /// The number of bytes of the file that were read.
    pub read: u64,
    /// The number of bytes that it has, if it is a file.
    pub total: Option<u64>,
    /// Whether it has been read to its end.
    pub is_whole: bool,
    /// How it is played.
    pub playback: Playback,
    /// The number of the first connection of the second recording, once that is being read.
    pub second_from: Option<ConnectionId>,
}

impl ReadingProgress {
    /// Returns what is shown while it is played, or while it is being read, in several wordings, the longest first; nothing
    /// once everything is there.
    #[must_use]
    pub fn words(self, utc_offset_seconds: i32) -> Vec<String> {
        let Playback { pace, speed, at } = self.playback;
        let clock = format::clock(at, utc_offset_seconds);
        match pace {
            Pace::Playing => return vec![format!("playing {speed} {clock}"), format!("playing {speed}")],
            Pace::Paused => return vec![format!("paused {clock}"), "paused".to_owned()],
            Pace::Whole if self.is_whole => return Vec::new(),
            Pace::Whole => {}
        }
        vec![match self.total {
            Some(total) if total > 0 => {
                let percent = u128::from(self.read.min(total)) * 100 / u128::from(total);
                format!("reading {percent} %")
            }
            Some(_) | None => format!("reading {}", format::size(self.read)),
        }]
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
        | Action::Record(RecordAction::Toggle)
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
        | Action::Compare(_)
        | Action::Replay(_)
        | Action::Export(_)
        | Action::Find(_)
        | Action::Message(_)
        | Action::Mark(_)
        | Action::Record(_)
        | Action::Faults(_)
        | Action::Timeline(_)
        | Action::Hosts(_)
        | Action::Logs(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Timestamp;

    #[test]
    fn progress_is_a_share_or_a_size_and_playing_a_time() {
        let playback = Playback { pace: Pace::Whole, speed: PlaySpeed::NORMAL, at: Timestamp(3_600_000_000) };
        let words = |read, total, is_whole| {
            ReadingProgress { read, total, is_whole, playback, second_from: None }.words(0)
        };
        assert_eq!(words(1, Some(3), false), ["reading 33 %"]);
        assert_eq!(words(5, Some(3), false), ["reading 100 %"], "the file has grown");
        assert_eq!(words(3 << 20, None, false), ["reading 3.0 MiB"]);
        assert!(words(3, Some(3), true).is_empty());
        let played = |pace| {
            let playback = Playback { pace, ..playback };
            ReadingProgress { read: 1, total: None, is_whole: true, playback, second_from: None }.words(0)
        };
        assert!(played(Pace::Playing)[0].starts_with("playing 1x 01:00:00"), "{:?}", played(Pace::Playing));
        assert!(played(Pace::Paused)[0].starts_with("paused 01:00:00"));
    }
}
