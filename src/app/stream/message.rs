//! The messages of the transcript: where they begin, what stands above them, and the one under the cursor.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::app::stream::pane::StreamView;
use crate::app::stream::row::{MessageNote, Note, PairNote, Wait};
use crate::app::stream::seek::Places;
use crate::app::stream::segment::{Segment, Transcript};
use crate::app::stream::view::Channel;
use crate::model::Connection;
use crate::model::message_index::{Message, MessageIndex};

/// The starts of messages.
pub(super) struct Messages;

impl Places for Messages {
    fn first_from(&self, transcript: &Transcript<'_>, channel: Channel, from: u64) -> Option<u64> {
        let kept = from.max(transcript.start(channel))..transcript.history(channel).end();
        transcript.messages(channel)?.starts(kept).next()
    }

    fn last_before(&self, transcript: &Transcript<'_>, channel: Channel, before: u64) -> Option<u64> {
        let last = transcript.messages(channel)?.last_start(before);
        last.filter(|start| *start >= transcript.start(channel))
    }

    fn any_in(&self, transcript: &Transcript<'_>, channel: Channel, range: Range<u64>) -> bool {
        self.first_from(transcript, channel, range.start).is_some_and(|offset| offset < range.end)
    }
}

/// Which message is under the cursor, and how many there are in its direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageCount {
    /// The channel of the cursor, whose messages are counted.
    pub channel: Channel,
    /// The number of the message under the cursor, counted from 1.
    pub number: Option<u64>,
    /// The number of messages that have arrived as a whole.
    pub total: u64,
    /// The offset that they are counted from: not 0 if the beginning of the stream was not kept.
    pub from: u64,
    /// The number of faults.
    pub faults: u64,
    /// Whether there are bytes in which no messages were looked for yet.
    pub is_behind: bool,
}

impl StreamView {
    /// Returns which message is under the cursor, if messages are told apart.
    #[must_use]
    pub fn message_count(&self, connection: &Connection) -> Option<MessageCount> {
        let transcript = self.transcript(connection);
        let cursor = self.cursor(&transcript)?;
        let messages = transcript.messages(cursor.channel)?;
        Some(MessageCount {
            channel: cursor.channel,
            number: messages.at(cursor.offset).and_then(|message| message.number),
            total: messages.count(),
            from: messages.counted_from(),
            faults: messages.fault_count(),
            is_behind: transcript.stream(cursor.channel).is_framing_behind(),
        })
    }
}

impl<'a> Transcript<'a> {
    /// Returns the messages of a stream, if they are told apart.
    pub(super) fn messages(&self, channel: Channel) -> Option<&'a MessageIndex> {
        match channel {
            Channel::Received | Channel::Sent => self.connection.messages(channel.direction()),
            // What the user sends to the upstream stands among the messages of the client, which has others.
            Channel::ToUpstream => None,
        }
    }

    /// Returns what stands above the bytes of a segment at which a message begins, or which are at fault.
    pub(super) fn notes(&self, segment: &Segment) -> BTreeMap<u64, Note> {
        let mut notes: BTreeMap<u64, Note> = BTreeMap::new();
        let Some(messages) = self.messages(segment.channel) else { return notes };
        for start in messages.starts(segment.start..segment.end) {
            if let Some(message) = messages.at(start) {
                notes.entry(start).or_default().message =
                    Some(self.note(segment.channel, messages, &message));
            }
        }
        for fault in messages.faults(segment.start..segment.end) {
            notes.entry(fault.at).or_default().fault = Some(fault.reason.to_string());
        }
        notes
    }

    fn note(&self, channel: Channel, messages: &MessageIndex, message: &Message) -> MessageNote {
        let history = self.history(channel);
        let begun = |offset: u64| history.chunk_of(offset).map(|chunk| history.chunks()[chunk].at);
        let start = message.range.start;
        let before = start.checked_sub(1).and_then(|before| messages.at(before));
        let since = before.and_then(|before| Some(begun(start)?.micros_since(begun(before.range.start)?)));
        MessageNote {
            number: message.number,
            arrived: message.range.end - start,
            end: message.end,
            length: message.length(),
            since,
            pair: message.number.map_or_else(PairNote::default, |number| self.pair(channel, number)),
        }
    }

    fn pair(&self, channel: Channel, number: u64) -> PairNote {
        let Some(pairs) = &self.connection.pairs else { return PairNote::default() };
        let said = pairs.said(channel.direction(), number);
        let wait = if self.connection.closed.is_some() { Wait::ForEver } else { Wait::SoFar };
        PairNote { answers: said.answers, waits: said.asks.then_some(wait), ends: said.ends }
    }

    /// Extends a range to whole messages, as far as they are kept and have arrived.
    pub(super) fn whole_messages(&self, channel: Channel, range: Range<u64>) -> Range<u64> {
        let Some(messages) = self.messages(channel) else { return range };
        let start = messages.at(range.start).map_or(range.start, |first| first.range.start);
        let end = messages.at(range.end - 1).map_or(range.end, |last| last.range.end);
        start.max(self.start(channel))..end
    }
}
