//! Draws what stands above the first byte of a message: its number, its length, the time since the one before, and what is
//! wrong with it.

use super::line_writer::LineWriter;
use super::ways;
use crate::app::format;
use crate::app::stream::Channel;
use crate::app::stream::geometry::{Gutter, RowLayout};
use crate::app::stream::row::{MessageNote, Note, PairNote, Wait};
use crate::bytes::answers::Answered;
use crate::model::message_index::End;
use crate::ui::glyphs;
use crate::ui::theme::{Role, Theme};

/// Cells of the line behind the words, with a space.
const BEHIND: u16 = 2;

/// Draws a note as a line across the part of the pane with the words in it. In the text half of the split view, the words
/// stand in the other half.
pub(super) fn draw(
    writer: &mut LineWriter<'_>,
    channel: Channel,
    note: &Note,
    columns: &RowLayout,
    theme: Theme,
) {
    let line = theme.style(Role::Border);
    if columns.per_row == 0 && columns.opposite > 0 {
        return writer.text(&glyphs::TIME_AXIS.repeat(usize::from(writer.room())), line);
    }
    writer.text(glyphs::TIME_AXIS, line);
    writer.text(" ", line);
    let (role, way) = match channel {
        Channel::Received | Channel::ToUpstream => (Role::Received, ways::channel(Gutter::Full, channel)),
        Channel::Sent => (Role::Sent, ways::channel(Gutter::Full, channel)),
    };
    writer.text(&way, theme.style(role));
    writer.text(" ", line);
    let room = writer.room().saturating_sub(BEHIND);
    match (&note.fault, &note.message) {
        (Some(fault), message) => {
            let number = message.as_ref().and_then(|message| message.number);
            let text = number.map_or_else(|| fault.clone(), |number| format!("{number}: {fault}"));
            let text = format!("{} {text}", glyphs::BROKEN);
            // A reason needs the room that the line behind the words would take.
            writer.text(&format::truncate(&text, room + BEHIND - 1), theme.style(Role::Bad));
        }
        (None, Some(message)) => {
            let words = variants(message);
            let fitting = words.iter().find(|words| format::width(words) <= room);
            writer.text(fitting.unwrap_or(&words[words.len() - 1]), theme.style(Role::Dim));
        }
        (None, None) => {}
    }
    writer.text(" ", line);
    let rest = glyphs::TIME_AXIS.repeat(usize::from(writer.room()));
    writer.text(&rest, line);
}

/// The words for a message, the longest first.
fn variants(message: &MessageNote) -> Vec<String> {
    let MessageNote { number, arrived, end, length, since, pair } = message;
    let (long, short, figure) = match number {
        Some(number) => {
            let number = format::count(*number);
            (format!("message {number}"), number.clone(), number)
        }
        None => ("no message".to_owned(), "no message".to_owned(), "-".to_owned()),
    };
    let bytes = |unit: &str| match (end, length) {
        (End::Arrived, _) | (End::Unknown, None) => format!("{}{unit}", format::count(*arrived)),
        (_, Some(length)) => {
            format!("{} of {}{unit}", format::count(*arrived), format::count(*length))
        }
        (_, None) => format!("{}{unit} so far", format::count(*arrived)),
    };
    let noun = if (*arrived, *end) == (1, End::Arrived) { " byte" } else { " bytes" };
    let dot = glyphs::DOT;
    let later = since.map(|micros| match micros {
        0 => format!(" {dot} together with the one before"),
        micros => format!(" {dot} {} after the one before", format::duration(micros)),
    });
    let later = later.unwrap_or_default();
    let brief = since.map(|micros| format!(" {dot} +{}", format::duration(micros))).unwrap_or_default();
    let [pair, shortly] = pair_words(*pair);
    let long = format!("{long} {dot} {}", bytes(noun));
    let short = format!("{short} {dot} {}", bytes(" B"));
    let mut all = vec![format!("{long}{pair}{later}")];
    if !pair.is_empty() {
        all.extend([
            format!("{long}{pair}"),
            format!("{short}{shortly}{brief}"),
            format!("{short}{shortly}"),
        ]);
    }
    all.extend([format!("{short}{brief}"), short, figure]);
    all
}

/// What is said of the request of an answer, or of the answer of a request: in words, and shortly.
fn pair_words(pair: PairNote) -> [String; 2] {
    let dot = glyphs::DOT;
    let mut words = [String::new(), String::new()];
    let mut say = |long: &str, short: &str| {
        words[0] += &format!(" {dot} {long}");
        words[1] += &format!(" {dot} {short}");
    };
    if let Some(Answered { number, after }) = pair.answers {
        let number = format::count(number);
        let after = after.map(|micros| format!(" after {}", format::duration(micros))).unwrap_or_default();
        say(&format!("answers message {number}{after}"), &format!("answers {number}{after}"));
    }
    match pair.waits {
        Some(Wait::SoFar) => say("no answer so far", "no answer yet"),
        Some(Wait::ForEver) => say("no answer", "no answer"),
        None => {}
    }
    if let Some(why) = pair.ends {
        say(&format!("answers are not told behind it: {why}"), why);
    }
    words
}
