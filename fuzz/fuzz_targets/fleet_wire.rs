//! Messages from the bus, which any host may have written. What is read is written in the same way again.

#![no_main]

use bytewatch::fleet::subject::{Prefix, is_inbox};
use bytewatch::fleet::wire::batch::{append_event, write_batch};
use bytewatch::fleet::wire::{Answer, Ask, Batch, Chunk, Entry, Here, Order, Outcome, read, write};
use libfuzzer_sys::fuzz_target;

macro_rules! read_again {
    ($kind:ty, $bytes:expr) => {
        if let Ok(message) = read::<$kind>($bytes) {
            assert_eq!(read::<$kind>(&write(&message)).expect("a message of ours can be read"), message);
        }
    };
}

fuzz_target!(|bytes: &[u8]| {
    read_again!(Here, bytes);
    read_again!(Ask, bytes);
    read_again!(Answer, bytes);
    read_again!(Order, bytes);
    read_again!(Outcome, bytes);
    if let Ok(chunk) = read::<Chunk<'_>>(bytes) {
        assert_eq!(read::<Chunk<'_>>(&write(&chunk)), Ok(chunk));
    }
    if let Ok(subject) = str::from_utf8(bytes) {
        is_inbox(subject);
        if let Some((verb, publisher)) = Prefix::default().read(subject) {
            assert_eq!(Prefix::default().subject(verb, &publisher), subject);
        }
    }
    let Ok(batch) = Batch::read(bytes) else { return };
    if batch.entries.contains(&Entry::Unknown) {
        return;
    }
    let mut events = Vec::new();
    for entry in &batch.entries {
        if let Entry::Event(event) = entry {
            append_event(&mut events, event);
        }
    }
    let written = write_batch(&batch.head, batch.entries.len() as u64, &events);
    assert_eq!(Batch::read(&written).expect("a batch of ours can be read"), batch);
});
