//! The events that were not printed, and the result of the program that follows from them.

use std::io;

use anyhow::{Result, anyhow};

/// The events that were not printed, and why.
#[derive(Debug)]
pub(super) struct LostEvents {
    pub(super) why: LostReason,
    pub(super) events: u64,
}

/// Why events were not printed.
#[derive(Debug)]
pub(super) enum LostReason {
    /// The output took nothing.
    TakesNothing,
    /// The output was too slow to take the rest in time.
    TakesTooLittle,
    /// The output has failed.
    Failed(io::Error),
}

impl LostEvents {
    /// The result of the program.
    ///
    /// # Errors
    ///
    /// When events were not printed; the message says how many, and why.
    pub(super) fn into_result(self) -> Result<()> {
        let Self { why, events } = self;
        let were = if events == 1 { "event was" } else { "events were" };
        match why {
            LostReason::Failed(error) => Err(anyhow!(error)
                .context(format!("standard output cannot be written, {events} {were} not printed"))),
            _ if events == 0 => Ok(()),
            LostReason::TakesNothing => {
                Err(anyhow!("standard output takes nothing: {events} {were} not printed"))
            }
            LostReason::TakesTooLittle => {
                Err(anyhow!("standard output takes too little: {events} {were} not printed"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(why: LostReason, events: u64) -> String {
        let result = LostEvents { why, events }.into_result();
        result.map_or_else(|error| format!("{error:#}"), |()| "fine".to_owned())
    }

    #[test]
    fn what_was_lost_is_said_in_one_line() {
        assert_eq!(
            message(LostReason::TakesNothing, 2),
            "standard output takes nothing: 2 events were not printed"
        );
        assert_eq!(
            message(LostReason::TakesTooLittle, 1),
            "standard output takes too little: 1 event was not printed"
        );
        assert_eq!(message(LostReason::TakesNothing, 0), "fine");
        assert_eq!(
            message(LostReason::Failed(io::Error::other("full")), 3),
            "standard output cannot be written, 3 events were not printed: full"
        );
    }
}
