//! The hits of a search in the transcript.

use std::ops::Range;

use crate::app::stream::pane::StreamView;
use crate::app::stream::position::BytePosition;
use crate::app::stream::seek::Places;
use crate::app::stream::segment::Transcript;
use crate::app::stream::view::Channel;
use crate::model::Connection;
use crate::model::search::Search;

/// The hits of a search.
pub(super) struct Hits<'s>(pub(super) &'s Search);

impl Places for Hits<'_> {
    fn first_from(&self, transcript: &Transcript<'_>, channel: Channel, from: u64) -> Option<u64> {
        let stream = channel.id(transcript.connection.id);
        self.0.next(stream, from.max(transcript.start(channel))).map(|hit| hit.offset)
    }

    fn last_before(&self, transcript: &Transcript<'_>, channel: Channel, before: u64) -> Option<u64> {
        let stream = channel.id(transcript.connection.id);
        let hit = self.0.previous(stream, before).map(|hit| hit.offset);
        hit.filter(|&offset| offset >= transcript.start(channel))
    }

    fn any_in(&self, transcript: &Transcript<'_>, channel: Channel, range: Range<u64>) -> bool {
        self.first_from(transcript, channel, range.start).is_some_and(|offset| offset < range.end)
    }
}

/// How many hits there are, and which of them is under the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HitCount {
    /// The number of the hit under the cursor, counted from 1 in the order of the transcript.
    pub number: Option<u64>,
    /// The number of hits in the streams that are shown.
    pub total: u64,
    /// Whether there are bytes that were not searched yet.
    pub is_searching: bool,
}

/// What the pane shows of a search besides its hits among the bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SearchMarks {
    /// How many hits there are.
    pub count: HitCount,
    /// The transcript from top to bottom, divided into equal parts: whether a hit begins in each.
    pub overview: Vec<bool>,
}

impl StreamView {
    /// Returns what is shown of a search, with the transcript divided into `parts` parts.
    #[must_use]
    pub fn search_marks(&self, search: &Search, connection: &Connection, parts: u16) -> SearchMarks {
        let transcript = self.transcript(connection);
        SearchMarks {
            count: transcript.hit_count(search, self.cursor(&transcript)),
            overview: transcript.overview(&Hits(search), parts),
        }
    }
}

impl Transcript<'_> {
    /// Counts the hits, and those up to the cursor if it is on one.
    fn hit_count(&self, search: &Search, cursor: Option<BytePosition>) -> HitCount {
        let id = |channel: Channel| channel.id(self.connection.id);
        let total = self.channels().map(|channel| search.count_of(id(channel))).sum();
        let number = cursor.and_then(|cursor| {
            let at = cursor.offset..cursor.offset + 1;
            let hit = search.hits(id(cursor.channel), at).next()?;
            let place = self.find(cursor.channel, hit.offset)?;
            let before = self.channels().map(|channel| {
                let same = channel == cursor.channel;
                let until = if same { hit.offset } else { self.offset_of_seq(channel, place.seq) };
                search.count_before(id(channel), until)
            });
            Some(before.sum::<u64>() + 1)
        });
        HitCount { number, total, is_searching: search.is_searching() }
    }
}
