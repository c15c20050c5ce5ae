mod values;

use minicbor::{Decode, Encode};
use proptest::prelude::*;

use self::values::{answer, ask, event, here, order, outcome};
use super::batch::{append_event, write_batch};
use super::*;

/// Reads whatever may arrive, as everything that it could be.
fn read_all(bytes: &[u8]) {
    let _ = Batch::read(bytes);
    let _ = read::<Here>(bytes);
    let _ = read::<Ask>(bytes);
    let _ = read::<Answer>(bytes);
    let _ = read::<Order>(bytes);
    let _ = read::<Outcome>(bytes);
}

fn batch_of(first: u64, events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    events.iter().for_each(|event| append_event(&mut bytes, event));
    let count = events.iter().map(|event| Entry::Event(event.clone()).numbers()).sum();
    let head = Head { epoch: 7, first, count, shed: 0, shed_bytes: 0 };
    write_batch(&head, events.len() as u64, &bytes)
}

fn any_message() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        here().prop_map(|message| write(&message)),
        ask().prop_map(|message| write(&message)),
        answer().prop_map(|message| write(&message)),
        order().prop_map(|message| write(&message)),
        outcome().prop_map(|message| write(&message)),
        proptest::collection::vec(event(), 0..20).prop_map(|events| batch_of(3, &events)),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        here in here(), ask in ask(), answer in answer(), order in order(), outcome in outcome(),
        events in proptest::collection::vec(event(), 0..20), first in 0..1_000_u64,
    ) {
        prop_assert_eq!(read(&write(&here)), Ok(here));
        prop_assert_eq!(read(&write(&ask)), Ok(ask));
        prop_assert_eq!(read(&write(&answer)), Ok(answer));
        prop_assert_eq!(read(&write(&order)), Ok(order));
        prop_assert_eq!(read(&write(&outcome)), Ok(outcome));
        let batch = Batch::read(&batch_of(first, &events)).unwrap();
        prop_assert_eq!(batch.head.first, first);
        prop_assert_eq!(batch.entries, events.into_iter().map(Entry::Event).collect::<Vec<_>>());
    }

    #[test]
    fn a_cut_message_is_an_error(message in any_message(), at in 0.0..1.0_f64) {
        let cut = &message[..(message.len() as f64 * at) as usize];
        read_all(cut);
        prop_assert!(Batch::read(cut).is_err());
        prop_assert!(read::<Here>(cut).is_err());
        prop_assert!(read::<Ask>(cut).is_err() && read::<Answer>(cut).is_err());
        prop_assert!(read::<Order>(cut).is_err() && read::<Outcome>(cut).is_err());
    }

    #[test]
    fn a_changed_message_is_read_or_an_error(
        mut message in any_message(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        for (at, byte) in changes {
            let at = at.index(message.len());
            message[at] = byte;
        }
        read_all(&message);
    }

    #[test]
    fn noise_is_read_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn a_text_is_cut_at_a_character(text in "\\PC{0,200}") {
        let kept = Text::new(&text);
        prop_assert!(kept.as_str().len() <= LONGEST_TEXT && text.starts_with(kept.as_str()));
        prop_assert!(text.len() - kept.as_str().len() < 4 || kept.as_str().len() > LONGEST_TEXT - 4);
    }
}

