//! Bodies and paths of requests to the API.

#![no_main]

use bytewatch::server::api_fuzzing::{read_body, read_segment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    read_body(body);
    if let Ok(segment) = str::from_utf8(body) {
        read_segment(segment);
    }
});
