//! The service `reply`, which answers with a template.

use crate::bytes::frame::Framing;
use crate::bytes::utf8::{Decoder, Lossy};
use crate::event::Side;
use crate::server::service::received_messages::{LOOKBACK, ReceivedMessages};
use crate::server::service::services::{Answer, MAX_ANSWER, Service};
use crate::server::service::template::Filled;

/// What the service `reply` answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReplyTo {
    /// Each read.
    Read,
    /// Each message, as they are told apart.
    Message(Framing),
    /// The first read of a connection.
    Once,
}

/// The most bytes of a message that `{text}` has.
const MAX_TEXT: usize = 64 * 1024;

/// The service that answers with a template. `{text}` becomes the characters that the read completed, or those of the
/// message, in UTF-8, `{bytes}` its length, `{peer}` the client's address, `{connection}` the number of the
/// connection; the rest stays as it is.
#[derive(Debug)]
pub struct Reply {
    template: Filled,
    to: Unit,
    max_read: usize,
}

/// What is answered, with what is known of it so far.
#[derive(Debug)]
enum Unit {
    Read(Decoder),
    Message(Box<ReceivedMessages>),
    Once(Decoder),
    /// The only answer was sent; later reads get none.
    Nothing,
}

impl Reply {
    /// Creates the service of one connection, on which `greeting` is sent first.
    pub(super) fn new(template: Filled, to: &ReplyTo, greeting: &[u8]) -> Self {
        let most_text = most_text(&template);
        let (to, max_read) = match to {
            ReplyTo::Read => (Unit::Read(Decoder::new()), max_read(&template)),
            ReplyTo::Once => (Unit::Once(Decoder::new()), max_read(&template)),
            ReplyTo::Message(framing) => {
                let messages = ReceivedMessages::new(framing, greeting, most_text);
                (Unit::Message(Box::new(messages)), max_read_of_messages(&template, most_text))
            }
        };
        Self { template, to, max_read }
    }

    /// The answer to one read, which is decoded from where the one before ended.
    fn answer(template: &Filled, decoder: &mut Decoder, input: &[u8]) -> Vec<u8> {
        let mut read = Lossy::default();
        decoder.decode(input, &mut read);
        // Allocated at once: growing step by step could take twice the memory.
        let mut answer = Vec::with_capacity(template.length(read.text.len()));
        template.write(&read.text, input.len() as u64, &mut answer);
        answer
    }

    /// The answers to the messages that one read ends.
    fn answers(template: &Filled, messages: &mut ReceivedMessages, input: &[u8]) -> Vec<u8> {
        let texts = messages.read(input).into_iter().map(|message| {
            let (mut decoder, mut decoded) = (Decoder::new(), Lossy::default());
            decoder.decode(&message.beginning, &mut decoded);
            // A beginning that was cut may end within a character.
            if message.beginning.len() as u64 == message.length {
                decoder.end(&mut decoded);
            }
            (decoded.text, message.length)
        });
        let texts: Vec<_> = texts.collect();
        let lengths = texts.iter().map(|(text, _)| template.length(text.len()));
        let mut answers = Vec::with_capacity(lengths.sum());
        for (text, length) in &texts {
            template.write(text, *length, &mut answers);
        }
        answers
    }
}

/// The longest text of a byte that is decoded.
const REPLACEMENT: usize = char::REPLACEMENT_CHARACTER.len_utf8();

/// The most bytes that may be read for an answer of at most [`MAX_ANSWER`] bytes.
fn max_read(template: &Filled) -> usize {
    // The rest of a character from an earlier read becomes one U+FFFD.
    let rest = template.length(REPLACEMENT);
    let most = MAX_ANSWER.saturating_sub(rest).checked_div(template.texts() * REPLACEMENT);
    most.unwrap_or(MAX_ANSWER).max(1)
}

/// The most bytes of a message that are kept for its answer.
fn most_text(template: &Filled) -> usize {
    (MAX_ANSWER / 2).checked_div(template.texts() * REPLACEMENT).unwrap_or(0).min(MAX_TEXT)
}

/// The same as [`max_read`] where each byte may end a message, and those before the read may end some, too.
fn max_read_of_messages(template: &Filled, most_text: usize) -> usize {
    let (each, text) = (template.length(0), template.texts() * REPLACEMENT);
    let before = LOOKBACK * (each + text) + most_text * text;
    (MAX_ANSWER.saturating_sub(before) / (each + text).max(1)).max(1)
}

impl Service for Reply {
    fn max_read(&mut self) -> usize {
        self.max_read
    }

    fn received(&mut self, from: Side, input: &[u8]) -> Answer {
        let answer = match &mut self.to {
            Unit::Read(decoder) => Self::answer(&self.template, decoder, input),
            Unit::Message(messages) => Self::answers(&self.template, messages, input),
            Unit::Once(decoder) => {
                let answer = Self::answer(&self.template, decoder, input);
                (self.to, self.max_read) = (Unit::Nothing, usize::MAX);
                answer
            }
            Unit::Nothing => Vec::new(),
        };
        if answer.is_empty() { Answer::Nothing } else { Answer::Bytes(from, answer) }
    }
}

#[cfg(test)]
mod tests;
