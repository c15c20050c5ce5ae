//! Text on its way to the user's clipboard, and what is known of where it got.
//!
//! No terminal answers to a text for its clipboard, so the messages say where the text went and nothing else.

use crate::app::effect::{CopiedText, Effect};
use crate::app::event::CopyResult;
use crate::app::format;
use crate::app::outcome::Outcome;
use crate::app::setup::Clipboard;
use crate::app::status::Severity;

/// Texts above this many bytes are more than many terminals take.
const LONG: usize = 74_000;

/// Puts a text on the clipboard, if it is not too long for that; `what` describes it.
pub(crate) fn copy(text: String, what: &str, clipboard: Clipboard) -> Outcome {
    let length = text.len();
    if length > clipboard.longest() {
        let limit = format::size(clipboard.longest() as u64);
        let way = clipboard.word();
        return Outcome::error(&format!("{what}: too long for {way} (at most {limit}); save it instead"));
    }
    let effect = Effect::Copy(CopiedText { text, what: what.to_owned() });
    match clipboard {
        // What becomes of it is told soon.
        Clipboard::Tmux => Outcome::effect(effect).clear_status(),
        Clipboard::Terminal | Clipboard::Screen => {
            Outcome::effect(effect).say(Severity::Info, &sent(what, length, clipboard))
        }
    }
}

/// Takes notice of what tmux did with a text.
pub(crate) fn copied(result: &CopyResult) -> Outcome {
    match result {
        CopyResult::GivenToTmux { what } => Outcome::info(&format!("{what} given to tmux")),
        CopyResult::SentInstead { what, why } => {
            Outcome::error(&format!("{what} sent by OSC 52, as tmux failed: {why}"))
        }
    }
}

fn sent(what: &str, length: usize, clipboard: Clipboard) -> String {
    let way = match clipboard {
        Clipboard::Terminal | Clipboard::Tmux => "to the terminal",
        Clipboard::Screen => "through screen to the terminal",
    };
    let doubt = if length > LONG { "many take less" } else { "not all take it" };
    format!("{what} sent {way}; {doubt}")
}
