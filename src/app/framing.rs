//! The rule that tells messages apart: its prompt, and which rule is used.

use crate::app::action::{Action, Edit, MessageAction};
use crate::app::context::Context;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::overlay::recalled_input::RecalledInput;
use crate::app::overlay::text_input::TextInput;
use crate::app::status::{Message, Severity};
use crate::app::stream::{Seek, SeekResult, StreamState};
use crate::bytes::frame::{Framing, NAMED};

/// The longest rule, in bytes.
const LONGEST: usize = 1_024;

/// Rules that are not named after a protocol, and beginnings of such.
const SIMPLE: [&str; 21] = [
    "auto",
    "none",
    "lf",
    "crlf",
    "nul",
    "delimiter:",
    "length:width=1",
    "length:width=2",
    "length:width=2,le",
    "length:width=4",
    "length:width=4,le",
    "length:offset=",
    "varint",
    "fixed:",
    "idle:200ms",
    "start-end:start=",
    "decimal:ends=",
    "hex:width=",
    "ber",
    "slip",
    "hdlc",
];

/// What is said while nothing is typed.
const EXAMPLES: &str = "lf, crlf, length:width=2, varint, fixed:16, idle:200ms, or a protocol like mqtt, http; \
                        auto: what is recognised";

/// What is typed in the prompt, and the rule that is used.
#[derive(Debug)]
pub struct FramePrompt {
    prompt: RecalledInput,
    /// The rule as it was typed, and what it means.
    used: Option<(String, Framing)>,
}

impl Default for FramePrompt {
    fn default() -> Self {
        Self { prompt: RecalledInput::limited(LONGEST), used: None }
    }
}

impl FramePrompt {
    /// Returns what is typed.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        self.prompt.input()
    }

    /// Returns the rule that is used, as it was typed.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.used.as_ref().map(|(text, _)| text.as_str())
    }

    /// Returns how messages are told apart.
    #[must_use]
    pub(crate) fn framing(&self) -> Framing {
        self.used.as_ref().map_or(Framing::None, |(_, framing)| framing.clone())
    }

    /// Begins with this rule, unless none was asked for. What is recognised is not a rule before the user says so.
    pub(crate) fn begin(&mut self, framing: &Framing) {
        if matches!(framing, Framing::Rule(_) | Framing::Protocol(_)) {
            self.used = Some((framing.to_string(), framing.clone()));
        }
    }

    /// Returns what is said about the text while it is typed: how it may go on, or what is wrong.
    #[must_use]
    pub fn note(&self) -> Option<Message> {
        let text = self.input().text().trim();
        let info = |text: String| Some(Message { severity: Severity::Info, text, about: None });
        if text.is_empty() {
            return info(EXAMPLES.to_owned());
        }
        let candidates = completions(self.input().halves().0);
        if !candidates.is_empty() {
            return info(candidates.join(" "));
        }
        match text.parse::<Framing>() {
            Ok(Framing::Auto) => {
                info("the rule of the protocol that is recognised, if it has one".to_owned())
            }
            Ok(_) => info(NAMED.iter().find(|named| named.name == text)?.about.to_owned()),
            Err(text) => Some(Message { severity: Severity::Error, text, about: None }),
        }
    }

    /// Changes what is typed.
    pub(crate) fn edit(&mut self, edit: Edit) -> Outcome {
        self.prompt.edit(edit);
        Outcome::default().clear_status()
    }

    /// Adds text that was pasted.
    pub(crate) fn paste(&mut self, text: &str) {
        self.prompt.paste(text);
    }

    /// Executes an action.
    pub(crate) fn act(
        &mut self,
        action: MessageAction,
        stream: &mut StreamState,
        context: Context<'_>,
    ) -> Outcome {
        match action {
            MessageAction::Go(way) => return go(way, stream, context),
            MessageAction::Ask => {
                self.prompt.open();
                if let Some((text, _)) = &self.used {
                    self.prompt.paste(text);
                }
                return Outcome::request(Request::Open(Overlay::Frame)).clear_status();
            }
            MessageAction::Use => return self.take(),
            MessageAction::Complete => self.complete(),
            MessageAction::Earlier => self.prompt.earlier(),
            MessageAction::Later => self.prompt.later(),
            MessageAction::Cancel => return Outcome::request(Request::Close),
        }
        Outcome::default()
    }

    /// Uses the rule that is typed. An empty one ends it; a mistake leaves the prompt open.
    fn take(&mut self) -> Outcome {
        let text = self.input().text().trim().to_owned();
        let outcome = if text.is_empty() || text == "none" {
            self.used = None;
            Outcome::default().clear_status()
        } else {
            // The prompt says what is wrong.
            let Ok(rule) = text.parse() else { return Outcome::default() };
            self.prompt.keep();
            let outcome = Outcome::info(&format!("Messages of all connections by {text}"));
            self.used = Some((text, rule));
            outcome
        };
        outcome.and(Request::Close).and(Request::UseRule)
    }

    /// Completes the word before the cursor, as far as there is no choice. The prompt shows the choices.
    fn complete(&mut self) {
        let candidates = completions(self.input().halves().0);
        let Some(first) = candidates.first() else { return };
        let shared = candidates.iter().fold(*first, |shared, other| {
            let same = shared.bytes().zip(other.bytes()).take_while(|(one, two)| one == two).count();
            &shared[..same]
        });
        self.prompt.replace_word(shared);
    }
}

/// The rules that the last word of `text` may become; none if it is one already.
fn completions(text: &str) -> Vec<&'static str> {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or("");
    let known = SIMPLE.into_iter().chain(NAMED.iter().map(|named| named.name));
    let mut found: Vec<_> = known.filter(|known| !last.is_empty() && known.starts_with(last)).collect();
    if found.contains(&last) {
        found.clear();
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn go(way: Seek, stream: &mut StreamState, context: Context<'_>) -> Outcome {
    if *context.model().framing() == Framing::None {
        let key = context.keymap().label(Action::Message(MessageAction::Ask));
        return Outcome::info(&format!("No rule tells messages apart; {key} asks for one"));
    }
    Outcome::info(match (stream.seek_message(way, context), way) {
        (Some(SeekResult::NotFound), _) if *context.model().framing() == Framing::Auto => {
            "No message: the protocol is not recognised, or has no rule"
        }
        (Some(SeekResult::NotFound), _) => "No message is kept",
        (Some(SeekResult::Wrapped), Seek::Forward) => "Wrapped to the top: no message further down",
        (Some(SeekResult::Wrapped), Seek::Backward) => "Wrapped to the bottom: no message further up",
        (Some(SeekResult::Found) | None, _) => return Outcome::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suggestion_is_a_rule_or_the_beginning_of_one() {
        for text in SIMPLE.into_iter().filter(|text| !text.ends_with([':', '='])) {
            assert!(text.parse::<Framing>().is_ok(), "{text}");
        }
        for text in ["delimiter:0a", "length:offset=2,width=2", "fixed:16", "start-end:start=02,end=03"] {
            assert!(text.parse::<Framing>().is_ok(), "{text}: {:?}", text.parse::<Framing>());
            assert!(SIMPLE.iter().any(|simple| text.starts_with(simple)), "{text}");
        }
    }

    #[test]
    fn the_last_word_is_completed_unless_it_is_whole() {
        assert_eq!(completions("mq"), ["mqtt"]);
        assert_eq!(completions("\"x\" then cr"), ["crlf"]);
        assert_eq!(completions("mqtt"), Vec::<&str>::new());
        assert_eq!(completions(""), Vec::<&str>::new());
    }
}