/// Heads that claim a length which the message does not have.
#[test]
fn a_claimed_length_takes_no_memory() {
    let huge = [0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let head = write(&Head { epoch: 1, first: 0, count: 0, shed: 0, shed_bytes: 0 });
    let batch = [&[0x82][..], &head, &huge].concat();
    assert!(matches!(Batch::read(&batch), Err(Malformed::Wrong(why)) if why.contains("too many")));
    read_all(&huge);
    read_all(&[0x7b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, b'a']);
    // Lists in lists, without a length and without an end.
    read_all(&vec![0x9f; 100_000]);
    read_all(&vec![0x82; LONGEST_MESSAGE]);
    assert_eq!(Batch::read(&vec![0; LONGEST_MESSAGE + 1]), Err(Malformed::TooLong(LONGEST_MESSAGE + 1)));
}

#[test]
fn a_text_beyond_the_limit_is_refused() {
    let long = "x".repeat(LONGEST_TEXT + 1);
    let refused = minicbor::to_vec((2_u8, (long.as_str(),))).unwrap();
    assert!(matches!(read::<Answer>(&refused), Err(Malformed::Wrong(why)) if why.contains("too long")));
    assert!(read::<Answer>(&minicbor::to_vec((2_u8, (&long[1..],))).unwrap()).is_ok());
}

#[test]
fn numbers_of_a_batch_have_to_fit() {
    let event = Event::Shed { events: 5 };
    let mut bytes = Vec::new();
    append_event(&mut bytes, &event);
    let read = |first, count, shed| {
        Batch::read(&write_batch(&Head { epoch: 1, first, count, shed, shed_bytes: 0 }, 1, &bytes))
    };
    assert!(read(10, 5, 15).is_ok());
    assert!(read(10, 4, 0).is_err(), "another number of events");
    assert!(read(10, 5, 16).is_err(), "more shed than there were");
    assert!(read(u64::MAX, 5, 0).is_err(), "more than there are numbers");
}

/// Events as a later version may have them: one more field, and one more kind.
#[derive(Encode, Decode)]
enum LaterEvent {
    #[n(5)]
    Closed {
        #[n(0)]
        connection: u64,
        #[n(1)]
        at: u64,
        #[n(2)]
        reason: Text,
        #[n(3)]
        detail: Option<Text>,
        #[n(4)]
        counters: Counters,
        #[n(5)]
        mood: Option<Text>,
    },
    #[n(99)]
    Painted {
        #[n(0)]
        colours: List<Text, 4>,
    },
}

#[derive(Encode, Decode)]
struct LaterHead {
    #[n(0)]
    epoch: u64,
    #[n(1)]
    first: u64,
    #[n(2)]
    count: u64,
    #[n(3)]
    shed: u64,
    #[n(4)]
    shed_bytes: u64,
    #[n(5)]
    weather: Option<Text>,
}

#[test]
fn a_message_of_a_later_version_is_read() {
    let (at, reason) = (2, Text::new("peer-finished"));
    let counters = Counters { received: 9, ..Counters::default() };
    let painted = LaterEvent::Painted { colours: [Text::new("red")].into_iter().collect() };
    let closed = LaterEvent::Closed {
        connection: 1,
        at,
        reason: reason.clone(),
        detail: None,
        counters,
        mood: Some(Text::new("good")),
    };
    let weather = Some(Text::new("fine"));
    let head = LaterHead { epoch: 1, first: 4, count: 2, shed: 0, shed_bytes: 0, weather };
    let batch = minicbor::to_vec((head, (painted, closed), "a third part")).unwrap();
    let closed = Event::Closed { connection: 1, at, reason, detail: None, counters };
    let read = Batch::read(&batch).unwrap();
    assert_eq!(read.entries, [Entry::Unknown, Entry::Event(closed)]);
    assert_eq!((read.head.first, read.head.count), (4, 2));
}

#[test]
fn a_message_of_an_unknown_kind_is_told_apart() {
    let unknown = minicbor::to_vec((77_u8, (1_u8, "x"))).unwrap();
    assert_eq!(read::<Ask>(&unknown), Err(Malformed::Unknown));
    assert_eq!(read::<Order>(&unknown), Err(Malformed::Unknown));
    assert!(matches!(read::<Here>(&unknown), Err(Malformed::Wrong(_))));
}

/// The numbers are never used again: these bytes have to be read for ever.
#[test]
fn the_bytes_stay_as_they_are() {
    let moved = Event::Moved {
        connection: 7,
        counters: Counters {
            received: 1000,
            sent: 2,
            characters: 3,
            malformed: 4,
            missed: 5,
            ..Counters::default()
        },
        backend: Some(Backend::Threads),
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(&batch_of(1, &[moved])), "828507010100008182028307851903e80203040501");
    assert_eq!(hex(&write(&Ask::Page { after: 500 })), "8200811901f4");
    assert_eq!(
        hex(&write(&Order::Close { epoch: 1, who: Text::new("me"), connection: 7 })),
        "82018301626d6507"
    );
    assert_eq!(hex(&write(&Outcome::Accepted)), "820080");
}
