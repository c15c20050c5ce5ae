//! A line of NDJSON, from a file that anybody may have written. What is read is written in the same way again.

#![no_main]

use bytewatch::event::codec::{Line, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let Ok(Some(stamped)) = decode(line) else { return };
    let mut digits = String::new();
    let Some(written) = Line::new(stamped.at, &stamped.event, &mut digits) else { return };
    let written = serde_json::to_vec(&written).unwrap();
    let again = decode(&written).expect("a line of ours can be read").expect("it has an event");
    assert_eq!(again, stamped);
});
