//! Texts that the user types or puts on the command line: faults, replies with escapes and placeholders, addresses.

#![no_main]

use bytewatch::event::{FaultEdit, Faults};
use bytewatch::server::{Template, Upstream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(edits) = FaultEdit::parse_all(text) {
        let mut faults = Faults::default();
        faults.edit_all(&edits);
        let once = faults;
        faults.edit_all(&edits);
        assert_eq!(faults, once, "the same faults again change nothing");
    }
    let _ = Template::parse(text);
    // The path of a Unix socket may have characters that are not shown as they are.
    if let Ok(upstream @ (Upstream::Inet(_) | Upstream::Host(_))) = Upstream::parse(text) {
        let again = Upstream::parse(&upstream.to_string());
        assert_eq!(again.ok(), Some(upstream), "an address is read back from its text");
    }
});
