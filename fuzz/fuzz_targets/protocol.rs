//! The beginnings of connections: whatever arrives next, a protocol that was recognised stays.

#![no_main]

use bytewatch::bytes::protocol::{Beginning, Recognised, Recognition, Speaker, recognise};
use libfuzzer_sys::fuzz_target;

/// Both directions; the first byte says who speaks first, and each further one how much more arrives, and where.
type Input<'a> = (&'a [u8], &'a [u8], &'a [u8]);

fuzz_target!(|input: Input<'_>| {
    let (received, sent, steps) = input;
    let Some((first, steps)) = steps.split_first() else { return };
    let first = if first % 2 == 0 { Speaker::Client } else { Speaker::Server };
    let (mut here, mut there) = (0, 0);
    let mut last = Recognition::Undecided;
    for step in steps {
        let (end, place) = if step % 2 == 0 { (received.len(), &mut here) } else { (sent.len(), &mut there) };
        *place = (*place + usize::from(step / 2)).min(end);
        let beginning = Beginning { received: &received[..here], sent: &sent[..there], first, more: true };
        let next = recognise(beginning);
        if let Recognition::Recognised(before) = &last {
            let Recognition::Recognised(after) = &next else { panic!("{before:?} became {next:?}") };
            agree(before, after);
        }
        // The end of the connection changes no name.
        if let (Recognition::Recognised(before), Recognition::Recognised(after)) =
            (&next, &recognise(Beginning { more: false, ..beginning }))
        {
            assert_eq!(before.protocol, after.protocol);
        }
        last = next;
    }
});

fn agree(before: &Recognised, after: &Recognised) {
    assert_eq!(before.protocol, after.protocol, "{before:?}, {after:?}");
    assert!(after.sure || !before.sure, "{before:?}, {after:?}");
    assert!(!before.complete || before == after, "{before:?}, {after:?}");
    match (&before.within, &after.within) {
        (Some(before), Some(after)) => agree(before, after),
        (Some(before), None) => panic!("{before:?} is gone"),
        (None, _) => {}
    }
}
