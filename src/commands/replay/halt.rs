//! How connections end, and why they are not played to their end.

use std::time::Duration;

use crate::event::CloseReason;
use crate::recording::replay::{Action, Party, Script};

/// How the stream of the other side has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PeerEnd {
    Open,
    Finished,
    Reset,
}

/// Why a connection is not played to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Halt {
    /// Nothing more comes from the other side within the time.
    Silent,
    /// The other side does not end within the time.
    Unfinished,
    /// The other side takes no bytes within the time.
    Stuck,
    /// The other side has ended.
    Ended,
    /// The other side sends much more than it did.
    TooMuch,
    /// A signal arrived, or the user quits.
    Stopped,
}

impl Halt {
    /// What happened, as far as the difference of bytes does not say it.
    pub(super) fn detail(
        self,
        word: &str,
        peer: PeerEnd,
        has_difference: bool,
        timeout: Duration,
    ) -> Option<String> {
        let waited = || format!("{} ms", timeout.as_millis());
        match self {
            Self::Silent => Some(format!("the {word} sent nothing for {}", waited())),
            Self::Unfinished => Some(format!("the {word} has not ended the connection within {}", waited())),
            Self::Stuck => Some(format!("the {word} took no bytes for {}", waited())),
            Self::TooMuch if has_difference => None,
            Self::TooMuch => Some(format!("the {word} sends much more than was recorded")),
            Self::Stopped => Some("it was stopped before its end".to_owned()),
            Self::Ended if has_difference => None,
            Self::Ended => match peer {
                PeerEnd::Reset => Some(format!("the {word} reset the connection too early")),
                PeerEnd::Finished | PeerEnd::Open => Some(format!("the {word} finished too early")),
            },
        }
    }
}

/// What is different about the end of the other side, if it was recorded.
pub(super) fn different_end(script: &Script, other: Party, peer: PeerEnd) -> Option<String> {
    let recorded = script.steps.iter().rev().find_map(|step| match step.action {
        Action::Finish if step.by == other => Some(PeerEnd::Finished),
        Action::Reset if step.by == other => Some(PeerEnd::Reset),
        _ => None,
    })?;
    let is_cut = script.steps.iter().any(|step| step.by != other && step.action == Action::Reset);
    let word = other.word();
    match (recorded, peer) {
        (PeerEnd::Finished, PeerEnd::Reset) if !is_cut => {
            Some(format!("the {word} reset the connection, where it had finished"))
        }
        (PeerEnd::Reset, PeerEnd::Finished) => {
            Some(format!("the {word} finished, where it had reset the connection"))
        }
        _ => None,
    }
}

/// How a connection has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ending {
    /// The side that is played.
    pub(super) own: Party,
    pub(super) peer: PeerEnd,
    /// Whether we reset it.
    pub(super) is_cut: bool,
    /// The side that finished first, if one did.
    pub(super) first: Option<Party>,
    pub(super) halt: Option<Halt>,
}

impl Ending {
    /// Why the connection was closed, as the server would say.
    pub(super) fn reason(self) -> CloseReason {
        let resets = |party| match party {
            Party::Client => CloseReason::PeerReset,
            Party::Server => CloseReason::WeReset,
        };
        match self.halt {
            Some(Halt::Silent | Halt::Unfinished | Halt::Stuck) => return CloseReason::Timeout,
            Some(Halt::TooMuch | Halt::Stopped) => return CloseReason::Error,
            Some(Halt::Ended) | None => {}
        }
        if self.is_cut {
            return resets(self.own);
        }
        match (self.peer, self.first.unwrap_or(self.own)) {
            (PeerEnd::Reset, _) => resets(self.own.other()),
            (_, Party::Client) => CloseReason::PeerFinished,
            (_, Party::Server) => CloseReason::WeFinished,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_that_of_the_server() {
        let ending = |own, peer, first| Ending { own, peer, is_cut: false, first, halt: None };
        let finished = ending(Party::Client, PeerEnd::Finished, Some(Party::Server));
        assert_eq!(finished.reason(), CloseReason::WeFinished);
        let unclear = ending(Party::Client, PeerEnd::Open, None);
        assert_eq!(unclear.reason(), CloseReason::PeerFinished, "we close the socket");
        assert_eq!(ending(Party::Client, PeerEnd::Reset, None).reason(), CloseReason::WeReset);
        assert_eq!(ending(Party::Server, PeerEnd::Reset, None).reason(), CloseReason::PeerReset);
        assert_eq!(Ending { is_cut: true, ..finished }.reason(), CloseReason::PeerReset);
        assert_eq!(Ending { halt: Some(Halt::Silent), ..finished }.reason(), CloseReason::Timeout);
        assert_eq!(Ending { halt: Some(Halt::Ended), ..finished }.reason(), CloseReason::WeFinished);
    }
}
