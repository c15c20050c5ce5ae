//! A line of NDJSON, from a file that anybody may have written. What is read is written in the same way again.

#![no_main]

use bytewatch::event::codec::{LineWriter, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let Ok(Some(stamped)) = decode(line) else { return };
    let mut written = String::new();
    if !LineWriter::default().write(&mut written, stamped.at, &stamped.event).unwrap() {
        return;
    }
    let again = decode(written.trim_end().as_bytes()).expect("a line of ours can be read").expect("it has an event");
    assert_eq!(again, stamped);
});
