//! The list of what a replay found to differ from the recording.

use ratatui::layout::Rect;

use crate::app::action::{Action, CompareAction, Motion, ReplayAction, TimelineStep};
use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::recording::{Finding, FindingKind, Replay};

/// Why there is no list.
const NO_REPLAY: &str = "only a replay has differences; = compares two connections";

/// The state of the list.
#[derive(Debug, Default)]
pub struct DifferenceList {
    /// The index of the chosen row.
    chosen: usize,
}

impl DifferenceList {
    /// Returns the index of the chosen row.
    #[must_use]
    pub fn chosen(&self, replay: &Replay) -> usize {
        self.chosen.min(replay.findings().len().saturating_sub(1))
    }

    /// Returns the chosen finding, if there is one.
    pub(crate) fn finding<'a>(&self, context: Context<'a>) -> Option<&'a Finding> {
        let replay = context.replay()?;
        replay.findings().get(self.chosen(replay))
    }

    /// Executes an action.
    pub(crate) fn act(&mut self, action: ReplayAction, context: Context<'_>) -> Outcome {
        let Some(replay) = context.replay() else { return Outcome::error(NO_REPLAY) };
        match action {
            ReplayAction::Pause if replay.progress().is_over => Outcome::info("The replay is over"),
            ReplayAction::Pause => Outcome::effect(Effect::Timeline(TimelineStep::Play)),
            ReplayAction::List if replay.findings().is_empty() => {
                Outcome::info(if replay.progress().is_over {
                    "There is no difference"
                } else {
                    "No difference so far"
                })
            }
            ReplayAction::List => Outcome::request(Request::Open(Overlay::Differences)).clear_status(),
            ReplayAction::CloseList => Outcome::request(Request::Close),
            ReplayAction::Show => self.show(context),
            ReplayAction::Compare => match self.finding(context) {
                Some(finding) => Outcome::request(Request::Select(finding.connection))
                    .and(Request::Run(Action::Compare(CompareAction::StartAtDifference))),
                None => Outcome::default(),
            },
        }
    }

    /// Shows the bytes of the chosen finding in the stream. Where there are none any more, shows the last one before.
    fn show(&self, context: Context<'_>) -> Outcome {
        let Some((finding, replay)) = self.finding(context).zip(context.replay()) else {
            return Outcome::default();
        };
        let offset = match &finding.what {
            FindingKind::Bytes { at, .. } if !at.is_empty() => at.start,
            FindingKind::Bytes { at, .. } => at.start.saturating_sub(1),
            FindingKind::Other(_) => finding.offset.saturating_sub(1),
        };
        let stream = replay.stream(finding.connection);
        Outcome::request(Request::ShowByte { stream, offset }).clear_status()
    }

    /// Shows the finding in this row of the list.
    pub(crate) fn take(&mut self, index: usize, context: Context<'_>) -> Outcome {
        self.chosen = index;
        self.act(ReplayAction::Show, context)
    }

    /// Moves within the list, if it is the topmost overlay. Returns whether it is.
    pub(crate) fn scroll(&mut self, motion: Motion, top: Option<Overlay>, context: Context<'_>) -> bool {
        let Some(replay) = context.replay().filter(|_| top == Some(Overlay::Differences)) else {
            return false;
        };
        let last = replay.findings().len().saturating_sub(1);
        let page = usize::from(list_height(context.display().area()));
        self.chosen = motion.apply(self.chosen(replay), last, page);
        true
    }
}

/// Returns the number of rows of the list, which leaves the last line of the screen free for the footer.
#[must_use]
pub const fn list_height(screen: Rect) -> u16 {
    screen.height.saturating_sub(3)
}
