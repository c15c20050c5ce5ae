//! Batches of events, as they are published.

use minicbor::decode::Decoder;
use minicbor::{Decode, Encode};

use super::event::Event;
use super::message::{LONGEST_MESSAGE, Malformed, append};

/// The largest number of events in a batch that is read.
pub const MOST_EVENTS: usize = 16 * 1024;

/// What a batch says of itself. Every event has a number in its epoch, counted from 0. The numbers of a batch follow each
/// other, and those of events that were shed are among them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Encode, Decode)]
pub struct Head {
    /// The run of the publisher that this belongs to: when it began, in microseconds since 1970.
    #[n(0)]
    pub epoch: u64,
    /// The number of the first event.
    #[n(1)]
    pub first: u64,
    /// How many numbers there are in this batch.
    #[n(2)]
    pub count: u64,
    /// How many events with numbers before the end of this batch were shed, in all.
    #[n(3)]
    pub shed: u64,
    /// How many bytes were shed so far.
    #[n(4)]
    pub shed_bytes: u64,
}

/// One place of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// An event, or a place where events were shed.
    Event(Event),
    /// An event of a kind that this version does not know.
    Unknown,
}

impl Entry {
    /// How many numbers it takes.
    #[must_use]
    pub const fn numbers(&self) -> u64 {
        match self {
            Self::Event(Event::Shed { events }) => *events,
            Self::Event(_) | Self::Unknown => 1,
        }
    }
}

/// A batch, as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// What it says of itself.
    pub head: Head,
    /// The events, in their order.
    pub entries: Vec<Entry>,
}

/// The bytes of a batch from those of its events, one behind the other.
#[must_use]
pub fn write_batch(head: &Head, entries: u64, events: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(events.len() + 64);
    // Two values: the head, and the list of events.
    bytes.push(0x82);
    append(&mut bytes, head);
    append(&mut bytes, &ArrayHead(entries));
    bytes.extend_from_slice(events);
    bytes
}

/// Adds the bytes of an event.
pub fn append_event(bytes: &mut Vec<u8>, event: &Event) {
    append(bytes, event);
}

/// The head of a list of this length, without the values.
struct ArrayHead(u64);

impl<C> Encode<C> for ArrayHead {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(self.0)?.ok()
    }
}

impl Batch {
    /// Reads a batch.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if it is none, or says something of itself that is not so.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let wrong = |what: &str| Malformed::Wrong(what.to_owned());
        if bytes.len() > LONGEST_MESSAGE {
            return Err(Malformed::TooLong(bytes.len()));
        }
        let mut decoder = Decoder::new(bytes);
        if decoder.array()?.is_none_or(|values| values < 2) {
            return Err(wrong("a batch has a head and events"));
        }
        let head: Head = decoder.decode()?;
        let length = decoder.array()?.and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length <= MOST_EVENTS);
        let length = length.ok_or_else(|| wrong("a batch has too many events"))?;
        // The length is only what somebody claims, so memory is taken as the events are read.
        let (mut entries, mut numbers) = (Vec::new(), 0_u64);
        for _ in 0..length {
            let entry = read_entry(&mut decoder)?;
            numbers = numbers.saturating_add(entry.numbers());
            entries.push(entry);
        }
        let end = head.first.checked_add(head.count);
        if numbers != head.count || end.is_none_or(|end| head.shed > end) {
            return Err(wrong("the numbers of a batch do not fit its events"));
        }
        Ok(Self { head, entries })
    }
}

/// Reads one event, or steps over one of an unknown kind.
fn read_entry(decoder: &mut Decoder<'_>) -> Result<Entry, Malformed> {
    let begin = decoder.position();
    match decoder.decode() {
        Ok(event) => Ok(Entry::Event(event)),
        Err(error) if error.is_unknown_variant() => {
            decoder.set_position(begin);
            decoder.skip()?;
            Ok(Entry::Unknown)
        }
        Err(error) => Err(error.into()),
    }
}
