//! A recording that anybody may have written, from blocks or lines to events. It ends, each stream is told in its order, and
//! what comes of it does not depend on how many bytes are read at once.

#![no_main]

use std::collections::HashMap;
use std::io::{self, Read};

use bytewatch::event::{Event, Stamped, StreamEvent, StreamId};
use bytewatch::recording::read::{Progress, Recording, Wanted};
use libfuzzer_sys::fuzz_target;

/// Hands out a few bytes at a time.
struct Slowly<'a>(&'a [u8]);

impl Read for Slowly<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(7);
        self.0.read(&mut into[..length])
    }
}

fn events(source: impl Read) -> Option<Vec<Stamped>> {
    let mut recording = Recording::open(source, Wanted { utf8: true, connection: None, places: Some(0) }).ok()?;
    let mut out = Vec::new();
    while recording.read(&mut out) == Progress::More {}
    Some(out)
}

fuzz_target!(|file: &[u8]| {
    let Some(out) = events(file) else { return };
    let is_lines = file.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let mut ends: HashMap<StreamId, u64> = HashMap::new();
    for Stamped { event, .. } in out.iter().filter(|_| !is_lines) {
        let Event::Stream(id, event) = event else { continue };
        let end = ends.entry(*id).or_default();
        match event {
            StreamEvent::Bytes { offset, data, .. } => {
                assert_eq!(*offset, *end);
                *end += data.len() as u64;
            }
            StreamEvent::Missed { bytes, .. } => *end += bytes,
            StreamEvent::Trimmed { .. } => panic!("nothing is trimmed"),
        }
    }
    assert_eq!(events(Slowly(file)), Some(out));
});
