//! The questions before a connection is closed or bytes are dropped, and what the answers do.

use bytes::Bytes;

use crate::app::action::Answer;
use crate::app::context::Context;
use crate::app::format;
use crate::app::hosts;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::confirm::{Confirm, Question};
use crate::app::overlay::entry::Overlay;
use crate::app::overlay::hold_view::HoldView;
use crate::event::{CloseMode, ConnectionCommand, Side};

/// Asks for confirmation before the selected connection is closed or half-closed.
pub(crate) fn ask(question: Question, context: Context<'_>) -> Outcome {
    let Some(known) = context.connection() else { return Outcome::info("No client is selected") };
    // The client of the question stays selected, even if other rows take its place.
    let not_asked = match question {
        Question::Close(mode) => hosts::why_not_close(mode, known.id, context),
        Question::HalfClose(_) | Question::Drop => None,
    };
    let outcome = match context.live_connection() {
        Err(why) => why,
        Ok(_) if let Some(why) = not_asked => Outcome::info(&why),
        Ok(_) if question == Question::HalfClose(Side::Upstream) && known.upstream.is_none() => {
            Outcome::info(&format!("{} has no upstream", context.label_of(known.id)))
        }
        Ok(_) => {
            let confirm = Confirm { connection: known.id, question };
            Outcome::request(Request::Open(Overlay::Confirm(confirm)))
        }
    };
    outcome.and(Request::Pin)
}

impl Confirm {
    /// Returns the text of the question, without its answers.
    #[must_use]
    pub fn text(self, hold: &HoldView, context: Context<'_>) -> String {
        let called = context.label_of(self.connection);
        match self.question {
            Question::Close(mode) => {
                let warning = hosts::warning(self.connection, context);
                match mode {
                    CloseMode::Finish => format!("Close {called} (FIN)?{warning}"),
                    CloseMode::Reset => format!("Reset {called} (RST)?{warning}"),
                }
            }
            Question::HalfClose(side) => format!("End what is sent to the {side} of {called} (FIN)?"),
            Question::Drop => {
                let range = hold.held_range(context).unwrap_or_default();
                let bytes = format::plural(range.end - range.start, "held byte");
                format!("Drop {bytes} of {called}, from position {}?", range.start)
            }
        }
    }

    /// Executes the answer.
    pub(crate) fn answer(self, answer: Answer, hold: &mut HoldView, context: Context<'_>) -> Outcome {
        match answer {
            Answer::Yes => self.confirmed(hold, context).and(Request::Close),
            Answer::No => Outcome::request(Request::Close),
        }
    }

    fn confirmed(self, hold: &mut HoldView, context: Context<'_>) -> Outcome {
        let Self { connection, question } = self;
        let called = context.label_of(connection);
        let (text, command) = match question {
            Question::Close(mode @ CloseMode::Finish) => {
                (format!("Closing {called} (FIN)"), ConnectionCommand::Close(mode))
            }
            Question::Close(mode @ CloseMode::Reset) => {
                (format!("Resetting {called} (RST)"), ConnectionCommand::Close(mode))
            }
            Question::HalfClose(side) => (
                format!("Ending what is sent to the {side} of {called} (FIN)"),
                ConnectionCommand::HalfClose(side),
            ),
            Question::Drop => return hold.replace(Bytes::new(), context),
        };
        Outcome::command(connection, command).say_about(connection, &text)
    }
}
